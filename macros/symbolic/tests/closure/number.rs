//! A number with its derivative in one parameter, and bounds that say how far rounding may carry both.
//!
//! Sizes are the same sums with every term taken positive: to first order, the error of a computed
//! number is at most its size times the unit of rounding times the number of roundings in a row.

use std::ops::{Add, Mul, Neg};

#[derive(Clone, Copy, Debug, Default)]
pub struct Number {
    pub value: f64,
    pub slope: f64,
    pub size: f64,
    pub slope_size: f64,
}

impl Number {
    pub fn constant(value: f64) -> Self {
        Self::seeded(value, 0.0)
    }

    pub fn seeded(value: f64, slope: f64) -> Self {
        Number {
            value,
            slope,
            size: value.abs(),
            slope_size: slope.abs(),
        }
    }

    /// A function of the number, given its value and its first two derivatives there.
    pub fn function(self, f: f64, first: f64, second: f64) -> Self {
        Number {
            value: f,
            slope: first * self.slope,
            size: f.abs() + first.abs() * self.size,
            slope_size: first.abs() * self.slope_size
                + (first.abs() + second.abs() * self.size) * self.slope.abs(),
        }
    }
}

impl Add for Number {
    type Output = Number;

    fn add(self, other: Number) -> Number {
        Number {
            value: self.value + other.value,
            slope: self.slope + other.slope,
            size: self.size + other.size,
            slope_size: self.slope_size + other.slope_size,
        }
    }
}

impl Mul for Number {
    type Output = Number;

    fn mul(self, other: Number) -> Number {
        Number {
            value: self.value * other.value,
            slope: self.slope * other.value + self.value * other.slope,
            size: self.size * other.size,
            slope_size: self.slope_size * other.size + self.size * other.slope_size,
        }
    }
}

impl Neg for Number {
    type Output = Number;

    fn neg(self) -> Number {
        Number {
            value: -self.value,
            slope: -self.slope,
            ..self
        }
    }
}
