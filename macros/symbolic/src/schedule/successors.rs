//! Which tensors may lie where others were, though these are read while they are written: entry by entry.

use std::collections::HashMap;

use crate::ir::{Graph, NodeId, Op};

use super::units::Units;

/// Who writes and who reads each stored tensor.
pub(crate) struct Successors<'a> {
    graph: &'a Graph,
    units: &'a Units,
    moments: Vec<usize>,
    /// Numbers of units.
    writers: HashMap<NodeId, usize>,
    readers: HashMap<NodeId, Vec<usize>>,
}

impl<'a> Successors<'a> {
    pub fn new(graph: &'a Graph, units: &'a Units) -> Self {
        let mut writers = HashMap::new();
        let mut readers: HashMap<NodeId, Vec<usize>> = HashMap::new();
        for (number, unit) in units.ordered.iter().enumerate() {
            writers.extend(unit.nodes().iter().map(|node| (*node, number)));
            for read in units.reads(graph, unit) {
                readers.entry(read).or_default().push(number);
            }
        }
        Successors {
            graph,
            units,
            moments: units.moments(graph),
            writers,
            readers,
        }
    }

    /// Whether a tensor may be written entry by entry where another of its shape lies, which is known to be read up to a moment: all else
    /// that reads that one does so at an earlier moment, so that nothing that could be joined with the writer reads what is gone.
    pub fn may_follow(&self, earlier: NodeId, last: usize, later: NodeId) -> bool {
        let Some(writer) = self.writers.get(&later) else {
            return false;
        };
        let moment = self.moments[*writer];
        let unit = &self.units.ordered[*writer];
        let mut readers = self.readers.get(&earlier).into_iter().flatten();
        last <= moment
            && self.units.is_elementwise(self.graph, unit)
            && readers.all(|reader| {
                if reader == writer {
                    let mut nodes = unit.nodes().iter();
                    nodes.all(|node| self.reads_by_entries(*node, earlier))
                } else {
                    self.moments[*reader] < moment
                }
            })
    }

    /// Whether each entry of a node depends on no other entry of a tensor than that in its own place.
    fn reads_by_entries(&self, node: NodeId, tensor: NodeId) -> bool {
        let is_other = |id: NodeId| match self.units.recomputed.get(&id) {
            Some(recomputed) => !recomputed.sources.contains(&tensor),
            None => self.units.stored(self.graph, id) != Some(tensor),
        };
        let op = &self.graph.node(node).op;
        match op {
            Op::Contract(contract) => {
                let own = 0..contract.rank;
                let mut tensors = contract.tensors();
                // What is put elsewhere may come from a product that is computed on the way.
                !contract.writes()
                    && tensors.all(|(id, indices)| {
                        let entries = id == tensor
                            && contract.is_plain()
                            && indices.iter().copied().eq(own.clone());
                        entries || is_other(id)
                    })
            }
            Op::Sum(_) | Op::Map { .. } => {
                let arguments = self.graph.arguments(node);
                arguments.iter().all(|id| *id == tensor || is_other(*id))
            }
            _ => false,
        }
    }
}
