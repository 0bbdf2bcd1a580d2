//! A program with increments of parameters goes in, the same program with zero in their place comes out.
//!
//! Increments are there to be derived in. Once that is done, everything that they multiply vanishes: the constructors see to it, as
//! what is above an increment is built again through them.

use std::collections::HashMap;

use crate::ir::{NodeId, Op, Program};

use super::rebuild::rebuild;

/// Puts zero in the place of the increments of a program. A program without increments stays as it is.
pub(crate) fn drop_increments(program: &mut Program) {
    let live = program.live();
    let mut replaced: HashMap<NodeId, NodeId> = HashMap::new();
    for id in live {
        let graph = &mut program.graph;
        let changes = |id: &NodeId| replaced.contains_key(id);
        if let Op::Increment { .. } = graph.node(id).op {
            let shape = graph.shape(id).to_vec();
            replaced.insert(id, graph.zero(&shape));
        } else if graph.arguments(id).iter().any(changes) {
            let rebuilt = rebuild(graph, id, &|id| *replaced.get(&id).unwrap_or(&id));
            replaced.insert(id, rebuilt);
        }
    }
    let outputs = program.outputs.iter_mut().map(|output| &mut output.node);
    let totals = program.totals.iter_mut().map(|total| &mut total.node);
    for node in outputs.chain(totals) {
        *node = *replaced.get(node).unwrap_or(node);
    }
}
