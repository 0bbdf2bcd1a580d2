//! Functions with their derivatives up to order four as emitted code has them, and as they are.
//!
//! The function is the activation of one neuron whose weight is 1, so derivatives by the input are those of the function, to the bit.

use derive_network::prelude::*;

use super::jets::{Jet, pi};

/// The function and its derivatives.
pub const ORDERS: usize = 5;

/// A function of one variable: what it is.
pub trait Subject {
    const NAME: &'static str;
    /// Magnitudes go up to this power of two, beyond which nothing changes any more.
    const TOP: f64;
    /// Arguments are positive.
    const POSITIVE: bool;
    /// The function near `x`, in formulas that keep all digits at both ends of the line.
    fn exact(x: &Jet) -> Jet;
}

/// A function on lanes of `T`, emitted.
pub trait Emitted<T>: Subject {
    fn tower(arguments: &[T]) -> Vec<[T; ORDERS]>;
}

macro_rules! towers {
    ($($subject:ident $name:literal $top:literal $positive:literal { $($formula:tt)* } |$x:ident| $exact:expr;)+) => {
        $(
            pub struct $subject;

            impl Subject for $subject {
                const NAME: &'static str = $name;
                const TOP: f64 = $top;
                const POSITIVE: bool = $positive;
                fn exact($x: &Jet) -> Jet {
                    $exact
                }
            }

            towers!(f64 $subject { $($formula)* });
            towers!(f32 $subject { $($formula)* });
        )+

        /// Does something with every function.
        macro_rules! every_subject {
            ($what:ident) => {
                $($what!($subject);)+
            };
        }
    };
    ($scalar:ident $subject:ident { $($formula:tt)* }) => {
        const _: () = {
            #[derive_network(
                input(x), output(u), scalar = $scalar, activation(Subject = |z| $($formula)*), allow(kinks),
                define = { let tower = [u, d(u, x), d(u, x, x), d(u, x, x, x), d(u, x, x, x, x)]; },
            )]
            struct Neuron {
                #[layer(bias = false)]
                only: Dense<1, Subject>,
            }

            impl Emitted<$scalar> for $subject {
                fn tower(arguments: &[$scalar]) -> Vec<[$scalar; ORDERS]> {
                    let neuron = Neuron::from_parameters(&[1.0]).expect("one weight");
                    let points: Vec<_> = arguments.iter().map(|x| vector![*x]).collect();
                    let mut values = vec![SVector::zeros(); points.len()];
                    neuron.tower_batch(&points, &mut values).expect("as many values as points");
                    values.into_iter().map(Into::into).collect()
                }
            }
        };
    };
}

/// e^-|x|.
fn decay(x: &Jet) -> Jet {
    (-x.abs()).exp()
}

fn one() -> Jet {
    Jet::from(1.0)
}

fn ramp(x: &Jet) -> Jet {
    if x.is_negative() {
        Jet::from(0.0)
    } else {
        x.clone()
    }
}

fn sigmoid(x: &Jet) -> Jet {
    let t = decay(x);
    let larger = one() / &(one() + &t);
    if x.is_negative() { larger * t } else { larger }
}

/// With t = e^-|x|, ln(1 + t).
fn bend(x: &Jet) -> Jet {
    decay(x).ln_1p()
}

fn tanh(x: &Jet) -> Jet {
    let minus_one = (x.abs() * -2.0).exp_m1();
    let opposite = minus_one.clone() / &(minus_one + 2.0);
    if x.is_negative() { opposite } else { -opposite }
}

towers! {
    Sigmoid "sigmoid" 10.3 false { sigmoid(z) } |x| sigmoid(x);
    Tanh "tanh" 10.3 false { tanh(z) } |x| tanh(x);
    Relu "relu" 10.3 false { relu(z) } |x| ramp(x);
    LeakyRelu "leaky_relu" 10.3 false { leaky_relu(z) } |x| ramp(x) + (x.clone() - ramp(x)) / &Jet::from(100.0);
    Elu "elu" 10.3 false { elu(z) } |x| if x.is_negative() { x.exp_m1() } else { x.clone() };
    Softplus "softplus" 10.3 false { softplus(z) } |x| ramp(x) + bend(x);
    Silu "silu" 10.3 false { silu(z) } |x| x * &sigmoid(x);
    Gelu "gelu" 10.3 false { gelu(z) } |x| x * &x.normal().0;
    GeluTanh "gelu_tanh" 10.3 false { gelu_tanh(z) } |x| {
        let cube = x * x * x * 44715.0 / &Jet::from(1e6);
        let factor = Jet::from(8.0) / &Jet::from_number(pi());
        x * &sigmoid(&((x + &cube) * factor.sqrt()))
    };
    Sin "sin" 20.0 false { sin(z) } |x| x.sin_cos().0;
    LogCosh2 "log_cosh2" 10.3 false { log_cosh2(z) } |x| x.abs() + bend(&(x.clone() * 2.0));
    Exp "exp" 10.3 false { exp(z) } |x| x.exp();
    ExpM1 "exp_m1" 10.3 false { exp_m1(z) } |x| x.exp_m1();
    Ln "ln" 100.0 true { ln(z) } |x| x.ln();
    Sqrt "sqrt" 100.0 true { sqrt(z) } |x| x.sqrt();
    Reciprocal "1/z" 20.0 false { 1 / z } |x| one() / x;
    Erf "erf" 10.3 false { erf(z) } |x| (x.clone() * Jet::from(2.0).sqrt()).normal().1 * 2.0;
    Cos "cos" 20.0 false { cos(z) } |x| x.sin_cos().1;
    Tan "tan" 20.0 false { tan(z) } |x| {
        let (sine, cosine) = x.sin_cos();
        sine / &cosine
    };
    Mish "z tanh(softplus(z))" 10.3 false { z * tanh(softplus(z)) } |x| {
        let n = x.exp();
        let square = &n * &(n.clone() + 2.0);
        let ratio = if x.is_negative() {
            square.clone() / &(square + 2.0)
        } else {
            one() - Jet::from(2.0) / &(square + 2.0)
        };
        x * &ratio
    };
}
