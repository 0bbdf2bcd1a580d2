//! A layer and the node that comes into it go in, the nodes of what it computes come out.

use super::LayerNodes;
use super::graph::lower_graph;
use crate::model::{Dense, Layer, LayerKind};
use derive_network_symbolic::ir::{Graph, NodeId};

/// What a layer makes of a node of the shape of its input; each kind in the operations of the calculus. `derived` is the number of
/// parameters of a network in which derivatives will be taken on the way.
pub(super) fn lower_layer(
    graph: &mut Graph,
    layer: &Layer,
    name: String,
    input: NodeId,
    derived: Option<usize>,
) -> LayerNodes {
    let z = match &layer.kind {
        LayerKind::Dense(dense) => lower_dense(graph, dense, layer.offset, input),
        LayerKind::Graph(neurons) => lower_graph(graph, neurons, layer.offset, input, derived),
    };
    let a = match layer.kind.activation() {
        Some(activation) => {
            let function = graph.add_function(activation.function.clone());
            graph.map(function, 0, z)
        }
        None => z,
    };
    LayerNodes { name, z, a }
}

/// z = W x + b.
fn lower_dense(graph: &mut Graph, dense: &Dense, offset: usize, input: NodeId) -> NodeId {
    let weight = graph.parameter(offset, &[dense.outputs, dense.inputs]);
    let z = graph.multiply(weight, input);
    if !dense.bias {
        return z;
    }
    let bias = graph.parameter(offset + dense.outputs * dense.inputs, &[dense.outputs]);
    graph.add(z, bias)
}
