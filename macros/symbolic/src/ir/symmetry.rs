//! Symmetry of a tensor in two of its axes, found by swapping them: if the swapped product is the
//! same product, the tensor is symmetric and one triangle of it suffices.

use super::contract::{Factor, Index};
use super::graph::{Graph, NodeId, Op};
use super::product::factor_indices;

/// Products with more factors than this are not examined.
const MOST_FACTORS: usize = 10;

impl Graph {
    /// Whether the tensor is known to be unchanged when axes `a` and `b` are swapped.
    pub fn is_symmetric(&mut self, id: NodeId, a: usize, b: usize) -> bool {
        let (a, b) = (a.min(b), a.max(b));
        let shape = self.shape(id);
        if b >= shape.len() || shape[a] != shape[b] {
            return false;
        }
        if a == b {
            return true;
        }
        if let Some(known) = self.symmetries.get(&(id, a, b)) {
            return *known;
        }
        let answer = match self.node(id).op.clone() {
            Op::Input(_) | Op::Parameter { .. } | Op::Increment { .. } => false,
            Op::Sum(terms) => terms.iter().all(|(_, term)| self.is_symmetric(*term, a, b)),
            Op::Map { argument, .. } | Op::Held(argument) => self.is_symmetric(argument, a, b),
            Op::FirstMax { argument, axis } => {
                axis != a && axis != b && self.is_symmetric(argument, a, b)
            }
            // Canonical form has one of the two indices in the delta only.
            Op::Contract(contract) if contract.deltas().any(|delta| delta == (b, a, 0)) => true,
            Op::Contract(contract) => {
                let mut extents = contract.extents.len();
                let mut factors = contract.factors.clone();
                loop {
                    let swapped = swap(&factors, a, b);
                    if self.same_product(&factors, &swapped, extents, contract.rank) {
                        break true;
                    }
                    if !self.expand_last(&mut factors, &mut extents, (a, b)) {
                        break false;
                    }
                }
            }
        };
        self.symmetries.insert((id, a, b), answer);
        answer
    }

    /// Writes out the product that carries one of the two axes and was made last: what is made of others before those, so that
    /// the two sides of a symmetric product meet as soon as they can. False if there is none or they would be too many.
    fn expand_last(
        &self,
        factors: &mut Vec<Factor>,
        extents: &mut usize,
        (a, b): (Index, Index),
    ) -> bool {
        let products = factors.iter().enumerate().filter_map(|(position, factor)| {
            let Factor::Tensor(node, indices) = factor else {
                return None;
            };
            // A tensor that carries both axes decides for itself.
            let carries_one = indices.contains(&a) != indices.contains(&b);
            match &self.node(*node).op {
                Op::Contract(inner) if carries_one => Some((*node, position, indices, inner)),
                _ => None,
            }
        });
        let Some((_, position, indices, inner)) = products.max_by_key(|(node, ..)| *node) else {
            return false;
        };
        let summed = inner.extents.len() - inner.rank;
        let names: Vec<Index> = indices
            .iter()
            .copied()
            .chain(*extents..*extents + summed)
            .collect();
        let inner: Vec<Factor> = inner
            .factors
            .iter()
            .map(|factor| factor.renamed(&names))
            .collect();
        *extents += summed;
        factors.splice(position..=position, inner);
        factors.len() <= MOST_FACTORS
    }

    /// Whether a renaming of the summed indices makes both products one.
    fn same_product(
        &mut self,
        left: &[Factor],
        right: &[Factor],
        extents: usize,
        rank: usize,
    ) -> bool {
        let mut names: Vec<Option<Index>> = vec![None; extents];
        for (index, name) in names.iter_mut().enumerate().take(rank) {
            *name = Some(index);
        }
        let mut used = vec![false; right.len()];
        self.match_factors(left, right, &mut used, &names)
    }

    fn match_factors(
        &mut self,
        left: &[Factor],
        right: &[Factor],
        used: &mut Vec<bool>,
        names: &[Option<Index>],
    ) -> bool {
        let Some((first, rest)) = left.split_first() else {
            return true;
        };
        for position in 0..right.len() {
            if used[position] {
                continue;
            }
            for candidate in self.readings(&right[position]) {
                let mut bound = names.to_vec();
                if bind(first, &candidate, &mut bound) {
                    used[position] = true;
                    if self.match_factors(rest, right, used, &bound) {
                        return true;
                    }
                    used[position] = false;
                }
            }
        }
        false
    }

    /// A factor and, where it is symmetric, the same factor with two indices swapped.
    fn readings(&mut self, factor: &Factor) -> Vec<Factor> {
        let mut readings = vec![factor.clone()];
        match factor {
            Factor::Delta(a, b, 0) => readings.push(Factor::Delta(*b, *a, 0)),
            Factor::Delta(..) | Factor::Window(_) => {}
            Factor::Tensor(node, indices) => {
                for a in 0..indices.len() {
                    for b in a + 1..indices.len() {
                        if self.is_symmetric(*node, a, b) {
                            let mut swapped = indices.clone();
                            swapped.swap(a, b);
                            readings.push(Factor::Tensor(*node, swapped));
                        }
                    }
                }
            }
        }
        readings
    }
}

fn swap(factors: &[Factor], a: Index, b: Index) -> Vec<Factor> {
    let exchange = |index: Index| match index {
        index if index == a => b,
        index if index == b => a,
        index => index,
    };
    let exchanged = factors.iter().map(|factor| match factor {
        Factor::Tensor(node, indices) => {
            Factor::Tensor(*node, indices.iter().copied().map(exchange).collect())
        }
        Factor::Delta(x, y, offset) => Factor::Delta(exchange(*x), exchange(*y), *offset),
        Factor::Window(window) => Factor::Window(window.renamed(&exchange)),
    });
    exchanged.collect()
}

fn bind(left: &Factor, right: &Factor, names: &mut [Option<Index>]) -> bool {
    let (left_indices, right_indices) = match (left, right) {
        (Factor::Tensor(x, _), Factor::Tensor(y, _)) if x == y => (
            factor_indices(left).to_vec(),
            factor_indices(right).to_vec(),
        ),
        (Factor::Delta(a, b, offset), Factor::Delta(x, y, other)) if offset == other => {
            (vec![*a, *b], vec![*x, *y])
        }
        (Factor::Window(x), Factor::Window(y)) if x.resembles(y) => (x.indices(), y.indices()),
        _ => return false,
    };
    for (l, r) in left_indices.iter().zip(&right_indices) {
        match names[*l] {
            Some(name) if name == *r => {}
            Some(_) => return false,
            None if names.contains(&Some(*r)) => return false,
            None => names[*l] = Some(*r),
        }
    }
    true
}
