//! Taylor polynomials of order three in one variable: what a formula is along a line.

use std::ops::{Add, Mul, Sub};

/// Coefficients of 1, t, t², t³.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series(pub [f64; 4]);

impl Series {
    pub const ZERO: Series = Series([0.0; 4]);

    pub fn line(start: f64, direction: f64) -> Self {
        Series([start, direction, 0.0, 0.0])
    }

    /// Of the value, and of the derivatives of orders one to three.
    pub fn derivatives(self) -> [f64; 4] {
        let [value, first, second, third] = self.0;
        [value, first, 2.0 * second, 6.0 * third]
    }

    /// The solution of y' = slope(y) u' with y = start where t = 0.
    fn solve(self, start: f64, slope: impl Fn(Series) -> Series) -> Self {
        let mut found = Series([start, 0.0, 0.0, 0.0]);
        for order in 1..4 {
            let slope = slope(found);
            let products = (1..=order).map(|k| k as f64 * self.0[k] * slope.0[order - k]);
            found.0[order] = products.sum::<f64>() / order as f64;
        }
        found
    }

    pub fn tanh(self) -> Self {
        let one = Series::line(1.0, 0.0);
        self.solve(self.0[0].tanh(), |y| one - y * y)
    }

    pub fn exp(self) -> Self {
        self.solve(self.0[0].exp(), |y| y)
    }

    pub fn reciprocal(self) -> Self {
        self.solve(self.0[0].recip(), |y| Series::ZERO - y * y)
    }
}

impl Add for Series {
    type Output = Series;

    fn add(self, other: Series) -> Series {
        Series(std::array::from_fn(|order| self.0[order] + other.0[order]))
    }
}

impl Sub for Series {
    type Output = Series;

    fn sub(self, other: Series) -> Series {
        Series(std::array::from_fn(|order| self.0[order] - other.0[order]))
    }
}

impl Mul for Series {
    type Output = Series;

    fn mul(self, other: Series) -> Series {
        Series(std::array::from_fn(|order| {
            (0..=order).map(|k| self.0[k] * other.0[order - k]).sum()
        }))
    }
}
