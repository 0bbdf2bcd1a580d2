//! Is a function behind the one number that everything narrows to applied to what is asked for, and to nothing on the way?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::Program;
use derive_network_symbolic::request::{Elimination, Request, derive};
use support::programs::{Builder, map};
use support::{Random, chain, distance, outputs};

const INPUTS: usize = 2;
const WIDTH: usize = 40;

fn network(last: Activation) -> Program {
    chain(
        &[INPUTS, WIDTH, WIDTH, 1],
        &[Activation::Tanh, Activation::Tanh, last],
    )
}

#[test]
fn a_function_of_the_output_costs_what_it_does_to_the_results() {
    // What the slope and the curvature multiply, the products of the gradient's entries, and sums.
    let entries = [
        (Request::Gradient, INPUTS),
        (Request::Laplacian, 2 * INPUTS + 3),
        (Request::Hessian, 2 * INPUTS + 3 * INPUTS * INPUTS),
    ];
    for (request, most) in entries {
        let elementwise = |last| {
            derive(&network(last), request, Elimination::Contraction)
                .cost
                .elementwise
        };
        let more = elementwise(Activation::Sigmoid) - elementwise(Activation::Identity);
        // Two operations for each derivative of a function; adjoints that carry it would take as many more as a layer is wide.
        assert!(more <= (most + 4) as f64, "{request:?}: {more}");
    }
}

/// softplus(sin(c)), where c narrows everything.
fn composed() -> Program {
    let mut builder = Builder::new(INPUTS);
    let [matrix, last] = [&[WIDTH, INPUTS][..], &[WIDTH]].map(|shape| builder.parameter(shape));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let hidden = graph.multiply(matrix, x);
    let hidden = map(graph, Activation::Tanh, hidden);
    let number = graph.multiply(last, hidden);
    let sine = map(graph, Activation::Sin, number);
    let value = map(graph, Activation::Softplus, sine);
    builder.program.outputs = outputs(&[("value", value)]);
    builder.program
}

#[test]
fn derivatives_through_a_tail_are_those_of_tangents() {
    for (name, program) in [
        ("sigmoid", network(Activation::Sigmoid)),
        ("composed", composed()),
        ("linear", network(Activation::Identity)),
    ] {
        let mut random = Random(name.len() as u64);
        let (x, parameters) = ([random.numbers(INPUTS)], random.numbers(program.parameters));
        for request in [Request::Hessian, Request::Laplacian] {
            let meaning = |elimination| {
                let derived = derive(&program, request, elimination).program;
                interpret(&derived, &x, &parameters)
            };
            let expected = meaning(Elimination::Forward);
            for elimination in [
                Elimination::Automatic,
                Elimination::Recursion,
                Elimination::Contraction,
            ] {
                let error = distance(&meaning(elimination), &expected);
                assert!(
                    error < 1e-13,
                    "{name} {request:?} {elimination:?}: {error:e}"
                );
            }
        }
        let gradient = derive(&program, Request::Gradient, Elimination::Automatic).program;
        let hessian = derive(&program, Request::Hessian, Elimination::Forward).program;
        let [gradient, hessian] =
            [gradient, hessian].map(|program| interpret(&program, &x, &parameters));
        let error = distance(&gradient, &hessian[..2]);
        assert!(error < 1e-13, "{name}: {error:e}");
    }
}
