//! Einstein notation: indices with extents, factors that carry them, and the indices of the result.

use super::graph::NodeId;

/// An index of a contraction, a position in its `extents`.
pub type Index = usize;

/// One factor of a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Factor {
    /// An entry of a tensor, one index for each axis.
    Tensor(NodeId, Vec<Index>),
    /// One where both indices agree, else zero. Never materialised.
    Delta(Index, Index),
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

    /// The Kronecker deltas.
    pub fn deltas(&self) -> impl Iterator<Item = (Index, Index)> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Delta(a, b) => Some((*a, *b)),
            Factor::Tensor(..) => None,
        })
    }

    /// Whether nothing is summed.
    pub fn is_elementwise(&self) -> bool {
        self.extents.len() == self.rank
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
        self.factors.push(Factor::Delta(a, b));
        self
    }
}
