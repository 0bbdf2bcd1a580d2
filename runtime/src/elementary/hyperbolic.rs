//! The hyperbolic family, from t = e^(-2|v|) and t - 1: tanh |v| = (1 - t) / (1 + t).

use crate::lanes::{Isa, OnLanes};

use super::Elementary;
use super::exponential::Decay;
use super::logarithm::ln_1p_of_decay;
use super::rare::MOST_LANES;

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
    let low = T::mul(simd, T::abs(simd, v), T::literal(simd, -2.0));
    if T::any(
        simd,
        T::less_than(simd, low, T::literal(simd, -T::EXP_REACH)),
    ) {
        return rare_hyperbolic::<T, S>(simd, v);
    }
    from_decay::<T, S>(simd, v, Decay::near::<T, S>(simd, low))
}

out_of_line!(rare_hyperbolic: whole_hyperbolic -> Hyperbolic { log_cosh2, tanh, sech_squared });

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
    let inverse = T::div(simd, one, T::add(simd, one, decay.value));
    // sech² = 4 w (1 - w), w = t / (1 + t), has at most the relative error of w.
    let head = T::mul(
        simd,
        T::mul_add(simd, inverse, decay.fraction, inverse),
        decay.power,
    );
    let quarter = T::neg_mul_add(simd, head, T::mul(simd, head, decay.scale), head);
    Hyperbolic {
        log_cosh2: T::add(
            simd,
            a,
            ln_1p_of_decay::<T, S>(simd, decay.value, decay.minus_one),
        ),
        tanh: T::copy_sign(simd, T::mul(simd, decay.minus_one, inverse), v),
        sech_squared: T::mul(
            simd,
            T::mul(simd, quarter, T::literal(simd, 4.0)),
            decay.scale,
        ),
    }
}
