//! Are derivatives that follow from others computed again where a reverse sweep reads them?

mod support;

use derive_network_symbolic::differentiate::partial;
use derive_network_symbolic::functions::{Activation, Step};
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};
use derive_network_symbolic::parameter_request::{Densities, LossRequest, derive_loss};
use derive_network_symbolic::schedule::{LoopProgram, Mode, Nest, Vectors, alternatives, schedule};
use support::blocks::meaning;
use support::programs::{Builder, adjoints, map, tangents};
use support::{chain, outputs};

const INPUTS: usize = 2;
const WIDTH: usize = 20;

/// The Hessian of so many layers of one activation, by tangents of adjoints.
fn hessian(activation: Activation, layers: usize, width: usize) -> Builder {
    let mut builder = Builder::new(INPUTS);
    let mut state: NodeId = builder.x;
    for layer in 0..layers {
        let matrix = builder.parameter(&[width, if layer == 0 { INPUTS } else { width }]);
        let graph = &mut builder.program.graph;
        let product = graph.multiply(matrix, state);
        state = map(graph, activation, product);
    }
    let weights = builder.parameter(&[1, width]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let value = graph.multiply(weights, state);
    let gradient = adjoints(graph, value, x);
    let hessian = tangents(graph, gradient, x);
    builder.program.outputs = outputs(&[("hessian", hessian)]);
    builder
}

/// The tensors that nests with elementary functions store.
fn stored(loops: &LoopProgram) -> usize {
    let nests = loops.body.iter().map(|nest| match nest {
        Nest::Elementwise(nest) => {
            let mut steps = nest.body.steps.iter();
            let has_elementary = steps.any(|step| matches!(step, Step::Primitive(..)));
            usize::from(has_elementary) * nest.results.len()
        }
        Nest::Contraction(_) | Nest::Relayout(_) => 0,
    });
    nests.sum()
}

/// What nests with elementary functions store for the gradient of the mean of u_xx², of three layers of this width, whose second derivative is a
/// product of value and slope, and where it has an elementary function of its own.
fn stored_of_loss(width: usize) -> [usize; 2] {
    [Activation::Tanh, Activation::Sigmoid].map(|hidden| {
        let activations = [hidden, hidden, hidden, Activation::Identity];
        let mut program = chain(&[INPUTS, width, width, width, 1], &activations);
        let output = program.outputs[0].node;
        let graph = &mut program.graph;
        let x = graph.input(0, &[INPUTS]);
        let u = graph.entry(output, 0, 0);
        let slope = partial(graph, u, x, 0);
        let curvature = partial(graph, slope, x, 0);
        let densities = Densities {
            sum: None,
            mean: Some(graph.hadamard(curvature, curvature)),
        };
        let program = derive_loss(&program, densities, &[], LossRequest::Gradient);
        stored(&schedule(&program, Mode::Batch))
    })
}

#[test]
fn what_follows_from_others_is_computed_again() {
    let [tanh, sigmoid] = stored_of_loss(WIDTH);
    // At the first two layers the second derivative, and the product with the third.
    assert_eq!(tanh + 4, sigmoid);
}

#[test]
fn what_stays_in_the_nearest_cache_is_stored() {
    let [tanh, sigmoid] = stored_of_loss(WIDTH / 4);
    assert_eq!(tanh, sigmoid);
}

/// The loop programs of blocks: of all plans as they are, and of those with what is computed again.
fn without_and_with(program: &Program) -> (Vec<LoopProgram>, Vec<LoopProgram>) {
    let mut plain = alternatives(program, Mode::Batch, Vectors::ONE);
    let again = plain.split_off(3);
    (plain, again)
}

#[test]
fn what_would_keep_wide_tangents_longer_is_stored() {
    let program = hessian(Activation::Tanh, 4, 8 * WIDTH).program;
    let (plain, again) = without_and_with(&program);
    let chosen = schedule(&program, Mode::Batch);
    assert!(plain.contains(&chosen));
    assert!(!again.is_empty());
}

/// Runs all loop programs for what is built.
fn mean(name: &str, builder: &Builder) {
    let parameters = (0..builder.program.parameters).map(|number| 0.3 * (number as f64).sin());
    let parameters: Vec<f64> = parameters.collect();
    let data = [vec![0.3, -0.7]];
    meaning(name, &builder.program, &data, &parameters);
}

#[test]
fn derivatives_that_are_computed_again_have_their_meaning() {
    for activation in [
        Activation::Tanh,
        Activation::Sin,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::LogCosh2,
    ] {
        let builder = hessian(activation, 3, WIDTH);
        let (plain, again) = without_and_with(&builder.program);
        let [plain, again] = [plain, again].map(|programs| programs.iter().map(stored).min());
        assert!(
            again < plain && again.is_some(),
            "{activation:?}: {again:?} {plain:?}"
        );
        mean(activation.name(), &builder);
    }
}

const COLUMNS: usize = 4;

/// What is made of y² beyond products of matrices with y and its fourth power, in another nest.
fn later(read: impl Fn(&mut Graph, NodeId, NodeId) -> NodeId) -> Builder {
    let mut builder = Builder::new(INPUTS);
    let open = builder.parameter(&[WIDTH * COLUMNS, INPUTS]);
    let close = builder.parameter(&[WIDTH, WIDTH]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let product = graph.multiply(open, x);
    let product = graph.reshape(product, &[WIDTH, COLUMNS]);
    let y = map(graph, Activation::Tanh, product);
    let square = graph.hadamard(y, y);
    let fourth = graph.hadamard(square, square);
    let [beyond, far] = [fourth, y].map(|node| graph.multiply(close, node));
    let sum = graph.add(beyond, far);
    let again = graph.add(sum, y);
    let value = read(graph, square, again);
    builder.program.outputs = outputs(&[("value", value)]);
    builder
}

/// The product of two tensors with the axes that are named, summed over the others.
fn product(graph: &mut Graph, factors: [NodeId; 2], axes: &[usize]) -> NodeId {
    let mut product = Product::new();
    let indices = [WIDTH, COLUMNS].map(|extent| product.index(extent));
    product.tensor(factors[0], &indices);
    product.tensor(factors[1], &indices);
    let axes: Vec<_> = axes.iter().map(|axis| indices[*axis]).collect();
    graph.contract(product, &axes)
}

#[test]
fn what_is_computed_again_is_read_in_any_order_and_in_sums() {
    for axes in [&[0, 1][..], &[1, 0], &[0]] {
        let builder = later(|graph, square, sum| product(graph, [square, sum], axes));
        let (_, again) = without_and_with(&builder.program);
        assert!(!again.is_empty(), "{axes:?}");
        mean(&format!("{axes:?}"), &builder);
    }
}

#[test]
fn a_chain_that_doubles_takes_no_longer_than_its_links() {
    let mut builder = Builder::new(INPUTS);
    let matrix = builder.parameter(&[WIDTH, INPUTS]);
    let close = builder.parameter(&[WIDTH, WIDTH]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let product = graph.multiply(matrix, x);
    let first = map(graph, Activation::Tanh, product);
    // Chebyshev's polynomials: each is read by the next two, and by a sum that comes after a contraction of the last.
    let one = graph.hadamard(first, first);
    let mut links = vec![first, one];
    for _ in 0..60 {
        let [.., before, last] = links[..] else {
            unreachable!("two links are there");
        };
        let next = graph.hadamard(first, last);
        links.push(graph.sum(&[(2.0, next), (-1.0, before)], &[WIDTH]));
    }
    let last = links[links.len() - 1];
    let beyond = graph.multiply(close, last);
    let mut terms: Vec<NodeId> = Vec::new();
    for link in &links {
        terms.push(graph.hadamard(*link, beyond));
    }
    let terms: Vec<(f64, NodeId)> = terms.iter().map(|term| (1.0, *term)).collect();
    let value = graph.sum(&terms, &[WIDTH]);
    builder.program.outputs = outputs(&[("value", value)]);
    let (_, again) = without_and_with(&builder.program);
    assert!(!again.is_empty());
    mean("chain", &builder);
}
