//! Constructors that simplify: what is written down goes in, the id of its normal form comes out.
//!
//! Rules are local and directional; each gives a program that is no dearer. Zero is the empty sum.

use std::collections::HashMap;

use super::contract::{Index, Product};
use super::graph::{Coefficient, FunctionId, Graph, NodeId, Op};

impl Graph {
    /// The numbered input.
    pub fn input(&mut self, number: usize, shape: &[usize]) -> NodeId {
        self.intern(Op::Input(number), shape.to_vec())
    }

    /// Consecutive parameters, column-major.
    pub fn parameter(&mut self, offset: usize, shape: &[usize]) -> NodeId {
        self.intern(Op::Parameter { offset }, shape.to_vec())
    }

    /// What is added to consecutive parameters, column-major: zero, and a source of derivatives.
    pub fn increment(&mut self, offset: usize, shape: &[usize]) -> NodeId {
        self.intern(Op::Increment { offset }, shape.to_vec())
    }

    /// The zero tensor.
    pub fn zero(&mut self, shape: &[usize]) -> NodeId {
        self.intern(Op::Sum(Vec::new()), shape.to_vec())
    }

    /// The tensor of ones.
    pub fn ones(&mut self, shape: &[usize]) -> NodeId {
        let mut product = Product::new();
        let output = product.indices(shape);
        self.contract(product, &output)
    }

    /// The identity, of shape `shape ++ shape`.
    pub fn identity(&mut self, shape: &[usize]) -> NodeId {
        let mut product = Product::new();
        let mut output = product.indices(shape);
        let columns = product.indices(shape);
        for (row, column) in output.iter().zip(&columns) {
            product.delta(*row, *column);
        }
        output.extend(columns);
        self.contract(product, &output)
    }

    /// Whether the node is the zero tensor.
    pub fn is_zero(&self, id: NodeId) -> bool {
        matches!(&self.node(id).op, Op::Sum(terms) if terms.is_empty())
    }

    /// The number that all entries of a node are, if it is known while the macro runs.
    pub fn as_constant(&self, id: NodeId) -> Option<f64> {
        let (coefficient, node) = self.scaled(id);
        match &self.node(node).op {
            Op::Sum(terms) if terms.is_empty() => Some(0.0),
            Op::Contract(contract) if contract.factors.is_empty() => Some(coefficient),
            _ => None,
        }
    }

    /// A linear combination; terms of one node are merged, zeros dropped.
    ///
    /// A term that is a sum itself is written out where one of its terms meets an equal one.
    pub fn sum(&mut self, terms: &[(f64, NodeId)], shape: &[usize]) -> NodeId {
        for (_, term) in terms {
            assert_eq!(self.shape(*term), shape, "terms of a sum have one shape");
        }
        let mut merged = self.merge(terms);
        while let Some(flatter) = self.write_out(&merged) {
            merged = self.merge(&flatter);
        }
        if let [(coefficient, node)] = merged[..]
            && coefficient == 1.0
        {
            return node;
        }
        merged.sort_by_key(|(_, node)| *node);
        let terms = merged.into_iter().map(|(c, node)| (Coefficient(c), node));
        self.intern(Op::Sum(terms.collect()), shape.to_vec())
    }

    /// Adds the coefficients of equal terms.
    fn merge(&self, terms: &[(f64, NodeId)]) -> Vec<(f64, NodeId)> {
        let mut merged: Vec<(f64, NodeId)> = Vec::new();
        for (coefficient, term) in terms {
            let (scale, node) = self.scaled(*term);
            let coefficient = coefficient * scale;
            match merged.iter_mut().find(|(_, known)| *known == node) {
                Some((known, _)) => *known += coefficient,
                None => merged.push((coefficient, node)),
            }
        }
        merged.retain(|(coefficient, node)| *coefficient != 0.0 && !self.is_zero(*node));
        merged
    }

    /// The terms with those sums written out of which a term stands elsewhere too, if there are any.
    fn write_out(&self, terms: &[(f64, NodeId)]) -> Option<Vec<(f64, NodeId)>> {
        let inner = |id: NodeId| match &self.node(id).op {
            Op::Sum(terms) if terms.len() > 1 => &terms[..],
            _ => &[],
        };
        if terms.iter().all(|(_, term)| inner(*term).is_empty()) {
            return None;
        }
        let mut uses: HashMap<NodeId, usize> = HashMap::new();
        for (_, term) in terms {
            *uses.entry(*term).or_default() += 1;
            for (_, node) in inner(*term) {
                *uses.entry(*node).or_default() += 1;
            }
        }
        let mut written = Vec::new();
        for (coefficient, term) in terms {
            let parts = inner(*term);
            if parts.iter().any(|(_, node)| uses[node] > 1) {
                let scaled = parts.iter().map(|(own, node)| (coefficient * own.0, *node));
                written.extend(scaled);
            } else {
                written.push((*coefficient, *term));
            }
        }
        (written.len() > terms.len()).then_some(written)
    }

    /// The sum of two tensors.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let shape = self.shape(a).to_vec();
        self.sum(&[(1.0, a), (1.0, b)], &shape)
    }

    /// A multiple of a tensor.
    pub fn scale(&mut self, coefficient: f64, node: NodeId) -> NodeId {
        let shape = self.shape(node).to_vec();
        self.sum(&[(coefficient, node)], &shape)
    }

    /// The `order`-th derivative of a function, elementwise.
    pub fn map(&mut self, function: FunctionId, order: usize, argument: NodeId) -> NodeId {
        let shape = self.shape(argument).to_vec();
        if let Some(value) = self.function(function).derivative_constant(order) {
            let ones = self.ones(&shape);
            return self.scale(value, ones);
        }
        if order == 0 && self.function(function).is_identity() {
            return argument;
        }
        if let Some(argument) = self.as_constant(argument) {
            let value = self.function(function).evaluate(order, argument);
            // What is not finite is left to run time, which has its own words for it.
            if value.is_finite() {
                return self.constant(value, &shape);
            }
        }
        let op = Op::Map {
            function,
            order,
            argument,
        };
        self.intern(op, shape)
    }

    /// A matrix (or any tensor by its last axis) times a vector-led tensor: `Σ_i a[.., i] b[i, ..]`.
    pub fn multiply(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let mut product = Product::new();
        let rows = product.indices(self.shape(a));
        let (inner, outer) = rows.split_last().expect("a has an axis to sum");
        let mut columns = vec![*inner];
        let rest: Vec<usize> = self.shape(b)[1..].to_vec();
        columns.extend(product.indices(&rest));
        product.tensor(a, &rows).tensor(b, &columns);
        let output: Vec<Index> = outer.iter().chain(&columns[1..]).copied().collect();
        self.contract(product, &output)
    }

    /// A node as coefficient times node, looking through one-term sums.
    pub(crate) fn scaled(&self, id: NodeId) -> (f64, NodeId) {
        match &self.node(id).op {
            Op::Sum(terms) => match terms[..] {
                [(coefficient, node)] => (coefficient.0, node),
                _ => (1.0, id),
            },
            _ => (1.0, id),
        }
    }
}
