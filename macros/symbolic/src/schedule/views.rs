//! Nodes that are not stored: views of tensors, structure that is written where it is used, and products that
//! are put where a user says.

use std::collections::HashSet;

use crate::ir::{Contract, Factor, Graph, NodeId, Op};

/// A node as a view of a tensor.
pub(crate) struct Viewed {
    /// The tensor.
    pub tensor: NodeId,
    /// For each of its axes: the axes of the view that run along it, with the steps that they make, and
    /// where on the tensor's axis that begins.
    pub axes: Vec<(Vec<(usize, usize)>, usize)>,
}

/// The tensor that a node is a view of, if it is one.
pub(crate) fn view_of(graph: &Graph, id: NodeId) -> Option<Viewed> {
    if let Op::Held(tensor) = graph.node(id).op {
        let axes = (0..graph.shape(id).len()).map(|axis| (vec![(axis, 1)], 0));
        return Some(Viewed {
            tensor,
            axes: axes.collect(),
        });
    }
    let Op::Contract(contract) = &graph.node(id).op else {
        return None;
    };
    if !contract.is_structure() || contract.embeddings().next().is_some() || contract.writes() {
        return None;
    }
    let (tensor, indices) = contract.tensors().next()?;
    let axes = indices.iter().map(|index| {
        let (mut terms, start) = contract.as_sum(*index);
        terms.retain(|(along, _)| *along < contract.rank);
        (terms, start)
    });
    Some(Viewed {
        tensor,
        axes: axes.collect(),
    })
}

/// The tensors that a node reads as they are, also if they are structure.
pub(crate) fn read_as_stored(graph: &Graph, id: NodeId) -> Vec<NodeId> {
    match &graph.node(id).op {
        Op::Contract(contract) if contract.windows().next().is_some() => graph.arguments(id),
        Op::FirstMax { .. } | Op::Held(_) => graph.arguments(id),
        _ => Vec::new(),
    }
}

/// A contraction that puts entries elsewhere, with the product in the place of the tensor that it
/// puts there, if that is not stored.
pub(crate) fn composed(graph: &Graph, fused: &HashSet<NodeId>, contract: &Contract) -> Contract {
    let mut composed = contract.clone();
    for (position, factor) in contract.factors.iter().enumerate() {
        let Factor::Tensor(tensor, indices) = factor else {
            continue;
        };
        if let Op::Contract(inner) = &graph.node(*tensor).op
            && fused.contains(tensor)
        {
            let first = composed.extents.len();
            let summed = &inner.extents[inner.rank..];
            composed.extents.extend(summed);
            let summed = first..composed.extents.len();
            let names: Vec<usize> = indices.iter().copied().chain(summed).collect();
            let factors = inner.factors.iter().map(|factor| factor.renamed(&names));
            composed.factors.splice(position..=position, factors);
        }
    }
    composed
}

/// Whether the node is zero, ones and deltas, or deltas around one tensor: written where it is used.
pub(crate) fn is_structure(graph: &Graph, id: NodeId) -> bool {
    match &graph.node(id).op {
        Op::Contract(contract) => contract.is_structure() && !contract.writes(),
        Op::Sum(terms) => terms.is_empty(),
        _ => false,
    }
}
