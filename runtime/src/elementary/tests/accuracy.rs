//! Every generator against 20 digits of mpmath, on all lanes: the bounds in units of the last digit are part of the contract.

use super::families::*;
use super::table::{Tabulated, Truth, rows};
use crate::elementary::Elementary;
use crate::lanes::{Lanes, with_lanes};

fn check_rows<F: Family<N>, T: Tabulated, const N: usize>(
    rows: &[(T, [Truth; N])],
    bounds: [f64; N],
) {
    assert!(rows.len() > 100, "{}: {} rows", F::NAME, rows.len());
    let arguments: Vec<T> = rows.iter().map(|row| row.0).collect();
    for lanes in Lanes::available() {
        let results = with_lanes(lanes, || evaluate::<F, T, N>(&arguments));
        for (index, generator) in F::GENERATORS.iter().enumerate() {
            let (mut worst, mut at) = (0.0, T::ZERO);
            for ((argument, truths), result) in rows.iter().zip(&results) {
                let (truth, error) = (truths[index], result[index].error(truths[index]));
                // Below the normal range: the bound, as small as the number is, and one rounding.
                let normality = truth.normality::<T>();
                let bound = bounds[index] * normality + if normality < 1.0 { 0.5 } else { 0.0 };
                assert!(
                    error <= bound,
                    "{generator}({argument:e}) on {lanes} = {:e}, truth {truth:?}: {error} ulp of {bound}",
                    result[index].to_f64()
                );
                if normality == 1.0 && error > worst {
                    (worst, at) = (error, *argument);
                }
            }
            println!(
                "{:4} {generator:13} {lanes:7} {worst:5.2} ulp at {at:e}",
                name_of::<T>()
            );
        }
    }
}

/// The bounds for `f64` and for `f32`.
fn check<F: Family<N>, const N: usize>(double: [f64; N], single: [f64; N]) {
    check_rows::<F, f64, N>(&rows(F::NAME), double);
    check_rows::<F, f32, N>(&rows(F::NAME), single);
}

#[test]
fn logistic_is_right() {
    check::<LogisticFamily, 4>([2.0, 2.5, 3.0, 3.5], [2.0, 2.5, 3.0, 3.5]);
}

#[test]
fn hyperbolic_is_right() {
    check::<HyperbolicFamily, 3>([2.0, 3.0, 3.0], [2.0, 3.0, 3.0]);
}

#[test]
fn trigonometric_is_right() {
    check::<TrigonometricFamily, 2>([1.0; 2], [1.0; 2]);
}

#[test]
fn normal_is_right() {
    check::<NormalFamily, 2>([4.6, 2.0], [4.6, 2.0]);
}

#[test]
fn error_function_is_right() {
    check::<ErrorFunctionFamily, 2>([3.0, 2.0], [3.0, 2.0]);
}

#[test]
fn exponential_is_right() {
    check::<ExponentialFamily, 2>([1.25, 2.5], [1.25, 2.5]);
}

#[test]
fn logarithm_is_right() {
    check::<Logarithm, 1>([1.0], [1.0]);
}

#[test]
fn ln_1p_is_right() {
    check::<Ln1p, 1>([1.5], [1.5]);
}

fn exponential_linear_rows<T: Tabulated>() -> Vec<(T, [Truth; 6])> {
    let exponentials = rows::<T, 2>("exponential").into_iter();
    exponentials
        .map(|(v, [exp, expm1])| {
            let (zero, one, value) = (Truth::of(0.0), Truth::of(1.0), Truth::of(v.to_f64()));
            (
                v,
                if v > T::ZERO {
                    [value, one, zero, zero, zero, zero]
                } else {
                    [zero, zero, expm1, exp, value, one]
                },
            )
        })
        .collect()
}

#[test]
fn exponential_linear_is_right() {
    check_rows::<ExponentialLinearFamily, f64, 6>(
        &exponential_linear_rows(),
        [0.0, 0.0, 1.5, 1.25, 0.0, 0.0],
    );
    check_rows::<ExponentialLinearFamily, f32, 6>(
        &exponential_linear_rows(),
        [0.0, 0.0, 1.5, 1.25, 0.0, 0.0],
    );
}

#[test]
fn single_functions_are_those_of_their_families() {
    fn check<T: Tabulated + Elementary>() {
        let arguments: Vec<T> = rows::<T, 2>("exponential")
            .iter()
            .map(|row| row.0)
            .collect();
        for lanes in Lanes::available() {
            with_lanes(lanes, || {
                let pairs = evaluate::<ExponentialFamily, T, 2>(&arguments);
                let exps = evaluate::<Exp, T, 1>(&arguments);
                let expm1s = evaluate::<Expm1, T, 1>(&arguments);
                for ((pair, exp), expm1) in pairs.iter().zip(exps).zip(expm1s) {
                    assert_eq!(*pair, [exp[0], expm1[0]]);
                }
            });
        }
    }
    check::<f64>();
    check::<f32>();
}

/// Rare arguments take another path, with the whole vector: the usual ones must not notice.
#[test]
fn a_result_does_not_depend_on_the_neighbours() {
    fn check<F: Family<N>, T: Tabulated, const N: usize>(table: &str) {
        let usual = |row: &(T, [Truth; N])| (T::ZERO..T::from_f64(30.0)).contains(&row.0);
        let arguments: Vec<T> = rows::<T, N>(table)
            .into_iter()
            .filter(usual)
            .map(|row| row.0)
            .collect();
        assert!(arguments.len() > 20, "{table}");
        let beside_rare: Vec<T> = arguments
            .iter()
            .flat_map(|v| [*v, T::from_f64(1e30)])
            .collect();
        for lanes in Lanes::available() {
            let [alone, beside] =
                [&arguments, &beside_rare].map(|v| with_lanes(lanes, || evaluate::<F, T, N>(v)));
            for (alone, beside) in alone.iter().zip(beside.chunks(2)) {
                assert_eq!(*alone, beside[0], "{} on {lanes}", F::NAME);
            }
        }
    }
    fn check_all<T: Tabulated>() {
        check::<LogisticFamily, T, 4>("logistic");
        check::<HyperbolicFamily, T, 3>("hyperbolic");
        check::<NormalFamily, T, 2>("normal");
        check::<ErrorFunctionFamily, T, 2>("error_function");
        check::<ExponentialFamily, T, 2>("exponential");
        check::<TrigonometricFamily, T, 2>("trigonometric");
    }
    check_all::<f64>();
    check_all::<f32>();
}
