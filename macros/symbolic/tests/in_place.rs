//! Do tensors of a chain lie where those lay that they are computed from, entry by entry?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::NodeId;
use derive_network_symbolic::schedule::{Mode, schedule};
use support::outputs;
use support::programs::{Builder, check_ways, map};

const INPUTS: usize = 3;
const WIDTH: usize = 20;

/// So many residual layers, u + tanh(W u): all their states.
fn residual(layers: usize) -> (Builder, Vec<NodeId>) {
    let mut builder = Builder::new(INPUTS);
    let open = builder.parameter(&[WIDTH, INPUTS]);
    let first = builder.program.graph.multiply(open, builder.x);
    let mut states = vec![map(&mut builder.program.graph, Activation::Tanh, first)];
    for layer in 0..layers {
        let matrix = builder.parameter(&[WIDTH, WIDTH]);
        let graph = &mut builder.program.graph;
        let product = graph.multiply(matrix, states[layer]);
        let change = map(graph, Activation::Tanh, product);
        states.push(graph.add(states[layer], change));
    }
    (builder, states)
}

/// Vectors of the block for the outputs.
fn block(builder: &mut Builder, named: &[(&str, NodeId)]) -> usize {
    builder.program.outputs = outputs(named);
    schedule(&builder.program, Mode::Batch).block
}

#[test]
fn a_state_lies_where_the_last_one_lay() {
    let blocks = [2, 6].map(|layers| {
        let (mut builder, states) = residual(layers);
        let last = states[layers];
        let weights = builder.parameter(&[1, WIDTH]);
        let value = builder.program.graph.multiply(weights, last);
        block(&mut builder, &[("value", value)])
    });
    // The state, what its matrix makes of it, and the change.
    assert!(blocks[0] <= 3 * WIDTH + INPUTS + 1, "{blocks:?}");
    assert_eq!(blocks[0], blocks[1]);
}

#[test]
fn a_state_that_is_read_later_keeps_its_place() {
    let (mut builder, states) = residual(2);
    let outputs = [
        ("first", states[0]),
        ("second", states[1]),
        ("third", states[2]),
    ];
    assert!(block(&mut builder, &outputs) >= 3 * WIDTH);
    let data = [vec![0.3, -0.7, 0.2]];
    let parameters: Vec<f64> = (0..builder.program.parameters)
        .map(|number| (number as f64).sin())
        .collect();
    let ways: Vec<&[NodeId]> = states.chunks(1).collect();
    check_ways(&mut builder.program, "states", &ways, &data, &parameters);
}

#[test]
fn chains_have_their_meaning_and_derivatives() {
    let (builder, states) = residual(3);
    builder.check("residual", states[3]);
}
