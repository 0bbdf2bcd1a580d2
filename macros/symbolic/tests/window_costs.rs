//! Do convolutions, flattening and their derivatives cost what they must, and no more memory, nests or time?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::Program;
use derive_network_symbolic::parameter_request::{Densities, LossRequest, derive_loss};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{LoopProgram, Mode, schedule, schedule_blocks};
use derive_network_symbolic::simplify::cost::Cost;
use support::blocks::of_vectors;
use support::convolution::{Convolution, Layer, Network};
use support::outputs;
use support::programs::{Builder, map};

/// A convolution of `d` channels to `c`, three by three, that keeps the size of the image.
fn convolution(d: usize, image: [usize; 2], c: usize, padding: usize) -> Convolution {
    Convolution {
        channels: d,
        image,
        outputs: c,
        kernel: [3, 3],
        stride: 1,
        dilation: 1,
        padding,
        groups: 1,
    }
}

/// tanh of a convolution with a head of one number.
fn curved(case: Convolution) -> Program {
    let network = Network {
        shape: [case.channels, case.image[0], case.image[1]],
        layers: vec![Layer::Convolve(case), Layer::Tanh],
        heads: 1,
        softmax: false,
    };
    network.program()
}

fn cost(program: &Program, request: Request) -> Cost {
    derive(program, request, Elimination::Automatic).cost
}

fn scheduled(program: &Program, request: Request) -> LoopProgram {
    let derived = derive(program, request, Elimination::Automatic);
    schedule(&derived.program, Mode::Batch)
}

#[test]
fn flattening_before_a_dense_layer_costs_nothing() {
    let shape = [3, 5, 7];
    let size = shape.iter().product();
    let layer = |flattened: bool| {
        let mut builder = Builder::new(size);
        let weight = builder.parameter(&[11, size]);
        let graph = &mut builder.program.graph;
        let mut state = builder.x;
        if flattened {
            let image = graph.reshape(state, &shape);
            state = graph.flatten(image);
        }
        let product = graph.multiply(weight, state);
        let value = map(graph, Activation::Tanh, product);
        builder.program.outputs = outputs(&[("value", value)]);
        builder.program
    };
    let (dense, flattened) = (layer(false), layer(true));
    for request in [Request::Value, Request::Jacobian, Request::Hessian] {
        assert_eq!(
            cost(&flattened, request),
            cost(&dense, request),
            "{request:?}"
        );
        let nests = |program: &Program| scheduled(program, request).to_string();
        assert_eq!(nests(&flattened), nests(&dense), "{request:?}");
    }
}

#[test]
fn an_image_between_dense_layers_is_no_dearer_than_a_vector() {
    let mut builder = Builder::new(30);
    let weight = builder.parameter(&[4, 30]);
    let graph = &mut builder.program.graph;
    let image = graph.reshape(builder.x, &[2, 3, 5]);
    let hidden = map(graph, Activation::Tanh, image);
    let flat = graph.flatten(hidden);
    let value = graph.multiply(weight, flat);
    builder.program.outputs = outputs(&[("value", value)]);
    assert_eq!(cost(&builder.program, Request::Value).multiply_adds, 120.0);
    assert_eq!(
        cost(&builder.program, Request::Jacobian).multiply_adds,
        120.0
    );
}

#[test]
fn a_convolution_and_its_image_gradient_have_the_products_that_they_must() {
    for padding in [0, 1] {
        let case = convolution(3, [8, 9], 5, padding);
        let places = case.places(0) * case.places(1);
        let (products, head) = (5 * 3 * 9 * places, 5 * places);
        let program = curved(case);
        let value = cost(&program, Request::Value);
        assert_eq!(value.multiply_adds, (products + head) as f64);
        let gradient = cost(&program, Request::Gradient);
        // The head's adjoint is its weight; entries that meet are added, once for each place and window.
        assert_eq!(gradient.multiply_adds, (2 * products + head) as f64);
        let folds = 3 * 9 * places;
        assert!(
            gradient.elementwise <= (folds + 4 * head) as f64,
            "{gradient:?}"
        );
    }
}

#[test]
fn adjoints_of_windows_are_added_where_they_meet_and_never_stored() {
    let case = convolution(4, [16, 16], 6, 1);
    let program = curved(case);
    let (value, gradient) = (
        scheduled(&program, Request::Value).block,
        scheduled(&program, Request::Gradient).block,
    );
    let (windows, padded, results) = (4 * 9 * 256, 4 * 18 * 18, case.results());
    // The slope, the adjoint, the padded image and the image itself.
    assert!(gradient <= value + 2 * results + padded + case.inputs());
    assert!(gradient - value < windows);
}

#[test]
fn a_hessian_is_made_of_what_the_windows_see() {
    let case = convolution(3, [8, 9], 5, 1);
    let places = 72;
    let seen = 3 * 9;
    let hessian = cost(&curved(case), Request::Hessian);
    let dense = 216 * 216 * 5 * places;
    assert!(
        hessian.multiply_adds <= (2 * 5 * seen * seen * places) as f64,
        "{hessian:?}"
    );
    assert!(hessian.multiply_adds < dense as f64 / 30.0);
    let laplacian = cost(&curved(case), Request::Laplacian);
    assert!(
        laplacian.multiply_adds <= (6 * 5 * seen * places) as f64,
        "{laplacian:?}"
    );
}

/// Two convolutions with pooling and a dense head, of the size of LeNet, or with more channels.
fn lenet(scale: usize) -> Network {
    let convolution = |channels, extent, outputs, padding| Convolution {
        kernel: [5, 5],
        ..convolution(channels, [extent, extent], outputs, padding)
    };
    let pool = Layer::Pool {
        kernel: 2,
        stride: 2,
        largest: true,
    };
    Network {
        shape: [1, 28, 28],
        layers: vec![
            Layer::Convolve(convolution(1, 28, 6 * scale, 2)),
            Layer::Tanh,
            pool,
            Layer::Convolve(convolution(6 * scale, 14, 16 * scale, 0)),
            Layer::Tanh,
            pool,
        ],
        heads: 10,
        softmax: true,
    }
}

/// The loss is half the square of the first head.
fn training(network: &Network) -> Program {
    let mut program = network.program();
    let value = program.outputs[0].node;
    let graph = &mut program.graph;
    let first = graph.entry(value, 0, 0);
    let square = graph.hadamard(first, first);
    let densities = Densities {
        sum: None,
        mean: Some(graph.scale(0.5, square)),
    };
    derive_loss(&program, densities, &[], LossRequest::Gradient)
}

#[test]
fn nests_do_not_grow_with_widths() {
    let nests = |scale: usize| {
        let program = training(&lenet(scale));
        let loops = schedule_blocks(&program, of_vectors(8, 8, 0));
        loops.prologue.len() + loops.body.len()
    };
    assert_eq!(nests(1), nests(4));
    assert!(nests(1) <= 50, "{} nests", nests(1));
}

/// Nests of the networks below that gather or scatter their lanes one by one: at most so many.
const GATHERED_NESTS: usize = 30;

#[test]
fn few_nests_of_one_point_gather_their_lanes() {
    let (mut gathered, mut nests) = (0, 0);
    let programs = [
        curved(convolution(3, [8, 9], 5, 0)),
        curved(convolution(3, [8, 9], 5, 1)),
        lenet(1).program(),
    ];
    for (number, program) in programs.iter().enumerate() {
        for request in [Request::Value, Request::Vjp, Request::Jvp] {
            if number == 2 && request == Request::Jvp {
                continue;
            }
            let derived = derive(program, request, Elimination::Automatic);
            let loops = schedule(&derived.program, Mode::Single);
            println!(
                "{number} {request:?}: {} of {}",
                loops.gathered_nests(),
                loops.body.len()
            );
            gathered += loops.gathered_nests();
            nests += loops.body.len();
        }
    }
    println!("{gathered} of {nests} gather their lanes");
    assert!(gathered <= GATHERED_NESTS, "{gathered} of {nests}");
}
