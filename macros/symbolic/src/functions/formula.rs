//! The formula of a custom activation in, as an expression tree of one argument, its polynomial out.

use super::activation::Activation;
use super::polynomial::Polynomial;
use super::primitive::Primitive;

/// An expression in one argument, as a user writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// The argument.
    Argument,
    /// A constant.
    Constant(f64),
    /// A sum.
    Add(Box<Formula>, Box<Formula>),
    /// A difference.
    Subtract(Box<Formula>, Box<Formula>),
    /// A product.
    Multiply(Box<Formula>, Box<Formula>),
    /// A quotient.
    Divide(Box<Formula>, Box<Formula>),
    /// The negative.
    Negate(Box<Formula>),
    /// An integer power.
    Powi(Box<Formula>, i32),
    /// A function of a formula.
    Call(Call, Box<Formula>),
}

/// A function that a formula can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// A built-in activation; the sine is one of them.
    Activation(Activation),
    /// The exponential.
    Exp,
    /// The exponential less one.
    ExpM1,
    /// The natural logarithm.
    Ln,
    /// The square root.
    Sqrt,
    /// The error function.
    Erf,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The absolute value; its derivative at 0 is 0.
    Abs,
}

impl Call {
    /// The functions that are no activations.
    const ELEMENTARY: [Self; 8] = [
        Self::Exp,
        Self::ExpM1,
        Self::Ln,
        Self::Sqrt,
        Self::Erf,
        Self::Cos,
        Self::Tan,
        Self::Abs,
    ];

    /// The function with this name in snake case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|call| call.name() == name)
    }

    /// All names, activations first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::all().map(Self::name)
    }

    /// The name in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activation(activation) => activation.name(),
            Self::Exp => "exp",
            Self::ExpM1 => "exp_m1",
            Self::Ln => "ln",
            Self::Sqrt => "sqrt",
            Self::Erf => "erf",
            Self::Cos => "cos",
            Self::Tan => "tan",
            Self::Abs => "abs",
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Activation::ALL
            .into_iter()
            .map(Self::Activation)
            .chain(Self::ELEMENTARY)
    }

    fn of(self, argument: &Polynomial) -> Polynomial {
        match self {
            Self::Activation(activation) => activation.of(argument),
            Self::Exp => argument.apply(Primitive::Exp),
            Self::ExpM1 => argument.apply(Primitive::Expm1),
            Self::Ln => argument.apply(Primitive::Ln),
            Self::Sqrt => argument.apply(Primitive::Sqrt),
            Self::Erf => argument.apply(Primitive::Erf),
            Self::Cos => argument.apply(Primitive::Cos),
            Self::Tan => {
                argument.apply(Primitive::Sin)
                    * argument.apply(Primitive::Cos).apply(Primitive::Reciprocal)
            }
            Self::Abs => argument.apply(Primitive::Abs),
        }
    }
}

impl Formula {
    /// The polynomial that the formula denotes. Sums that are multiplied or raised to a power stay whole, so that
    /// nothing cancels that does not cancel in the formula as written.
    pub fn polynomial(&self) -> Polynomial {
        match self {
            Self::Argument => Polynomial::argument(),
            Self::Constant(constant) => Polynomial::constant(*constant),
            Self::Add(a, b) => a.polynomial() + b.polynomial(),
            Self::Subtract(a, b) => a.polynomial() + b.polynomial() * -1.0,
            Self::Multiply(a, b) => a.polynomial().times(b.polynomial()),
            Self::Divide(a, b) => a.polynomial().divided_by(b.polynomial()),
            Self::Negate(a) => a.polynomial() * -1.0,
            Self::Powi(a, exponent) if *exponent < 0 => a
                .polynomial()
                .apply(Primitive::Reciprocal)
                .grouped()
                .power(exponent.unsigned_abs()),
            Self::Powi(a, exponent) => a.polynomial().grouped().power(exponent.unsigned_abs()),
            Self::Call(call, a) => call.of(&a.polynomial()),
        }
    }
}
