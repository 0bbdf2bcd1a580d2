//! What the families need to know about a scalar: its range, its constants in parts, its bits, and its polynomials.

use crate::lanes::Isa;

use crate::lanes::Real;

/// A scalar with elementary functions on lanes.
///
/// Constants are `f64` and exact in `Self`. "Parts" of a constant have so few bits that their product with a small integer is
/// exact, as in the argument reduction of Cody and Waite (Software Manual for the Elementary Functions, 1980).
pub trait Elementary: Real {
    /// The largest finite number.
    const MAX: f64;
    /// The smallest normal number.
    const MIN_NORMAL: f64;
    /// A power of two that makes every subnormal number normal, and its exponent.
    const NORMALIZER: (f64, f64);

    /// ln 2 in two parts; the first times any binary exponent is exact.
    const LN_2: (f64, f64);
    /// Beyond it `e^v` is infinite.
    const EXP_OVERFLOW: f64;
    /// Below it `4 e^v` is zero.
    const EXP_UNDERFLOW: f64;
    /// Up to this magnitude `e^v` is a normal number, and so is 2^n for the nearest n.
    const EXP_REACH: f64;
    /// Binary exponents below the first are raised by the second, and the result lowered by the third, 2 to minus the second:
    /// so results below the normal range are rounded once. The raised powers are still lost when added to 1.
    const LIFT: (f64, f64, f64);

    /// Centre `c` of the fit of Mills' ratio, in y = (a - c) / (a + c).
    const MILLS_CENTER: f64;
    /// The largest `a` of that fit; the normal density is zero from here on.
    const MILLS_TOP: f64;

    /// Up to this magnitude density and distribution function are normal numbers.
    const NORMAL_REACH: f64;

    /// 2 / sqrt(π) in two parts, the first as near as a number of this type is.
    const FRAC_2_SQRT_PI: (f64, f64);

    /// Up to this magnitude sine and cosine are reduced on the lanes.
    const TRIGONOMETRIC_REACH: f64;

    /// The nearest integer, ties to even, for magnitudes up to a quarter of 2^(digits of the mantissa).
    fn nearest_integer<S: Isa>(simd: S, v: Self::Vector<S>) -> Self::Vector<S>;
    /// 2^n for an integer `n` in the range of exponents of normal numbers.
    fn power_of_two<S: Isa>(simd: S, n: Self::Vector<S>) -> Self::Vector<S>;
    /// The integer n nearest to `v factor`, and 2^n where that is a normal number.
    fn binary_exponent<S: Isa>(
        simd: S,
        v: Self::Vector<S>,
        factor: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>);
    /// Exponent e and mantissa m of a positive normal number: v = m 2^e with m in [sqrt(1/2), sqrt(2)).
    fn split<S: Isa>(simd: S, v: Self::Vector<S>) -> (Self::Vector<S>, Self::Vector<S>);
    /// `v` cut to so few bits that the square is exact.
    fn head<S: Isa>(simd: S, v: Self::Vector<S>) -> Self::Vector<S>;

    /// The quarter turns `n` nearest to `v`, and what remains, v - n π/2, as a sum of two numbers, the second small.
    fn quarter_turns<S: Isa>(simd: S, v: Self::Vector<S>) -> QuarterTurns<Self::Vector<S>>;
    /// Whether `n` is odd, and the signs, as 1 or -1, that `n` quarter turns put on sine and cosine.
    fn quadrant<S: Isa>(simd: S, n: Self::Vector<S>) -> Quadrant<Self::Vector<S>, Self::Mask<S>>;
    /// Sine and cosine of one number of any size.
    fn sine_cosine(self) -> (Self, Self);

    /// (e^r - 1 - r) / r² for |r| <= ln(2) / 2.
    fn expm1_kernel<S: Isa>(
        simd: S,
        r: Self::Vector<S>,
        square: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// (2 artanh(s) - 2s) / s³ as a function of s², s² <= 0.0295.
    fn ln_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S>;
    /// (sin r - r) / r³ as a function of r², |r| <= π/4.
    fn sine_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S>;
    /// (cos r - 1 + r²/2) / r⁴ as a function of r², |r| <= π/4.
    fn cosine_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S>;
    /// (a + c) Φ(-a) e^(a²/2) at a = c (1 + y) / (1 - y).
    fn mills_kernel<S: Isa>(simd: S, y: Self::Vector<S>) -> Self::Vector<S>;
    /// (2/sqrt(π) - (1 - e^(a²) erfc(a)) / a) / a for a >= 0 as numerator and denominator, right to the digits that matter in erf a.
    fn error_function_kernel<S: Isa>(
        simd: S,
        a: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>);
}

/// An angle as quarter turns and a remainder.
#[derive(Clone, Copy)]
pub struct QuarterTurns<V> {
    /// An integer.
    pub turns: V,
    /// The remainder, rounded.
    pub remainder: V,
    /// What the remainder lost by rounding.
    pub correction: V,
}

/// What a number of quarter turns does to sine and cosine.
#[derive(Clone, Copy)]
pub struct Quadrant<V, M> {
    /// Sine and cosine change places.
    pub swap: M,
    /// 1 or -1.
    pub sine_sign: V,
    /// 1 or -1.
    pub cosine_sign: V,
}
