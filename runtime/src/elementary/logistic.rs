//! The logistic family, from t = e^-|v| and t - 1: p = 1 / (1 + t) where v >= 0, else t / (1 + t).

use crate::lanes::Isa;

use super::Elementary;
use super::exponential::Decay;

/// Generators of the sigmoid p and of its integral.
///
/// softplus' = p, p' = slope, slope' = slope skew, skew' = -2 slope.
#[derive(Clone, Copy)]
pub struct Logistic<V> {
    /// ln(1 + e^v).
    pub softplus: V,
    /// p = 1 / (1 + e^-v).
    pub sigmoid: V,
    /// p (1 - p).
    pub slope: V,
    /// (1 - p) - p = -tanh(v / 2).
    pub skew: V,
}

/// Sigmoid, softplus, and what their derivatives are made of.
#[inline(always)]
pub fn logistic<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Logistic<T::Vector<S>> {
    let low = T::neg(simd, T::abs(simd, v));
    if T::any(
        simd,
        T::less_than(simd, low, T::literal(simd, -T::EXP_REACH)),
    ) {
        core::hint::cold_path();
        return whole_logistic::<T, S>(simd, v);
    }
    from_decay::<T, S>(simd, v, Decay::near::<T, S>(simd, low, low, 1.0))
}

#[inline(always)]
fn whole_logistic<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Logistic<T::Vector<S>> {
    let low = T::neg(simd, T::abs(simd, v));
    from_decay::<T, S>(simd, v, Decay::whole::<T, S>(simd, low))
}

#[inline(always)]
fn from_decay<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
    decay: Decay<T::Vector<S>>,
) -> Logistic<T::Vector<S>> {
    let (zero, one) = (T::zero(simd), T::splat(simd, T::ONE));
    let larger = T::div(simd, one, decay.plus_one);
    // min(p, 1 - p) = t / (1 + t), without the rounding of t; p (1 - p) from it has at most its relative error.
    let head = decay.head_times::<T, S>(simd, larger);
    let smaller = T::mul(simd, head, decay.scale);
    let slope = T::neg_mul_add(simd, head, smaller, head);
    let negative = T::less_than(simd, v, zero);
    let ramp = T::select(simd, negative, zero, v);
    Logistic {
        softplus: T::add(simd, ramp, decay.ln_1p::<T, S>(simd)),
        sigmoid: T::select(simd, negative, smaller, larger),
        slope: T::mul(simd, slope, decay.scale),
        skew: T::flip_sign(simd, T::mul(simd, decay.minus_one, larger), v),
    }
}
