//! The forward Laplacian: value, tangents and the trace of second derivatives pushed together.
//!
//! Li et al., *A computational framework for neural network-based variational Monte Carlo with
//! Forward Laplacian*, Nature Machine Intelligence 6 (2024); here one rule for every operation:
//! `L(v) = Dv[L] + sum over k of D²v[T_k, T_k]` (mathematics, formula 9).

use std::collections::HashMap;

use crate::ir::{Graph, NodeId};

use super::forward::Tangents;
use super::rules::{pieces, push_forward, second_pieces};

/// The Laplacian of the output in the entries of the source; the shape of the output.
pub fn forward_laplacian(graph: &mut Graph, source: NodeId, output: NodeId) -> NodeId {
    let mut tangents = Tangents::identity(graph, source);
    let mut traces: HashMap<NodeId, NodeId> = HashMap::new();
    let needed = graph.ancestors(&[output]);
    let directions = graph.shape(source).to_vec();
    for (index, is_needed) in needed.iter().enumerate() {
        let id = NodeId(index as u32);
        if !is_needed || id == source {
            continue;
        }
        let varies = |argument: NodeId| tangents.get(argument).is_some();
        let mut terms = Vec::new();
        for piece in pieces(graph, id, &varies) {
            if let Some(trace) = traces.get(&piece.argument()) {
                terms.push((1.0, push_forward(graph, id, &piece, *trace)));
            }
        }
        for mut piece in second_pieces(graph, id, &varies) {
            let along = piece.product.indices(&directions);
            for (argument, hole) in &piece.holes {
                let tangent = tangents.get(*argument).expect("the argument varies");
                piece.product.tensor(tangent, &[hole, &along[..]].concat());
            }
            terms.push((1.0, graph.contract(piece.product, &piece.output)));
        }
        tangents.push(graph, id);
        let shape = graph.shape(id).to_vec();
        let trace = graph.sum(&terms, &shape);
        if !graph.is_zero(trace) {
            traces.insert(id, trace);
        }
    }
    traces.get(&output).copied().unwrap_or_else(|| {
        let shape = graph.shape(output).to_vec();
        graph.zero(&shape)
    })
}
