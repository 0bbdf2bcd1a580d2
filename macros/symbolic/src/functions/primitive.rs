//! The generators: each a function of one variable with its family, its derivative as a polynomial in the
//! generators of the same argument, and its behaviour at zero and in the tails.

use std::sync::Arc;

use super::polynomial::Polynomial;

/// A generator. Values and derivatives at a jump are those of the closed left side, except for [`Primitive::Sign`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Primitive {
    /// `ln(1 + e^v)`.
    Softplus,
    /// `p = 1 / (1 + e^-v)`.
    Sigmoid,
    /// `p (1 - p)`.
    SigmoidSlope,
    /// `(1 - p) - p = -tanh(v / 2)`.
    SigmoidSkew,
    /// `ln(2 cosh v) = |v| + ln(1 + e^-2|v|)`.
    LogCosh2,
    /// `tanh v`.
    Tanh,
    /// `1 / cosh(v)^2`.
    SechSquared,
    /// `sin v`.
    Sin,
    /// `cos v`.
    Cos,
    /// The distribution function of the standard normal law.
    NormalCdf,
    /// `e^(-v^2 / 2) / sqrt(2 pi)`.
    NormalPdf,
    /// The error function.
    Erf,
    /// `2 e^(-v^2) / sqrt(pi)`.
    ErfSlope,
    /// `e^v`.
    Exp,
    /// `e^v - 1`.
    Expm1,
    /// `max(v, 0)`.
    Ramp,
    /// `v > 0 ? 1 : 0`.
    Step,
    /// `min(v, 0)`.
    NegativeRamp,
    /// `v > 0 ? 0 : 1`.
    NegativeStep,
    /// `v > 0 ? 0 : e^v - 1`.
    EluTail,
    /// `v > 0 ? 0 : e^v`.
    EluTailSlope,
    /// The natural logarithm.
    Ln,
    /// The square root.
    Sqrt,
    /// `1 / v`.
    Reciprocal,
    /// `|v|`.
    Abs,
    /// `-1`, `0` or `1`.
    Sign,
}

/// Generators that one lane function computes together from one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Softplus, sigmoid, its slope and its skew.
    Logistic,
    /// Log-cosh, tanh and the squared secant.
    Hyperbolic,
    /// Sine and cosine.
    Trigonometric,
    /// The normal distribution and its density.
    Normal,
    /// The error function and its derivative.
    ErrorFunction,
    /// Exponential and exponential less one.
    Exponential,
    /// Ramps, steps and the tail of ELU.
    ExponentialLinear,
    /// Logarithm.
    Ln,
    /// Square root.
    Sqrt,
    /// Reciprocal.
    Reciprocal,
    /// Absolute value and sign.
    Abs,
}

use Primitive::*;

impl Primitive {
    /// Every generator, in order.
    pub const ALL: [Self; 26] = [
        Softplus,
        Sigmoid,
        SigmoidSlope,
        SigmoidSkew,
        LogCosh2,
        Tanh,
        SechSquared,
        Sin,
        Cos,
        NormalCdf,
        NormalPdf,
        Erf,
        ErfSlope,
        Exp,
        Expm1,
        Ramp,
        Step,
        NegativeRamp,
        NegativeStep,
        EluTail,
        EluTailSlope,
        Ln,
        Sqrt,
        Reciprocal,
        Abs,
        Sign,
    ];

    /// The family whose lane function computes this generator.
    pub fn family(self) -> Family {
        match self {
            Softplus | Sigmoid | SigmoidSlope | SigmoidSkew => Family::Logistic,
            LogCosh2 | Tanh | SechSquared => Family::Hyperbolic,
            Sin | Cos => Family::Trigonometric,
            NormalCdf | NormalPdf => Family::Normal,
            Erf | ErfSlope => Family::ErrorFunction,
            Exp | Expm1 => Family::Exponential,
            Ramp | Step | NegativeRamp | NegativeStep | EluTail | EluTailSlope => {
                Family::ExponentialLinear
            }
            Ln => Family::Ln,
            Sqrt => Family::Sqrt,
            Reciprocal => Family::Reciprocal,
            Abs | Sign => Family::Abs,
        }
    }

    /// The name in snake case.
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// What it is of `v`, for documentation.
    pub fn definition(self) -> &'static str {
        self.names().1
    }

    #[rustfmt::skip]
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Softplus     => ("softplus",       "ln(1 + e^v)"),
            Sigmoid      => ("sigmoid",        "1/(1 + e^-v)"),
            SigmoidSlope => ("sigmoid_slope",  "sigmoid(v) sigmoid(-v)"),
            SigmoidSkew  => ("sigmoid_skew",   "sigmoid(-v) - sigmoid(v)"),
            LogCosh2     => ("log_cosh2",      "ln(2 cosh v)"),
            Tanh         => ("tanh",           "tanh v"),
            SechSquared  => ("sech_squared",   "1/cosh(v)^2"),
            Sin          => ("sin",            "sin v"),
            Cos          => ("cos",            "cos v"),
            NormalCdf    => ("normal_cdf",     "(1 + erf(v/sqrt 2))/2"),
            NormalPdf    => ("normal_pdf",     "e^(-v^2/2)/sqrt(2 pi)"),
            Erf          => ("erf",            "2/sqrt(pi) times the integral of e^(-t^2) from 0 to v"),
            ErfSlope     => ("erf_slope",      "2 e^(-v^2)/sqrt(pi)"),
            Exp          => ("exp",            "e^v"),
            Expm1        => ("expm1",          "e^v - 1"),
            Ramp         => ("ramp",           "max(v, 0)"),
            Step         => ("step",           "1 if v > 0, else 0"),
            NegativeRamp => ("negative_ramp",  "min(v, 0)"),
            NegativeStep => ("negative_step",  "0 if v > 0, else 1"),
            EluTail      => ("elu_tail",       "0 if v > 0, else e^v - 1"),
            EluTailSlope => ("elu_tail_slope", "0 if v > 0, else e^v"),
            Ln           => ("ln",             "ln v"),
            Sqrt         => ("sqrt",           "sqrt v"),
            Reciprocal   => ("reciprocal",     "1/v"),
            Abs          => ("abs",            "|v|"),
            Sign         => ("sign",           "the sign of v, 0 at 0"),
        }
    }

    /// The derivative with respect to the argument `v`, in generators of `v`. Diracs are dropped: see [`kink`](Self::kink).
    #[rustfmt::skip]
    pub fn derivative(self, v: &Arc<Polynomial>) -> Polynomial {
        let of = |primitive| Polynomial::primitive(primitive, v.clone());
        match self {
            Softplus     => of(Sigmoid),
            Sigmoid      => of(SigmoidSlope),
            SigmoidSlope => of(SigmoidSlope) * of(SigmoidSkew),
            SigmoidSkew  => of(SigmoidSlope) * -2.0,
            LogCosh2     => of(Tanh),
            Tanh         => of(SechSquared),
            SechSquared  => of(SechSquared) * of(Tanh) * -2.0,
            Sin          => of(Cos),
            Cos          => of(Sin) * -1.0,
            NormalCdf    => of(NormalPdf),
            NormalPdf    => of(NormalPdf) * Polynomial::group(v.clone()) * -1.0,
            Erf          => of(ErfSlope),
            ErfSlope     => of(ErfSlope) * Polynomial::group(v.clone()) * -2.0,
            Exp          => of(Exp),
            Expm1        => of(Exp),
            Ramp         => of(Step),
            Step         => Polynomial::zero(),
            NegativeRamp => of(NegativeStep),
            NegativeStep => Polynomial::zero(),
            EluTail      => of(EluTailSlope),
            EluTailSlope => of(EluTailSlope),
            Ln           => v.apply(Reciprocal),
            Sqrt         => Polynomial::primitive(Reciprocal, Arc::new(of(Sqrt))) * 0.5,
            Reciprocal   => of(Reciprocal) * of(Reciprocal) * -1.0,
            Abs          => of(Sign),
            Sign         => Polynomial::zero(),
        }
    }

    /// The lowest order of derivative that lacks a Dirac at zero: 2 for a kink, 1 for a jump.
    pub fn kink(self) -> Option<usize> {
        match self {
            Ramp | NegativeRamp | Abs | EluTail => Some(2),
            Step | NegativeStep | Sign | EluTailSlope => Some(1),
            _ => None,
        }
    }

    /// The generator that this one with a kink equals on one side of zero, as a polynomial in `v`.
    pub(super) fn branch(self, v: &Arc<Polynomial>, positive: bool) -> Option<Polynomial> {
        let argument = || Polynomial::clone(v);
        let of = |primitive| Polynomial::primitive(primitive, v.clone());
        let one = || Polynomial::constant(1.0);
        Some(match (self, positive) {
            (Ramp, true) | (NegativeRamp, false) | (Abs, true) => argument(),
            (Ramp, false) | (NegativeRamp, true) | (EluTail, true) => Polynomial::zero(),
            (Step, true) | (NegativeStep, false) | (Sign, true) => one(),
            (Step, false) | (NegativeStep, true) | (EluTailSlope, true) => Polynomial::zero(),
            (Abs, false) => argument() * -1.0,
            (Sign, false) => one() * -1.0,
            (EluTail, false) => of(Expm1),
            (EluTailSlope, false) => of(Exp),
            _ => return None,
        })
    }

    /// Whether it vanishes, exactly in f64, far enough out on both sides.
    pub fn decays(self) -> bool {
        self.zero_below().is_some() && self.zero_above().is_some()
    }

    /// A limit `T >= 0` such that the generator is exactly zero in f64 for `v <= -T`, if there is one.
    pub fn zero_below(self) -> Option<f64> {
        match self {
            Softplus | Sigmoid | SigmoidSlope | Exp | EluTailSlope => Some(746.0),
            SechSquared => Some(374.0),
            NormalCdf | NormalPdf => Some(39.0),
            ErfSlope => Some(28.0),
            Ramp | Step => Some(0.0),
            _ => None,
        }
    }

    /// A limit `T >= 0` such that the generator is exactly zero in f64 for `v >= T`, if there is one.
    ///
    /// For those that jump at zero the limit is the least number above it.
    pub fn zero_above(self) -> Option<f64> {
        match self {
            SigmoidSlope => Some(746.0),
            SechSquared => Some(374.0),
            NormalPdf => Some(39.0),
            ErfSlope => Some(28.0),
            NegativeRamp | NegativeStep | EluTail | EluTailSlope => Some(f64::MIN_POSITIVE),
            _ => None,
        }
    }
}
