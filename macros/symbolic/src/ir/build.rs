//! Constructors that simplify: what is written down goes in, the id of its normal form comes out.
//!
//! Rules are local and directional; each gives a program that is no dearer. Zero is the empty sum.

use crate::simplify::order::contraction_order;

use super::contract::{Contract, Factor, Index, Product};
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

    /// A linear combination; terms of one node are merged, zeros dropped.
    pub fn sum(&mut self, terms: &[(f64, NodeId)], shape: &[usize]) -> NodeId {
        let mut merged: Vec<(f64, NodeId)> = Vec::new();
        for (coefficient, term) in terms {
            assert_eq!(self.shape(*term), shape, "terms of a sum have one shape");
            let (scale, node) = self.scaled(*term);
            let coefficient = coefficient * scale;
            match merged.iter_mut().find(|(_, known)| *known == node) {
                Some((known, _)) => *known += coefficient,
                None => merged.push((coefficient, node)),
            }
        }
        merged.retain(|(coefficient, node)| *coefficient != 0.0 && !self.is_zero(*node));
        if let [(coefficient, node)] = merged[..]
            && coefficient == 1.0
        {
            return node;
        }
        merged.sort_by_key(|(_, node)| *node);
        let terms = merged.into_iter().map(|(c, node)| (Coefficient(c), node));
        self.intern(Op::Sum(terms.collect()), shape.to_vec())
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

    /// Builds a product with the given output indices, summing all others.
    ///
    /// Scalar coefficients, one-term sums, transpositions and diagonals are absorbed, deltas
    /// substituted, and more than two tensors are paired in the cheapest order.
    pub fn contract(&mut self, mut product: Product, output: &[Index]) -> NodeId {
        let shape: Vec<usize> = output.iter().map(|i| product.extents[*i]).collect();
        let mut summed = summed_indices(&product, output);
        let Some(mut coefficient) = self.absorb(&mut product) else {
            return self.zero(&shape);
        };
        substitute_deltas(&mut product, output, &mut summed);
        coefficient *= free_sums(&product, &summed);
        let tensors = |product: &Product| {
            let is_tensor = |factor: &&Factor| matches!(factor, Factor::Tensor(..));
            product.factors.iter().filter(is_tensor).count()
        };
        if tensors(&product) > 1 {
            self.sum_early(&mut product, output);
        }
        while tensors(&product) > 2 {
            let (first, second) = contraction_order(self, &product, output);
            self.contract_pair(&mut product, output, first, second);
        }
        let node = self.split(product, output, &shape);
        self.sum(&[(coefficient, node)], &shape)
    }

    /// Sums an index that only one tensor carries in that tensor.
    fn sum_early(&mut self, product: &mut Product, output: &[Index]) {
        for position in 0..product.factors.len() {
            let Factor::Tensor(node, indices) = product.factors[position].clone() else {
                continue;
            };
            let elsewhere = |index: &Index| {
                let mut others = product.factors.iter().enumerate();
                output.contains(index)
                    || others.any(|(other, factor)| {
                        other != position && factor_indices(factor).contains(index)
                    })
            };
            if indices.iter().all(elsewhere) {
                continue;
            }
            let mut kept: Vec<Index> = Vec::new();
            for index in &indices {
                if elsewhere(index) && !kept.contains(index) {
                    kept.push(*index);
                }
            }
            let mut alone = Product {
                extents: product.extents.clone(),
                factors: Vec::new(),
            };
            alone.tensor(node, &indices);
            let sum = self.contract(alone, &kept);
            product.factors[position] = Factor::Tensor(sum, kept);
        }
    }

    /// Keeps work apart from structure: a sum has neither deltas nor repeated axes, a product no
    /// deltas; those go into a node of one tensor around it, which its users absorb.
    fn split(&mut self, mut product: Product, output: &[Index], shape: &[usize]) -> NodeId {
        let carried = |index: &Index| {
            let mut factors = product.factors.iter();
            factors.any(|factor| factor_indices(factor).contains(index))
        };
        let kept: Vec<Index> = output.iter().copied().filter(carried).collect();
        let indices = product.factors.iter().flat_map(factor_indices);
        let sums = indices.into_iter().any(|index| !output.contains(index));
        let is_delta = |factor: &Factor| matches!(factor, Factor::Delta(..));
        let deltas = product.factors.iter().any(is_delta);
        let tensors = product
            .factors
            .iter()
            .filter(|factor| !is_delta(factor))
            .count();
        let plain = kept == output && !deltas;
        let structure = !sums && (!deltas || tensors <= 1);
        if plain || structure {
            return self.finish(&product, output, shape.to_vec());
        }
        let deltas = product.factors.iter().filter(|factor| is_delta(factor));
        let deltas: Vec<Factor> = deltas.cloned().collect();
        product.factors.retain(|factor| !is_delta(factor));
        let mut outer = Product {
            extents: product.extents.clone(),
            factors: deltas,
        };
        let inner = self.contract(product, &kept);
        outer.tensor(inner, &kept);
        self.contract(outer, output)
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

    /// Replaces tensor factors by what they stand for where that costs nothing: coefficients,
    /// transpositions, diagonals, repetitions, identities. `None`: the product is zero.
    fn absorb(&self, product: &mut Product) -> Option<f64> {
        let mut coefficient = 1.0;
        let mut position = 0;
        while position < product.factors.len() {
            let Factor::Tensor(node, indices) = product.factors[position].clone() else {
                position += 1;
                continue;
            };
            let (scale, inner) = self.scaled(node);
            coefficient *= scale;
            if self.is_zero(inner) {
                return None;
            }
            product.factors[position] = Factor::Tensor(inner, indices.clone());
            match &self.node(inner).op {
                Op::Contract(contract)
                    if contract.is_elementwise() && contract.tensors().count() <= 1 =>
                {
                    product.factors.remove(position);
                    for factor in &contract.factors {
                        product.factors.insert(
                            position,
                            match factor {
                                Factor::Tensor(node, inner) => Factor::Tensor(
                                    *node,
                                    inner.iter().map(|index| indices[*index]).collect(),
                                ),
                                Factor::Delta(a, b) => Factor::Delta(indices[*a], indices[*b]),
                            },
                        );
                    }
                }
                _ => position += 1,
            }
        }
        Some(coefficient)
    }

    /// Multiplies two of the factors into a node of their own.
    fn contract_pair(
        &mut self,
        product: &mut Product,
        output: &[Index],
        first: usize,
        second: usize,
    ) {
        let b = product.factors.remove(second);
        let a = product.factors.remove(first);
        let mut kept: Vec<Index> = Vec::new();
        for factor in [&a, &b] {
            for index in factor_indices(factor) {
                let outside = output.contains(index)
                    || product
                        .factors
                        .iter()
                        .any(|other| factor_indices(other).contains(index));
                if outside && !kept.contains(index) {
                    kept.push(*index);
                }
            }
        }
        let pair = Product {
            extents: product.extents.clone(),
            factors: vec![a, b],
        };
        let node = self.contract(pair, &kept);
        let (_, inner) = self.scaled(node);
        debug_assert_eq!(node, inner, "coefficients were absorbed before");
        product.factors.push(Factor::Tensor(node, kept));
    }

    /// Numbers the indices canonically and stores the node.
    fn finish(&mut self, product: &Product, output: &[Index], shape: Vec<usize>) -> NodeId {
        if let [Factor::Tensor(node, indices)] = &product.factors[..]
            && indices == output
            && distinct(output)
        {
            return *node;
        }
        let orders: &[bool] = &[false, true];
        let candidates = orders.iter().map(|swap| canonical(product, output, *swap));
        let contract = candidates
            .min_by(|a, b| a.factors.cmp(&b.factors))
            .expect("there are two orders");
        self.intern(Op::Contract(contract), shape)
    }
}

pub(crate) fn factor_indices(factor: &Factor) -> &[Index] {
    match factor {
        Factor::Tensor(_, indices) => indices,
        Factor::Delta(..) => &[],
    }
}

fn distinct(indices: &[Index]) -> bool {
    let repeated = |(position, index): (usize, &Index)| indices[..position].contains(index);
    !indices.iter().enumerate().any(repeated)
}

/// The indices that are summed: carried by a factor, absent from the output.
fn summed_indices(product: &Product, output: &[Index]) -> Vec<Index> {
    let mut summed = Vec::new();
    for factor in &product.factors {
        let indices = match factor {
            Factor::Tensor(_, indices) => indices.clone(),
            Factor::Delta(a, b) => vec![*a, *b],
        };
        for index in indices {
            if !output.contains(&index) && !summed.contains(&index) {
                summed.push(index);
            }
        }
    }
    summed
}

/// Removes deltas by renaming; one between two output indices stays.
fn substitute_deltas(product: &mut Product, output: &[Index], summed: &mut Vec<Index>) {
    let place = |index: &Index| output.iter().position(|known| known == index);
    let mut position = 0;
    while position < product.factors.len() {
        let Factor::Delta(a, b) = product.factors[position] else {
            position += 1;
            continue;
        };
        if a == b {
            product.factors.remove(position);
            continue;
        }
        let (to, from) = match (place(&a), place(&b)) {
            (Some(x), Some(y)) if x > y => (b, a),
            (None, Some(_)) => (b, a),
            _ => (a, b),
        };
        let kept = place(&a).is_some() && place(&b).is_some();
        summed.retain(|index| *index != from);
        let delta = product.factors.remove(position);
        for factor in &mut product.factors {
            let renamed: Vec<&mut Index> = match factor {
                Factor::Tensor(_, indices) => indices.iter_mut().collect(),
                Factor::Delta(x, y) => vec![x, y],
            };
            for index in renamed {
                if *index == from {
                    *index = to;
                }
            }
        }
        if kept {
            product.factors.insert(position, delta);
            position += 1;
        }
    }
}

/// A summed index that no factor carries any more multiplies by its extent.
fn free_sums(product: &Product, summed: &[Index]) -> f64 {
    let carried = |index: &Index| {
        let mut factors = product.factors.iter();
        factors.any(|factor| factor_indices(factor).contains(index))
    };
    let free = summed.iter().filter(|index| !carried(index));
    free.map(|index| product.extents[*index] as f64).product()
}

fn canonical(product: &Product, output: &[Index], swap: bool) -> Contract {
    let mut factors = product.factors.clone();
    factors.sort_by_key(|factor| match factor {
        Factor::Tensor(node, _) => (0, *node),
        Factor::Delta(..) => (1, NodeId(0)),
    });
    if swap {
        let tensors = |factor: &&Factor| matches!(factor, Factor::Tensor(..));
        if factors.iter().filter(tensors).count() == 2 {
            factors.swap(0, 1);
        }
    }
    let mut names: Vec<Index> = output.to_vec();
    for factor in &factors {
        for index in factor_indices(factor) {
            if !names.contains(index) {
                names.push(*index);
            }
        }
    }
    let rename = |index: &Index| {
        let found = names.iter().position(|name| name == index);
        found.expect("every index is carried by the output or a tensor")
    };
    for factor in &mut factors {
        match factor {
            Factor::Tensor(_, indices) => {
                for index in indices {
                    *index = rename(index);
                }
            }
            Factor::Delta(a, b) => {
                let (x, y) = (rename(a), rename(b));
                (*a, *b) = (x.min(y), x.max(y));
            }
        }
    }
    factors.sort_by_key(|factor| match factor {
        Factor::Tensor(..) => Vec::new(),
        Factor::Delta(a, b) => vec![*a, *b],
    });
    Contract {
        extents: names.iter().map(|name| product.extents[*name]).collect(),
        factors,
        rank: output.len(),
    }
}
