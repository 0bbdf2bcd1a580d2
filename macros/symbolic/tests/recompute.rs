//! Are derivatives that follow from others computed again where a reverse sweep reads them?

mod support;

use derive_network_symbolic::differentiate::partial;
use derive_network_symbolic::functions::{Activation, Step};
use derive_network_symbolic::ir::NodeId;
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

#[test]
fn what_would_keep_wide_tangents_longer_is_stored() {
    let program = hessian(Activation::Tanh, 4, 8 * WIDTH).program;
    let [_, again, _] = alternatives(&program, Mode::Batch, Vectors::ONE);
    let chosen = schedule(&program, Mode::Batch);
    assert!(stored(&again) < stored(&chosen));
    assert!(chosen.block < again.block);
}

#[test]
fn derivatives_that_are_computed_again_have_their_meaning() {
    for activation in [
        Activation::Tanh,
        Activation::Gelu,
        Activation::Sin,
        Activation::Elu,
        Activation::Silu,
    ] {
        let Builder { program, .. } = hessian(activation, 3, WIDTH);
        let parameters = (0..program.parameters).map(|number| 0.3 * (number as f64).sin());
        let parameters: Vec<f64> = parameters.collect();
        meaning(activation.name(), &program, &[vec![0.3, -0.7]], &parameters);
    }
}
