//! The canonical form of a contraction: a product whose structure is settled goes in, the id of the
//! node that all equal products share comes out.

use super::contract::{Contract, Factor, Index, Product, Window};
use super::graph::{Graph, NodeId, Op};
use super::product::{factor_indices, tensors};
use super::ties::deltas;

impl Graph {
    /// Numbers the indices canonically and stores the node.
    pub(super) fn finish(
        &mut self,
        product: &Product,
        output: &[Index],
        shape: Vec<usize>,
    ) -> NodeId {
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

fn canonical(product: &Product, output: &[Index], swap: bool) -> Contract {
    let mut factors = product.factors.clone();
    factors.sort_by_key(|factor| match factor {
        Factor::Tensor(node, _) => (0, *node),
        Factor::Delta(..) | Factor::Window(_) => (1, NodeId(0)),
    });
    if swap && tensors(product) == 2 {
        factors.swap(0, 1);
    }
    let mut names: Vec<Index> = output.to_vec();
    for factor in &factors {
        for index in factor_indices(factor) {
            if !names.contains(index) {
                names.push(*index);
            }
        }
    }
    // What runs only through ranges is named after the axes that it restricts.
    let mut ties: Vec<(Index, Index, usize)> = deltas(product).collect();
    ties.sort_by_key(|(a, ..)| names.iter().position(|name| name == a));
    for (_, carrier, _) in ties {
        if !names.contains(&carrier) {
            names.push(carrier);
        }
    }
    let mut windows: Vec<&Window> = product.windows().collect();
    windows.sort_by_key(|window| names.iter().position(|name| *name == window.axis));
    for (term, _) in windows.iter().flat_map(|window| &window.terms) {
        if !names.contains(term) {
            names.push(*term);
        }
    }
    let mut numbers = vec![0; product.extents.len()];
    for (number, name) in names.iter().enumerate().rev() {
        numbers[*name] = number;
    }
    for factor in &mut factors {
        *factor = factor.renamed(&numbers);
        if let Factor::Window(window) = factor {
            window.sort();
        }
    }
    factors.sort_by_key(|factor| match factor {
        Factor::Tensor(..) => Vec::new(),
        Factor::Delta(a, b, offset) => vec![*a, *b, *offset],
        Factor::Window(window) => vec![usize::MAX, window.axis],
    });
    Contract {
        extents: names.iter().map(|name| product.extents[*name]).collect(),
        factors,
        rank: output.len(),
    }
}

/// Whether no index stands twice.
pub(super) fn distinct(indices: &[Index]) -> bool {
    let repeated = |(position, index): (usize, &Index)| indices[..position].contains(index);
    !indices.iter().enumerate().any(repeated)
}
