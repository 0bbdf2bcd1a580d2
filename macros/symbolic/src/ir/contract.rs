//! Einstein notation: indices with extents, factors that carry them, and the indices of the result.

use super::graph::NodeId;
use super::windows::{is_determined, windows_of};

/// An index of a contraction, a position in its `extents`.
pub type Index = usize;

/// One factor of a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Factor {
    /// An entry of a tensor, one index for each axis.
    Tensor(NodeId, Vec<Index>),
    /// `Delta(a, b, offset)`: one where a = b + offset, else zero. Never materialised.
    ///
    /// In a node the range of b fits into that of a, so b says where the node is not zero (a is an
    /// axis of the result) or which part of a tensor is read (a is an axis of the tensor).
    Delta(Index, Index, usize),
    /// One where the axis is a sum of multiples of other indices, else zero. Never materialised.
    Window(Window),
}

/// `axis = offset + Σ multiplier · index`. The sum never leaves the axis.
///
/// In a node the axis belongs to the result and to no tensor (entries are put there, and added where
/// they meet), or to the tensor and not to the result (entries are read there). The terms run freely.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    /// The index that the sum is.
    pub axis: Index,
    /// Indices with their multipliers, the largest multiplier first.
    pub terms: Vec<(Index, usize)>,
    /// What is added.
    pub offset: usize,
}

/// A product of factors, summed over every index that the output lacks.
///
/// An index of the output that no factor carries repeats the value along that axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contract {
    /// The extent of each index. Output indices are numbered first, in order.
    pub extents: Vec<usize>,
    /// The factors; at most two are tensors once the node is built.
    pub factors: Vec<Factor>,
    /// The number of output axes: the output carries indices `0..rank`.
    pub rank: usize,
}

impl Contract {
    /// The tensor factors.
    pub fn tensors(&self) -> impl Iterator<Item = (NodeId, &[Index])> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Tensor(node, indices) => Some((*node, indices.as_slice())),
            Factor::Delta(..) | Factor::Window(_) => None,
        })
    }

    /// The Kronecker deltas: a, b and the offset of a = b + offset.
    pub fn deltas(&self) -> impl Iterator<Item = (Index, Index, usize)> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Delta(a, b, offset) => Some((*a, *b, *offset)),
            Factor::Tensor(..) | Factor::Window(_) => None,
        })
    }

    /// The factors that are no tensors.
    pub fn structure(&self) -> impl Iterator<Item = &Factor> {
        let factors = self.factors.iter();
        factors.filter(|factor| !matches!(factor, Factor::Tensor(..)))
    }

    /// The windows.
    pub fn windows(&self) -> impl Iterator<Item = &Window> {
        windows_of(&self.factors)
    }

    /// Whether entries are put elsewhere through windows: such a node is always stored.
    pub fn writes(&self) -> bool {
        self.windows().any(|window| window.axis < self.rank)
    }

    /// Whether it has no structure: neither deltas nor windows.
    pub fn is_plain(&self) -> bool {
        self.tensors().count() == self.factors.len()
    }

    /// Whether nothing is summed: each index belongs to the output, is tied to another one, or has
    /// one value, and no two entries are put at one place.
    pub fn is_elementwise(&self) -> bool {
        let fixed = |index: usize| self.extents[index] == 1 || self.is_tied(index);
        (self.rank..self.extents.len()).all(fixed) && self.is_injective()
    }

    /// Whether a sum accumulates it as it computes it: two tensors, and an index that is summed, be it of one value.
    pub fn is_accumulated(&self) -> bool {
        let mut summed = self.rank..self.extents.len();
        let product = self.tensors().count() == 2 && summed.any(|index| !self.is_tied(index));
        product || !self.is_elementwise()
    }

    /// Whether an index is tied to another one, or runs through windows.
    fn is_tied(&self, index: Index) -> bool {
        self.deltas().any(|(a, b, _)| a == index || b == index)
            || self.windows().any(|window| window.mentions(index))
    }

    /// Whether no two entries are put at one place by windows.
    fn is_injective(&self) -> bool {
        !self.writes() || is_determined(&self.extents, &self.factors, &|index| index < self.rank)
    }

    /// Whether an index runs freely: it is no axis of a window and tied to no other index.
    pub fn is_free(&self, index: Index) -> bool {
        self.deltas().all(|(a, ..)| a != index) && self.windows().all(|w| w.axis != index)
    }

    /// An index as the sum of free indices that it is: their multipliers, and an offset.
    pub fn as_sum(&self, index: Index) -> (Vec<(Index, usize)>, usize) {
        if let Some((_, along, offset)) = self.deltas().find(|(a, ..)| *a == index) {
            return (vec![(along, 1)], offset);
        }
        match self.windows().find(|window| window.axis == index) {
            Some(window) => (window.terms.clone(), window.offset),
            None => (vec![(index, 1)], 0),
        }
    }

    /// The number of steps of loops over all free indices.
    pub fn volume(&self) -> usize {
        let free = (0..self.extents.len()).filter(|index| self.is_free(*index));
        free.map(|index| self.extents[index]).product()
    }

    /// The free indices whose loops put several entries at one place, the others given: as few steps of
    /// them as can be seen.
    pub fn meeting_indices(&self) -> Vec<Index> {
        let written = self.windows().filter(|window| window.axis < self.rank);
        let terms = written.flat_map(|window| window.terms.iter().map(|(index, _)| *index));
        let mut terms: Vec<Index> = terms.filter(|index| *index >= self.rank).collect();
        terms.sort_unstable_by_key(|index| (self.extents[*index], *index));
        terms.dedup();
        let mut meeting: Vec<Index> = Vec::new();
        let mut terms = terms.into_iter();
        loop {
            let known = |index: Index| index < self.rank || meeting.contains(&index);
            if is_determined(&self.extents, &self.factors, &known) {
                return meeting;
            }
            match terms.next() {
                Some(term) => meeting.push(term),
                None => return meeting,
            }
        }
    }

    /// Whether the node is at most one tensor within deltas: nothing is computed, entries are
    /// only put elsewhere.
    pub fn is_structure(&self) -> bool {
        self.tensors().count() <= 1 && self.is_elementwise()
    }

    /// The index that an axis of a tensor runs along, and where on the axis it begins.
    pub fn runs_along(&self, axis: Index) -> (Index, usize) {
        let mut restrictions = self.deltas().filter(|(a, ..)| *a >= self.rank);
        restrictions
            .find(|(a, ..)| *a == axis)
            .map_or((axis, 0), |(_, b, offset)| (b, offset))
    }

    /// The axis of the result along which an axis of a tensor runs.
    pub fn output_axis(&self, axis: Index) -> Option<Index> {
        let (along, _) = self.runs_along(axis);
        let runs = |output: &Index| self.as_sum(*output).0.contains(&(along, 1));
        (0..self.rank).find(runs)
    }

    /// The axes of the result in which it is zero but for a range that another index runs through:
    /// the axis, that index, and where the range begins.
    pub fn embeddings(&self) -> impl Iterator<Item = (Index, Index, usize)> {
        self.deltas().filter(|(a, ..)| *a < self.rank)
    }
}

/// A product being written down: any number of factors, indices made on demand.
///
/// `Graph::contract` turns it into nodes of at most two tensor factors each.
#[derive(Clone, Debug, Default)]
pub struct Product {
    pub(crate) extents: Vec<usize>,
    pub(crate) factors: Vec<Factor>,
}

impl Product {
    /// An empty product, which is one.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new index.
    pub fn index(&mut self, extent: usize) -> Index {
        self.extents.push(extent);
        self.extents.len() - 1
    }

    /// New indices for the axes of a shape.
    pub fn indices(&mut self, shape: &[usize]) -> Vec<Index> {
        shape.iter().map(|extent| self.index(*extent)).collect()
    }

    /// Multiplies by a tensor.
    pub fn tensor(&mut self, node: NodeId, indices: &[Index]) -> &mut Self {
        self.factors.push(Factor::Tensor(node, indices.to_vec()));
        self
    }

    /// Multiplies by a Kronecker delta.
    pub fn delta(&mut self, a: Index, b: Index) -> &mut Self {
        self.shifted_delta(a, b, 0)
    }

    /// Multiplies by one where a = b + offset, else by zero. The extents may differ.
    pub fn shifted_delta(&mut self, a: Index, b: Index, offset: usize) -> &mut Self {
        self.factors.push(Factor::Delta(a, b, offset));
        self
    }

    /// Multiplies by one where the axis is the offset and the sum of multiples of other indices, else by
    /// zero. The sum does not leave the axis.
    pub fn window(&mut self, axis: Index, terms: &[(Index, usize)], offset: usize) -> &mut Self {
        let window = Window {
            axis,
            terms: terms.to_vec(),
            offset,
        };
        assert!(
            window.last(&self.extents) < self.extents[axis],
            "a window stays within its axis"
        );
        self.factors.push(Factor::Window(window));
        self
    }

    /// Multiplies by a factor that is no tensor.
    pub(crate) fn structure(&mut self, factor: &Factor) {
        self.factors.push(factor.clone());
    }

    /// The windows.
    pub(crate) fn windows(&self) -> impl Iterator<Item = &Window> {
        windows_of(&self.factors)
    }

    /// Renames an index of tensors.
    pub(crate) fn rename_in_tensors(&mut self, from: Index, to: Index) {
        for factor in &mut self.factors {
            if let Factor::Tensor(_, indices) = factor {
                for index in indices.iter_mut().filter(|index| **index == from) {
                    *index = to;
                }
            }
        }
    }

    /// The tensor factors.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (NodeId, &[Index])> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Tensor(node, indices) => Some((*node, indices.as_slice())),
            Factor::Delta(..) | Factor::Window(_) => None,
        })
    }

    /// Whether a tensor factor carries the index.
    pub(crate) fn carries(&self, index: Index) -> bool {
        self.tensors().any(|(_, indices)| indices.contains(&index))
    }
}
