//! Constructors that compute nothing: parts of tensors, tensors within larger ones, constants; and
//! the elementwise products and sums that broadcast.

use std::ops::Range;

use super::contract::{Index, Product};
use super::graph::{Graph, NodeId};

impl Graph {
    /// The entries `start .. start + length` along one axis.
    pub fn slice(&mut self, node: NodeId, axis: usize, start: usize, length: usize) -> NodeId {
        assert!(
            start + length <= self.shape(node)[axis],
            "a slice lies within its axis"
        );
        let (mut product, indices) = self.read(node);
        let mut output = indices.clone();
        output[axis] = product.index(length);
        product.shifted_delta(indices[axis], output[axis], start);
        self.contract(product, &output)
    }

    /// The entries at one position of an axis, which is dropped.
    pub fn entry(&mut self, node: NodeId, axis: usize, position: usize) -> NodeId {
        assert!(
            position < self.shape(node)[axis],
            "an entry lies within its axis"
        );
        let (mut product, indices) = self.read(node);
        let mut output = indices.clone();
        output.remove(axis);
        let place = product.index(1);
        product.shifted_delta(indices[axis], place, position);
        self.contract(product, &output)
    }

    /// The tensor with one axis of `extent`, zero but for the node's entries from `start` on. It is
    /// the transpose of [`Graph::slice`].
    pub fn embed(&mut self, node: NodeId, axis: usize, start: usize, extent: usize) -> NodeId {
        assert!(
            start + self.shape(node)[axis] <= extent,
            "what is embedded fits"
        );
        let (mut product, indices) = self.read(node);
        let mut output = indices.clone();
        output[axis] = product.index(extent);
        product.shifted_delta(output[axis], indices[axis], start);
        self.contract(product, &output)
    }

    /// Tensors one behind the other along an axis: the sum of their embeddings.
    pub fn concat(&mut self, nodes: &[NodeId], axis: usize) -> NodeId {
        let extents = nodes.iter().map(|node| self.shape(*node)[axis]);
        let extent = extents.sum();
        let mut shape = self.shape(nodes[0]).to_vec();
        shape[axis] = extent;
        let mut start = 0;
        let mut terms = Vec::new();
        for node in nodes {
            terms.push((1.0, self.embed(*node, axis, start, extent)));
            start += self.shape(*node)[axis];
        }
        self.sum(&terms, &shape)
    }

    /// The tensor with `before` and `after` zeros around an axis.
    pub fn pad(&mut self, node: NodeId, axis: usize, before: usize, after: usize) -> NodeId {
        let extent = self.shape(node)[axis] + before + after;
        self.embed(node, axis, before, extent)
    }

    /// Every `step`-th of the entries along one axis, `count` of them from `start` on.
    pub fn every(
        &mut self,
        node: NodeId,
        axis: usize,
        start: usize,
        step: usize,
        count: usize,
    ) -> NodeId {
        let (mut product, indices) = self.read(node);
        let mut output = indices.clone();
        output[axis] = product.index(count);
        product.window(indices[axis], &[(output[axis], step)], start);
        self.contract(product, &output)
    }

    /// The windows of an axis that a kernel sees: the axis, of extent n, becomes two, the place of the
    /// window and the place in it, of extents (n - dilation (kernel - 1) - 1) / stride + 1 and `kernel`.
    ///
    /// What is seen at (o, k) is the entry stride o + dilation k.
    pub fn windows(
        &mut self,
        node: NodeId,
        axis: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
    ) -> NodeId {
        let extent = self.shape(node)[axis];
        let reach = dilation * (kernel - 1) + 1;
        assert!(reach <= extent, "a kernel fits into its axis");
        let (mut product, indices) = self.read(node);
        let place = product.index((extent - reach) / stride + 1);
        let within = product.index(kernel);
        product.window(indices[axis], &[(place, stride), (within, dilation)], 0);
        let mut output = indices.clone();
        output.splice(axis..=axis, [place, within]);
        self.contract(product, &output)
    }

    /// The same entries in another shape, both in row-major order (the last axis fastest).
    pub fn reshape(&mut self, node: NodeId, shape: &[usize]) -> NodeId {
        let own = self.shape(node).to_vec();
        assert_eq!(
            own.iter().product::<usize>(),
            shape.iter().product::<usize>(),
            "a reshaped tensor has as many entries"
        );
        let groups = common_groups(&own, shape);
        let flat: Vec<usize> = groups
            .iter()
            .map(|(from, _)| own[from.clone()].iter().product())
            .collect();
        let merges = groups
            .iter()
            .map(|(from, _)| from.clone())
            .collect::<Vec<_>>();
        let splits = groups.iter().map(|(_, to)| to.clone()).collect::<Vec<_>>();
        let (mut product, indices) = self.read(node);
        let merged = product.indices(&flat);
        for (axis, from) in merged.iter().zip(&merges) {
            let terms = row_major(&product, &indices[from.clone()]);
            product.window(*axis, &terms, 0);
        }
        let merged = self.contract(product, &merged);
        let (mut product, flat) = self.read(merged);
        let output = product.indices(shape);
        for (axis, to) in flat.iter().zip(&splits) {
            let terms = row_major(&product, &output[to.clone()]);
            product.window(*axis, &terms, 0);
        }
        self.contract(product, &output)
    }

    /// All entries along one axis, in row-major order.
    pub fn flatten(&mut self, node: NodeId) -> NodeId {
        let size = self.node(node).size();
        self.reshape(node, &[size])
    }

    /// The vector that is one at a position and zero elsewhere.
    pub fn one_hot(&mut self, extent: usize, position: usize) -> NodeId {
        let one = self.ones(&[1]);
        self.embed(one, 0, position, extent)
    }

    /// The tensor whose entries are all one number.
    pub fn constant(&mut self, value: f64, shape: &[usize]) -> NodeId {
        let ones = self.ones(shape);
        self.scale(value, ones)
    }

    /// The elementwise product. A tensor of one entry multiplies every entry of the other.
    pub fn hadamard(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let single = |graph: &Graph, id: NodeId| graph.node(id).size() == 1;
        let higher = self.shape(b).len() >= self.shape(a).len();
        let (factor, tensor) = if single(self, a) && (higher || !single(self, b)) {
            (a, b)
        } else {
            (b, a)
        };
        let mut product = Product::new();
        let output = product.indices(self.shape(tensor));
        product.tensor(tensor, &output);
        if self.shape(factor) == self.shape(tensor) {
            product.tensor(factor, &output);
        } else {
            assert!(single(self, factor), "shapes agree or one is a scalar");
            let own = product.indices(self.shape(factor));
            product.tensor(factor, &own);
        }
        self.contract(product, &output)
    }

    /// The sum of all entries, of shape `[]`.
    pub fn total(&mut self, node: NodeId) -> NodeId {
        let (product, _) = self.read(node);
        self.contract(product, &[])
    }

    /// A tensor of one entry with another number of axes, all of extent one.
    pub fn reshape_unit(&mut self, node: NodeId, shape: &[usize]) -> NodeId {
        assert!(
            self.node(node).size() == 1 && shape.iter().all(|extent| *extent == 1),
            "only a tensor of one entry has any number of axes"
        );
        let (mut product, _) = self.read(node);
        let output = product.indices(shape);
        self.contract(product, &output)
    }

    /// A product of one tensor, and its indices.
    fn read(&self, node: NodeId) -> (Product, Vec<Index>) {
        let mut product = Product::new();
        let indices = product.indices(self.shape(node));
        product.tensor(node, &indices);
        (product, indices)
    }
}

/// Runs of axes of two shapes that have equally many entries, as short as they go; axes of extent one
/// that are left over at the end belong to the last one.
fn common_groups(a: &[usize], b: &[usize]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut groups: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (from, to) = (i, j);
        let (mut left, mut right) = (a[i], b[j]);
        (i, j) = (i + 1, j + 1);
        while left != right {
            if left < right {
                left *= a[i];
                i += 1;
            } else {
                right *= b[j];
                j += 1;
            }
        }
        groups.push((from..i, to..j));
    }
    match groups.last_mut() {
        Some((from, to)) => (from.end, to.end) = (a.len(), b.len()),
        None => groups.push((0..a.len(), 0..b.len())),
    }
    groups
}

/// The place in row-major order as a sum of multiples of indices.
fn row_major(product: &Product, indices: &[Index]) -> Vec<(Index, usize)> {
    let mut multiplier = 1;
    let terms = indices.iter().rev().map(|index| {
        let term = (*index, multiplier);
        multiplier *= product.extents[*index];
        term
    });
    terms.collect()
}
