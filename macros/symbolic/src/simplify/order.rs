//! The order in which a product of several tensors is multiplied: the pair to multiply first.

use crate::ir::{Binding, Factor, Graph, Index, Product};

#[derive(Clone)]
struct Operand {
    position: usize,
    indices: Vec<Index>,
    binding: Binding,
}

/// Of so many tensors all orders are tried.
const ALL_ORDERS: usize = 5;

/// Positions, ascending, of the two factors to multiply first.
///
/// All orders are tried for up to five tensors, otherwise the cheapest pair is taken.
pub(crate) fn contraction_order(
    graph: &Graph,
    product: &Product,
    output: &[Index],
) -> (usize, usize) {
    let operands = operands(graph, product);
    let depth = if operands.len() <= ALL_ORDERS {
        operands.len()
    } else {
        1
    };
    let (_, first, second) = best(graph, &product.extents, &operands, output, depth);
    (first.min(second), first.max(second))
}

/// What a product costs in its cheapest order, if there are few enough tensors to try all.
pub(crate) fn cost_in_order(graph: &Graph, product: &Product, output: &[Index]) -> Option<f64> {
    let operands = operands(graph, product);
    if !(2..=ALL_ORDERS).contains(&operands.len()) {
        return None;
    }
    Some(best(graph, &product.extents, &operands, output, operands.len()).0)
}

/// What an elementwise product of so many elements costs beside that: to multiply and to store.
pub(crate) fn cost_of_pair(elements: usize) -> f64 {
    2.0 * elements as f64
}

fn operands(graph: &Graph, product: &Product) -> Vec<Operand> {
    let factors = product.factors.iter().enumerate();
    let tensors = factors.filter_map(|(position, factor)| match factor {
        Factor::Tensor(node, indices) => Some(Operand {
            position,
            indices: indices.clone(),
            binding: graph.node(*node).binding,
        }),
        Factor::Delta(..) | Factor::Window(_) => None,
    });
    tensors.collect()
}

fn best(
    graph: &Graph,
    extents: &[usize],
    operands: &[Operand],
    output: &[Index],
    depth: usize,
) -> (f64, usize, usize) {
    let mut best_found = (f64::INFINITY, 0, 0);
    for first in 0..operands.len() {
        for second in first + 1..operands.len() {
            let (a, b) = (&operands[first], &operands[second]);
            let mut rest = operands.to_vec();
            rest.remove(second);
            rest.remove(first);
            let mut all = a.indices.clone();
            all.extend(b.indices.iter().filter(|index| !a.indices.contains(index)));
            let needed = |index: &Index| {
                output.contains(index) || rest.iter().any(|other| other.indices.contains(index))
            };
            let kept: Vec<Index> = all.iter().copied().filter(needed).collect();
            let binding = a.binding.max(b.binding);
            let weight = graph.share_of_a_point(binding);
            let volume = |indices: &[Index]| -> f64 {
                indices.iter().map(|index| extents[*index] as f64).product()
            };
            let store = if rest.is_empty() { 0.0 } else { volume(&kept) };
            let mut cost = weight * volume(&all) + store;
            if depth > 1 && !rest.is_empty() {
                rest.push(Operand {
                    position: usize::MAX,
                    indices: kept,
                    binding,
                });
                cost += best(graph, extents, &rest, output, depth - 1).0;
            }
            if cost < best_found.0 {
                best_found = (cost, a.position, b.position);
            }
        }
    }
    best_found
}
