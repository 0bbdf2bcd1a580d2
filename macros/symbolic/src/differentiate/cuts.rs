//! Cuts: the places where everything between two nodes narrows to one tensor.

use crate::ir::{Coefficient, Graph, NodeId, Op};

use super::rules::pieces;

/// The part of a graph between a source and an output, in topological order, and its cuts.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// Nodes that depend on the source and that the output depends on, both included.
    pub nodes: Vec<NodeId>,
    /// Positions in `nodes` of the cuts, the first and the last node included.
    pub cuts: Vec<usize>,
}

impl Span {
    /// Finds the active nodes and the cuts that an elimination may stop at; none of either if the
    /// output does not depend on the source.
    ///
    /// A cut that the next cut is a linear function of is left out: nothing is gained there over
    /// the cut before it, since a linear stretch adds no second-order term to merge.
    pub fn new(graph: &mut Graph, source: NodeId, output: NodeId) -> Self {
        let needed = graph.ancestors(&[output]);
        let varying = graph.descendants(&[source]);
        let active = |id: NodeId| needed[id.index()] && varying[id.index()];
        let ids = (0..=output.index()).map(|index| NodeId(index as u32));
        let nodes: Vec<NodeId> = ids.filter(|id| active(*id)).collect();
        let mut farthest = vec![0; nodes.len()];
        let mut linear = vec![true; nodes.len()];
        for (position, id) in nodes.iter().enumerate() {
            let mut arguments = graph.arguments(*id);
            arguments.retain(|argument| active(*argument));
            for argument in &arguments {
                let from = nodes.binary_search(argument).expect("an active argument");
                farthest[from] = farthest[from].max(position);
            }
            linear[position] = graph.is_linear(*id, &active);
        }
        let mut cuts = Vec::new();
        let mut reach = 0;
        for (position, far) in farthest.iter().enumerate() {
            if reach <= position {
                cuts.push(position);
            }
            reach = reach.max(*far);
        }
        let last = nodes.len().saturating_sub(1);
        let mut kept: Vec<usize> = Vec::new();
        for (number, cut) in cuts.iter().enumerate() {
            let end = cuts.get(number + 1).copied().unwrap_or(last);
            let straight = linear[cut + 1..=end].iter().all(|is_linear| *is_linear);
            if *cut == 0 || *cut == last || !straight {
                kept.push(*cut);
            }
        }
        Span { nodes, cuts: kept }
    }
}

/// Terms of a sum with their coefficients, and which nodes they are computed from.
type Group = (Vec<(f64, NodeId)>, Vec<bool>);

/// The terms of the sum that an output is, or is a linear function of, in groups that share nothing but the source; a group is
/// one node. One node, if there is no such sum or all its terms hang together.
pub(crate) fn separate_terms(graph: &mut Graph, source: NodeId, output: NodeId) -> Vec<NodeId> {
    let varying = graph.descendants(&[source]);
    let mut top = output;
    let terms = loop {
        let node = graph.node(top).clone();
        match node.op {
            Op::Sum(terms) => {
                let varies = |(_, term): &(Coefficient, NodeId)| varying[term.index()];
                let terms: Vec<(Coefficient, NodeId)> = terms.into_iter().filter(varies).collect();
                match terms[..] {
                    [(_, only)] => top = only,
                    _ => break terms,
                }
            }
            Op::Contract(contract) => {
                let mut tensors = contract.tensors().filter(|(id, _)| varying[id.index()]);
                match (tensors.next(), tensors.next()) {
                    (Some((only, _)), None) => top = only,
                    _ => return vec![output],
                }
            }
            _ => return vec![output],
        }
    };
    let mut groups: Vec<Group> = Vec::new();
    for (coefficient, term) in terms {
        let mut members = graph.ancestors(&[term]);
        for (index, member) in members.iter_mut().enumerate() {
            *member &= varying.get(index).copied().unwrap_or(false) && index != source.index();
        }
        let mut group = vec![(coefficient.0, term)];
        groups.retain(|(others, reached)| {
            let apart = !reached.iter().zip(&members).any(|(a, b)| *a && *b);
            if !apart {
                group.extend(others);
                for (member, reached) in members.iter_mut().zip(reached) {
                    *member |= reached;
                }
            }
            apart
        });
        groups.push((group, members));
    }
    if groups.len() < 2 {
        return vec![output];
    }
    let shape = graph.shape(top).to_vec();
    let ends = groups.into_iter().map(|(group, _)| match group[..] {
        [(_, only)] => only,
        _ => graph.sum(&group, &shape),
    });
    ends.collect()
}

impl Graph {
    /// Whether the node is linear in the arguments that vary.
    fn is_linear(&mut self, id: NodeId, varies: &dyn Fn(NodeId) -> bool) -> bool {
        let safe = |argument: NodeId| varies(argument);
        let parts = pieces(self, id, &safe);
        let elementwise = parts.iter().any(|part| part.is_nonlinear(self));
        let arguments = self.arguments(id);
        let varying = arguments
            .iter()
            .filter(|argument| varies(**argument))
            .count();
        let bilinear = matches!(self.node(id).op, Op::Contract(_)) && varying > 1;
        !elementwise && !bilinear
    }
}
