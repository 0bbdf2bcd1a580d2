//! A product goes in, the same product comes out with scaled parameters taken apart, if that is less work.
//!
//! With J = diag(s) K for parameters K, `sum over i, j, d of J[i, d] θ[i, j] J[j, d]` is `sum over i, j of s[i] θ[i, j] s[j] (K Kᵀ)[i, j]`: a tensor as
//! large as K less for each point, and one that all points share.

use crate::simplify::order::{cost_in_order, cost_of_pair};

use super::contract::{Factor, Index, Product};
use super::graph::{Binding, Graph, NodeId, Op};
use super::product::factor_indices;

impl Graph {
    /// Replaces parameters that are scaled along some of their axes by parameters and scale, where that is cheaper, if nothing else reads
    /// what is scaled: the scale may multiply a smaller tensor, and what is left of the parameters is the same for all points.
    pub(super) fn take_apart_scaled(&self, product: &mut Product, held: &[Index]) {
        let mut apart = product.clone();
        let mut scaled = Vec::new();
        for (position, factor) in product.factors.iter().enumerate() {
            let Factor::Tensor(node, indices) = factor else {
                continue;
            };
            let Some(factors) = self.scaled_parameters(*node) else {
                continue;
            };
            let [parameters, scale] = factors.map(|factor| factor.renamed(indices));
            let mut carried = factor_indices(&scale).iter();
            // What is not summed would multiply the result.
            if carried.all(|index| !held.contains(index)) {
                apart.factors[position] = parameters;
                apart.factors.push(scale);
                scaled.push(*node);
            }
        }
        if scaled.is_empty() {
            return;
        }
        scaled.sort_unstable();
        scaled.dedup();
        let made = scaled
            .iter()
            .map(|node| cost_of_pair(self.node(*node).size()));
        let made: f64 = made.sum();
        let costs = [&*product, &apart].map(|product| cost_in_order(self, product, held));
        if let [Some(together), Some(in_parts)] = costs
            && in_parts < made + together
        {
            *product = apart;
        }
    }

    /// The factors of an elementwise product of parameters and of a tensor of points that has some of their axes.
    fn scaled_parameters(&self, id: NodeId) -> Option<[Factor; 2]> {
        let Op::Contract(contract) = &self.node(id).op else {
            return None;
        };
        let [Factor::Tensor(a, _), Factor::Tensor(b, _)] = &contract.factors[..] else {
            return None;
        };
        let of_points = [*a, *b].map(|node| self.node(node).binding == Binding::Points);
        let [first, second] = [0, 1].map(|factor| contract.factors[factor].clone());
        let [parameters, scale] = match of_points {
            [false, true] => [first, second],
            [true, false] => [second, first],
            _ => return None,
        };
        let is_scaled = contract.extents.len() == contract.rank
            && factor_indices(&parameters).len() == contract.rank
            && (1..contract.rank).contains(&factor_indices(&scale).len());
        is_scaled.then_some([parameters, scale])
    }
}
