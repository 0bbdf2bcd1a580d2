//! Functions that need no polynomial: root, reciprocal, magnitude and sign.

use crate::lanes::Isa;

use super::Elementary;

/// Generators of the absolute value.
#[derive(Clone, Copy)]
pub struct Absolute<V> {
    /// |v|.
    pub abs: V,
    /// -1, 0 or 1: the derivative of |v|, 0 at 0.
    pub sign: V,
}

/// sqrt v: NaN below 0.
#[inline(always)]
pub fn square_root<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
    T::sqrt(simd, v)
}

/// 1 / v: ±∞ at ±0.
#[inline(always)]
pub fn reciprocal<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
    T::div(simd, T::splat(simd, T::ONE), v)
}

/// |v| and its sign.
#[inline(always)]
pub fn absolute<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Absolute<T::Vector<S>> {
    let (zero, abs) = (T::zero(simd), T::abs(simd, v));
    let one = T::splat(simd, T::ONE);
    // Positive magnitudes have the sign of v; zero and NaN are their own.
    let sign = T::select(
        simd,
        T::less_than(simd, zero, abs),
        T::copy_sign(simd, one, v),
        v,
    );
    Absolute { abs, sign }
}
