//! Are the elementary functions as accurate as `docs/numerics.md` says, beyond the arguments of the runtime's tables?
//!
//! The arguments of `cargo bench --bench elementary -- --accuracy`, fewer of them.

#[path = "../benches/elementary/accuracy.rs"]
mod accuracy;
#[path = "../benches/elementary/double_double.rs"]
mod double_double;
#[path = "../benches/elementary/functions.rs"]
mod functions;

use double_double::DoubleDouble;

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
