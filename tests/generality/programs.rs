//! Programs that no definition can say yet, built by hand: what `build.rs` emits and the test interprets.
//!
//! A definition lends each its name and the signature of a request; nothing else of it is used.

use derive_network_symbolic::differentiate::{forward, reverse};
use derive_network_symbolic::functions::{Activation, Function};
use derive_network_symbolic::ir::{Graph, NodeId, Output, Product, Program};

/// A program and what lends it a face.
#[allow(dead_code, reason = "the test reads the program, build.rs all of it")]
pub struct HandBuilt {
    /// The attribute and the item of the definition.
    pub definition: (&'static str, &'static str),
    /// The request whose signature fits.
    pub request: &'static str,
    /// What is computed.
    pub program: Program,
}

/// All of them.
pub fn programs() -> Vec<HandBuilt> {
    vec![no_chain(), third_derivative()]
}

/// Four inputs, 100 parameters of which 75 are used, three outputs with Jacobian and Hessians.
///
/// f = sin(W x) (V x) + T x x + c sum_i x_i², with a skip connection through W once more.
fn no_chain() -> HandBuilt {
    let mut program = Program {
        inputs: vec![vec![4]],
        parameters: 100,
        ..Program::default()
    };
    let graph = &mut program.graph;
    let x = graph.input(0, &[4]);
    let w = graph.parameter(0, &[3, 4]);
    let v = graph.parameter(12, &[3, 4]);
    let t = graph.parameter(24, &[3, 4, 4]);
    let c = graph.parameter(72, &[3]);
    let (left, right) = (graph.multiply(w, x), graph.multiply(v, x));
    let sine = graph.add_function(Function::builtin(Activation::Sin));
    let left = graph.map(sine, 0, left);
    let branches = contract(graph, &[(left, &[0]), (right, &[0])], &[3], &[0]);
    let bilinear = contract(
        graph,
        &[(t, &[0, 1, 2]), (x, &[1]), (x, &[2])],
        &[3, 4, 4],
        &[0],
    );
    let square = contract(graph, &[(x, &[0]), (x, &[0])], &[4], &[]);
    let scaled = contract(graph, &[(c, &[0]), (square, &[])], &[3], &[0]);
    let skip = graph.multiply(w, x);
    let f = graph.sum(
        &[
            (1.0, branches),
            (1.0, bilinear),
            (-0.5, scaled),
            (2.0, skip),
        ],
        &[3],
    );
    let jacobian = tangents(graph, f, x);
    let hessian = tangents(graph, jacobian, x);
    let hessians = contract(graph, &[(hessian, &[0, 1, 2])], &[3, 4, 4], &[1, 2, 0]);
    program.outputs = outputs(&[("value", f), ("jacobian", jacobian), ("hessians", hessians)]);
    HandBuilt {
        definition: (
            "input(x: 4), derive(hessian)",
            "pub struct NoChain { wide: Dense<9>, output: Dense<4>, narrow: Dense<3> }",
        ),
        request: "hessian",
        program,
    }
}

/// Gradient, Hessian and third derivative of 3 - 5 - 4 - 1, 59 parameters of which 49 are used, with the face of a Hessian of three outputs.
fn third_derivative() -> HandBuilt {
    let widths = [3, 5, 4, 1];
    let mut program = Program {
        inputs: vec![vec![3]],
        parameters: 59,
        ..Program::default()
    };
    let graph = &mut program.graph;
    let x = graph.input(0, &[3]);
    let (mut state, mut offset) = (x, 0);
    for pair in widths.windows(2) {
        let weight = graph.parameter(offset, &[pair[1], pair[0]]);
        let bias = graph.parameter(offset + pair[0] * pair[1], &[pair[1]]);
        offset += (pair[0] + 1) * pair[1];
        let product = graph.multiply(weight, state);
        let sum = graph.add(product, bias);
        let tanh = graph.add_function(Function::builtin(Activation::Tanh));
        state = graph.map(tanh, 0, sum);
    }
    let ones = graph.ones(&[1]);
    let gradient = reverse(graph, state, ones, &[x])
        .get(x)
        .expect("the chain depends on x");
    let hessian = tangents(graph, gradient, x);
    let third = tangents(graph, hessian, x);
    program.outputs = outputs(&[
        ("gradient", gradient),
        ("hessian", hessian),
        ("third", third),
    ]);
    HandBuilt {
        definition: (
            "input(x: 3), derive(hessian)",
            "pub struct ThirdDerivative { wide: Dense<5>, narrow: Dense<4>, output: Dense<3> }",
        ),
        request: "hessian",
        program,
    }
}

fn contract(
    graph: &mut Graph,
    factors: &[(NodeId, &[usize])],
    extents: &[usize],
    output: &[usize],
) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(extents);
    let named = |positions: &[usize]| -> Vec<usize> {
        positions
            .iter()
            .map(|position| indices[*position])
            .collect()
    };
    for (tensor, positions) in factors {
        product.tensor(*tensor, &named(positions));
    }
    graph.contract(product, &named(output))
}

fn tangents(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(source).to_vec();
    let seed = graph.identity(&shape);
    forward(graph, &[node], &[(source, seed)])[0]
}

fn outputs(named: &[(&str, NodeId)]) -> Vec<Output> {
    named
        .iter()
        .map(|(name, node)| Output {
            name: (*name).to_owned(),
            node: *node,
        })
        .collect()
}
