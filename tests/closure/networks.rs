//! Networks with two formulas each, and what the formulas mean: written a second time, on Taylor polynomials.

use derive_network::prelude::*;

use crate::field::{Field, Place};

/// The activation of the hidden layers.
#[derive(Clone, Copy)]
pub enum Activation {
    Tanh,
    Sigmoid,
    Sin,
    Softplus,
    Silu,
    Gelu,
}

/// What a formula means.
pub type Meaning = for<'a> fn(&Place<'a>) -> Vec<Field<'a>>;

/// A network with the functions `one` and `two`, and their mean squares as losses.
pub trait Compiled {
    const NAME: &'static str;
    /// Of the inputs, the hidden layers and the linear output.
    const WIDTHS: &'static [usize];
    const ACTIVATION: Activation;
    const COUNT: usize;
    /// How many of the last parameters are frozen.
    const FROZEN: usize;
    const GIVEN: usize;
    /// The most derivatives within each other in the formulas.
    const ORDER: usize;
    const FORMULAS: [Meaning; 2];

    fn new(parameters: &[f64]) -> Self;
    /// The values of a formula, alone and beside its derivatives in the inputs, and these, column-major.
    fn in_inputs(&self, formula: usize, x: &[f64], given: &[f64]) -> ([Vec<f64>; 2], Vec<f64>);
    /// The values of a formula, and the derivatives of an entry in the inputs and in the parameters.
    fn pulled(
        &self,
        formula: usize,
        entry: usize,
        x: &[f64],
        given: &[f64],
    ) -> (Vec<f64>, Vec<f64>, Vec<f64>);
    fn parameter_jacobian(
        &self,
        formula: usize,
        points: &[Vec<f64>],
        given: &[Vec<f64>],
    ) -> Vec<f64>;
    /// The loss, from both of its methods, and its gradient.
    fn mean_square(
        &self,
        formula: usize,
        points: &[Vec<f64>],
        given: &[Vec<f64>],
    ) -> ([f64; 2], Vec<f64>);
}

fn vectors<const N: usize>(rows: &[Vec<f64>]) -> Vec<SVector<f64, N>> {
    let rows = rows.iter();
    rows.map(|row| SVector::from_column_slice(row)).collect()
}

/// A network and its face. `given` names given data, which both formulas take then; `width` is the number of entries of both.
macro_rules! compiled {
    (
        $name:ident $activation:ident $widths:tt, order $order:literal, width $width:literal, frozen $frozen:literal,
        input($($input:tt)*), output($($output:tt)*), $(given($given:ident),)?
        define = { $($formula:tt)* },
        fields { $($fields:tt)* },
        $one:expr, $two:expr $(,)?
    ) => {
        #[derive_network(
            input($($input)*), output($($output)*), $(given($given),)?
            define = { $($formula)* },
            loss(one_loss = mean_square(one), two_loss = mean_square(two)),
            derive(
                one(jacobian, pullback, parameter_jacobian),
                two(jacobian, pullback, parameter_jacobian),
            ),
        )]
        pub struct $name { $($fields)* }

        impl Compiled for $name {
            const NAME: &'static str = stringify!($name);
            const WIDTHS: &'static [usize] = &$widths;
            const ACTIVATION: Activation = Activation::$activation;
            const COUNT: usize = Self::PARAMETERS;
            const FROZEN: usize = $frozen;
            const GIVEN: usize = <[&str]>::len(&[$(stringify!($given),)?]);
            const ORDER: usize = $order;
            const FORMULAS: [Meaning; 2] = [$one, $two];

            fn new(parameters: &[f64]) -> Self {
                Self::from_parameters(parameters).expect("as many parameters as the network has")
            }

            fn in_inputs(&self, formula: usize, x: &[f64], given: &[f64]) -> ([Vec<f64>; 2], Vec<f64>) {
                let x = SVector::from_column_slice(x);
                $(let $given = SVector::from_column_slice(given);)?
                let _ = given;
                let (alone, (value, jacobian)) = if formula == 0 {
                    (self.one(&x $(, &$given)?), self.one_jacobian(&x $(, &$given)?))
                } else {
                    (self.two(&x $(, &$given)?), self.two_jacobian(&x $(, &$given)?))
                };
                ([alone, value].map(|value| Entries::entries(&value)), jacobian.as_slice().to_vec())
            }

            fn pulled(&self, formula: usize, entry: usize, x: &[f64], given: &[f64]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
                let x = SVector::from_column_slice(x);
                $(let $given = SVector::from_column_slice(given);)?
                let _ = given;
                let mut weights = SVector::<f64, $width>::zeros();
                weights[entry] = 1.0;
                let mut gradient = vec![0.0; Self::PARAMETERS];
                let pulled = if formula == 0 {
                    self.one_pullback(&x, $(&$given,)? &weights, &mut gradient)
                } else {
                    self.two_pullback(&x, $(&$given,)? &weights, &mut gradient)
                };
                let (value, dx) = pulled.expect("lengths agree");
                (Entries::entries(&value), dx.as_slice().to_vec(), gradient)
            }

            fn parameter_jacobian(&self, formula: usize, points: &[Vec<f64>], given: &[Vec<f64>]) -> Vec<f64> {
                let points = vectors(points);
                $(let $given = vectors(given);)?
                let _ = given;
                let mut jacobian = vec![f64::NAN; points.len() * $width * Self::PARAMETERS];
                let written = if formula == 0 {
                    self.one_parameter_jacobian(&points, $(&$given,)? &mut jacobian)
                } else {
                    self.two_parameter_jacobian(&points, $(&$given,)? &mut jacobian)
                };
                written.expect("lengths agree");
                jacobian
            }

            fn mean_square(&self, formula: usize, points: &[Vec<f64>], given: &[Vec<f64>]) -> ([f64; 2], Vec<f64>) {
                let points = vectors(points);
                $(let $given = vectors(given);)?
                let _ = given;
                let mut gradient = vec![f64::NAN; Self::PARAMETERS];
                let losses = if formula == 0 {
                    [self.one_loss(&points, $(&$given)?), self.one_loss_gradient(&points, $(&$given,)? &mut gradient)]
                } else {
                    [self.two_loss(&points, $(&$given)?), self.two_loss_gradient(&points, $(&$given,)? &mut gradient)]
                };
                (losses.map(|loss| loss.expect("lengths agree")), gradient)
            }
        }
    };
}

/// The value of a function: a scalar, or a vector.
trait Entries {
    fn entries(&self) -> Vec<f64>;
}

impl Entries for f64 {
    fn entries(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<const N: usize> Entries for SVector<f64, N> {
    fn entries(&self) -> Vec<f64> {
        self.as_slice().to_vec()
    }
}

compiled! {
    Waves Tanh [2, 5, 5, 1], order 4, width 1, frozen 1,
    input(t, x), output(u),
    define = {
        let one = d(u, t) + u * d(u, x) - nu * d(u, x, x);
        let two = d(u, x, x, x, x) + u * d(u, t, t) - ln(1 + powi(u, 2));
    },
    fields { hidden: [Dense<5, Tanh>; 2], output: Dense<1>, #[frozen] nu: Parameter },
    |at| {
        let u = &at.u[0];
        vec![u.d(&[0]) + u * u.d(&[1]) - &at.extra[0] * u.d(&[1, 1])]
    },
    |at| {
        let u = &at.u[0];
        vec![u.d(&[1, 1, 1, 1]) + u * u.d(&[0, 0]) - (u * u + 1.0).ln()]
    },
}

compiled! {
    Flows Softplus [3, 6, 6, 2], order 2, width 1, frozen 0,
    input(x: 3), output(u, v),
    define = {
        let cross = d(u, x[1]) * d(v, x[0]);
        let one = d(u, x[0]) * d(v, x[1]) - cross / (2 + sin(v));
        let two = laplacian(u, x) * exp(-powi(v, 2)) + dot(gradient(v, x), x);
    },
    fields { hidden: [Dense<6, Softplus>; 2], output: Dense<2> },
    |at| {
        let (u, v) = (&at.u[0], &at.u[1]);
        vec![u.d(&[0]) * v.d(&[1]) - u.d(&[1]) * v.d(&[0]) / (v.sin() + 2.0)]
    },
    |at| {
        let (u, v) = (&at.u[0], &at.u[1]);
        let drift = v.d(&[0]) * &at.x[0] + v.d(&[1]) * &at.x[1] + v.d(&[2]) * &at.x[2];
        vec![u.laplacian(&[0, 1, 2]) * (-&v.powi(2)).exp() + drift]
    },
}

compiled! {
    Plates Sin [2, 6, 1], order 4, width 1, frozen 0,
    input(x, y), output(u),
    define = {
        let one = d(u, x, y, y) / sqrt(1 + powi(d(u, x), 2));
        let curvature = laplacian(u, x, y);
        let two = laplacian(curvature, x, y) - stiffness * powi(u, 3);
    },
    fields { hidden: Dense<6, Sin>, output: Dense<1>, stiffness: Parameter },
    |at| {
        let u = &at.u[0];
        vec![u.d(&[0, 1, 1]) / (u.d(&[0]).powi(2) + 1.0).sqrt()]
    },
    |at| {
        let u = &at.u[0];
        vec![u.laplacian(&[0, 1]).laplacian(&[0, 1]) - &at.extra[0] * u.powi(3)]
    },
}

compiled! {
    Heat Silu [3, 4, 4, 1], order 3, width 1, frozen 0,
    input(t, x: 2), output(u),
    define = {
        let conductivity = exp(0.3 * u);
        let flux_x = conductivity * d(u, x[0]);
        let flux_y = conductivity * d(u, x[1]);
        let one = d(u, t) - d(flux_x, x[0]) - d(flux_y, x[1]);
        let two = d(u, t, x[0], x[1]) * sin(u) + tanh(d(u, x[0], x[0]));
    },
    fields { hidden: [Dense<4, Silu>; 2], output: Dense<1> },
    |at| {
        let u = &at.u[0];
        let conductivity = (u * 0.3).exp();
        let flux = [1, 2].map(|input| (&conductivity * u.d(&[input])).d(&[input]));
        vec![u.d(&[0]) - &flux[0] - &flux[1]]
    },
    |at| {
        let u = &at.u[0];
        vec![u.d(&[0, 1, 2]) * u.sin() + u.d(&[1, 1]).tanh()]
    },
}

compiled! {
    Profile Gelu [1, 6, 6, 1], order 4, width 1, frozen 0,
    input(x), output(u), given(source),
    define = {
        let one = d(u, x, x) + exp(-u) / (1 + powi(d(u, x), 2)) - source * x;
        let two = u * d(u, x, x, x, x) - sqrt(1 + powi(u, 2)) * d(u, x, x) * source;
    },
    fields { hidden: [Dense<6, Gelu>; 2], output: Dense<1> },
    |at| {
        let u = &at.u[0];
        vec![u.d(&[0, 0]) + (-u).exp() / (u.d(&[0]).powi(2) + 1.0) - &at.given[0] * &at.x[0]]
    },
    |at| {
        let u = &at.u[0];
        vec![u * u.d(&[0, 0, 0, 0]) - (u * u + 1.0).sqrt() * u.d(&[0, 0]) * &at.given[0]]
    },
}

compiled! {
    Vectors Sigmoid [2, 4, 3, 2], order 3, width 2, frozen 0,
    input(x, y), output(w: 2),
    define = {
        let one = d(w, x, y) * w / (1 + 0.5 * dot(w, w));
        let two = mixing * d(w, x) + sum(d(w, x, x, y)) * w;
    },
    fields { first: Dense<4, Sigmoid>, second: Dense<3, Sigmoid>, output: Dense<2>, mixing: Parameter<2, 2> },
    |at| {
        let w = &at.u;
        let below = (&w[0] * &w[0] + &w[1] * &w[1]) * 0.5 + 1.0;
        w.iter().map(|w| w.d(&[0, 1]) * w / &below).collect()
    },
    |at| {
        let w = &at.u;
        let sum = w[0].d(&[0, 0, 1]) + w[1].d(&[0, 0, 1]);
        // Column-major.
        let row = |row: usize| &at.extra[row] * w[0].d(&[0]) + &at.extra[row + 2] * w[1].d(&[0]) + &sum * &w[row];
        vec![row(0), row(1)]
    },
}
