//! The forward Laplacian: value, tangents and the trace of second derivatives pushed together.
//!
//! Li et al., *A computational framework for neural network-based variational Monte Carlo with
//! Forward Laplacian*, Nature Machine Intelligence 6 (2024); here one rule for every operation:
//! `L(v) = Dv[L] + sum over k of D²v[T_k, T_k]` (mathematics, formula 9).

use std::collections::HashMap;

use crate::ir::{Graph, NodeId};

use super::forward::Tangents;
use super::rules::{SecondPiece, pieces, push_forward, second_pieces};

/// The Laplacian of the output in the entries of the source; the shape of the output.
pub fn forward_laplacian(graph: &mut Graph, source: NodeId, output: NodeId) -> NodeId {
    let shape = graph.shape(source).to_vec();
    let seed = graph.identity(&shape);
    laplacian_along(graph, source, output, &[seed])
}

/// The sum of the second derivatives of the output along directions at the source: each seed has the
/// shape of the source, followed by any number of axes for directions.
pub(crate) fn laplacian_along(
    graph: &mut Graph,
    source: NodeId,
    output: NodeId,
    seeds: &[NodeId],
) -> NodeId {
    let mut bundles: Vec<Tangents> = Vec::new();
    for seed in seeds {
        bundles.push(Tangents::seeded(graph, &[(source, *seed)]));
    }
    let mut traces: HashMap<NodeId, NodeId> = HashMap::new();
    let needed = graph.ancestors(&[output]);
    for (index, is_needed) in needed.iter().enumerate() {
        let id = NodeId(index as u32);
        if !is_needed || id == source {
            continue;
        }
        let varies = |argument: NodeId| bundles.iter().any(|bundle| bundle.get(argument).is_some());
        let mut terms = Vec::new();
        for piece in pieces(graph, id, &varies) {
            if let Some(trace) = traces.get(&piece.argument()) {
                terms.push((1.0, push_forward(graph, id, &piece, *trace)));
            }
        }
        for piece in second_pieces(graph, id, &varies) {
            for bundle in &bundles {
                terms.extend(along(graph, &piece, bundle).map(|term| (1.0, term)));
            }
        }
        for bundle in &mut bundles {
            bundle.push(graph, id);
        }
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

/// A second-order piece with the tangents in both holes, summed over their directions.
fn along(graph: &mut Graph, piece: &SecondPiece, tangents: &Tangents) -> Option<NodeId> {
    let mut product = piece.product.clone();
    let directions = product.indices(tangents.directions());
    for (argument, hole) in &piece.holes {
        let tangent = tangents.get(*argument)?;
        product.tensor(tangent, &[hole, &directions[..]].concat());
    }
    Some(graph.contract(product, &piece.output))
}
