//! Einstein notation: indices with extents, factors that carry them, and the indices of the result.

use super::graph::NodeId;

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
            Factor::Delta(..) => None,
        })
    }

    /// The Kronecker deltas: a, b and the offset of a = b + offset.
    pub fn deltas(&self) -> impl Iterator<Item = (Index, Index, usize)> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Delta(a, b, offset) => Some((*a, *b, *offset)),
            Factor::Tensor(..) => None,
        })
    }

    /// Whether nothing is summed: each index belongs to the output, is tied to another one, or has
    /// one value.
    pub fn is_elementwise(&self) -> bool {
        let single = self.tensors().count() < 2;
        let fixed = |index: &Index| {
            self.deltas().any(|(a, b, _)| a == *index || b == *index)
                || (single && self.extents[*index] == 1)
        };
        (self.rank..self.extents.len()).all(|index| fixed(&index))
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
        if along < self.rank {
            return Some(along);
        }
        let mut embeddings = self.embeddings();
        let embedded = embeddings.find(|(_, carrier, _)| *carrier == along);
        embedded.map(|(output, ..)| output)
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

    /// The tensor factors.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (NodeId, &[Index])> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Tensor(node, indices) => Some((*node, indices.as_slice())),
            Factor::Delta(..) => None,
        })
    }

    /// Whether a tensor factor carries the index.
    pub(crate) fn carries(&self, index: Index) -> bool {
        self.tensors().any(|(_, indices)| indices.contains(&index))
    }
}
