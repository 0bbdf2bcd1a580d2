//! The error function, accurate relative to the result, and its derivative.
//!
//! erf a = 1 - e^(-a²) M(a) for a >= 0, where M(a) = e^(a²) erfc(a) falls from 1 to 0; so erf a = (1 - e^(-a²)) + e^(-a²) (1 - M(a)) is a
//! sum of positive numbers, both accurate relative to themselves. 1 - M(a) = 2a/sqrt(π) - a² K(a), where K is a quotient of polynomials with
//! positive coefficients, of which no sum cancels: the form of Cody (Rational Chebyshev Approximations for the Error Function,
//! Mathematics of Computation 23, 1969), in one piece from 0 to where erf is 1 to the last digit. The first term stands apart, so that
//! the roundings of the quotient are small where erf is. The exponential serves the derivative too.

use core::f64::consts::FRAC_1_SQRT_2;

use crate::lanes::Isa;

use super::Elementary;
use super::exponential::negative_power;
use super::normal::bell;

/// Generators of the error function.
///
/// erf' = slope, slope' = -2 v slope.
#[derive(Clone, Copy)]
pub struct ErrorFunction<V> {
    /// erf v = 2/sqrt(π) times the integral of e^(-t²) from 0 to v.
    pub erf: V,
    /// 2/sqrt(π) e^(-v²).
    pub slope: V,
}

/// The error function and its derivative.
#[inline(always)]
pub fn error_function<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
) -> ErrorFunction<T::Vector<S>> {
    let a = T::abs(simd, v);
    let reach = T::literal(simd, T::NORMAL_REACH * FRAC_1_SQRT_2);
    if T::any(simd, T::less_than(simd, reach, a)) {
        core::hint::cold_path();
        return whole_error_function::<T, S>(simd, v);
    }
    let (_, power, q) = bell::<T, S>(simd, a, 1.0);
    from_bell::<T, S>(simd, v, a, q, power, T::splat(simd, T::ONE))
}

#[inline(always)]
fn whole_error_function<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
) -> ErrorFunction<T::Vector<S>> {
    // A little beyond the place where the normal density vanishes: the slope has a factor above 1, not below.
    let (a, top) = (T::abs(simd, v), T::literal(simd, T::MILLS_TOP * 0.71));
    let a = T::select(simd, T::less_than(simd, top, a), top, a);
    let (n, _, q) = bell::<T, S>(simd, a, 1.0);
    let (power, scale) = negative_power::<T, S>(simd, n);
    from_bell::<T, S>(simd, v, a, q, power, scale)
}

/// The generators from a = |v|, cut where the slope vanishes, and e^(-a²) = (1 + q) `power` `scale`. Where the scale is not 1, the power
/// is far below the last digit of 1.
#[inline(always)]
fn from_bell<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
    a: T::Vector<S>,
    q: T::Vector<S>,
    power: T::Vector<S>,
    scale: T::Vector<S>,
) -> ErrorFunction<T::Vector<S>> {
    // rest = 1 - M(a) = a peak + bend, and erf a = (1 - power) + power (a peak + (bend - q + q rest)).
    let (peak, lacks) = T::FRAC_2_SQRT_PI;
    let (peak, lacks) = (T::literal(simd, peak), T::literal(simd, lacks));
    let (numerator, denominator) = T::error_function_kernel(simd, a);
    let quotient = T::div(simd, numerator, denominator);
    let bend = T::mul(simd, a, T::neg_mul_add(simd, a, quotient, lacks));
    let rest = T::mul_add(simd, a, peak, bend);
    let small = T::mul_add(simd, q, rest, T::sub(simd, bend, q));
    let inner = T::mul_add(simd, a, peak, small);
    let outer = T::sub(simd, T::splat(simd, T::ONE), power);
    let erf = T::mul_add(simd, power, inner, outer);

    let head = T::add(simd, peak, T::mul_add(simd, peak, q, lacks));
    let head = T::mul(simd, head, power);
    ErrorFunction {
        erf: T::copy_sign(simd, erf, v),
        slope: T::mul(simd, head, scale),
    }
}
