//! Do tensors of a chain lie where those lay that they are computed from, entry by entry?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::{NodeId, Product};
use derive_network_symbolic::schedule::{Mode, schedule};
use support::blocks::meaning;
use support::outputs;
use support::programs::{Builder, map};

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

/// Runs all loop programs for what is built.
fn mean(name: &str, builder: &Builder) {
    let parameters = (0..builder.program.parameters).map(|number| (number as f64).sin());
    let parameters: Vec<f64> = parameters.collect();
    meaning(name, &builder.program, &[vec![0.3, -0.7, 0.2]], &parameters);
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
    mean("states", &builder);
}

#[test]
fn chains_have_their_meaning_and_derivatives() {
    let (mut builder, states) = residual(3);
    builder.program.outputs = outputs(&[("value", states[3])]);
    mean("chain", &builder);
    builder.check("residual", states[3]);
}

/// Rows of a tensor of the points, which a matrix that is older than they are multiplies, put where `steps` says: from row to row and from
/// entry to entry. On the way these are summed, though nothing else is.
#[test]
fn a_product_that_is_put_elsewhere_does_not_write_over_its_factor() {
    const ROWS: usize = 10;
    for steps in [[WIDTH, 1], [1, ROWS]] {
        let mut builder = Builder::new(INPUTS);
        let square = builder.parameter(&[WIDTH, WIDTH]);
        let open = builder.parameter(&[ROWS * WIDTH, INPUTS]);
        let (x, graph) = (builder.x, &mut builder.program.graph);
        let flat = graph.multiply(open, x);
        let rows = graph.reshape(flat, &[ROWS, WIDTH]);
        let mut product = Product::new();
        let [row, column, summed] = [ROWS, WIDTH, WIDTH].map(|extent| product.index(extent));
        product.tensor(square, &[column, summed]);
        product.tensor(rows, &[row, summed]);
        let products = graph.contract(product, &[row, column]);
        let mut places = Product::new();
        let [row, column, place] = [ROWS, WIDTH, ROWS * WIDTH].map(|extent| places.index(extent));
        places.tensor(products, &[row, column]);
        places.window(place, &[(row, steps[0]), (column, steps[1])], 0);
        let value = graph.contract(places, &[place]);
        builder.program.outputs = outputs(&[("value", value)]);
        mean("put elsewhere", &builder);
    }
}
