//! Elementwise functions: a formula or a named activation in, its derivatives of any order out, first as
//! polynomials in accurate generators, then as straight-line code.
//!
//! A function is a [`Polynomial`] in its argument and in [`Primitive`]s of polynomials. The primitives of one
//! family are closed under differentiation, each is computed well over the whole line, and none is defined by a
//! difference of others: so derivatives of any order cancel only where the derivative itself is ill-conditioned.
//! [`Function::lower`] turns any set of orders into a [`StraightLine`], which is all that an interpreter or an
//! emitter has to know.

mod activation;
mod apply;
mod builder;
mod differentiate;
mod formula;
mod function;
mod kink;
mod lower;
mod normal;
mod polynomial;
mod primitive;
mod print;
mod real;
mod straight_line;
mod tails;
mod values;

pub use activation::Activation;
pub use builder::StraightLineBuilder;
pub use formula::{Call, Formula};
pub use function::{Function, NotFinite};
pub use polynomial::{Generator, Monomial, Polynomial, Term};
pub use primitive::{Family, Primitive};
pub use real::Real;
pub use straight_line::{Cost, Step, StepId, StraightLine};
