//! The networks of this test, with numbers.

use derive_network::prelude::*;

use crate::random::Random;

/// Frozen in the middle and at the end; losses that sum, that average, and both.
#[derive_network(
    input(t, x: 2), output(u), given(target, weight),
    define = {
        let residual = d(u, t) + u * d(u, x[0]) - nu * d(u, x[1], x[1]);
        let misfit = weight * (u - target);
    },
    loss(
        physics = mean_square(residual),
        data = mse(u, target),
        fit = sum_square(misfit),
        mix = mse(u, target) - 0.25 * sum_square(misfit),
    ),
    derive(
        parameter_gradient, pullback, gauss_newton,
        residual(parameter_gradient, parameter_jacobian, gauss_newton),
        misfit(parameter_jacobian, gauss_newton, pullback),
        physics(parameter_hessian, parameter_hvp), mix(parameter_hessian, parameter_hvp),
    ),
)]
pub struct Physics {
    first: Dense<5, Tanh>,
    #[frozen]
    second: Dense<4, Softplus>,
    output: Dense<1>,
    #[frozen]
    nu: Parameter,
}

/// The places of what is frozen.
pub const FROZEN: [std::ops::Range<usize>; 2] = [20..44, 49..50];
pub const P: usize = Physics::PARAMETERS;

/// Two outputs, in both precisions.
macro_rules! pairs {
    ($($name:ident $scalar:ident)+) => {$(
        #[derive_network(
            input(x: 3), output(w: 2), given(target: 2), scalar = $scalar,
            loss(data = mse(w, target)),
            derive(parameter_jacobian, pullback, gauss_newton, data(parameter_hvp)),
        )]
        pub struct $name {
            hidden: [Dense<6, Silu>; 2],
            output: Dense<2>,
        }
    )+};
}

pairs! {
    Pair f64
    SinglePair f32
}

/// More parameters than lie inline, and more scratch than lies on the stack.
#[derive_network(
    input(x: 4), output(u), given(target),
    loss(data = mse(u, target)),
    derive(parameter_gradient, parameter_jacobian),
)]
pub struct Boxed {
    hidden: [Dense<64, Tanh>; 2],
    output: Dense<1>,
}

/// Points and given data of lengths on all sides of blocks and vectors.
pub const LENGTHS: [usize; 9] = [0, 1, 7, 8, 9, 63, 64, 65, 200];

pub fn physics() -> Physics {
    Physics::from_parameters(&Random(5).numbers(P)).expect("as many parameters as the network has")
}

pub fn vectors<const N: usize>(random: &mut Random, count: usize) -> Vec<SVector<f64, N>> {
    let rows = random.rows(count, N).into_iter();
    rows.map(|row| SVector::from_column_slice(&row)).collect()
}

pub fn largest(numbers: &[f64]) -> f64 {
    numbers
        .iter()
        .fold(0.0, |most, number| most.max(number.abs()))
}

/// Checks each entry, with a tolerance for all.
pub fn close(what: &str, found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        let error = (found - wanted).abs();
        assert!(
            error <= tolerance,
            "{what}: {found:e}, want {wanted:e}, permitted {tolerance:e}"
        );
    }
}
