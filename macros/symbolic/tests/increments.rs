//! Are derivatives in parameters that a program does not read those of a program that reads them, where they are zero?

mod support;

use derive_network_symbolic::functions::{Activation, Function};
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{NodeId, Program};
use derive_network_symbolic::parameter_request::{
    Densities, LossRequest, derive_loss, derive_parameter_jacobian,
};

use support::{Random, outputs};

const N: usize = 4;

/// Two steps of tanh over a matrix of which only the first two rows and columns are read, or all of it.
fn program(reads_all: bool) -> (Program, NodeId) {
    let mut program = Program {
        inputs: vec![vec![N]],
        parameters: N * N,
        ..Program::default()
    };
    let graph = &mut program.graph;
    let tanh = graph.add_function(Function::builtin(Activation::Tanh));
    let matrix = graph.parameter(0, &[N, N]);
    let mut state = graph.input(0, &[N]);
    for _ in 0..2 {
        let sum = if reads_all {
            graph.multiply(matrix, state)
        } else {
            let rows = graph.slice(matrix, 0, 0, 2);
            let weight = graph.slice(rows, 1, 0, 2);
            let part = graph.slice(state, 0, 0, 2);
            let product = graph.multiply(weight, part);
            let read = graph.embed(product, 0, 0, N);
            let increment = graph.increment(0, &[N, N]);
            let added = graph.multiply(increment, state);
            graph.add(read, added)
        };
        state = graph.map(tanh, 0, sum);
    }
    program.outputs = outputs(&[("value", state)]);
    (program, state)
}

/// Parameters that are zero where they are not read.
fn parameters(random: &mut Random) -> Vec<f64> {
    let mut parameters = random.numbers(N * N);
    for (place, parameter) in parameters.iter_mut().enumerate() {
        if place % N >= 2 || place / N >= 2 {
            *parameter = 0.0;
        }
    }
    parameters
}

fn agree(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    assert!(wanted.iter().any(|entry| *entry != 0.0));
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-14, "{found} beside {wanted}");
    }
}

#[test]
fn a_jacobian_has_all_columns() {
    let mut random = Random(3);
    let (x, parameters) = (random.numbers(N), parameters(&mut random));
    let [part, whole] = [false, true].map(|reads_all| {
        let (program, value) = program(reads_all);
        let derived = derive_parameter_jacobian(&program, value, &[]);
        derived.program.verify().unwrap();
        assert!(!derived.program.to_string().contains("increment"));
        assert_eq!(derived.pieces.len(), 1);
        interpret(&derived.program, std::slice::from_ref(&x), &parameters)
    });
    agree(&part[0].entries, &whole[0].entries);
    agree(&part[1].entries, &whole[1].entries);
}

#[test]
fn a_product_with_the_hessian_has_all_rows() {
    let mut random = Random(4);
    let (x, mut parameters) = (random.numbers(N), parameters(&mut random));
    parameters.extend(random.numbers(N * N));
    let [part, whole] = [false, true].map(|reads_all| {
        let (mut program, value) = program(reads_all);
        let squared = program.graph.hadamard(value, value);
        let densities = Densities {
            sum: Some(program.graph.total(squared)),
            mean: None,
        };
        let mut derived = derive_loss(&program, densities, &[], LossRequest::Hvp);
        let totals = derived.totals.iter().map(|total| ("total", total.node));
        derived.outputs = outputs(&totals.collect::<Vec<_>>());
        let inputs = [x.clone(), vec![1.0, 0.0]];
        let tensors = interpret(&derived, &inputs, &parameters);
        tensors
            .into_iter()
            .flat_map(|tensor| tensor.entries)
            .collect::<Vec<f64>>()
    });
    agree(&part, &whole);
}

#[test]
fn what_is_frozen_has_no_derivative() {
    let (program, value) = program(false);
    let all = 0..N * N;
    let derived = derive_parameter_jacobian(&program, value, std::slice::from_ref(&all));
    assert!(derived.pieces.is_empty());
}
