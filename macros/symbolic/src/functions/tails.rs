//! A monomial in, the interval outside of which one of its factors is exactly zero out.
//!
//! A power of the argument times a factor that has decayed to zero must be zero, not `inf * 0`. So in such a product
//! the argument may be replaced by its clamp to that interval: nothing changes within, and outside of it the product
//! is an exact zero. An infinite limit means that no factor is known to vanish on that side: a generator is known to
//! decay if its argument is a polynomial in x alone, or grows with one (as in `tanh(softplus(x))`).

use std::collections::HashMap;

use super::polynomial::{Generator, Monomial, Polynomial};
use super::primitive::Primitive;

/// Limits for the argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    /// The nearest point of the interval; NaN is kept.
    pub(super) fn clamp(self, x: f64) -> f64 {
        let x = if x < self.low { self.low } else { x };
        if x > self.high { self.high } else { x }
    }
}

/// The sides of the line: the argument goes to minus or plus infinity.
#[derive(Clone, Copy, Debug)]
enum Side {
    Left,
    Right,
}

/// Finds intervals, and remembers those of the generators it has met.
#[derive(Debug, Default)]
pub(super) struct Tails {
    known: HashMap<Generator, [Option<f64>; 2]>,
}

impl Tails {
    /// The least interval outside of which a factor of the monomial vanishes.
    pub(super) fn interval(&mut self, monomial: &Monomial) -> Interval {
        let [left, right] = self.monomial(monomial);
        Interval {
            low: -left.unwrap_or(f64::INFINITY),
            high: right.unwrap_or(f64::INFINITY),
        }
    }

    /// On each side, a distance from zero beyond which the monomial vanishes.
    fn monomial(&mut self, monomial: &Monomial) -> [Option<f64>; 2] {
        let mut nearest = [None, None];
        for (generator, _) in monomial.factors() {
            let limits = self.generator(generator);
            nearest = [0, 1].map(|side| {
                [nearest[side], limits[side]]
                    .into_iter()
                    .flatten()
                    .reduce(f64::min)
            });
        }
        nearest
    }

    /// The same of a sum: all its terms have to vanish.
    fn sum(&mut self, sum: &Polynomial) -> [Option<f64>; 2] {
        let mut farthest = [Some(0.0), Some(0.0)];
        for term in sum.terms() {
            let limits = self.monomial(&term.monomial);
            farthest = [0, 1].map(|side: usize| Some(f64::max(farthest[side]?, limits[side]?)));
        }
        farthest
    }

    fn generator(&mut self, generator: &Generator) -> [Option<f64>; 2] {
        if let Some(&known) = self.known.get(generator) {
            return known;
        }
        let limits = match generator {
            Generator::Argument => [None, None],
            Generator::Group(inner) => self.sum(inner),
            Generator::Primitive(primitive, inner) => {
                let through_zero = if primitive.evaluate(0.0) == 0.0 {
                    self.sum(inner)
                } else {
                    [None, None]
                };
                let decayed = [Side::Left, Side::Right].map(|side| decay(*primitive, inner, side));
                [0, 1].map(|side| {
                    [through_zero[side], decayed[side]]
                        .into_iter()
                        .flatten()
                        .reduce(f64::min)
                })
            }
        };
        self.known.insert(generator.clone(), limits);
        limits
    }
}

/// A distance beyond which `primitive(inner)` is in the part of its tail that is exactly zero.
fn decay(primitive: Primitive, inner: &Polynomial, side: Side) -> Option<f64> {
    let reaches = |threshold: Option<f64>, positive: bool| {
        let (distance, sign) = reach(inner, side, threshold?)?;
        (sign == positive).then_some(distance)
    };
    [
        reaches(primitive.zero_below(), false),
        reaches(primitive.zero_above(), true),
    ]
    .into_iter()
    .flatten()
    .next()
}

/// A distance beyond which the polynomial is at least `threshold` in magnitude, and whether it is positive there.
fn reach(polynomial: &Polynomial, side: Side, threshold: f64) -> Option<(f64, bool)> {
    if let Some(powers) = powers_of_argument(polynomial) {
        let &(exponent, leading) = powers
            .iter()
            .max_by_key(|power| power.0)
            .filter(|power| power.0 > 0)?;
        let flips = matches!(side, Side::Left) && exponent % 2 == 1;
        let rest = powers.iter().filter(|power| power.0 < exponent);
        let enough = |x: f64| {
            let lower: f64 = rest
                .clone()
                .map(|&(k, c)| c.abs() * x.powi(k as i32 - exponent as i32))
                .sum();
            leading.abs() >= lower + threshold * x.powi(-(exponent as i32))
        };
        return Some((least(enough)?, (leading > 0.0) != flips));
    }
    // A constant plus a multiple of a primitive that grows at least as fast as its argument.
    let (constant, term) = match polynomial.terms() {
        [term] => (0.0, term),
        [constant, term] if constant.monomial.factors().is_empty() => {
            (constant.coefficient.value(), term)
        }
        _ => return None,
    };
    let [(Generator::Primitive(primitive, inner), 1)] = term.monomial.factors() else {
        return None;
    };
    let coefficient = term.coefficient.value();
    let (distance, positive) = reach(
        inner,
        side,
        (threshold + constant.abs()) / coefficient.abs(),
    )?;
    let grows = match primitive {
        Primitive::LogCosh2 | Primitive::Abs => true,
        Primitive::Softplus | Primitive::Ramp | Primitive::Exp => positive,
        _ => false,
    };
    grows.then_some((distance, coefficient > 0.0))
}

/// Exponents and coefficients, if no other generator occurs.
fn powers_of_argument(polynomial: &Polynomial) -> Option<Vec<(u32, f64)>> {
    let power = |factors: &[(Generator, u32)]| match factors {
        [] => Some(0),
        [(Generator::Argument, exponent)] => Some(*exponent),
        _ => None,
    };
    let terms = polynomial.terms().iter();
    terms
        .map(|term| Some((power(term.monomial.factors())?, term.coefficient.value())))
        .collect()
}

/// The least number, or the whole number above it, from which a condition that stays true holds.
fn least(enough: impl Fn(f64) -> bool) -> Option<f64> {
    let mut high = 1.0;
    while !enough(high) {
        high *= 2.0;
        if high > 1e300 {
            return None;
        }
    }
    let mut low = if high > 1.0 { high / 2.0 } else { 0.0 };
    while high - low > 0.5 && high < 1e15 {
        let middle = 0.5 * (low + high);
        if enough(middle) {
            high = middle
        } else {
            low = middle
        }
    }
    Some(high.ceil())
}
