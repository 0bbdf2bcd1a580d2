//! Infinities give limits, NaN gives NaN in every generator, kinks are on the side they should be.

use super::families::*;
use crate::elementary::Elementary;
use crate::lanes::{Lanes, with_lanes};

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// The generators at `v`, in the middle of ordinary arguments, in both scalars and on all lanes.
fn check<F: Family<N>, const N: usize>(v: f64, expected: [f64; N]) {
    check_scalar::<F, f64, N>(v, expected);
    check_scalar::<F, f32, N>(v, expected);
}

fn check_scalar<F: Family<N>, T: Elementary, const N: usize>(v: f64, expected: [f64; N]) {
    for lanes in Lanes::available() {
        let mut arguments = vec![T::ONE; 33];
        arguments[13] = T::from_f64(v);
        let results = with_lanes(lanes, || evaluate::<F, T, N>(&arguments));
        for index in 0..N {
            let (result, expected) = (
                results[13][index].to_f64(),
                T::from_f64(expected[index]).to_f64(),
            );
            let same = if expected.is_nan() {
                result.is_nan()
            } else {
                result == expected
            };
            let (scalar, generator) = (name_of::<T>(), F::GENERATORS[index]);
            assert!(
                same,
                "{generator}({v}) in {scalar} on {lanes} is {result}, not {expected}"
            );
            assert!(
                !results[14][index].to_f64().is_nan(),
                "{generator} in {scalar} on {lanes}: {v} reached the next lane"
            );
        }
    }
}

#[test]
fn nan_gives_nan_in_every_generator() {
    for nan in [NAN, -NAN] {
        check::<LogisticFamily, 4>(nan, [NAN; 4]);
        check::<HyperbolicFamily, 3>(nan, [NAN; 3]);
        check::<TrigonometricFamily, 2>(nan, [NAN; 2]);
        check::<NormalFamily, 2>(nan, [NAN; 2]);
        check::<ErrorFunctionFamily, 2>(nan, [NAN; 2]);
        check::<ExponentialFamily, 2>(nan, [NAN; 2]);
        check::<ExponentialLinearFamily, 6>(nan, [NAN; 6]);
        check::<AbsoluteFamily, 2>(nan, [NAN; 2]);
        check::<Logarithm, 1>(nan, [NAN]);
        check::<Ln1p, 1>(nan, [NAN]);
        check::<SquareRoot, 1>(nan, [NAN]);
        check::<Reciprocal, 1>(nan, [NAN]);
    }
}

#[test]
fn infinities_give_limits() {
    check::<LogisticFamily, 4>(INFINITY, [INFINITY, 1.0, 0.0, -1.0]);
    check::<LogisticFamily, 4>(-INFINITY, [0.0, 0.0, 0.0, 1.0]);
    check::<HyperbolicFamily, 3>(INFINITY, [INFINITY, 1.0, 0.0]);
    check::<HyperbolicFamily, 3>(-INFINITY, [INFINITY, -1.0, 0.0]);
    check::<TrigonometricFamily, 2>(INFINITY, [NAN; 2]);
    check::<TrigonometricFamily, 2>(-INFINITY, [NAN; 2]);
    check::<NormalFamily, 2>(INFINITY, [1.0, 0.0]);
    check::<NormalFamily, 2>(-INFINITY, [0.0, 0.0]);
    check::<ErrorFunctionFamily, 2>(INFINITY, [1.0, 0.0]);
    check::<ErrorFunctionFamily, 2>(-INFINITY, [-1.0, 0.0]);
    check::<ExponentialFamily, 2>(INFINITY, [INFINITY; 2]);
    check::<ExponentialFamily, 2>(-INFINITY, [0.0, -1.0]);
    check::<ExponentialLinearFamily, 6>(INFINITY, [INFINITY, 1.0, 0.0, 0.0, 0.0, 0.0]);
    check::<ExponentialLinearFamily, 6>(-INFINITY, [0.0, 0.0, -1.0, 0.0, -INFINITY, 1.0]);
    check::<AbsoluteFamily, 2>(INFINITY, [INFINITY, 1.0]);
    check::<AbsoluteFamily, 2>(-INFINITY, [INFINITY, -1.0]);
    check::<Logarithm, 1>(INFINITY, [INFINITY]);
    check::<Logarithm, 1>(-INFINITY, [NAN]);
    check::<Ln1p, 1>(INFINITY, [INFINITY]);
    check::<Ln1p, 1>(-INFINITY, [NAN]);
    check::<SquareRoot, 1>(INFINITY, [INFINITY]);
    check::<Reciprocal, 1>(-INFINITY, [0.0]);
}

#[test]
fn logarithms_and_roots_end_where_they_should() {
    for zero in [0.0, -0.0] {
        check::<Logarithm, 1>(zero, [-INFINITY]);
        check::<Ln1p, 1>(zero, [0.0]);
        check::<SquareRoot, 1>(zero, [0.0]);
    }
    check::<Logarithm, 1>(1.0, [0.0]);
    check::<Logarithm, 1>(-1e-30, [NAN]);
    check::<Ln1p, 1>(-1.0, [-INFINITY]);
    check::<Ln1p, 1>(-1.0625, [NAN]);
    check::<SquareRoot, 1>(-1.0, [NAN]);
    check::<SquareRoot, 1>(2.25, [1.5]);
    check::<Reciprocal, 1>(4.0, [0.25]);
    check::<Reciprocal, 1>(0.0, [INFINITY]);
    check::<Reciprocal, 1>(-0.0, [-INFINITY]);
}

#[test]
fn at_a_kink_the_left_side_holds() {
    for zero in [0.0, -0.0] {
        check::<ExponentialLinearFamily, 6>(zero, [0.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
        check::<AbsoluteFamily, 2>(zero, [0.0, 0.0]);
    }
    check::<AbsoluteFamily, 2>(-3.0, [3.0, -1.0]);
    check::<AbsoluteFamily, 2>(0.5, [0.5, 1.0]);
    // The least numbers beside 0: 2^-1074 and 2^-149.
    for sign in [1.0, -1.0] {
        check_scalar::<AbsoluteFamily, f64, 2>(sign * 5e-324, [5e-324, sign]);
        check_scalar::<AbsoluteFamily, f32, 2>(
            sign * 1.401298464324817e-45,
            [1.401298464324817e-45, sign],
        );
    }
    check_scalar::<ExponentialLinearFamily, f64, 6>(5e-324, [5e-324, 1.0, 0.0, 0.0, 0.0, 0.0]);
    check_scalar::<ExponentialLinearFamily, f64, 6>(
        -5e-324,
        [0.0, 0.0, -5e-324, 1.0, -5e-324, 1.0],
    );
}

#[test]
fn symmetry_is_exact() {
    check::<HyperbolicFamily, 3>(0.0, [core::f64::consts::LN_2, 0.0, 1.0]);
    check::<LogisticFamily, 4>(0.0, [core::f64::consts::LN_2, 0.5, 0.25, 0.0]);
    check::<ExponentialFamily, 2>(0.0, [1.0, 0.0]);
    check::<TrigonometricFamily, 2>(0.0, [0.0, 1.0]);
    check::<ErrorFunctionFamily, 2>(0.0, [0.0, core::f64::consts::FRAC_2_SQRT_PI]);
    for lanes in Lanes::available() {
        let arguments: Vec<f64> = (0..400)
            .map(|i| 0.1f64.powi(i / 20) * (1.0 + i as f64))
            .collect();
        let mirrored: Vec<f64> = arguments.iter().map(|v| -v).collect();
        let run = |v: &[f64]| with_lanes(lanes, || evaluate::<LogisticFamily, f64, 4>(v));
        for (right, left) in run(&arguments).iter().zip(run(&mirrored)) {
            assert_eq!((right[2], right[3]), (left[2], -left[3]));
        }
        let run = |v: &[f64]| with_lanes(lanes, || evaluate::<ErrorFunctionFamily, f64, 2>(v));
        for (right, left) in run(&arguments).iter().zip(run(&mirrored)) {
            assert_eq!(*right, [-left[0], left[1]]);
        }
    }
}
