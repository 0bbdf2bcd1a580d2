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

/// By Estrin's scheme: pairs `a + b x` first, so that few operations wait for one another. Up to six coefficients, Horner's rule in
/// x² joins the pairs; of more, blocks of four are joined in x⁴.
macro_rules! estrin {
    ($scalar:ty, $simd:expr, [$x:expr $(, $power:expr)*]; $a:literal) => {
        <$scalar as $crate::lanes::Real>::literal($simd, $a)
    };
    ($scalar:ty, $simd:expr, [$x:expr $(, $power:expr)*]; $a:literal, $b:literal) => {
        <$scalar as $crate::lanes::Real>::mul_add(
            $simd,
            $x,
            <$scalar as $crate::lanes::Real>::literal($simd, $b),
            <$scalar as $crate::lanes::Real>::literal($simd, $a),
        )
    };
    ($scalar:ty, $simd:expr, [$x:expr, $square:expr $(, $fourth:expr)?]; $a:literal, $b:literal, $c:literal $(, $d:literal $(, $e:literal $(, $f:literal)?)?)?) => {
        <$scalar as $crate::lanes::Real>::mul_add(
            $simd,
            $square,
            estrin!($scalar, $simd, [$x, $square]; $c $(, $d $(, $e $(, $f)?)?)?),
            estrin!($scalar, $simd, [$x, $square]; $a, $b),
        )
    };
    ($scalar:ty, $simd:expr, [$x:expr, $square:expr, $fourth:expr]; $a:literal, $b:literal, $c:literal, $d:literal, $($rest:literal),+) => {
        <$scalar as $crate::lanes::Real>::mul_add(
            $simd,
            $fourth,
            estrin!($scalar, $simd, [$x, $square, $fourth]; $($rest),+),
            estrin!($scalar, $simd, [$x, $square]; $a, $b, $c, $d),
        )
    };
}
