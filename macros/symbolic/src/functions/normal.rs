//! A number in, the density or the distribution function of the standard normal law, or the error function out, to a few ulp.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// `1 / sqrt(2 pi)`.
const PEAK: f64 = 0.398_942_280_401_432_7;

/// `e^(-v^2 / 2) / sqrt(2 pi)`.
pub(super) fn density(v: f64) -> f64 {
    bell(v, 0.5, PEAK)
}

/// `2 e^(-v^2) / sqrt(pi)`.
pub(super) fn error_function_slope(v: f64) -> f64 {
    bell(v, 1.0, FRAC_2_SQRT_PI)
}

/// The error function: `2 Phi(v sqrt(2)) - 1`.
pub(super) fn error_function(v: f64) -> f64 {
    let scaled = v * SQRT_2;
    if scaled.abs() > 1.0 {
        (1.0 - error_function_slope(v) * FRAC_1_SQRT_2 * mills_ratio(scaled.abs())).copysign(v)
    } else {
        error_function_slope(v) * FRAC_1_SQRT_2 * odd_series(scaled)
    }
}

/// `peak e^(-factor v^2)`.
fn bell(v: f64, factor: f64, peak: f64) -> f64 {
    let v = v.abs();
    if v > 40.0 {
        return 0.0;
    }
    // Rounding v^2 as a whole would cost up to v^2 ulp: split v into a part whose square is exact and the rest.
    let coarse = (v * 16.0).trunc() / 16.0;
    let rest = (v - coarse) * (v + coarse);
    peak * (-factor * rest).exp() * (-factor * coarse * coarse).exp()
}

/// The probability of less than `v`.
pub(super) fn distribution(v: f64) -> f64 {
    if v < -1.0 {
        density(v) * mills_ratio(-v)
    } else if v > 1.0 {
        1.0 - density(v) * mills_ratio(v)
    } else {
        0.5 + density(v) * odd_series(v)
    }
}

/// `(1 - Phi(v)) / phi(v)` for `v >= 1`: the continued fraction `1/(v + 1/(v + 2/(v + 3/(v + ..))))`, from its end.
fn mills_ratio(v: f64) -> f64 {
    if v > 40.0 {
        return 1.0 / v;
    }
    // After n levels the relative error is about e^(-2 v sqrt(n)).
    let levels = (21.0 / v) * (21.0 / v) + 8.0;
    let mut fraction = v;
    let mut level = levels.ceil();
    while level > 0.0 {
        fraction = v + level / fraction;
        level -= 1.0;
    }
    1.0 / fraction
}

/// `(Phi(v) - 1/2) / phi(v) = v + v^3/3 + v^5/(3 5) + ..`, for `|v| <= 1`.
fn odd_series(v: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (v, v, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        odd += 2.0;
        term *= v * v / odd;
        sum += term;
    }
    sum
}
