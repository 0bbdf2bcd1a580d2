//! The name of a built-in activation in, its polynomial out.

use super::polynomial::Polynomial;
use super::primitive::Primitive;

/// The built-in activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activation {
    /// `x`.
    Identity,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `tanh x`.
    Tanh,
    /// `max(x, 0)`; its derivative at 0 is 0.
    Relu,
    /// `x`, or `0.01 x` for negative x; its derivative at 0 is 0.01.
    LeakyRelu,
    /// `x`, or `e^x - 1` for negative x; its derivatives at 0 are those of the exponential.
    Elu,
    /// `ln(1 + e^x)`.
    Softplus,
    /// `x sigmoid(x)`.
    Silu,
    /// `x Phi(x)` with the normal distribution function, exactly.
    Gelu,
    /// `x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2`.
    GeluTanh,
    /// `sin x`.
    Sin,
    /// `ln(2 cosh x)`.
    LogCosh2,
}

/// `2 sqrt(2/pi)`.
const GELU_TANH_LINEAR: f64 = 1.595_769_121_605_730_8;
/// `2 sqrt(2/pi) 0.044715`.
const GELU_TANH_CUBIC: f64 = 0.071_354_816_272_600_25;

impl Activation {
    /// All of them, in order.
    pub const ALL: [Self; 12] = [
        Self::Identity,
        Self::Sigmoid,
        Self::Tanh,
        Self::Relu,
        Self::LeakyRelu,
        Self::Elu,
        Self::Softplus,
        Self::Silu,
        Self::Gelu,
        Self::GeluTanh,
        Self::Sin,
        Self::LogCosh2,
    ];

    /// The activation with this type name, as in `Dense<20, Tanh>`.
    pub fn parse(type_name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|activation| activation.type_name() == type_name)
    }

    /// The name as a type.
    pub fn type_name(self) -> &'static str {
        self.names().0
    }

    /// The name as a function, in snake case.
    pub fn name(self) -> &'static str {
        self.names().1
    }

    #[rustfmt::skip]
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Identity  => ("Identity",  "identity"),
            Self::Sigmoid   => ("Sigmoid",   "sigmoid"),
            Self::Tanh      => ("Tanh",      "tanh"),
            Self::Relu      => ("Relu",      "relu"),
            Self::LeakyRelu => ("LeakyRelu", "leaky_relu"),
            Self::Elu       => ("Elu",       "elu"),
            Self::Softplus  => ("Softplus",  "softplus"),
            Self::Silu      => ("Silu",      "silu"),
            Self::Gelu      => ("Gelu",      "gelu"),
            Self::GeluTanh  => ("GeluTanh",  "gelu_tanh"),
            Self::Sin       => ("Sin",       "sin"),
            Self::LogCosh2  => ("LogCosh2",  "log_cosh2"),
        }
    }

    /// The activation of a polynomial.
    #[rustfmt::skip]
    pub fn of(self, argument: &Polynomial) -> Polynomial {
        let v = || argument.clone().grouped();
        let of = |primitive| argument.apply(primitive);
        match self {
            Self::Identity  => argument.clone(),
            Self::Sigmoid   => of(Primitive::Sigmoid),
            Self::Tanh      => of(Primitive::Tanh),
            Self::Relu      => of(Primitive::Ramp),
            Self::LeakyRelu => of(Primitive::Ramp) + of(Primitive::NegativeRamp) * 0.01,
            Self::Elu       => of(Primitive::Ramp) + of(Primitive::EluTail),
            Self::Softplus  => of(Primitive::Softplus),
            Self::Silu      => v() * of(Primitive::Sigmoid),
            Self::Gelu      => v() * of(Primitive::NormalCdf),
            Self::GeluTanh  => v() * (v() * GELU_TANH_LINEAR + v().power(3) * GELU_TANH_CUBIC).apply(Primitive::Sigmoid),
            Self::Sin       => of(Primitive::Sin),
            Self::LogCosh2  => of(Primitive::LogCosh2),
        }
    }
}
