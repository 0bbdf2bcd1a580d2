//! Is a function behind the one number that everything narrows to applied to what is asked for, and to nothing on the way?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};
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

/// Second derivatives by each elimination beside those of tangents of tangents, which know no tail.
fn agrees_with_tangents(name: &str, program: &Program, x: &[Vec<f64>], parameters: &[f64]) {
    for request in [Request::Hessian, Request::Laplacian] {
        let meaning = |elimination| {
            let derived = derive(program, request, elimination).program;
            interpret(&derived, x, parameters)
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
        agrees_with_tangents(name, &program, &x, &parameters);
        let gradient = derive(&program, Request::Gradient, Elimination::Automatic).program;
        let hessian = derive(&program, Request::Hessian, Elimination::Forward).program;
        let [gradient, hessian] =
            [gradient, hessian].map(|program| interpret(&program, &x, &parameters));
        let error = distance(&gradient, &hessian[..2]);
        assert!(error < 1e-13, "{name}: {error:e}");
    }
}

/// How a value is made of a number, of what the number is a sum of, and of a parameter.
type Tail = fn(&mut Graph, [NodeId; 3]) -> NodeId;

fn times(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let mut product = Product::new();
    product.tensor(a, &[]).tensor(b, &[]);
    graph.contract(product, &[])
}

/// Numbers that the constructors write out where they meet the same terms again: what is derived reads those, and the number no more.
#[test]
fn a_number_that_is_written_out_in_its_slope_keeps_its_curvature() {
    let inputs = 12;
    let tails: [(&str, Tail); 3] = [
        ("a constant is added", |graph, [number, _, _]| {
            let square = times(graph, number, number);
            graph.sum(&[(1.0, square), (1.0, number)], &[])
        }),
        ("and a parameter again", |graph, [number, _, bias]| {
            let square = times(graph, number, number);
            let product = times(graph, number, bias);
            graph.sum(&[(1.0, square), (1.0, product)], &[])
        }),
        ("a cube", |graph, [number, _, bias]| {
            let square = times(graph, number, number);
            let cube = times(graph, square, number);
            graph.sum(
                &[(1.0, cube), (-2.0, square), (1.0, number), (1.0, bias)],
                &[],
            )
        }),
    ];
    for (name, tail) in tails {
        for added in [false, true] {
            let mut builder = Builder::new(inputs);
            let bias = builder.parameter(&[]);
            let (x, graph) = (builder.x, &mut builder.program.graph);
            let square = graph.multiply(x, x);
            let one = graph.ones(&[]);
            let other = if added { bias } else { one };
            let number = graph.sum(&[(1.0, other), (1.0, square)], &[]);
            let value = tail(graph, [number, square, other]);
            builder.program.outputs = outputs(&[("value", value)]);
            let mut random = Random(11);
            let (x, parameters) = (
                [random.numbers(inputs)],
                random.numbers(builder.program.parameters),
            );
            agrees_with_tangents(name, &builder.program, &x, &parameters);
        }
    }
}
