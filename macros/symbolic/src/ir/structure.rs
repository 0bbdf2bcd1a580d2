//! Constructors that compute nothing: parts of tensors, tensors within larger ones, constants; and
//! the elementwise products and sums that broadcast.

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
