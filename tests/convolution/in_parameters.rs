//! Are gradients in the parameters those of plain loops on dual numbers?

use derive_network::nalgebra::SVector;
use derive_network::{Lanes, prelude::derive_network, with_lanes};
use num_dual::{Dual2_64, Dual64};

use crate::face::{Entries, Face, Form};
use crate::interpreted::{model, parameters, tolerance};
use crate::networks::{
    Attention, Averaged, Convex, EveryOption, Largest, Normalised, SmallLeNet, Stacked,
};
use crate::plain::chain;
use crate::random::Random;

/// The gradient in the parameters behind one function.
trait InParameters: Face {
    fn of(&self, x: &[f64]) -> (f64, Vec<f64>);
}

macro_rules! in_parameters {
    ($($test:ident $network:ident)+) => {$(
        impl InParameters for $network {
            fn of(&self, x: &[f64]) -> (f64, Vec<f64>) {
                let mut gradient = vec![f64::NAN; Self::PARAMETERS];
                let x = Entries::from_numbers(x);
                let value = self.parameter_gradient(&x, &mut gradient).expect("as many numbers");
                (value, gradient)
            }
        }

        #[test]
        fn $test() {
            check::<$network>();
        }
    )+};
}

in_parameters! {
    every_option EveryOption
    stacked Stacked
    averaged Averaged
    largest Largest
    normalised Normalised
    attention Attention
    convex Convex
    small_lenet SmallLeNet
}

fn check<N: InParameters>() {
    let network = model::<N>();
    let mut random = Random(5);
    let numbers = parameters(&network, &mut random);
    let compiled = N::with_parameters(&numbers);
    let tolerance = 4.0 * tolerance::<N>(&network);
    let point = random.numbers(network.inputs());
    let (value, gradient) = compiled.of(&point);
    let x: Vec<Dual64> = point.iter().map(|entry| (*entry).into()).collect();
    let mut parameters: Vec<Dual64> = numbers.iter().map(|number| (*number).into()).collect();
    let mut worst: f64 = 0.0;
    for (index, found) in gradient.iter().enumerate() {
        parameters[index].eps = 1.0;
        let wanted = chain(&network, &parameters, x.clone())[0];
        parameters[index].eps = 0.0;
        let error = (found - wanted.eps).abs() / wanted.eps.abs().max(1.0);
        assert!(
            error <= tolerance && (value - wanted.re).abs() <= tolerance * value.abs().max(1.0),
            "{}: parameter {index}: {found} beside {}",
            network.name,
            wanted.eps
        );
        worst = worst.max(error);
    }
    println!("{}: worst error {worst:.1e}", network.name);
}

/// Laplacians: the sum of second derivatives along each input.
fn check_laplacian<N: Face>() {
    let network = model::<N>();
    let mut random = Random(6);
    let numbers = parameters(&network, &mut random);
    let compiled = N::with_parameters(&numbers);
    let tolerance = 4.0 * tolerance::<N>(&network);
    let points = random.rows(3, network.inputs());
    let answers = compiled.ask("laplacian", Form::Batch, &points, &[]);
    let parameters: Vec<Dual2_64> = numbers.iter().map(|number| (*number).into()).collect();
    for (point, answer) in points.iter().zip(answers) {
        let mut x: Vec<Dual2_64> = point.iter().map(|entry| (*entry).into()).collect();
        let mut wanted = 0.0;
        for input in 0..x.len() {
            x[input].v1 = 1.0;
            wanted += chain(&network, &parameters, x.clone())[0].v2;
            x[input].v1 = 0.0;
        }
        let found = answer[2][0];
        assert!(
            (found - wanted).abs() <= tolerance * wanted.abs().max(1.0),
            "{}: {found} beside {wanted}",
            network.name
        );
    }
}

#[test]
fn laplacians_are_sums_of_second_derivatives() {
    check_laplacian::<EveryOption>();
    check_laplacian::<Stacked>();
    check_laplacian::<Normalised>();
    check_laplacian::<Attention>();
}

const ATTRIBUTE: &str = "input(image: [2, 5, 4])";
const FIELDS: &str = "struct Sum {
    #[layer(kernel = 2, groups = 2, padding = 1)] features: Conv2d<4, Tanh>,
    #[layer(kernel = 3)] pool: MaxPool2d,
    norm: LayerNorm,
    flatten: Flatten,
    output: Dense<2>,
    shares: Softmax,
}";

/// What [`FIELDS`] says, with losses.
#[derive_network(
    input(image: [2, 5, 4]), output(y), given(target: 2), allow(kinks),
    loss(fit = mse(y, target)),
    derive(parameter_jacobian, fit(parameter_hvp)),
)]
struct Sum {
    #[layer(kernel = 2, groups = 2, padding = 1)]
    features: Conv2d<4, Tanh>,
    #[layer(kernel = 3)]
    pool: MaxPool2d,
    norm: LayerNorm,
    flatten: Flatten,
    output: Dense<2>,
    shares: Softmax,
}

/// A full block and a rest on every number of lanes.
const POINTS: usize = 19;

#[test]
fn losses_over_blocks_of_images() {
    let network = derive_network_compiler::model(
        ATTRIBUTE.parse().expect("tokens"),
        FIELDS.parse().expect("tokens"),
    )
    .expect("a network");
    let mut random = Random(8);
    let numbers = parameters(&network, &mut random);
    let direction = random.numbers(numbers.len());
    let points = random.rows(POINTS, Sum::INPUTS);
    let targets = random.rows(POINTS, 2);
    let loss = |parameters: &[Dual2_64]| -> Dual2_64 {
        let mut sum = Dual2_64::from(0.0);
        for (point, target) in points.iter().zip(&targets) {
            let x = point.iter().map(|entry| (*entry).into()).collect();
            for (y, target) in chain(&network, parameters, x).into_iter().zip(target) {
                sum += (y - *target) * (y - *target);
            }
        }
        sum / (2.0 * POINTS as f64)
    };
    let along = |index: Option<usize>| -> Vec<Dual2_64> {
        let mut parameters: Vec<Dual2_64> = numbers.iter().map(|n| (*n).into()).collect();
        for (other, parameter) in parameters.iter_mut().enumerate() {
            parameter.v1 = match index {
                Some(index) => f64::from(u8::from(index == other)),
                None => direction[other],
            };
        }
        parameters
    };
    let wanted: Vec<f64> = (0..numbers.len())
        .map(|index| loss(&along(Some(index))).v1)
        .collect();
    let curved = loss(&along(None));
    let compiled = Sum::from_parameters(&numbers).expect("as many numbers");
    let xs: Vec<SVector<f64, { Sum::INPUTS }>> = points
        .iter()
        .map(|point| Entries::from_numbers(point))
        .collect();
    let ys: Vec<SVector<f64, 2>> = targets
        .iter()
        .map(|target| Entries::from_numbers(target))
        .collect();
    let close = |found: f64, wanted: f64, what: &str| {
        assert!(
            (found - wanted).abs() <= 1e-14 * wanted.abs().max(1.0),
            "{what}: {found} beside {wanted}"
        );
    };
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            let mut gradient = vec![f64::NAN; Sum::PARAMETERS];
            let value = compiled
                .fit_gradient(&xs, &ys, &mut gradient)
                .expect("points");
            close(value, curved.re, "loss");
            for (found, wanted) in gradient.iter().zip(&wanted) {
                close(*found, *wanted, "gradient");
            }
            let mut product = vec![f64::NAN; Sum::PARAMETERS];
            compiled
                .fit_parameter_hvp(&xs, &ys, &direction, &mut product)
                .expect("points");
            let found = product.iter().zip(&direction).map(|(p, v)| p * v).sum();
            close(found, curved.v2, "curvature along a direction");
            let mut jacobian = vec![f64::NAN; 2 * POINTS * Sum::PARAMETERS];
            compiled
                .parameter_jacobian(&xs, &mut jacobian)
                .expect("points");
            for (index, column) in jacobian.chunks(2 * POINTS).enumerate().step_by(7) {
                let parameters = along(Some(index));
                for (point, rows) in points.iter().zip(column.chunks(2)) {
                    let x = point.iter().map(|entry| (*entry).into()).collect();
                    for (y, found) in chain(&network, &parameters, x).iter().zip(rows) {
                        close(*found, y.v1, "Jacobian");
                    }
                }
            }
        });
    }
}
