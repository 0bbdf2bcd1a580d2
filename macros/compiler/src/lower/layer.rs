//! A layer and the node that comes into it go in, the nodes of what it computes come out.

use super::LayerNodes;
use super::graph::lower_graph;
use super::windows::{lower_convolution, lower_pool};
use crate::model::{Activation, Dense, Layer, LayerKind, LayerNorm, Scalar};
use derive_network_symbolic::functions::{Call, Formula, Function};
use derive_network_symbolic::ir::{Graph, NodeId, Product};

/// What a layer makes of a node of the shape of its input; each kind in the operations of the calculus. `derived` is the number of
/// parameters of a network in which derivatives will be taken on the way.
pub(super) fn lower_layer(
    graph: &mut Graph,
    layer: &Layer,
    scalar: Scalar,
    name: String,
    input: NodeId,
    derived: Option<usize>,
) -> LayerNodes {
    let z = match &layer.kind {
        LayerKind::Dense(dense) => lower_dense(graph, dense, layer.offset, input),
        LayerKind::Convolution(convolution) => {
            lower_convolution(graph, convolution, layer.offset, input)
        }
        LayerKind::Pool(pool) => lower_pool(graph, pool, scalar, input),
        LayerKind::Flatten => graph.flatten(input),
        LayerKind::LayerNorm(norm) => lower_layer_norm(graph, norm, layer.offset, input),
        LayerKind::Softmax => graph.softmax(input),
        LayerKind::Graph(neurons) => lower_graph(graph, neurons, layer.offset, input, derived),
    };
    let a = match layer.kind.activation() {
        Some(activation) => apply(graph, activation, z),
        None => z,
    };
    LayerNodes { name, z, a }
}

fn apply(graph: &mut Graph, activation: &Activation, node: NodeId) -> NodeId {
    let function = graph.add_function(activation.function.clone());
    graph.map(function, 0, node)
}

/// z = W x + b, or f(W) x + b.
fn lower_dense(graph: &mut Graph, dense: &Dense, offset: usize, input: NodeId) -> NodeId {
    let mut weight = graph.parameter(offset, &[dense.outputs, dense.inputs]);
    if let Some(map) = &dense.weight_map {
        weight = apply(graph, map, weight);
    }
    let input = match graph.shape(input) {
        [] => graph.reshape_unit(input, &[1]),
        _ => input,
    };
    let z = graph.multiply(weight, input);
    if !dense.bias {
        return z;
    }
    let bias = graph.parameter(offset + dense.outputs * dense.inputs, &[dense.outputs]);
    graph.add(z, bias)
}

/// scale ∘ (x - mean) / sqrt(variance + epsilon) + shift.
fn lower_layer_norm(graph: &mut Graph, norm: &LayerNorm, offset: usize, input: NodeId) -> NodeId {
    let shape = graph.shape(input).to_vec();
    let scale = row_major_parameter(graph, offset, &shape);
    let shift = row_major_parameter(graph, offset + norm.size, &shape);
    let share = 1.0 / norm.size as f64;
    let total = graph.total(input);
    let ones = graph.ones(&shape);
    let means = graph.hadamard(total, ones);
    let centred = graph.sum(&[(1.0, input), (-share, means)], &shape);
    let squares = graph.hadamard(centred, centred);
    let variance = graph.total(squares);
    let epsilon = graph.constant(norm.epsilon, &[]);
    let variance = graph.sum(&[(share, variance), (1.0, epsilon)], &[]);
    let deviation = inverse_root(graph, variance);
    let normalised = graph.hadamard(deviation, centred);
    let scaled = graph.hadamard(normalised, scale);
    graph.add(scaled, shift)
}

fn inverse_root(graph: &mut Graph, node: NodeId) -> NodeId {
    let root = Formula::Call(Call::Sqrt, Box::new(Formula::Argument));
    let inverse = Formula::Powi(Box::new(root), -1);
    let function = Function::new("inverse_sqrt", inverse.polynomial());
    let function = graph.add_function(function);
    graph.map(function, 0, node)
}

/// Parameters that lie row-major: in the flat parameters, whose first axis is fastest, their axes are the other way round.
pub(super) fn row_major_parameter(graph: &mut Graph, offset: usize, shape: &[usize]) -> NodeId {
    let reversed: Vec<usize> = shape.iter().rev().copied().collect();
    let parameter = graph.parameter(offset, &reversed);
    let mut product = Product::new();
    let mut indices = product.indices(&reversed);
    product.tensor(parameter, &indices);
    indices.reverse();
    graph.contract(product, &indices)
}
