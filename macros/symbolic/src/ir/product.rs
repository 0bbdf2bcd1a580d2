//! Products into nodes: structure is absorbed, ties resolved, tensors paired, equal things made equal.
//!
//! Work is kept apart from structure: a node that multiplies or sums has neither deltas nor repeated
//! axes, and those stand in a node of at most one tensor, which its users absorb.

use crate::simplify::order::contraction_order;

use super::canonical::distinct;
use super::contract::{Contract, Factor, Index, Product};
use super::graph::{Coefficient, Graph, NodeId, Op};
use super::ties::{Unsettled, deltas, settle};
use super::windows::{is_determined, simplify_windows};

impl Graph {
    /// Builds a product with the given output indices, summing all others.
    ///
    /// Scalar coefficients, one-term sums, transpositions, diagonals, parts and embeddings are
    /// absorbed, deltas resolved, and more than two tensors are paired in the cheapest order.
    pub fn contract(&mut self, mut product: Product, output: &[Index]) -> NodeId {
        let shape: Vec<usize> = output.iter().map(|i| product.extents[*i]).collect();
        let mut summed = summed_indices(&product, output);
        let Some(mut coefficient) = self.absorb(&mut product, output) else {
            return self.zero(&shape);
        };
        if simplify_windows(&mut product).is_none() {
            return self.zero(&shape);
        }
        summed.extend(summed_indices(&product, output));
        summed.sort_unstable();
        summed.dedup();
        let absorbed = product.clone();
        let resolved = match settle(&mut product, output) {
            Ok(resolved) => resolved,
            Err(Unsettled::Zero) => return self.zero(&shape),
            Err(Unsettled::Cuts(cuts)) => {
                let node = self.cut(absorbed, output, &cuts);
                return self.sum(&[(coefficient, node)], &shape);
            }
            Err(Unsettled::Postponed(axes)) => {
                let node = self.postpone(absorbed, output, &axes);
                return self.sum(&[(coefficient, node)], &shape);
            }
            Err(Unsettled::Refused) => unreachable!("only what can be settled is absorbed"),
        };
        coefficient *= resolved.multiplicity;
        // A summed index that no factor carries any more multiplies by its extent.
        let free = summed
            .iter()
            .filter(|index| !resolved.tied[**index])
            .filter(|index| !product.carries(**index))
            .filter(|index| !product.windows().any(|window| window.mentions(**index)));
        coefficient *= free
            .map(|index| product.extents[*index] as f64)
            .product::<f64>();
        if self.narrow_sums(&mut product, output) {
            let node = self.contract(product, output);
            return self.sum(&[(coefficient, node)], &shape);
        }
        if let Some(terms) = self.apart_from_diagonals(&product, output) {
            let terms = terms.into_iter().map(|(own, term)| {
                let node = self.contract(term, output);
                (coefficient * own, node)
            });
            let terms: Vec<(f64, NodeId)> = terms.collect();
            return self.sum(&terms, &shape);
        }
        identify_units(&mut product, output);
        let held = held_indices(&product, output);
        if tensors(&product) > 1 || sums(&product, &held) {
            self.read_parts(&mut product, &held);
        }
        if tensors(&product) > 1 {
            self.sum_early(&mut product, &held);
        }
        self.take_apart_scaled(&mut product, &held);
        if is_elementwise(&product, &held) {
            self.multiply_elementwise(&mut product);
        }
        while tensors(&product) > 2 {
            let (first, second) = contraction_order(self, &product, &held);
            self.contract_pair(&mut product, &held, first, second);
        }
        let node = self.split(product, output, &shape);
        self.sum(&[(coefficient, node)], &shape)
    }

    /// Replaces tensor factors by what they stand for where that costs nothing: coefficients,
    /// transpositions, diagonals, repetitions, identities, parts, windows. `None`: the product is zero.
    fn absorb(&self, product: &mut Product, output: &[Index]) -> Option<f64> {
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
            product.factors[position] = Factor::Tensor(inner, indices);
            let contract = match &self.node(inner).op {
                Op::Contract(contract) if contract.is_structure() => contract,
                _ => {
                    position += 1;
                    continue;
                }
            };
            let written = written_out(product, position, contract);
            let with_windows = written.windows().next().is_some();
            if with_windows
                && matches!(
                    settle(&mut written.clone(), output),
                    Err(Unsettled::Refused)
                )
            {
                position += 1;
            } else {
                *product = written;
            }
        }
        Some(coefficient)
    }

    /// Reads a part of a sum as the part of one term, where the others are zero there: a part of a
    /// concatenation is what was put there. Whether there was such a sum.
    fn narrow_sums(&mut self, product: &mut Product, output: &[Index]) -> bool {
        for position in 0..product.factors.len() {
            let Factor::Tensor(node, indices) = product.factors[position].clone() else {
                continue;
            };
            let Op::Sum(terms) = self.node(node).op.clone() else {
                continue;
            };
            let restricted = deltas(product).any(|(a, ..)| indices.contains(&a));
            let embedded = |id: &NodeId| match &self.node(*id).op {
                Op::Contract(contract) => {
                    contract.is_structure() && contract.embeddings().count() > 0
                }
                _ => false,
            };
            let everywhere = terms.iter().filter(|(_, term)| !embedded(term)).count();
            if !restricted || everywhere > 1 {
                continue;
            }
            let held = held_indices(product, output);
            let mut found = Vec::new();
            let mut kept = Vec::new();
            for (coefficient, term) in &terms {
                let (part, indices) = self.part(product, position, *term, &held);
                if !self.is_zero(part) {
                    found.push((coefficient.0, part));
                }
                kept = indices;
            }
            if found.len() > 1 {
                continue;
            }
            let shape: Vec<usize> = kept.iter().map(|i| product.extents[*i]).collect();
            let part = self.sum(&found, &shape);
            product.factors[position] = Factor::Tensor(part, kept);
            drop_unused_parts(product, output);
            return true;
        }
        false
    }

    /// The product with a sum written out that has diagonal terms, if both axes of the diagonal are summed together: each such term by
    /// itself is a sum over the diagonal, and what is left is a tensor that need not be stored once more.
    fn apart_from_diagonals(
        &mut self,
        product: &Product,
        output: &[Index],
    ) -> Option<Vec<(f64, Product)>> {
        for position in 0..product.factors.len() {
            let Factor::Tensor(node, indices) = &product.factors[position] else {
                continue;
            };
            let Op::Sum(terms) = &self.node(*node).op else {
                continue;
            };
            // Whether both axes are summed, and what else carries one of them carries both, or the result is one number: else the sum
            // over the diagonal by itself may cost more than adding it to the tensor.
            let together = |axes: [Index; 2]| {
                let [Some(a), Some(b)] = axes.map(|axis| indices.get(axis)) else {
                    return false;
                };
                !output.contains(a)
                    && !output.contains(b)
                    && (output.is_empty()
                        || product
                            .tensors()
                            .all(|(_, others)| others.contains(a) == others.contains(b)))
            };
            let is_diagonal = |id: NodeId| match &self.node(id).op {
                Op::Contract(contract) if contract.is_structure() => contract
                    .deltas()
                    .any(|(a, b, _)| a < contract.rank && b < contract.rank && together([a, b])),
                _ => false,
            };
            let (diagonals, rest): (Vec<_>, Vec<_>) =
                terms.iter().partition(|(_, term)| is_diagonal(*term));
            if diagonals.is_empty() || rest.is_empty() {
                continue;
            }
            let (indices, shape) = (indices.clone(), self.shape(*node).to_vec());
            let rest: Vec<(f64, NodeId)> = rest.iter().map(|(c, term)| (c.0, *term)).collect();
            let mut parts: Vec<(f64, NodeId)> =
                diagonals.iter().map(|(c, term)| (c.0, *term)).collect();
            parts.push((1.0, self.sum(&rest, &shape)));
            let parts = parts.into_iter().map(|(coefficient, part)| {
                let mut term = product.clone();
                term.factors[position] = Factor::Tensor(part, indices.clone());
                (coefficient, term)
            });
            return Some(parts.collect());
        }
        None
    }

    /// Replaces tensors of which a part is read by views of that part.
    fn read_parts(&mut self, product: &mut Product, held: &[Index]) {
        for position in 0..product.factors.len() {
            let Factor::Tensor(node, indices) = product.factors[position].clone() else {
                continue;
            };
            if is_restricted(product, &indices, held) {
                let (part, kept) = self.part(product, position, node, held);
                product.factors[position] = Factor::Tensor(part, kept);
            }
        }
        drop_unused_parts(product, held);
    }

    /// The part that a product reads of a tensor in the place of one of its factors, with the
    /// indices that it then carries.
    fn part(
        &mut self,
        product: &Product,
        position: usize,
        node: NodeId,
        held: &[Index],
    ) -> (NodeId, Vec<Index>) {
        let indices = factor_indices(&product.factors[position]);
        let mut alone = Product {
            extents: product.extents.clone(),
            factors: Vec::new(),
        };
        alone.tensor(node, indices);
        let mut kept: Vec<Index> = Vec::new();
        for index in indices {
            let mut windows = product.windows();
            if let Some(window) = windows.find(|w| w.axis == *index && !held.contains(index)) {
                alone.factors.push(Factor::Window(window.clone()));
                for (term, _) in &window.terms {
                    if !kept.contains(term) {
                        kept.push(*term);
                    }
                }
                continue;
            }
            let restriction = deltas(product).find(|(a, ..)| a == index && !held.contains(index));
            let along = restriction.map_or(*index, |(_, carrier, _)| carrier);
            if let Some((a, carrier, offset)) = restriction {
                alone.shifted_delta(a, carrier, offset);
            }
            // An index of one value that nobody else carries is dropped.
            let others = product.factors.iter().enumerate().any(|(other, factor)| {
                other != position && factor_indices(factor).contains(&along)
            });
            let drops = restriction.is_some()
                && product.extents[along] == 1
                && !held.contains(&along)
                && !others;
            if !drops && !kept.contains(&along) {
                kept.push(along);
            }
        }
        (self.contract(alone, &kept), kept)
    }

    /// Sums an index that only one tensor carries in that tensor.
    fn sum_early(&mut self, product: &mut Product, held: &[Index]) {
        for position in 0..product.factors.len() {
            let Factor::Tensor(node, indices) = product.factors[position].clone() else {
                continue;
            };
            let elsewhere = |index: &Index| {
                let mut others = product.factors.iter().enumerate();
                held.contains(index)
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

    /// Replaces the tensors of an elementwise product by one.
    fn multiply_elementwise(&mut self, product: &mut Product) {
        let indices = product
            .tensors()
            .next()
            .map(|(_, indices)| indices.to_vec());
        let indices = indices.expect("an elementwise product has factors");
        let node = self.monomial(product, &indices);
        product
            .factors
            .retain(|factor| !matches!(factor, Factor::Tensor(..)));
        product.tensor(node, &indices);
    }

    /// Multiplies two of the factors into a node of their own.
    fn contract_pair(
        &mut self,
        product: &mut Product,
        held: &[Index],
        first: usize,
        second: usize,
    ) {
        let b = product.factors.remove(second);
        let a = product.factors.remove(first);
        let mut kept: Vec<Index> = Vec::new();
        for factor in [&a, &b] {
            for index in factor_indices(factor) {
                let outside = held.contains(index) || product.carries(*index);
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

    /// Keeps work apart from structure.
    fn split(&mut self, mut product: Product, output: &[Index], shape: &[usize]) -> NodeId {
        let held = held_indices(&product, output);
        let mut kept = held.clone();
        kept.retain(|index| product.carries(*index));
        let has_structure = product.tensors().count() < product.factors.len();
        let plain = kept == output && !has_structure;
        if plain {
            return self.finish(&product, output, shape.to_vec());
        }
        if tensors(&product) <= 1 && !sums(&product, &held) {
            self.split_structure(&mut product, output, &held);
            return self.finish(&product, output, shape.to_vec());
        }
        let mut outer = Product {
            extents: product.extents.clone(),
            factors: product.factors.clone(),
        };
        outer
            .factors
            .retain(|factor| !matches!(factor, Factor::Tensor(..)));
        product
            .factors
            .retain(|factor| matches!(factor, Factor::Tensor(..)));
        let inner = self.contract(product, &kept);
        outer.tensor(inner, &kept);
        self.contract(outer, output)
    }

    /// Keeps writing apart from reading, where there are windows: what is written is a tensor or a view
    /// of one. Where entries meet there is a tensor, if only of a one.
    fn split_structure(&mut self, product: &mut Product, output: &[Index], held: &[Index]) {
        if product.windows().next().is_none() {
            return;
        }
        if restricted_axes(product).any(|axis| output.contains(&axis)) {
            self.read_parts(product, held);
        }
        let known = |index: Index| output.contains(&index);
        let apart = is_determined(&product.extents, &product.factors, &known);
        if tensors(product) == 0 && !apart {
            let one = self.ones(&[]);
            let terms = vec![(Coefficient(1.0), one)];
            let stored = self.intern(Op::Sum(terms), Vec::new());
            product.tensor(stored, &[]);
        }
    }
}

/// The product with one tensor written out as the structure that it is.
fn written_out(product: &Product, position: usize, contract: &Contract) -> Product {
    let mut written = product.clone();
    let Factor::Tensor(_, indices) = written.factors.remove(position) else {
        unreachable!("only tensors are written out");
    };
    let own = &contract.extents[contract.rank..];
    let names = [indices, written.indices(own)].concat();
    for factor in &contract.factors {
        written.factors.insert(position, factor.renamed(&names));
    }
    written
}

impl Factor {
    /// The factor with index `i` called `names[i]`.
    pub(crate) fn renamed(&self, names: &[Index]) -> Factor {
        match self {
            Factor::Tensor(node, indices) => {
                Factor::Tensor(*node, indices.iter().map(|index| names[*index]).collect())
            }
            Factor::Delta(a, b, offset) => Factor::Delta(names[*a], names[*b], *offset),
            Factor::Window(window) => Factor::Window(window.renamed(&|index| names[index])),
        }
    }
}

pub(crate) fn factor_indices(factor: &Factor) -> &[Index] {
    match factor {
        Factor::Tensor(_, indices) => indices,
        Factor::Delta(..) | Factor::Window(_) => &[],
    }
}

pub(super) fn tensors(product: &Product) -> usize {
    product.tensors().count()
}

/// The indices that are summed: carried by a factor, absent from the output.
fn summed_indices(product: &Product, output: &[Index]) -> Vec<Index> {
    let mut summed = Vec::new();
    for factor in &product.factors {
        let indices = match factor {
            Factor::Tensor(_, indices) => indices.clone(),
            Factor::Delta(a, b, _) => vec![*a, *b],
            Factor::Window(window) => window.indices(),
        };
        for index in indices {
            if !output.contains(&index) && !summed.contains(&index) {
                summed.push(index);
            }
        }
    }
    summed
}

/// The output indices, and those through which entries are put in the output: not to be summed.
fn held_indices(product: &Product, output: &[Index]) -> Vec<Index> {
    let mut held = output.to_vec();
    for (a, b, _) in deltas(product) {
        if output.contains(&a) && !held.contains(&b) {
            held.push(b);
        }
    }
    for window in product.windows().filter(|w| output.contains(&w.axis)) {
        for (index, _) in &window.terms {
            if !held.contains(index) {
                held.push(*index);
            }
        }
    }
    held
}

/// Whether only a part of a tensor with these indices is read.
fn is_restricted(product: &Product, indices: &[Index], held: &[Index]) -> bool {
    restricted_axes(product).any(|axis| indices.contains(&axis) && !held.contains(&axis))
}

/// The axes, of tensors and of the output, that deltas and windows run through.
fn restricted_axes(product: &Product) -> impl Iterator<Item = Index> {
    let windows = product.windows().map(|window| window.axis);
    windows.chain(deltas(product).map(|(a, ..)| a))
}

/// Whether anything is summed, in a product of one tensor or more. An index of one value that only
/// one tensor carries is no sum.
fn sums(product: &Product, held: &[Index]) -> bool {
    let mut indices = product.tensors().flat_map(|(_, indices)| indices);
    indices.any(|index| {
        if let Some(window) = product.windows().find(|window| window.axis == *index) {
            return window.terms.iter().any(|(term, _)| !held.contains(term));
        }
        let carriers = product.tensors().filter(|(_, all)| all.contains(index));
        let restricted = deltas(product).any(|(a, ..)| a == *index);
        let along = deltas(product).find(|(a, ..)| a == index);
        let along = along.map_or(*index, |(_, carrier, _)| carrier);
        let single = product.extents[along] == 1 && (restricted || carriers.count() == 1);
        !held.contains(&along) && !single
    })
}

/// Whether two tensors or more carry the same indices, each once, and nothing is summed.
fn is_elementwise(product: &Product, held: &[Index]) -> bool {
    let mut factors = product.tensors();
    let Some((_, first)) = factors.next() else {
        return false;
    };
    tensors(product) > 1
        && distinct(first)
        && factors.all(|(_, indices)| indices == first)
        && first.iter().all(|index| held.contains(index))
}

/// Drops restrictions of indices that no tensor carries any more.
fn drop_unused_parts(product: &mut Product, held: &[Index]) {
    let before = product.clone();
    product.factors.retain(|factor| match factor {
        Factor::Delta(a, ..) => held.contains(a) || before.carries(*a),
        Factor::Window(window) => held.contains(&window.axis) || before.carries(window.axis),
        Factor::Tensor(..) => true,
    });
}

/// An axis of extent one that a tensor loses and one that the output gains are the same axis.
fn identify_units(product: &mut Product, output: &[Index]) {
    let held = held_indices(product, output);
    let tied: Vec<(Index, Index, usize)> = deltas(product).collect();
    let gained = output.iter().filter(|index| {
        let free = !tied.iter().any(|(a, b, _)| a == *index || b == *index)
            && !product.windows().any(|window| window.mentions(**index));
        product.extents[**index] == 1 && free && !product.carries(**index)
    });
    let mut gained: Vec<Index> = gained.copied().collect();
    gained.reverse();
    let carried = product.tensors().flat_map(|(_, indices)| indices.to_vec());
    let mut lost: Vec<Index> = Vec::new();
    for index in carried {
        let restriction = tied.iter().find(|(a, ..)| *a == index);
        let along = restriction.map_or(index, |(_, carrier, _)| *carrier);
        if product.extents[along] == 1 && !held.contains(&along) && !lost.contains(&along) {
            lost.push(along);
        }
    }
    for index in lost {
        let Some(twin) = gained.pop() else {
            return;
        };
        let mut names: Vec<Index> = (0..product.extents.len()).collect();
        names[index] = twin;
        for factor in &mut product.factors {
            *factor = factor.renamed(&names);
        }
    }
}
