//! A [`Network`] goes in, the [`Program`] of its value comes out.

use derive_network_symbolic::ir::{Output, Program};

use crate::model::Network;

/// The value of the chain: z = W a + b, a = f(z), layer by layer.
#[must_use]
pub fn lower(network: &Network) -> Program {
    let mut program = Program {
        inputs: vec![vec![network.inputs()]],
        parameters: network.parameters(),
        ..Program::default()
    };
    let graph = &mut program.graph;
    let mut state = graph.input(0, &[network.inputs()]);
    for layer in &network.layers {
        let weight = graph.parameter(layer.weight_offset, &[layer.outputs, layer.inputs]);
        state = graph.multiply(weight, state);
        if let Some(offset) = layer.bias_offset {
            let bias = graph.parameter(offset, &[layer.outputs]);
            state = graph.add(state, bias);
        }
        let function = graph.add_function(layer.function.clone());
        state = graph.map(function, 0, state);
    }
    program.outputs = vec![Output {
        name: "value".to_owned(),
        node: state,
    }];
    program
}
