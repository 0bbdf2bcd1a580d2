//! Do single precision, and parameters on the heap, give the same?

use derive_network::nalgebra::{DMatrix, DVector};
use derive_network::prelude::*;
use derive_network::{Lanes, with_lanes};

use crate::networks::{Boxed, LENGTHS, Pair, SinglePair, close, largest, vectors};
use crate::random::Random;

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|number| f64::from(*number)).collect()
}

/// Relative to the largest entry: roundings of some twenty operations, and of a sum over 200 points.
fn permitted(points: usize) -> f64 {
    (points + 40) as f64 * f64::from(f32::EPSILON) / 2.0
}

#[test]
fn single_precision_is_double_precision_rounded() {
    const P: usize = Pair::PARAMETERS;
    let mut random = Random(31);
    let parameters = random.numbers(P);
    let double = Pair::from_parameters(&parameters).unwrap();
    let narrow =
        |numbers: &[f64]| -> Vec<f32> { numbers.iter().map(|number| *number as f32).collect() };
    let single = SinglePair::from_parameters(&narrow(&parameters)).unwrap();
    let v = random.numbers(P);
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for length in &LENGTHS[1..] {
                let length = *length;
                let (points, given) = (
                    vectors::<3>(&mut random, length),
                    vectors::<2>(&mut random, length),
                );
                let (points32, given32): (Vec<SVector<f32, 3>>, Vec<SVector<f32, 2>>) = (
                    points.iter().map(|x| x.cast()).collect(),
                    given.iter().map(|x| x.cast()).collect(),
                );
                let near = |what: &str, found: &[f32], wanted: &[f64]| {
                    let what = format!("{what} of {length} on {lanes}");
                    close(
                        &what,
                        &wide(found),
                        wanted,
                        permitted(length) * largest(wanted),
                    );
                };
                let (mut wanted, mut found) = (vec![f64::NAN; P], vec![f32::NAN; P]);
                let loss = double.data_gradient(&points, &given, &mut wanted).unwrap();
                let loss32 = single
                    .data_gradient(&points32, &given32, &mut found)
                    .unwrap();
                near(
                    "loss",
                    &[loss32, single.data(&points32, &given32).unwrap()],
                    &[loss; 2],
                );
                near("gradient", &found, &wanted);
                double
                    .data_parameter_hvp(&points, &given, &v, &mut wanted)
                    .unwrap();
                single
                    .data_parameter_hvp(&points32, &given32, &narrow(&v), &mut found)
                    .unwrap();
                near("product", &found, &wanted);
                let (mut wanted, mut found) = (
                    vec![f64::NAN; 2 * length * P],
                    vec![f32::NAN; 2 * length * P],
                );
                double.parameter_jacobian(&points, &mut wanted).unwrap();
                single.parameter_jacobian(&points32, &mut found).unwrap();
                near("Jacobian", &found, &wanted);
                let (mut wanted, mut found) = (vec![f64::NAN; P * P], vec![f32::NAN; P * P]);
                let sum = double
                    .gauss_newton(&points, &mut vec![0.0; P], &mut wanted)
                    .unwrap();
                let sum32 = single
                    .gauss_newton(&points32, &mut vec![0.0; P], &mut found)
                    .unwrap();
                near("sum of squares", &[sum32], &[sum]);
                near("squares", &found, &wanted);
            }
        });
    }
}

#[test]
fn a_network_on_the_heap() {
    const P: usize = Boxed::PARAMETERS;
    const { assert!(P * 8 > 16 << 10, "beyond what lies inline") };
    let network = Boxed::glorot_uniform(3);
    let mut random = Random(37);
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for length in &LENGTHS[1..] {
                let length = *length;
                let (points, given) = (
                    vectors::<4>(&mut random, length),
                    vectors::<1>(&mut random, length),
                );
                let (mut gradient, mut rows) = (vec![f64::NAN; P], vec![f64::NAN; length * P]);
                let loss = network
                    .data_gradient(&points, &given, &mut gradient)
                    .unwrap();
                network.parameter_jacobian(&points, &mut rows).unwrap();
                let errors = points
                    .iter()
                    .zip(&given)
                    .map(|(x, given)| network.value(x) - given[0]);
                let errors = DVector::from_iterator(length, errors);
                let wanted =
                    DMatrix::from_vec(length, P, rows).tr_mul(&errors) * (2.0 / length as f64);
                let mean = errors.norm_squared() / length as f64;
                close("loss", &[loss], &[mean], 1e-13 * mean);
                close(
                    "gradient",
                    &gradient,
                    wanted.as_slice(),
                    1e-12 * largest(wanted.as_slice()),
                );
                let value = network
                    .parameter_gradient(&points[0], &mut gradient)
                    .unwrap();
                assert_eq!(value, network.value(&points[0]));
            }
        });
    }
}
