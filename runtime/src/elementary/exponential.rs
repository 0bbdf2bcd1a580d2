//! The exponential family: e^v, e^v - 1, the parts of Elu, and the decay e^-|v| that the sigmoids are made of.
//!
//! Reduction of Cody and Waite: v = n ln 2 + r with |r| <= ln(2) / 2, so e^v = 2^n (1 + q), q = e^r - 1 = r + r² P(r).

use crate::lanes::Isa;

use super::Elementary;
use super::logarithm::ln_1p_of_decay;

/// Generators of the exponential.
#[derive(Clone, Copy)]
pub struct Exponential<V> {
    /// e^v.
    pub exp: V,
    /// e^v - 1, also relative to small v.
    pub expm1: V,
}

/// Generators of the piecewise activations: what is at the right of 0 and what is at the left.
#[derive(Clone, Copy)]
pub struct ExponentialLinear<V> {
    /// max(v, 0).
    pub ramp: V,
    /// 1 if v > 0, else 0.
    pub step: V,
    /// 0 if v > 0, else e^v - 1.
    pub tail: V,
    /// 0 if v > 0, else e^v.
    pub tail_slope: V,
    /// min(v, 0).
    pub negative_ramp: V,
    /// 0 if v > 0, else 1.
    pub negative_step: V,
}

/// t = e^v for v <= 0, and what the sigmoid families make of it.
#[derive(Clone, Copy)]
pub(super) struct Decay<V> {
    /// q, with t = (1 + q) `power` `scale`.
    pub fraction: V,
    /// A normal power of two.
    pub power: V,
    /// 1, or a small power of two: to be multiplied last, so that a result below the normal range is rounded once.
    pub scale: V,
    /// t - 1, also relative to small v.
    pub minus_one: V,
    /// 1 + t, rounded once.
    pub plus_one: V,
}

/// e^v and e^v - 1.
#[inline(always)]
pub fn exponential<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Exponential<T::Vector<S>> {
    let reach = T::literal(simd, T::EXP_REACH);
    if T::any(simd, T::less_than(simd, reach, T::abs(simd, v))) {
        core::hint::cold_path();
        return whole_exponential::<T, S>(simd, v);
    }
    let (_, power, q) = reduce::<T, S>(simd, v, v, 1.0);
    Exponential {
        exp: T::mul_add(simd, power, q, power),
        expm1: minus_one::<T, S>(simd, power, q),
    }
}

#[inline(always)]
fn whole_exponential<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Exponential<T::Vector<S>> {
    let (low, high) = (
        T::literal(simd, T::EXP_UNDERFLOW),
        T::literal(simd, T::EXP_OVERFLOW),
    );
    let clamped = T::select(simd, T::less_than(simd, v, low), low, v);
    let clamped = T::select(simd, T::less_than(simd, high, clamped), high, clamped);
    let (n, _, q) = reduce::<T, S>(simd, clamped, clamped, 1.0);

    // 2^n in two factors, for it may be below or above the range where e^v is not.
    let half = T::nearest_integer(simd, T::mul(simd, n, T::literal(simd, 0.5)));
    let (first, second) = (
        T::power_of_two(simd, half),
        T::power_of_two(simd, T::sub(simd, n, half)),
    );
    let exp = T::mul(simd, T::mul_add(simd, first, q, first), second);
    let expm1 = minus_one::<T, S>(simd, T::mul(simd, first, second), q);
    let large = T::less_than(simd, T::literal(simd, 40.0), v);
    Exponential {
        exp,
        expm1: T::select(simd, large, exp, expm1),
    }
}

/// e^v.
#[inline(always)]
pub fn exp<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
    exponential::<T, S>(simd, v).exp
}

/// e^v - 1.
#[inline(always)]
pub fn expm1<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
    exponential::<T, S>(simd, v).expm1
}

/// The two sides of Elu and Relu; at 0 those of the left.
#[inline(always)]
pub fn exponential_linear<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
) -> ExponentialLinear<T::Vector<S>> {
    let (zero, one) = (T::zero(simd), T::splat(simd, T::ONE));
    let right = T::less_than(simd, zero, v);
    let left = T::less_or_equal(simd, v, zero);
    // Neither holds for a NaN, which therefore is what remains.
    let negative_ramp = T::select(simd, right, zero, v);
    let exponential = exponential::<T, S>(simd, negative_ramp);
    ExponentialLinear {
        ramp: T::select(simd, left, zero, v),
        step: T::select(simd, left, zero, T::select(simd, right, one, v)),
        tail: exponential.expm1,
        tail_slope: T::select(simd, right, zero, exponential.exp),
        negative_ramp,
        negative_step: T::select(simd, right, zero, T::select(simd, left, one, v)),
    }
}

impl<V: Copy> Decay<V> {
    /// e^v for v = `a` `factor`, a product without rounding, -`EXP_REACH` <= v <= 0.
    #[inline(always)]
    pub(super) fn near<T: Elementary<Vector<S> = V>, S: Isa>(
        simd: S,
        v: V,
        a: V,
        factor: f64,
    ) -> Decay<V> {
        let (_, power, q) = reduce::<T, S>(simd, v, a, factor);
        Decay::new::<T, S>(simd, power, T::splat(simd, T::ONE), q)
    }

    /// e^v for v <= 0.
    #[inline(always)]
    pub(super) fn whole<T: Elementary<Vector<S> = V>, S: Isa>(simd: S, v: V) -> Decay<V> {
        let low = T::literal(simd, T::EXP_UNDERFLOW);
        let v = T::select(simd, T::less_than(simd, v, low), low, v);
        let (n, _, q) = reduce::<T, S>(simd, v, v, 1.0);
        let (power, scale) = negative_power::<T, S>(simd, n);
        Decay::new::<T, S>(simd, power, scale, q)
    }

    /// t = (1 + q) `power` `scale`. Where the scale is not 1, both powers are far below the last digit of 1.
    #[inline(always)]
    fn new<T: Elementary<Vector<S> = V>, S: Isa>(simd: S, power: V, scale: V, q: V) -> Decay<V> {
        let one = T::splat(simd, T::ONE);
        Decay {
            fraction: q,
            power,
            scale,
            minus_one: minus_one::<T, S>(simd, power, q),
            plus_one: T::mul_add(simd, power, q, T::add(simd, power, one)),
        }
    }

    /// `factor` t without the scale: with a factor that is rounded, rounded once more.
    #[inline(always)]
    pub(super) fn head_times<T: Elementary<Vector<S> = V>, S: Isa>(self, simd: S, factor: V) -> V {
        let power = T::mul(simd, factor, self.power);
        T::mul_add(simd, power, self.fraction, power)
    }

    /// ln(1 + t).
    #[inline(always)]
    pub(super) fn ln_1p<T: Elementary<Vector<S> = V>, S: Isa>(self, simd: S) -> V {
        let head = T::mul_add(simd, self.power, self.fraction, self.power);
        let t = T::mul(simd, head, self.scale);
        ln_1p_of_decay::<T, S>(simd, t, self.minus_one)
    }
}

/// 2^n for n <= 0 as a normal power and a scale.
#[inline(always)]
pub(super) fn negative_power<T: Elementary, S: Isa>(
    simd: S,
    n: T::Vector<S>,
) -> (T::Vector<S>, T::Vector<S>) {
    let (threshold, raise, lower) = T::LIFT;
    let small = T::less_than(simd, n, T::literal(simd, threshold));
    let raised = T::add(
        simd,
        n,
        T::select(simd, small, T::literal(simd, raise), T::zero(simd)),
    );
    let scale = T::select(simd, small, T::literal(simd, lower), T::splat(simd, T::ONE));
    (T::power_of_two(simd, raised), scale)
}

/// n, 2^n where that is a normal number, and q, with e^v = 2^n (1 + q), |q| < 0.42, for v = `a` `factor`, a product without
/// rounding: n need not wait for it.
#[inline(always)]
fn reduce<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
    a: T::Vector<S>,
    factor: f64,
) -> (T::Vector<S>, T::Vector<S>, T::Vector<S>) {
    let factor = T::literal(simd, factor * core::f64::consts::LOG2_E);
    let (n, power) = T::binary_exponent(simd, a, factor);
    let r = T::neg_mul_add(simd, n, T::literal(simd, T::LN_2.0), v);
    let r = T::neg_mul_add(simd, n, T::literal(simd, T::LN_2.1), r);
    (n, power, expm1_reduced::<T, S>(simd, r))
}

/// `power` (1 + q) - 1: nothing cancels that is not exact.
#[inline(always)]
fn minus_one<T: Elementary, S: Isa>(simd: S, power: T::Vector<S>, q: T::Vector<S>) -> T::Vector<S> {
    T::mul_add(simd, power, q, T::sub(simd, power, T::splat(simd, T::ONE)))
}

/// e^r - 1 for |r| <= ln(2) / 2.
#[inline(always)]
pub(super) fn expm1_reduced<T: Elementary, S: Isa>(simd: S, r: T::Vector<S>) -> T::Vector<S> {
    let square = T::mul(simd, r, r);
    T::mul_add(simd, square, T::expm1_kernel(simd, r, square), r)
}
