//! The hyperbolic family, from t = e^(-2|v|) and t - 1: tanh |v| = (1 - t) / (1 + t).

use pulp::Simd;

use super::Elementary;
use super::exponential::decay;
use super::logarithm::ln_1p_of_decay;

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
pub fn hyperbolic<T: Elementary, S: Simd>(simd: S, v: T::Vector<S>) -> Hyperbolic<T::Vector<S>> {
    let one = T::splat(simd, T::ONE);
    let a = T::abs(simd, v);
    let decay = decay::<T, S>(simd, T::add(simd, a, a));
    let inverse = T::div(simd, one, T::add(simd, one, decay.value));
    // sech² = 4 w (1 - w), w = t / (1 + t), has at most the relative error of w.
    let head = T::mul(simd, T::mul_add(simd, inverse, decay.fraction, inverse), decay.power);
    let quarter = T::neg_mul_add(simd, head, T::mul(simd, head, decay.scale), head);
    Hyperbolic {
        log_cosh2: T::add(simd, a, ln_1p_of_decay::<T, S>(simd, decay.value, decay.minus_one)),
        tanh: T::copy_sign(simd, T::mul(simd, decay.minus_one, inverse), v),
        sech_squared: T::mul(simd, T::mul(simd, quarter, T::literal(simd, 4.0)), decay.scale),
    }
}
