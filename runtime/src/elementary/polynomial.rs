//! Polynomials as straight-line code: coefficients are literals, never an array that a loop would read back from the stack.

/// `c0 + c1 x + c2 x² + ...` by Horner's rule.
macro_rules! horner {
    ($scalar:ty, $simd:expr, $x:expr; $last:literal) => {
        <$scalar as $crate::lanes::Real>::literal($simd, $last)
    };
    ($scalar:ty, $simd:expr, $x:expr; $first:literal, $($rest:literal),+) => {
        <$scalar as $crate::lanes::Real>::mul_add(
            $simd,
            $x,
            horner!($scalar, $simd, $x; $($rest),+),
            <$scalar as $crate::lanes::Real>::literal($simd, $first),
        )
    };
}

/// `even(x²) + x odd(x²)`: two chains of half the length, which the processor runs side by side.
macro_rules! two_chains {
    ($scalar:ty, $simd:expr, $x:expr, $square:expr; [$($even:literal),+], [$($odd:literal),+]) => {
        <$scalar as $crate::lanes::Real>::mul_add(
            $simd,
            $x,
            horner!($scalar, $simd, $square; $($odd),+),
            horner!($scalar, $simd, $square; $($even),+),
        )
    };
}
