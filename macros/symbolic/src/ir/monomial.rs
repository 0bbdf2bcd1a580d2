//! The normal form of elementwise products: whatever the order in which factors came together, equal
//! products are one node.
//!
//! The terms of higher derivatives are such products, f''(z) ∘ z' ∘ z'', and come about in many
//! orders. Powers are made by squaring, functions come first, then all follow by age.

use std::collections::BTreeMap;

use super::contract::{Contract, Index, Product};
use super::graph::{Graph, NodeId, Op};

/// Products with more different factors than this keep their shape, so that chains of products
/// stay chains.
const MOST_FACTORS: usize = 8;
/// Powers beyond this are products of powers.
const HIGHEST_POWER: u32 = 1 << 16;

impl Graph {
    /// The elementwise product of tensors of one shape, each of them read by `indices`.
    pub(crate) fn monomial(&mut self, product: &Product, indices: &[Index]) -> NodeId {
        let nodes: Vec<NodeId> = product.tensors().map(|(node, _)| node).collect();
        let shape: Vec<usize> = indices.iter().map(|i| product.extents[*i]).collect();
        let mut powers: Vec<(NodeId, u32)> = self.atoms(&nodes).into_iter().collect();
        powers.sort_by_key(|(node, _)| (!matches!(self.node(*node).op, Op::Map { .. }), *node));
        let mut result = None;
        for (node, exponent) in powers {
            let power = self.power(node, exponent, &shape);
            result = Some(result.map_or(power, |result| self.pair(result, power, &shape)));
        }
        result.expect("a monomial has a factor")
    }

    /// The factors of a product, looking through elementwise products, with their exponents.
    fn atoms(&self, nodes: &[NodeId]) -> BTreeMap<NodeId, u32> {
        let mut pending: BTreeMap<NodeId, u32> = BTreeMap::new();
        for node in nodes {
            *pending.entry(*node).or_default() += 1;
        }
        let mut atoms: BTreeMap<NodeId, u32> = BTreeMap::new();
        // Arguments are older than their users: whoever comes last has its exponent complete.
        while let Some((node, exponent)) = pending.pop_last() {
            match self.elementwise_factors(node) {
                Some(factors)
                    if atoms.len() + pending.len() < MOST_FACTORS - 1
                        && exponent < HIGHEST_POWER =>
                {
                    for factor in factors {
                        *pending.entry(factor).or_default() += exponent;
                    }
                }
                _ => *atoms.entry(node).or_default() += exponent,
            }
        }
        atoms
    }

    /// The two factors of an elementwise product of tensors of its own shape.
    fn elementwise_factors(&self, id: NodeId) -> Option<[NodeId; 2]> {
        let Op::Contract(contract) = &self.node(id).op else {
            return None;
        };
        let whole = contract.extents.len() == contract.rank
            && contract.is_plain()
            && contract
                .tensors()
                .all(|(_, indices)| indices.iter().copied().eq(0..contract.rank));
        let nodes: Vec<NodeId> = contract.tensors().map(|(node, _)| node).collect();
        match nodes[..] {
            [first, second] if whole => Some([first, second]),
            _ => None,
        }
    }

    fn power(&mut self, node: NodeId, exponent: u32, shape: &[usize]) -> NodeId {
        let (mut square, mut rest) = (node, exponent);
        let mut result = None;
        loop {
            if rest % 2 == 1 {
                result = Some(result.map_or(square, |result| self.pair(result, square, shape)));
            }
            rest /= 2;
            match result {
                Some(result) if rest == 0 => return result,
                _ => square = self.pair(square, square, shape),
            }
        }
    }

    /// Stores the product of two tensors of one shape.
    fn pair(&mut self, a: NodeId, b: NodeId, shape: &[usize]) -> NodeId {
        let mut product = Product::new();
        let indices = product.indices(shape);
        product.tensor(a.min(b), &indices);
        product.tensor(a.max(b), &indices);
        let contract = Contract {
            extents: product.extents,
            factors: product.factors,
            rank: shape.len(),
        };
        self.intern(Op::Contract(contract), shape.to_vec())
    }
}
