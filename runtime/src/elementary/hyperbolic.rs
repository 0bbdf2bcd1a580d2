//! The hyperbolic family, from t = e^(-2|v|) and t - 1: tanh |v| = (1 - t) / (1 + t).

use crate::lanes::Isa;

use super::Elementary;
use super::exponential::Decay;

/// Generators of tanh and of its integral.
///
/// log_cosh2' = tanh, tanh' = sech², (sech²)' = -2 tanh sech².
#[derive(Clone, Copy)]
pub struct Hyperbolic<V> {
    /// ln(2 cosh v) = |v| + ln(1 + e^(-2|v|)).
    pub log_cosh2: V,
    /// tanh v.
    pub tanh: V,
    /// 1 - tanh² v.
    pub sech_squared: V,
}

/// tanh, ln(2 cosh), and what their derivatives are made of.
#[inline(always)]
pub fn hyperbolic<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Hyperbolic<T::Vector<S>> {
    let opposite = T::neg(simd, T::abs(simd, v));
    let low = T::add(simd, opposite, opposite);
    if T::any(
        simd,
        T::less_than(simd, low, T::literal(simd, -T::EXP_REACH)),
    ) {
        core::hint::cold_path();
        return whole_hyperbolic::<T, S>(simd, v);
    }
    from_decay::<T, S>(simd, v, Decay::near::<T, S>(simd, low, opposite, 2.0))
}

#[inline(always)]
fn whole_hyperbolic<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Hyperbolic<T::Vector<S>> {
    let low = T::mul(simd, T::abs(simd, v), T::literal(simd, -2.0));
    from_decay::<T, S>(simd, v, Decay::whole::<T, S>(simd, low))
}

#[inline(always)]
fn from_decay<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
    decay: Decay<T::Vector<S>>,
) -> Hyperbolic<T::Vector<S>> {
    let (one, a) = (T::splat(simd, T::ONE), T::abs(simd, v));
    let inverse = T::div(simd, one, decay.plus_one);
    // sech² = w (2 - w), w = 2 t / (1 + t), has at most the relative error of w. Doubled by sums, for which the processor has
    // units that products leave idle.
    let head = decay.head_times::<T, S>(simd, T::add(simd, inverse, inverse));
    let twice = T::add(simd, head, head);
    let sech_squared = T::neg_mul_add(simd, head, T::mul(simd, head, decay.scale), twice);
    // (t - 1) / (1 + t) has the sign that v should not have.
    let opposite = T::mul(simd, decay.minus_one, inverse);
    Hyperbolic {
        log_cosh2: T::add(simd, a, decay.ln_1p::<T, S>(simd)),
        tanh: T::flip_sign(simd, opposite, T::neg(simd, v)),
        sech_squared: T::mul(simd, sech_squared, decay.scale),
    }
}
