//! Reverse mode: an adjoint of one node goes in, adjoints of everything it depends on come out.

use std::collections::HashMap;

use crate::ir::{Graph, NodeId};

use super::rules::{pieces, pull_back};

/// Adjoints of nodes. An adjoint has the shape of its node followed by the functionals.
#[derive(Clone, Debug, Default)]
pub struct Adjoints {
    of: HashMap<NodeId, NodeId>,
}

impl Adjoints {
    /// The adjoint of a node; none if the output does not depend on it.
    pub fn get(&self, id: NodeId) -> Option<NodeId> {
        self.of.get(&id).copied()
    }
}

/// The adjoints of every node between `sources` and `output`, where the adjoint of `output` is
/// `seed`: the shape of the output, then any number of axes for functionals.
pub fn reverse(graph: &mut Graph, output: NodeId, seed: NodeId, sources: &[NodeId]) -> Adjoints {
    let functionals = graph.shape(seed)[graph.shape(output).len()..].to_vec();
    let needed = graph.ancestors(&[output]);
    let varying = graph.descendants(sources);
    let varies = |id: NodeId| varying.get(id.index()).copied().unwrap_or(false);
    let mut contributions: HashMap<NodeId, Vec<(f64, NodeId)>> = HashMap::new();
    contributions.insert(output, vec![(1.0, seed)]);
    let mut adjoints = Adjoints::default();
    for index in (0..=output.index()).rev() {
        let id = NodeId(index as u32);
        if !(needed[index] && varies(id)) {
            continue;
        }
        let Some(parts) = contributions.remove(&id) else {
            continue;
        };
        let mut shape = graph.shape(id).to_vec();
        shape.extend(&functionals);
        let adjoint = graph.sum(&parts, &shape);
        if graph.is_zero(adjoint) {
            continue;
        }
        adjoints.of.insert(id, adjoint);
        for piece in pieces(graph, id, &varies) {
            let part = pull_back(graph, id, &piece, adjoint);
            contributions
                .entry(piece.argument())
                .or_default()
                .push((1.0, part));
        }
    }
    adjoints
}
