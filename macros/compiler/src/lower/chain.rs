//! The chain of layers goes in, its nodes come out: z = W a + b, a = f(z), layer by layer.

use super::LayerNodes;
use crate::model::Network;
use derive_network_symbolic::ir::{Graph, NodeId};

/// The output of the chain and what its layers compute on the way.
pub(super) fn lower_chain(network: &Network, graph: &mut Graph) -> (NodeId, Vec<LayerNodes>) {
    let mut state = graph.input(0, &[network.inputs()]);
    let mut layers = Vec::with_capacity(network.layers.len());
    for layer in &network.layers {
        let weight = graph.parameter(layer.weight_offset, &[layer.outputs, layer.inputs]);
        let mut z = graph.multiply(weight, state);
        if let Some(offset) = layer.bias_offset {
            let bias = graph.parameter(offset, &[layer.outputs]);
            z = graph.add(z, bias);
        }
        let function = graph.add_function(layer.function.clone());
        state = graph.map(function, 0, z);
        layers.push(LayerNodes {
            name: network.layer_name(layer),
            z,
            a: state,
        });
    }
    (state, layers)
}
