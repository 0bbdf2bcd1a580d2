//! Elementary functions on lanes: from a vector of arguments to the generators that an activation's derivatives are made of.
//!
//! The functions come in families. Every family makes one reduction of its argument and returns a small struct of generators,
//! of which a caller uses what it needs; the others are dead code after inlining. Every derivative of any order of an
//! activation is a polynomial in the generators of its family.
//!
//! | family | generators |
//! |---|---|
//! | [`logistic()`] | softplus, sigmoid p, slope p(1-p), skew (1-p)-p |
//! | [`hyperbolic()`] | ln(2 cosh v), tanh v, sech² v |
//! | [`trigonometric()`] | sin v, cos v |
//! | [`normal()`] | Φ(v), φ(v) |
//! | [`error_function()`] | erf v, 2/sqrt(π) e^(-v²) |
//! | [`exponential()`] | e^v, e^v - 1 |
//! | [`exponential_linear()`] | the two sides of Elu: ramp, step, tail, tail slope, negative ramp, negative step |
//! | [`absolute()`] | abs, sign |
//! | [`logarithm()`], [`ln_1p()`], [`square_root()`], [`reciprocal()`] | one value |
//!
//! Every one is free of overflow and of cancellation over the whole line: its error is a few ulp relative to the result (the
//! bounds are in `tests/accuracy.rs` beside this file), a result below the normal range is right to its last digit, infinities give limits,
//! and a NaN gives a NaN in every generator, also in the piecewise constant ones.
//!
//! Constraints that force the shape: `#[inline(always)]` all the way down and no closures, so that the code keeps the
//! instruction set of its caller; no exact `mul_add`, so nothing here depends on fusing (scalar lanes round twice);
//! polynomials in straight-line literals, by Estrin's scheme; bit operations among those that every instruction set of pulp
//! has, or in `words.rs`. Coefficients are our own fits: `runtime/tests/data/coefficients.py` prints them. Clamps and
//! subnormal results are behind one test of the whole vector; in place, since a call in a loop, even if it is never made, keeps constants out of
//! the registers.

#[macro_use]
mod polynomial;
mod double;
mod scalar;
mod single;
mod words;

mod algebraic;
mod error_function;
mod exponential;
mod hyperbolic;
mod logarithm;
mod logistic;
mod normal;
#[cfg(debug_assertions)]
pub mod outlined;
mod trigonometric;

pub use algebraic::{Absolute, absolute, reciprocal, square_root};
pub use error_function::{ErrorFunction, error_function};
pub use exponential::{
    Exponential, ExponentialLinear, exp, expm1, exponential, exponential_linear,
};
pub use hyperbolic::{Hyperbolic, hyperbolic};
pub use logarithm::{ln_1p, logarithm};
pub use logistic::{Logistic, logistic};
pub use normal::{Normal, normal};
pub use scalar::Elementary;
pub use trigonometric::{Trigonometric, trigonometric};

#[cfg(test)]
mod tests;
