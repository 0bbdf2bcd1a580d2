//! Taylor polynomials that are written like formulas.

use std::f64::consts::PI;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::networks::{Activation, Compiled};
use crate::number::Number;
use crate::taylor::{Polynomial, Space};

/// A function of the inputs near a point.
#[derive(Clone)]
pub struct Field<'a> {
    space: &'a Space,
    pub terms: Polynomial,
}

impl<'a> Field<'a> {
    pub fn new(space: &'a Space, terms: Polynomial) -> Self {
        Field { space, terms }
    }

    fn constant(&self, value: f64) -> Self {
        Field::new(self.space, self.space.constant(Number::constant(value)))
    }

    /// The derivative by one input after the other.
    pub fn d(&self, inputs: &[usize]) -> Self {
        let terms = inputs.iter().fold(self.terms.clone(), |terms, input| {
            self.space.differentiate(&terms, *input)
        });
        Field::new(self.space, terms)
    }

    /// The sum of the second derivatives.
    pub fn laplacian(&self, inputs: &[usize]) -> Self {
        let terms = inputs.iter().map(|input| self.d(&[*input, *input]));
        terms.fold(self.constant(0.0), |sum, term| sum + term)
    }

    pub fn powi(&self, exponent: usize) -> Self {
        (0..exponent).fold(self.constant(1.0), |power, _| power * self)
    }

    /// z Φ(z), where Φ solves Φ' = φ.
    fn gelu(&self) -> Self {
        let z = self.terms[0].value;
        let density = (self * self * -0.5).exp() * (0.5 / PI).sqrt();
        let (phi, value) = (density.terms[0].value, normal_distribution(z));
        let start = self.terms[0].function(value, phi, -z * phi);
        let terms = self.space.integrate(&self.terms, start, &density.terms);
        self * Field::new(self.space, terms)
    }

    fn activation(&self, activation: Activation) -> Self {
        match activation {
            Activation::Tanh => self.tanh(),
            Activation::Sigmoid => self.sigmoid(),
            Activation::Sin => self.sin(),
            Activation::Softplus => Field::new(self.space, self.space.softplus(&self.terms)),
            Activation::Silu => self * self.sigmoid(),
            Activation::Gelu => self.gelu(),
        }
    }
}

/// Φ(z) = 1/2 + φ(z) Σ z^(2n+1) / (1 · 3 · ... · (2n+1)): the terms are of one sign.
fn normal_distribution(z: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (z, z, 1.0);
    while (term / sum).abs() > f64::EPSILON / 8.0 {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    0.5 + sum * (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

macro_rules! functions {
    ($($function:ident)+) => {
        impl Field<'_> {$(
            pub fn $function(&self) -> Self {
                Field::new(self.space, self.space.$function(&self.terms))
            }
        )+}
    };
}

functions!(exp ln sqrt sin tanh sigmoid reciprocal);

impl<'a> Add<&Field<'a>> for &Field<'a> {
    type Output = Field<'a>;

    fn add(self, other: &Field<'a>) -> Field<'a> {
        Field::new(self.space, self.space.add(&self.terms, &other.terms))
    }
}

impl<'a> Mul<&Field<'a>> for &Field<'a> {
    type Output = Field<'a>;

    fn mul(self, other: &Field<'a>) -> Field<'a> {
        Field::new(self.space, self.space.multiply(&self.terms, &other.terms))
    }
}

impl<'a> Neg for &Field<'a> {
    type Output = Field<'a>;

    fn neg(self) -> Field<'a> {
        Field::new(self.space, self.terms.iter().map(|term| -*term).collect())
    }
}

impl<'a> Sub<&Field<'a>> for &Field<'a> {
    type Output = Field<'a>;

    fn sub(self, other: &Field<'a>) -> Field<'a> {
        self + &-other
    }
}

impl<'a> Div<&Field<'a>> for &Field<'a> {
    type Output = Field<'a>;

    fn div(self, other: &Field<'a>) -> Field<'a> {
        Field::new(
            self.space,
            self.space.multiply(&self.terms, &other.reciprocal().terms),
        )
    }
}

macro_rules! by_value {
    ($($operator:ident $method:ident)+) => {$(
        impl<'a> $operator<Field<'a>> for Field<'a> {
            type Output = Field<'a>;

            fn $method(self, other: Field<'a>) -> Field<'a> {
                (&self).$method(&other)
            }
        }

        impl<'a> $operator<&Field<'a>> for Field<'a> {
            type Output = Field<'a>;

            fn $method(self, other: &Field<'a>) -> Field<'a> {
                (&self).$method(other)
            }
        }

        impl<'a> $operator<Field<'a>> for &Field<'a> {
            type Output = Field<'a>;

            fn $method(self, other: Field<'a>) -> Field<'a> {
                self.$method(&other)
            }
        }

        impl<'a> $operator<f64> for Field<'a> {
            type Output = Field<'a>;

            fn $method(self, other: f64) -> Field<'a> {
                (&self).$method(&self.constant(other))
            }
        }
    )+};
}

by_value!(Add add Sub sub Mul mul Div div);

impl<'a> Mul<f64> for &Field<'a> {
    type Output = Field<'a>;

    fn mul(self, other: f64) -> Field<'a> {
        self * &self.constant(other)
    }
}

/// What a formula may use at a point.
pub struct Place<'a> {
    pub x: Vec<Field<'a>>,
    /// The outputs of the network.
    pub u: Vec<Field<'a>>,
    /// The parameters behind those of the layers.
    pub extra: Vec<Field<'a>>,
    pub given: Vec<Field<'a>>,
}

impl<'a> Place<'a> {
    pub fn new<N: Compiled>(
        space: &'a Space,
        parameter: &dyn Fn(usize) -> Number,
        x: &[f64],
        given: &[f64],
    ) -> Self {
        let constant = |number: Number| Field::new(space, space.constant(number));
        let inputs = x.iter().enumerate();
        let x: Vec<Field<'_>> = inputs
            .map(|(input, x)| Field::new(space, space.variable(input, *x)))
            .collect();
        let (mut u, mut offset) = (x.clone(), 0);
        for (layer, widths) in N::WIDTHS.windows(2).enumerate() {
            let [from, to] = *widths else {
                unreachable!("windows of two")
            };
            let neurons = (0..to).map(|neuron| {
                let mut z = space.constant(parameter(offset + from * to + neuron));
                for (input, entry) in u.iter().enumerate() {
                    let weight = parameter(offset + input * to + neuron);
                    z = space.add(&z, &space.scale(weight, &entry.terms));
                }
                let z = Field::new(space, z);
                if layer + 2 < N::WIDTHS.len() {
                    z.activation(N::ACTIVATION)
                } else {
                    z
                }
            });
            u = neurons.collect();
            offset += (from + 1) * to;
        }
        Place {
            x,
            u,
            extra: (offset..N::COUNT)
                .map(|place| constant(parameter(place)))
                .collect(),
            given: given
                .iter()
                .map(|value| constant(Number::constant(*value)))
                .collect(),
        }
    }
}
