//! Forward mode: seeds at some nodes go in, tangents of everything that depends on them come out.

use std::collections::HashMap;

use crate::ir::{Graph, NodeId};

use super::rules::{pieces, push_forward};

/// Tangents of nodes along directions. A tangent has the shape of its node followed by the
/// directions; a node without one does not depend on the seeds.
#[derive(Clone, Debug, Default)]
pub struct Tangents {
    of: HashMap<NodeId, NodeId>,
    directions: Vec<usize>,
}

impl Tangents {
    /// Seeds: the tangent of each named node. The directions are the axes beyond the node's own.
    pub fn seeded(graph: &Graph, seeds: &[(NodeId, NodeId)]) -> Self {
        let (node, seed) = seeds.first().expect("forward mode needs a seed");
        let directions = graph.shape(*seed)[graph.shape(*node).len()..].to_vec();
        Tangents {
            of: seeds.iter().copied().collect(),
            directions,
        }
    }

    /// Identity seeds at one node: as many directions as it has entries.
    pub fn identity(graph: &mut Graph, node: NodeId) -> Self {
        let shape = graph.shape(node).to_vec();
        let seed = graph.identity(&shape);
        Self::seeded(graph, &[(node, seed)])
    }

    /// The axes that run through the directions.
    pub fn directions(&self) -> &[usize] {
        &self.directions
    }

    /// The tangent of a node whose arguments were pushed before.
    pub fn get(&self, id: NodeId) -> Option<NodeId> {
        self.of.get(&id).copied()
    }

    /// Computes the tangent of one node from those of its arguments.
    pub fn push(&mut self, graph: &mut Graph, id: NodeId) {
        if self.of.contains_key(&id) {
            return;
        }
        let varies = |argument: NodeId| self.of.contains_key(&argument);
        let parts: Vec<(f64, NodeId)> = pieces(graph, id, &varies)
            .iter()
            .map(|piece| {
                let tangent = self.of[&piece.argument()];
                (1.0, push_forward(graph, id, piece, tangent))
            })
            .collect();
        if parts.is_empty() {
            return;
        }
        let mut shape = graph.shape(id).to_vec();
        shape.extend(&self.directions);
        let tangent = graph.sum(&parts, &shape);
        if !graph.is_zero(tangent) {
            self.of.insert(id, tangent);
        }
    }
}

/// The tangents of the roots (zero where they do not depend on the seeds).
pub fn forward(graph: &mut Graph, roots: &[NodeId], seeds: &[(NodeId, NodeId)]) -> Vec<NodeId> {
    let mut tangents = Tangents::seeded(graph, seeds);
    let needed = graph.ancestors(roots);
    for (index, is_needed) in needed.iter().enumerate() {
        if *is_needed {
            tangents.push(graph, NodeId(index as u32));
        }
    }
    let directions = tangents.directions.clone();
    roots
        .iter()
        .map(|root| {
            tangents.get(*root).unwrap_or_else(|| {
                let mut shape = graph.shape(*root).to_vec();
                shape.extend(&directions);
                graph.zero(&shape)
            })
        })
        .collect()
}
