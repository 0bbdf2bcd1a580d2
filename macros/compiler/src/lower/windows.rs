//! Convolutions and pooling, and what comes into them, go in; the nodes of what they compute come out.
//!
//! Windows are an axis read as two, the place of a window and the place in it: a view. So a convolution is one contraction
//! of that view with the weight, and no derivative knows what a convolution is.

use super::layer::row_major_parameter;
use crate::model::{Convolution, Pool, Reduction, Scalar, Window};
use derive_network_symbolic::ir::{Graph, NodeId, Product};

/// z[o, i..] = Σ over c and k.. of W[o, c, k..] x[c, stride i + dilation k - padding, ..], + b[o].
pub(super) fn lower_convolution(
    graph: &mut Graph,
    convolution: &Convolution,
    offset: usize,
    input: NodeId,
) -> NodeId {
    let Convolution {
        channels,
        outputs,
        groups,
        windows,
        bias,
        ..
    } = convolution;
    let axes = windows.len();
    let padded = pad(graph, windows, input);
    let seen = see(graph, windows, padded);
    // The channels of each group, and the outputs of each: [g, c, o1, k1, ..] and [g, o, c, k1, ..].
    let mut shape = graph.shape(seen).to_vec();
    shape.splice(..1, [*groups, channels / groups]);
    let seen = graph.reshape(seen, &shape);
    let weight: Vec<usize> = convolution.weight();
    let weight = [&[*groups, outputs / groups], &weight[1..]].concat();
    let weight = row_major_parameter(graph, offset, &weight);
    let mut product = Product::new();
    let of_seen = product.indices(&shape);
    let rows = product.index(outputs / groups);
    let (group, channel) = (of_seen[0], of_seen[1]);
    let places = (0..axes).map(|axis| of_seen[2 + 2 * axis]);
    let within = (0..axes).map(|axis| of_seen[3 + 2 * axis]);
    let of_weight: Vec<_> = [group, rows, channel].into_iter().chain(within).collect();
    let output: Vec<_> = [group, rows].into_iter().chain(places).collect();
    product.tensor(weight, &of_weight);
    product.tensor(seen, &of_seen);
    let z = graph.contract(product, &output);
    let mut shape = graph.shape(z).to_vec();
    shape.splice(..2, [*outputs]);
    let z = graph.reshape(z, &shape);
    if !bias {
        return z;
    }
    let bias = graph.parameter(offset + weights(convolution), &[*outputs]);
    let bias = repeat(graph, bias, &shape);
    graph.add(z, bias)
}

fn weights(convolution: &Convolution) -> usize {
    convolution.weight().iter().product()
}

/// Of each window its largest entry or the mean of them.
pub(super) fn lower_pool(graph: &mut Graph, pool: &Pool, scalar: Scalar, input: NodeId) -> NodeId {
    match pool.reduction {
        Reduction::Mean => {
            let padded = pad(graph, &pool.windows, input);
            let seen = see(graph, &pool.windows, padded);
            let entries: usize = pool.windows.iter().map(|axis| axis.kernel).product();
            let sums = sum_windows(graph, &pool.windows, seen);
            graph.scale(1.0 / entries as f64, sums)
        }
        Reduction::Max => lower_max_pool(graph, &pool.windows, scalar, input),
    }
}

/// The largest entries along one axis after the other, the last first: of equal entries of a window, that in the first row
/// is taken, and there that in the first column.
fn lower_max_pool(
    graph: &mut Graph,
    windows: &[Window],
    scalar: Scalar,
    mut node: NodeId,
) -> NodeId {
    for (axis, window) in windows.iter().enumerate().rev() {
        let axis = 1 + axis;
        if window.padding > 0 {
            // Padding is below every entry, so that it is never the largest.
            let mut shape = graph.shape(node).to_vec();
            shape[axis] = window.padding;
            let lowest = graph.constant(scalar.lowest(), &shape);
            node = graph.concat(&[lowest, node, lowest], axis);
        }
        let Window {
            kernel,
            stride,
            dilation,
            ..
        } = *window;
        node = graph.windows(node, axis, kernel, stride, dilation);
        node = graph.max_along(node, axis + 1);
    }
    node
}

/// Zeros around the axes of space, which are all but the first.
fn pad(graph: &mut Graph, windows: &[Window], mut node: NodeId) -> NodeId {
    for (axis, window) in windows.iter().enumerate() {
        if window.padding > 0 {
            node = graph.pad(node, 1 + axis, window.padding, window.padding);
        }
    }
    node
}

/// Each axis of space as two: the place of a window and the place in it.
fn see(graph: &mut Graph, windows: &[Window], mut node: NodeId) -> NodeId {
    for (axis, window) in windows.iter().enumerate() {
        let Window {
            kernel,
            stride,
            dilation,
            ..
        } = *window;
        node = graph.windows(node, 1 + 2 * axis, kernel, stride, dilation);
    }
    node
}

/// The sum over what is seen in each window.
fn sum_windows(graph: &mut Graph, windows: &[Window], seen: NodeId) -> NodeId {
    let mut product = Product::new();
    let shape = graph.shape(seen).to_vec();
    let indices = product.indices(&shape);
    let places = (0..windows.len()).map(|axis| indices[1 + 2 * axis]);
    let output: Vec<_> = std::iter::once(indices[0]).chain(places).collect();
    product.tensor(seen, &indices);
    graph.contract(product, &output)
}

/// A number for each entry of the first axis, the same along all others.
fn repeat(graph: &mut Graph, node: NodeId, shape: &[usize]) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(shape);
    product.tensor(node, &indices[..1]);
    graph.contract(product, &indices)
}
