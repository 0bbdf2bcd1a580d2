//! Are the elementary functions as accurate as `docs/numerics.md` says, beyond the arguments of the runtime's tables?
//!
//! The arguments of `cargo bench --bench elementary -- --accuracy`, fewer of them.

#[path = "../benches/elementary/accuracy.rs"]
mod accuracy;
#[path = "../benches/elementary/double_double.rs"]
mod double_double;
#[path = "../benches/elementary/functions.rs"]
mod functions;
#[path = "../benches/elementary/jets.rs"]
mod jets;
#[macro_use]
#[path = "../benches/elementary/towers.rs"]
mod towers;
#[path = "../benches/elementary/stratified.rs"]
mod stratified;

use double_double::DoubleDouble;
use jets::{Jet, Number, number};
use towers::*;

/// Arguments of each family in `f64`.
const SAMPLES: u64 = 20_480;
/// Of the numbers of `f32` every so many-th: prime, so that all bits vary.
const STRIDE: u64 = 104_729;

#[test]
fn errors_are_within_the_stated_bounds() {
    for errors in accuracy::all(SAMPLES, STRIDE) {
        for (lanes, worst) in errors.worst {
            assert!(
                worst.ulps <= errors.bound,
                "{} in {} on {lanes} at {:e}: {} ulp, not {}",
                errors.name,
                errors.scalar,
                worst.at,
                worst.ulps,
                errors.bound
            );
        }
    }
}

/// Arguments of each function with its derivatives.
const STRATIFIED: usize = 320;
/// Of orders 0 to 4, in units of what rounding the argument costs: a third more than the largest of 2 10^4 arguments a function.
const DERIVATIVES: [f64; 5] = [5.0, 11.0, 16.0, 68.0, 32.0];

#[test]
fn derivatives_are_as_accurate_as_their_arguments() {
    for row in stratified::all(STRATIFIED) {
        for (order, (worst, bound)) in row.worst.iter().zip(DERIVATIVES).enumerate() {
            let (error, at) = worst.conditioned;
            assert!(
                error <= bound,
                "{} in {}, order {order}, at {at:e}: {error} units, not {bound}",
                row.name,
                row.scalar
            );
        }
    }
}

/// The references against identities that they are not made from: 1e-28 is twelve digits more than `f64` has.
#[test]
fn references_have_more_digits_than_needed() {
    let close = |a: DoubleDouble, b: DoubleDouble| ((a - b) / b).0.abs() < 1e-28;
    for i in 1..400 {
        let v = i as f64 * 0.173;
        let of = DoubleDouble::from;
        let (third, two_thirds) = (of(v) / of(3.0), of(v) * 2.0 / of(3.0));
        assert!(
            close(third.exp() * two_thirds.exp(), of(v).exp()),
            "exp({v})"
        );
        assert!(close(of(v).exp().ln(), of(v)), "ln(exp({v}))");
        let tiny = v * 1e-3;
        assert!(
            close(of(tiny).expm1().ln_1p(), of(tiny)),
            "ln_1p(expm1({tiny}))"
        );
        let (sine, cosine) = DoubleDouble::sin_cos(v);
        assert!(
            close(sine * sine + cosine * cosine, DoubleDouble::ONE),
            "at {v}"
        );
        let (sine_of_double, _) = DoubleDouble::sin_cos(2.0 * v);
        assert!(
            close(sine * cosine * 2.0, sine_of_double),
            "sin({})",
            2.0 * v
        );
    }
}

const E: (f64, f64) = (std::f64::consts::E, 1.4456468917292502e-16);
const LN_10: (f64, f64) = (std::f64::consts::LN_10, -2.1707562233822494e-16);
const SIN_1: (f64, f64) = (0.8414709848078965, 1.776845092935536e-18);
const COS_1: (f64, f64) = (0.5403023058681398, -4.760954612604417e-17);

const ERF: [(f64, (f64, f64)); 2] = [
    (0.75, (0.7111556336535151, 4.69744077164289e-17)),
    (3.0, (0.9999779095030014, 5.363397058636269e-17)),
];

/// And against numbers from mpmath, in two parts.
#[test]
fn references_are_the_functions_they_are_named_after() {
    let check = |value: DoubleDouble, (high, low): (f64, f64)| {
        let error = (value - DoubleDouble(high, low)).0.abs();
        assert!(error < 1e-30, "{value:?}, not {high:e} + {low:e}");
    };
    check(DoubleDouble::ONE.exp(), E);
    check(DoubleDouble::from(10.0).ln(), LN_10);
    let (sine, cosine) = DoubleDouble::sin_cos(1.0);
    check(sine, SIN_1);
    check(cosine, COS_1);
    for (v, erf) in ERF {
        check(DoubleDouble::from(v).erf_and_slope().0, erf);
    }
}

const DERIVATIVES_OF_25_DIGITS: &str =
    include_str!("../macros/symbolic/tests/data/derivatives.json");

/// The references of derivatives against those of another program.
#[test]
fn series_are_the_functions_they_are_named_after() {
    let table: serde_json::Value = serde_json::from_str(DERIVATIVES_OF_25_DIGITS).unwrap();
    let points = table["points"].as_array().unwrap();
    let mut compared = 0;
    macro_rules! compare {
        ($subject:ident) => {
            let rows = table["expected"][$subject::NAME].as_array();
            for (x, row) in points.iter().zip(rows.into_iter().flatten()) {
                let x = x.as_f64().unwrap();
                let found = $subject::exact(&Jet::variable(x)).derivatives();
                for (order, found) in found.iter().enumerate() {
                    let found = found.to_f64().value();
                    let wanted: f64 = row[order].as_str().unwrap().parse().unwrap();
                    assert!(
                        (found - wanted).abs() <= 1e-15 * wanted.abs() + 1e-320,
                        "{}, order {order}, at {x}: {found:e}, not {wanted:e}",
                        $subject::NAME
                    );
                    compared += 1;
                }
            }
        };
    }
    every_subject!(compare);
    assert!(compared > 10 * 6 * points.len(), "{compared}");
}

/// Identities that the series are not made from: 1e-100 is twelve digits less than they have.
#[test]
fn series_have_the_digits_they_should() {
    let small = |value: Number| value.to_f64().value().abs() < 1e-100;
    for i in 1..40 {
        let x = Jet::variable(0.173 * i as f64);
        let (sine, cosine) = x.sin_cos();
        let ones = [
            x.exp() * (-x.clone()).exp(),
            sine.clone() * sine + cosine.clone() * cosine,
            x.sqrt() * x.sqrt() * (Jet::from(1.0) / &x),
            x.exp().ln() * (Jet::from(1.0) / &x),
            x.exp_m1().ln_1p() * (Jet::from(1.0) / &x),
            x.normal().0 + (-x.clone()).normal().0,
        ];
        for one in ones {
            let [value, rest @ ..] = one.0;
            assert!(small(value - number(1.0)), "at {i}");
            assert!(rest.into_iter().all(small), "at {i}");
        }
    }
    // The normal law at both sides of where it changes from a series to a fraction.
    for x in [3.5, 4.0, 5.0].map(number) {
        let density = Jet::from_number(&x * &x * number(-0.5)).exp().0[0].clone();
        let root = (jets::pi() * number(2.0)).sqrt();
        let half = (jets::odd_series(&x) + jets::mills_ratio(&x)) * density / root;
        assert!(small(half - number(0.5)));
    }
}
