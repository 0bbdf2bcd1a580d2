//! The normal distribution: density φ and distribution function Φ, accurate relative to the result in the lower tail.
//!
//! Φ(-a) = e^(-a²/2) M(a), a >= 0, where (a + c) M(a) is a polynomial in y = (a - c) / (a + c): one fit over the half line, in
//! the variable of Schonfelder (Mathematics of Computation 32, 1978). a² is split into a part that is exact and a remainder,
//! for its rounding would be magnified by a²/2.

use crate::lanes::Isa;

use super::Elementary;
use super::exponential::{expm1_reduced, negative_power};

/// Generators of Gelu.
///
/// cdf' = pdf, pdf' = -v pdf.
#[derive(Clone, Copy)]
pub struct Normal<V> {
    /// Φ(v).
    pub cdf: V,
    /// φ(v) = e^(-v²/2) / sqrt(2π).
    pub pdf: V,
}

/// 1 / sqrt(2π).
const INVERSE_ROOT_TWO_PI: f64 = 0.398_942_280_401_432_7;

/// Distribution function and density of the standard normal distribution.
#[inline(always)]
pub fn normal<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Normal<T::Vector<S>> {
    let a = T::abs(simd, v);
    if T::any(
        simd,
        T::less_than(simd, T::literal(simd, T::NORMAL_REACH), a),
    ) {
        core::hint::cold_path();
        return whole_normal::<T, S>(simd, v);
    }
    let (_, power, q) = bell::<T, S>(simd, a, 0.5);
    from_bell::<T, S>(simd, v, a, q, power, T::splat(simd, T::ONE))
}

#[inline(always)]
fn whole_normal<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Normal<T::Vector<S>> {
    let (a, top) = (T::abs(simd, v), T::literal(simd, T::MILLS_TOP));
    let a = T::select(simd, T::less_than(simd, top, a), top, a);
    let (n, _, q) = bell::<T, S>(simd, a, 0.5);
    let (power, scale) = negative_power::<T, S>(simd, n);
    from_bell::<T, S>(simd, v, a, q, power, scale)
}

/// n, 2^n where that is a normal number, and q, with e^(-f a²) = 2^n (1 + q) for a factor f that is a power of two.
#[inline(always)]
pub(super) fn bell<T: Elementary, S: Isa>(
    simd: S,
    a: T::Vector<S>,
    factor: f64,
) -> (T::Vector<S>, T::Vector<S>, T::Vector<S>) {
    let factor = T::literal(simd, factor);
    // f a² = high + low, high exact.
    let head = T::head(simd, a);
    let high = T::mul(simd, T::mul(simd, head, head), factor);
    let low = T::mul(
        simd,
        T::mul(simd, T::sub(simd, a, head), factor),
        T::add(simd, a, head),
    );
    let (n, power) = T::binary_exponent(
        simd,
        T::add(simd, high, low),
        T::literal(simd, -core::f64::consts::LOG2_E),
    );
    let r = T::neg_mul_add(simd, n, T::literal(simd, T::LN_2.0), T::neg(simd, high));
    let r = T::sub(
        simd,
        r,
        T::mul_add(simd, n, T::literal(simd, T::LN_2.1), low),
    );
    (n, power, expm1_reduced::<T, S>(simd, r))
}

/// The generators from a = |v|, cut where they vanish, and e^(-a²/2) = (1 + q) `power` `scale`.
#[inline(always)]
fn from_bell<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
    a: T::Vector<S>,
    q: T::Vector<S>,
    power: T::Vector<S>,
    scale: T::Vector<S>,
) -> Normal<T::Vector<S>> {
    let (zero, one) = (T::zero(simd), T::splat(simd, T::ONE));
    // M at a - lost, whose sum with c, a number of few bits, is exact, as is the difference; then M' = a M - φ(0) carries it to a.
    let center = T::literal(simd, T::MILLS_CENTER);
    let sum = T::add(simd, a, center);
    let lost = T::sub(simd, a, T::sub(simd, sum, center));
    let difference = T::sub(simd, sum, T::literal(simd, 2.0 * T::MILLS_CENTER));
    let inverse = T::div(simd, one, sum);
    let y = T::mul(simd, difference, inverse);
    // One step of Newton: next to 0, where M is steep, the rounding of y would show.
    let y = T::mul_add(simd, T::neg_mul_add(simd, y, sum, difference), inverse, y);
    let mills = T::mul(simd, T::mills_kernel(simd, y), inverse);
    let peak = T::literal(simd, INVERSE_ROOT_TWO_PI);
    let mills = T::mul_add(
        simd,
        lost,
        T::sub(simd, T::mul(simd, a, mills), peak),
        mills,
    );

    let tail = T::mul(
        simd,
        T::mul(simd, T::mul_add(simd, mills, q, mills), power),
        scale,
    );

    let pdf = T::mul(
        simd,
        T::mul(simd, T::mul_add(simd, peak, q, peak), power),
        scale,
    );
    Normal {
        cdf: T::select(
            simd,
            T::less_than(simd, v, zero),
            tail,
            T::sub(simd, one, tail),
        ),
        pdf,
    }
}
