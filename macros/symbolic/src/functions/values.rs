//! A generator and a number in, its value out: accurate to a few ulp over the whole line, without overflow, NaN for NaN.

use super::normal;
use super::primitive::Primitive;

impl Primitive {
    /// The value at `v`.
    pub fn evaluate(self, v: f64) -> f64 {
        if v.is_nan() {
            return v;
        }
        match self {
            Self::Softplus => v.max(0.0) + (-v.abs()).exp().ln_1p(),
            Self::Sigmoid => {
                let small = (-v.abs()).exp();
                (if v < 0.0 { small } else { 1.0 }) / (1.0 + small)
            }
            Self::SigmoidSlope => {
                let small = (-v.abs()).exp();
                small / ((1.0 + small) * (1.0 + small))
            }
            Self::SigmoidSkew => -(0.5 * v).tanh(),
            Self::LogCosh2 => v.abs() + (-2.0 * v.abs()).exp().ln_1p(),
            Self::Tanh => v.tanh(),
            Self::SechSquared => {
                let small = (-v.abs()).exp();
                let sech = 2.0 * small / (1.0 + small * small);
                sech * sech
            }
            Self::Sin => v.sin(),
            Self::Cos => v.cos(),
            Self::NormalCdf => normal::distribution(v),
            Self::NormalPdf => normal::density(v),
            Self::Erf => normal::error_function(v),
            Self::ErfSlope => normal::error_function_slope(v),
            Self::Exp => v.exp(),
            Self::Expm1 => v.exp_m1(),
            Self::Ramp => v.max(0.0),
            Self::Step => f64::from(u8::from(v > 0.0)),
            Self::NegativeRamp => v.min(0.0),
            Self::NegativeStep => f64::from(u8::from(v <= 0.0)),
            Self::EluTail => v.min(0.0).exp_m1(),
            Self::EluTailSlope => {
                if v > 0.0 {
                    0.0
                } else {
                    v.exp()
                }
            }
            Self::Ln => v.ln(),
            Self::Sqrt => v.sqrt(),
            Self::Reciprocal => v.recip(),
            Self::Abs => v.abs(),
            Self::Sign if v == 0.0 => 0.0,
            Self::Sign => v.signum(),
        }
    }
}
