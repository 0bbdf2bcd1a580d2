//! The logarithm, and ln(1 + v).
//!
//! v = 2^e m with m = 1 + f in [sqrt(1/2), sqrt(2)), so nothing cancels in e ln 2 + ln(1 + f); and ln(1 + f) = 2 artanh(s)
//! with s = f / (2 + f), |s| < 0.172.

use crate::lanes::Isa;

use super::Elementary;

/// ln v: -∞ at 0, NaN below.
#[inline(always)]
pub fn logarithm<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
    let zero = T::zero(simd);
    let (normalizer, normalizer_exponent) = T::NORMALIZER;
    let subnormal = T::less_than(simd, v, T::literal(simd, T::MIN_NORMAL));
    let normal = T::select(
        simd,
        subnormal,
        T::mul(simd, v, T::literal(simd, normalizer)),
        v,
    );
    let (e, m) = T::split(simd, normal);
    let e = T::sub(
        simd,
        e,
        T::select(simd, subnormal, T::literal(simd, normalizer_exponent), zero),
    );
    let ln = ln_split::<T, S>(simd, e, T::sub(simd, m, T::splat(simd, T::ONE)));
    at_the_ends::<T, S>(simd, v, v, ln)
}

/// ln(1 + v), also relative to small v: -∞ at -1, NaN below.
#[inline(always)]
pub fn ln_1p<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
    let (zero, one) = (T::zero(simd), T::splat(simd, T::ONE));
    let u = T::add(simd, one, v);
    // What u lost by rounding (Knuth's sum of two numbers), without interest where v is large.
    let back = T::sub(simd, u, one);
    let lost = T::add(
        simd,
        T::sub(simd, one, T::sub(simd, u, back)),
        T::sub(simd, v, back),
    );
    let (e, m) = T::split(simd, u);
    let large = T::less_than(simd, T::literal(simd, 1e20), v);
    let lost = T::select(simd, large, zero, lost);
    let shift = T::power_of_two(simd, T::select(simd, large, zero, T::neg(simd, e)));
    let f = T::mul_add(simd, lost, shift, T::sub(simd, m, one));
    let ln = ln_split::<T, S>(simd, e, f);
    at_the_ends::<T, S>(simd, v, u, ln)
}

/// ln(1 + t) for t in [0, 1], given also t - 1: no bits to take apart.
#[inline(always)]
pub(super) fn ln_1p_of_decay<T: Elementary, S: Isa>(
    simd: S,
    t: T::Vector<S>,
    t_minus_one: T::Vector<S>,
) -> T::Vector<S> {
    let halve = T::less_than(simd, T::literal(simd, core::f64::consts::SQRT_2 - 1.0), t);
    let f = T::select(
        simd,
        halve,
        T::mul(simd, t_minus_one, T::literal(simd, 0.5)),
        t,
    );
    let e = T::select(simd, halve, T::splat(simd, T::ONE), T::zero(simd));
    ln_split::<T, S>(simd, e, f)
}

/// e ln 2 + ln(1 + f) for f in [sqrt(1/2) - 1, sqrt(2) - 1].
///
/// With h = f²/2 and R = (2 artanh(s) - 2s) / s, ln(1 + f) = f - (h - s (h + R)): the leading term is exact, so the error of
/// the division is reduced by h.
#[inline(always)]
fn ln_split<T: Elementary, S: Isa>(simd: S, e: T::Vector<S>, f: T::Vector<S>) -> T::Vector<S> {
    let s = T::div(simd, f, T::add(simd, T::literal(simd, 2.0), f));
    let square = T::mul(simd, s, s);
    let h = T::mul(simd, T::mul(simd, f, T::literal(simd, 0.5)), f);
    let sum = T::mul_add(simd, square, T::ln_kernel(simd, square), h);
    let small = T::mul_add(simd, e, T::literal(simd, T::LN_2.1), T::mul(simd, s, sum));
    let f = T::sub(simd, f, T::sub(simd, h, small));
    T::mul_add(simd, e, T::literal(simd, T::LN_2.0), f)
}

/// `ln` where `v` is finite and `u`, whose logarithm it is, positive; else the limit, or NaN.
#[inline(always)]
fn at_the_ends<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
    u: T::Vector<S>,
    ln: T::Vector<S>,
) -> T::Vector<S> {
    let zero = T::zero(simd);
    let finite = T::less_or_equal(simd, v, T::literal(simd, T::MAX));
    let ln = T::select(simd, finite, ln, v);
    let ln = T::select(
        simd,
        T::less_than(simd, u, zero),
        T::literal(simd, f64::NAN),
        ln,
    );
    T::select(
        simd,
        T::equal(simd, u, zero),
        T::literal(simd, f64::NEG_INFINITY),
        ln,
    )
}
