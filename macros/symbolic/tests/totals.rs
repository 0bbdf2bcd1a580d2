//! Does a loop program that sums over the points of its blocks give the sum of what the program gives for each point?

mod support;

use derive_network_symbolic::differentiate::{forward, partial};
use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::{Product, Program};
use derive_network_symbolic::parameter_request::{Densities, LossRequest, derive_loss};
use derive_network_symbolic::schedule::{LaneAxis, Mode, Nest, alternatives, schedule_blocks};
use support::blocks::{of_vectors, sums};
use support::{Random, chain};

/// A chain and a loss of it: the mean of a residual squared, and a sum.
fn case(widths: &[usize], activations: &[Activation]) -> (Program, Densities) {
    let mut program = chain(widths, activations);
    let output = program.outputs[0].node;
    let graph = &mut program.graph;
    let x = graph.input(0, &[widths[0]]);
    let u = graph.entry(output, 0, 0);
    let slope = partial(graph, u, x, 0);
    let curvature = partial(graph, slope, x, widths[0] - 1);
    let product = graph.hadamard(u, slope);
    let identity = graph.identity(&[widths[0]]);
    let gradient = forward(graph, &[u], &[(x, identity)])[0];
    // Of few inputs a sum that is written out.
    let mut squares = Product::new();
    let k = squares.index(widths[0]);
    squares.tensor(gradient, &[k]).tensor(gradient, &[k]);
    let steepness = graph.contract(squares, &[]);
    let terms = [(1.0, product), (1.0, curvature), (0.5, steepness)];
    let residual = graph.sum(&terms, &[]);
    let squared = graph.hadamard(residual, residual);
    let total = graph.total(output);
    let densities = Densities {
        sum: Some(total),
        mean: Some(squared),
    };
    (program, densities)
}

fn cases() -> Vec<(Program, Densities)> {
    vec![
        case(
            &[2, 5, 3, 1],
            &[Activation::Tanh, Activation::Sigmoid, Activation::Identity],
        ),
        case(&[3, 4, 2], &[Activation::Softplus, Activation::Tanh]),
        case(
            &[1, 7, 7, 7, 3],
            &[
                Activation::Sin,
                Activation::Tanh,
                Activation::Tanh,
                Activation::Identity,
            ],
        ),
        case(&[4, 1], &[Activation::Identity]),
    ]
}

#[test]
fn sums_over_blocks_are_sums_over_points() {
    for (number, (program, densities)) in cases().into_iter().enumerate() {
        for request in [LossRequest::Value, LossRequest::Gradient, LossRequest::Hvp] {
            let mut random = Random(number as u64 + 1);
            let program = derive_loss(&program, densities, &[], request);
            let parameters = random.numbers(program.parameters);
            let inputs = program.inputs[0][0];
            let points: Vec<Vec<Vec<f64>>> = (0..8)
                .map(|point| {
                    // The last points are padding.
                    let weights = if point < 6 { [0.5, 0.25] } else { [0.0; 2] };
                    vec![random.numbers(inputs), weights.to_vec()]
                })
                .collect();
            let name = format!("case {number}, {request:?}");
            sums(&name, &program, &points, &parameters, &[1, 2, 4, 8]);
        }
    }
}

#[test]
fn frozen_parameters_have_no_derivatives() {
    let (program, densities) = cases().swap_remove(0);
    let first_layer = 0..15;
    let program = derive_loss(&program, densities, &[first_layer], LossRequest::Gradient);
    assert!(program.totals.iter().all(|total| total.offset >= 15));
    assert!(!program.totals.is_empty());
}

/// A loss of two layers of twenty whose derivatives in the second are several products with each layer's streams.
fn curved_loss() -> Program {
    let widths = [3, 20, 20, 1];
    let activations = [Activation::Tanh, Activation::Tanh, Activation::Identity];
    let mut program = chain(&widths, &activations);
    let u = program.outputs[0].node;
    let graph = &mut program.graph;
    let (x, u) = (graph.input(0, &[3]), graph.entry(u, 0, 0));
    // Second derivatives that two formulas read stay one by one: derivatives of the loss in both go through the same factors.
    let curvatures = [0, 1].map(|axis| {
        let slope = partial(graph, u, x, axis);
        partial(graph, slope, x, axis)
    });
    let slope = partial(graph, u, x, 2);
    let residuals = [1.0, 2.0].map(|times| {
        let terms = [(1.0, curvatures[0]), (1.0, curvatures[1]), (times, slope)];
        graph.sum(&terms, &[])
    });
    let squared = graph.hadamard(residuals[0], residuals[1]);
    let densities = Densities {
        sum: None,
        mean: Some(squared),
    };
    derive_loss(&program, densities, &[], LossRequest::Gradient)
}

/// The first parameter of the second layer's weights, and behind the last.
const WEIGHTS: (usize, usize) = (80, 480);

/// Derivatives in a matrix are products with its rows along the lanes, those in a bias sums along the lanes; what is laid out anew for
/// rows is laid out once for the terms that share it.
#[test]
fn rows_of_weights_run_along_the_lanes() {
    let program = curved_loss();
    let loops = schedule_blocks(&program, of_vectors(1, 8, 0));
    let nests = &loops.body;
    let weights = WEIGHTS.0..WEIGHTS.1;
    let mut latest = None;
    let mut used = Vec::new();
    for nest in nests {
        match nest {
            Nest::Relayout(relayout) => {
                assert_ne!(latest, Some(relayout), "laid out again");
                latest = Some(relayout);
            }
            Nest::Contraction(nest) if nest.over_points => {
                assert!(nest.b.is_some() || nest.lane == LaneAxis::Sum);
                if weights.contains(&nest.out.offset) {
                    assert_eq!(nest.lane, LaneAxis::Row);
                    assert_eq!(Some(nest.a), latest.map(|relayout| relayout.to));
                    used.extend(latest.map(|relayout| relayout.from.offset));
                }
            }
            _ => {}
        }
    }
    let products = used.len();
    used.dedup();
    assert!(
        (1..products).contains(&used.len()),
        "{used:?} for {products} products"
    );
}

/// Of longer vectors twenty rows would fill fewer lanes: there the points run along them, and products whose factors walk alike are added
/// up before their lanes are.
#[test]
fn products_that_walk_alike_are_added_up_together() {
    let program = curved_loss();
    let loops = schedule_blocks(&program, of_vectors(4, 16, 0));
    let in_weights = loops.body.iter().filter_map(|nest| match nest {
        Nest::Contraction(nest) if nest.over_points => Some(nest),
        _ => None,
    });
    let weights = WEIGHTS.0..WEIGHTS.1;
    let in_weights: Vec<_> = in_weights
        .filter(|nest| weights.contains(&nest.out.offset))
        .collect();
    assert!(!in_weights.is_empty());
    for nest in in_weights {
        assert_eq!(nest.lane, LaneAxis::Sum, "{nest}");
        assert!(nest.addends.len() > 1, "{nest}");
    }
}

/// Each lane has its own sums if there are no more than may be, and else none.
#[test]
fn few_sums_are_kept_for_each_lane() {
    let program = curved_loss();
    let kept = |apart: usize| {
        let loops = schedule_blocks(&program, of_vectors(4, 16, apart));
        (loops.lane_totals.count, loops.totals)
    };
    let (count, totals) = kept(usize::MAX);
    assert_eq!(count, totals);
    assert_eq!(kept(totals), (totals, totals));
    assert_eq!(kept(totals - 1), (0, totals));
}

/// Of the nests that add to a sum the first begins it: only the derivative in the last bias, which is zero, is cleared.
#[test]
fn sums_begin_with_what_is_added_first() {
    let program = curved_loss();
    let results = |nest: &Nest| match nest {
        Nest::Contraction(nest) if nest.begins => {
            let loops = nest.outer.iter().chain([&nest.m, &nest.n]);
            loops.map(|step| step.extent).product()
        }
        _ => 0,
    };
    for mode in [Mode::Single, Mode::Batch] {
        for loops in alternatives(&program, mode, of_vectors(1, 8, 0)) {
            let begun: usize = loops.body.iter().map(results).sum();
            assert_eq!(begun, loops.totals - 1, "{loops}");
            let cleared: Vec<_> = loops.cleared.iter().collect();
            let [last] = cleared[..] else {
                panic!("{cleared:?}")
            };
            assert_eq!((last.offset, last.shape[0]), (loops.gradient - 1, 1));
        }
    }
}
