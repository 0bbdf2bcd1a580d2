//! The order in which a product of several tensors is multiplied: the pair to multiply first.

use crate::ir::{Binding, Factor, Graph, Index, Product};

/// What work on parameters alone weighs beside work per point, since it is done once per call.
const HOISTED: f64 = 0.125;

#[derive(Clone)]
struct Operand {
    position: usize,
    indices: Vec<Index>,
    binding: Binding,
}

/// Positions, ascending, of the two factors to multiply first.
///
/// All orders are tried for up to five tensors, otherwise the cheapest pair is taken.
pub(crate) fn contraction_order(
    graph: &Graph,
    product: &Product,
    output: &[Index],
) -> (usize, usize) {
    let mut operands = Vec::new();
    for (position, factor) in product.factors.iter().enumerate() {
        if let Factor::Tensor(node, indices) = factor {
            operands.push(Operand {
                position,
                indices: indices.clone(),
                binding: graph.node(*node).binding,
            });
        }
    }
    let depth = if operands.len() <= 5 {
        operands.len()
    } else {
        1
    };
    let (_, first, second) = best(&product.extents, &operands, output, depth);
    (first.min(second), first.max(second))
}

fn best(
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
            let weight = if binding == Binding::Points {
                1.0
            } else {
                HOISTED
            };
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
                cost += best(extents, &rest, output, depth - 1).0;
            }
            if cost < best_found.0 {
                best_found = (cost, a.position, b.position);
            }
        }
    }
    best_found
}
