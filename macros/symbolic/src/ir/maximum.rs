//! Constructors around the largest entry of an axis: one-hots of it, maxima, and the functions that are
//! shifted by it so that no exponential overflows.

use crate::functions::{Function, Polynomial, Primitive};

use super::contract::{Index, Product};
use super::graph::{Binding, Graph, NodeId, Op};

/// A comparison is straight-line code over all entries of an axis: longer ones are compared in parts.
const LONGEST: usize = 8;

impl Graph {
    /// One where the entry is the first of the largest along an axis, else zero: shape of the node.
    pub fn first_max(&mut self, node: NodeId, axis: usize) -> NodeId {
        let shape = self.shape(node).to_vec();
        let extent = shape[axis];
        if extent == 1 {
            return self.ones(&shape);
        }
        if extent <= LONGEST {
            let op = Op::FirstMax {
                argument: node,
                axis,
            };
            return self.intern(op, shape);
        }
        let (parts, rest) = (extent / LONGEST, extent % LONGEST);
        let whole = self.slice(node, axis, 0, parts * LONGEST);
        let whole = self.windows(whole, axis, LONGEST, LONGEST, 1);
        // The places in each part, then the maxima of the parts.
        let mut places = vec![self.first_max(whole, axis + 1)];
        let mut maxima = vec![self.picked(places[0], whole, axis + 1)];
        if rest > 0 {
            let last = self.slice(node, axis, parts * LONGEST, rest);
            let last = self.windows(last, axis, rest, rest, 1);
            places.push(self.first_max(last, axis + 1));
            maxima.push(self.picked(places[1], last, axis + 1));
        }
        let maxima = self.concat(&maxima, axis);
        let part = self.first_max(maxima, axis);
        let mut begin = 0;
        let mut found = Vec::new();
        for places in places {
            let parts = self.shape(places)[axis];
            let part = self.slice(part, axis, begin, parts);
            let mut product = Product::new();
            let indices = product.indices(self.shape(places));
            let mut outer = indices.clone();
            outer.remove(axis + 1);
            product.tensor(places, &indices).tensor(part, &outer);
            let one = self.contract(product, &indices);
            let mut merged = shape.clone();
            merged[axis] = parts * self.shape(places)[axis + 1];
            found.push(self.reshape(one, &merged));
            begin += parts;
        }
        self.concat(&found, axis)
    }

    /// The largest entries along an axis, which is dropped. NaN if one of them is, or if one is infinite
    /// and not the largest.
    pub fn max_along(&mut self, node: NodeId, axis: usize) -> NodeId {
        let place = self.first_max(node, axis);
        self.picked(place, node, axis)
    }

    /// exp(x) / Σ exp(x) along the last axis.
    pub fn softmax(&mut self, node: NodeId) -> NodeId {
        let (_, exponentials, total) = self.shifted_exponentials(node);
        let reciprocal = self.primitive("reciprocal", Primitive::Reciprocal, total);
        let mut product = Product::new();
        let indices = product.indices(self.shape(node));
        let leading = &indices[..indices.len() - 1];
        product
            .tensor(exponentials, &indices)
            .tensor(reciprocal, leading);
        self.contract(product, &indices)
    }

    /// ln of the softmax: x - ln Σ exp(x) along the last axis.
    pub fn log_softmax(&mut self, node: NodeId) -> NodeId {
        let (shifted, _, total) = self.shifted_exponentials(node);
        let logarithm = self.primitive("ln", Primitive::Ln, total);
        let shape = self.shape(node).to_vec();
        let repeated = self.repeat(logarithm, &shape);
        self.sum(&[(1.0, shifted), (-1.0, repeated)], &shape)
    }

    /// x - max x along the last axis, the exponentials of that, and their sums.
    ///
    /// Neither function depends on the shift: its derivative is left out, not cancelled.
    fn shifted_exponentials(&mut self, node: NodeId) -> (NodeId, NodeId, NodeId) {
        let shape = self.shape(node).to_vec();
        let largest = self.max_along(node, shape.len() - 1);
        let held = self.held(largest);
        let shift = self.repeat(held, &shape);
        let shifted = self.sum(&[(1.0, node), (-1.0, shift)], &shape);
        let exponentials = self.primitive("exp", Primitive::Exp, shifted);
        let mut product = Product::new();
        let indices = product.indices(&shape);
        product.tensor(exponentials, &indices);
        let total = self.contract(product, &indices[..shape.len() - 1]);
        (shifted, exponentials, total)
    }

    /// The node, with derivative zero.
    pub fn held(&mut self, node: NodeId) -> NodeId {
        if self.node(node).binding == Binding::Constant {
            return node;
        }
        let shape = self.shape(node).to_vec();
        self.intern(Op::Held(node), shape)
    }

    /// The sum of the entries at some places along an axis.
    fn picked(&mut self, places: NodeId, node: NodeId, axis: usize) -> NodeId {
        let mut product = Product::new();
        let indices = product.indices(self.shape(node));
        product.tensor(places, &indices).tensor(node, &indices);
        let mut output: Vec<Index> = indices;
        output.remove(axis);
        self.contract(product, &output)
    }

    /// A tensor without the last axis of a shape, repeated along it.
    fn repeat(&mut self, node: NodeId, shape: &[usize]) -> NodeId {
        let mut product = Product::new();
        let indices = product.indices(shape);
        product.tensor(node, &indices[..shape.len() - 1]);
        self.contract(product, &indices)
    }

    fn primitive(&mut self, name: &str, primitive: Primitive, argument: NodeId) -> NodeId {
        let polynomial = Polynomial::argument().apply(primitive);
        let function = self.add_function(Function::new(name, polynomial));
        self.map(function, 0, argument)
    }
}
