//! Do calls keep to their slices, refuse those of another length, and get along without allocations where they say so?

use derive_network::prelude::*;
use derive_network::{EvaluationError, Lanes, with_lanes};

use crate::face::{Guarded, without_allocation};
use crate::networks::{LENGTHS, P, Physics, physics};
use crate::random::Random;

/// What a method writes to slices of these lengths, margins checked, behind what it returns.
fn written<R, E: std::fmt::Debug>(
    lengths: &[usize],
    is_free: bool,
    call: impl FnOnce(&mut [&mut [f64]]) -> Result<R, E>,
    returned: impl Fn(R) -> Vec<f64>,
) -> Vec<u64> {
    let mut results: Vec<Guarded<f64>> = lengths
        .iter()
        .map(|length| Guarded::results(*length))
        .collect();
    let mut slices: Vec<&mut [f64]> = results.iter_mut().map(Guarded::slice_mut).collect();
    let outcome = if is_free {
        without_allocation(|| call(&mut slices))
    } else {
        call(&mut slices)
    };
    let mut numbers = returned(outcome.expect("the lengths agree"));
    for result in &results {
        result.assert_margins();
        numbers.extend_from_slice(result.slice());
    }
    numbers.into_iter().map(f64::to_bits).collect()
}

/// A method by value and with a workspace: the same bits, and no allocation, or one of the first only.
macro_rules! same {
    ($network:ident, $method:ident $with:ident ($($argument:expr),*) [$($length:expr),*] $returned:expr) => {{
        let lengths = [$($length),*];
        let by_value = written(
            &lengths,
            false,
            |slices| same!(@call $network.$method($($argument),*) slices, $($length),*),
            $returned,
        );
        let mut workspace = Physics::workspace();
        let with = written(
            &lengths,
            true,
            |slices| same!(@call $network.$with(&mut workspace $(, $argument)*) slices, $($length),*),
            $returned,
        );
        assert_eq!(by_value, with, stringify!($method));
        assert!(
            by_value.iter().all(|bits| f64::from_bits(*bits).is_finite()),
            "{}: a result used what is no point",
            stringify!($method)
        );
    }};
    (@call $network:ident.$method:ident($($argument:expr),*) $slices:ident, ) => {{
        let _ = $slices;
        $network.$method($($argument),*)
    }};
    (@call $network:ident.$method:ident($($argument:expr),*) $slices:ident, $length:expr) => {
        $network.$method($($argument,)* $slices[0])
    };
}

#[test]
fn workspaces_and_the_stack_give_the_same_bits_beside_no_slice() {
    let (network, mut random) = (physics(), Random(41));
    let one = |value: f64| vec![value];
    let none = |()| Vec::new();
    let pulled = |(value, dx): (f64, SVector<f64, 3>)| vec![value, dx[0], dx[1], dx[2]];
    let v = random.numbers(P);
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for length in &LENGTHS[1..] {
                let points = Guarded::points(&random.rows(*length, 3));
                let given = Guarded::points(&random.rows(*length, 2));
                let (x, g): (&[SVector<f64, 3>], &[SVector<f64, 2>]) =
                    (points.slice(), given.slice());
                same!(network, physics physics_with (x) [] one);
                same!(network, mix mix_with (x, g) [] one);
                same!(network, physics_gradient physics_gradient_with (x) [P] one);
                same!(network, mix_gradient mix_gradient_with (x, g) [P] one);
                same!(network, add_mix_gradient add_mix_gradient_with (x, g, 0.5) [P] one);
                same!(network, residual_parameter_jacobian residual_parameter_jacobian_with (x) [*length * P] none);
                same!(network, misfit_parameter_jacobian misfit_parameter_jacobian_with (x, g) [*length * P] none);
                same!(network, parameter_gradient parameter_gradient_with (&x[0]) [P] one);
                same!(network, residual_parameter_gradient residual_parameter_gradient_with (&x[0]) [P] one);
                same!(network, pullback pullback_with (&x[0], &vector![0.5]) [P] pulled);
                same!(network, misfit_pullback misfit_pullback_with (&x[0], &g[0], &vector![0.5]) [P] pulled);
            }
        });
    }
    // Products with the Hessian need room for a direction and a gradient: they allocate.
    let x: Vec<SVector<f64, 3>> = vec![vector![0.1, 0.2, 0.3]; 9];
    let (mut product, mut beside) = ([0.0; P], [0.0; P]);
    let mut workspace = Physics::workspace();
    let losses = [
        network.physics_parameter_hvp(&x, &v, &mut product),
        network.physics_parameter_hvp_with(&mut workspace, &x, &v, &mut beside),
    ];
    assert_eq!((losses[0], product), (losses[1], beside));
    let (mut hessian, mut beside) = (vec![0.0; P * P], vec![0.0; P * P]);
    let losses = [
        network.physics_parameter_hessian(&x, &mut hessian),
        network.physics_parameter_hessian_with(&mut workspace, &x, &mut beside),
    ];
    assert_eq!((losses[0], hessian), (losses[1], beside));
}

/// An error as its kind, what was expected and what was found.
trait Lengths {
    fn lengths(&self) -> (Option<&'static str>, usize, usize);
}

impl Lengths for ParameterCountError {
    fn lengths(&self) -> (Option<&'static str>, usize, usize) {
        (None, self.expected, self.found)
    }
}

impl Lengths for EvaluationError {
    fn lengths(&self) -> (Option<&'static str>, usize, usize) {
        match self {
            EvaluationError::BatchLength(error) => (Some(error.name), error.expected, error.found),
            EvaluationError::ParameterCount(error) => error.lengths(),
            other => panic!("{other} has no lengths"),
        }
    }
}

/// A call with one slice that has another length than it should, each result in margins that are watched.
macro_rules! refused {
    ($network:ident.$method:ident($($argument:expr),*) [$($length:expr),*] $name:expr, $expected:expr, $found:expr) => {{
        let lengths = [$($length),*];
        let mut results: Vec<Guarded<f64>> = lengths.iter().map(|length| Guarded::results(*length)).collect();
        let before: Vec<Vec<u64>> = results.iter().map(Guarded::bits).collect();
        let mut slices = results.iter_mut().map(Guarded::slice_mut);
        let outcome = $network.$method($($argument,)* $({ let _ = $length; slices.next().unwrap() }),*);
        drop(slices);
        let error = outcome.map(|_| ()).expect_err(stringify!($method));
        assert_eq!(error.lengths(), ($name, $expected, $found), "{}: {error}", stringify!($method));
        let after: Vec<Vec<u64>> = results.iter().map(Guarded::bits).collect();
        assert_eq!(after, before, "{} wrote, and failed", stringify!($method));
    }};
}

#[test]
fn another_length_is_an_error_and_nothing_is_written() {
    const N: usize = 9;
    let network = physics();
    let x: Vec<SVector<f64, 3>> = vec![vector![0.1, 0.2, 0.3]; N];
    let given = |count: usize| -> Vec<SVector<f64, 2>> { vec![vector![0.4, 0.5]; count] };
    let g = given(N);
    let (v, w) = ([0.5; P], vector![1.0]);
    for found in [0, N - 1, N + 1] {
        let g = given(found);
        let name = Some("given");
        assert_eq!(network.mix(&x, &g).unwrap_err().lengths(), (name, N, found));
        refused!(network.mix_gradient(&x, &g) [P] name, N, found);
        refused!(network.add_mix_gradient(&x, &g, 1.0) [P] name, N, found);
        refused!(network.mix_parameter_hvp(&x, &g, &v) [P] name, N, found);
        refused!(network.mix_parameter_hessian(&x, &g) [P * P] name, N, found);
        refused!(network.misfit_parameter_jacobian(&x, &g) [N * P] name, N, found);
        refused!(network.misfit_gauss_newton(&x, &g) [P, P * P] name, N, found);
    }
    for found in [0, P - 1, P + 1] {
        refused!(network.physics_gradient(&x) [found] None, P, found);
        refused!(network.add_physics_gradient(&x, 1.0) [found] None, P, found);
        refused!(network.physics_parameter_hvp(&x, &v) [found] None, P, found);
        refused!(network.physics_parameter_hvp(&x, &vec![0.5; found]) [P] None, P, found);
        refused!(network.parameter_gradient(&x[0]) [found] None, P, found);
        refused!(network.pullback(&x[0], &w) [found] None, P, found);
        refused!(network.misfit_pullback(&x[0], &g[0], &w) [found] None, P, found);
        refused!(network.residual_gauss_newton(&x) [found, P * P] None, P, found);
    }
    for found in [0, P, P * P - 1, P * P + 1] {
        refused!(network.physics_parameter_hessian(&x) [found] None, P * P, found);
        refused!(network.residual_gauss_newton(&x) [P, found] None, P * P, found);
    }
    for found in [0, N * P - 1, N * P + 1] {
        refused!(network.residual_parameter_jacobian(&x) [found] Some("jacobian"), N * P, found);
    }
}
