//! Sums of products of generators: terms in, a canonical polynomial out, with its arithmetic and its value.
//!
//! Terms are sorted, equal products are merged and zero terms dropped, so that polynomials compare and hash by
//! structure. A sum that must not be multiplied out, because its terms may cancel, is kept whole as a
//! [`Generator::Group`].

use std::ops::{Add, Mul};
use std::sync::Arc;

use super::primitive::Primitive;
use super::real::Real;
use super::tails::Tails;

/// Exponents stop here, so that sums of two of them are in range.
const HIGHEST_EXPONENT: u32 = 1 << 30;

/// What a polynomial is a polynomial in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generator {
    /// The argument of the function.
    Argument,
    /// A sum of at least two terms that is kept whole.
    Group(Arc<Polynomial>),
    /// A primitive of a polynomial.
    Primitive(Primitive, Arc<Polynomial>),
}

/// A product of powers of generators, in canonical order; every exponent is at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Monomial {
    factors: Vec<(Generator, u32)>,
}

/// A monomial and its coefficient, which is not zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Term {
    /// The product of generators.
    pub monomial: Monomial,
    /// Its coefficient.
    pub coefficient: Real,
}

/// A sum of terms with different monomials, in canonical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Polynomial {
    terms: Vec<Term>,
}

impl Generator {
    /// The polynomial that consists of this generator.
    pub fn polynomial(self) -> Polynomial {
        Polynomial::from_terms(vec![(
            Monomial {
                factors: vec![(self, 1)],
            },
            1.0,
        )])
    }
}

impl Monomial {
    /// The generators with their exponents, in canonical order.
    pub fn factors(&self) -> &[(Generator, u32)] {
        &self.factors
    }

    /// The monomial without one power of the factor at this place.
    pub(super) fn lowered(&self, place: usize) -> Self {
        let mut factors = self.factors.clone();
        factors[place].1 -= 1;
        factors.retain(|factor| factor.1 > 0);
        Self { factors }
    }

    fn times(&self, other: &Self) -> Self {
        let mut factors = Vec::with_capacity(self.factors.len() + other.factors.len());
        let (mut left, mut right) = (
            self.factors.iter().peekable(),
            other.factors.iter().peekable(),
        );
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Less => factors.extend(left.next().cloned()),
                std::cmp::Ordering::Greater => factors.extend(right.next().cloned()),
                std::cmp::Ordering::Equal => {
                    factors.push((a.0.clone(), (a.1 + b.1).min(HIGHEST_EXPONENT)));
                    left.next();
                    right.next();
                }
            }
        }
        factors.extend(left.chain(right).cloned());
        let mut product = Self { factors };
        product.cancel_reciprocals();
        product
    }

    /// Replaces `g * reciprocal(g)` by one.
    fn cancel_reciprocals(&mut self) {
        for place in 0..self.factors.len() {
            let (Generator::Primitive(Primitive::Reciprocal, denominator), exponent) =
                &self.factors[place]
            else {
                continue;
            };
            let Some(opposite) = self
                .factors
                .iter()
                .position(|(generator, _)| denominator.is_generator(generator))
            else {
                continue;
            };
            let common = self.factors[opposite].1.min(*exponent);
            self.factors[opposite].1 -= common;
            self.factors[place].1 -= common;
        }
        self.factors.retain(|factor| factor.1 > 0);
    }
}

impl Polynomial {
    /// Zero.
    pub fn zero() -> Self {
        Self::default()
    }

    /// A constant.
    pub fn constant(value: f64) -> Self {
        Self::from_terms(vec![(Monomial::default(), value)])
    }

    /// The argument.
    pub fn argument() -> Self {
        Generator::Argument.polynomial()
    }

    /// A primitive of a polynomial, as it stands; [`apply`](Self::apply) also simplifies.
    pub fn primitive(primitive: Primitive, inner: Arc<Self>) -> Self {
        Generator::Primitive(primitive, inner).polynomial()
    }

    /// The polynomial as one term: itself if it is one, else a [`Generator::Group`].
    pub fn group(whole: Arc<Self>) -> Self {
        if whole.terms.len() <= 1 {
            Self::clone(&whole)
        } else {
            Generator::Group(whole).polynomial()
        }
    }

    /// [`group`](Self::group) of `self`.
    pub fn grouped(self) -> Self {
        if self.terms.len() <= 1 {
            self
        } else {
            Self::group(Arc::new(self))
        }
    }

    /// The terms, in canonical order.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The canonical sum of these terms.
    pub(super) fn from_terms(mut terms: Vec<(Monomial, f64)>) -> Self {
        terms.sort_by(|a, b| a.0.cmp(&b.0));
        let mut merged: Vec<Term> = Vec::with_capacity(terms.len());
        for (monomial, coefficient) in terms {
            match merged.last_mut() {
                Some(last) if last.monomial == monomial => {
                    last.coefficient = Real::new(last.coefficient.value() + coefficient);
                }
                _ => merged.push(Term {
                    monomial,
                    coefficient: Real::new(coefficient),
                }),
            }
        }
        merged.retain(|term| term.coefficient.value() != 0.0);
        Self { terms: merged }
    }

    /// The terms as pairs.
    pub(super) fn into_terms(self) -> impl Iterator<Item = (Monomial, f64)> {
        self.terms
            .into_iter()
            .map(|term| (term.monomial, term.coefficient.value()))
    }

    /// The product; of two sums, each is kept whole.
    pub fn times(self, other: Self) -> Self {
        if self.terms.len() > 1 && other.terms.len() > 1 {
            self.grouped() * other.grouped()
        } else {
            self * other
        }
    }

    /// The quotient.
    pub fn divided_by(self, denominator: Self) -> Self {
        match denominator.as_constant() {
            Some(constant) => self.map_coefficients(|coefficient| coefficient / constant),
            None => self * denominator.apply(Primitive::Reciprocal),
        }
    }

    /// The power, by repeated squaring.
    pub fn power(&self, exponent: u32) -> Self {
        match exponent {
            0 => Self::constant(1.0),
            1 => self.clone(),
            even if even.is_multiple_of(2) => {
                let half = self.power(even / 2);
                half.clone() * half
            }
            odd => self.power(odd - 1) * self.clone(),
        }
    }

    /// Whether it is zero everywhere.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Its value, if it is a constant.
    pub fn as_constant(&self) -> Option<f64> {
        match self.terms.as_slice() {
            [] => Some(0.0),
            [term] if term.monomial.factors.is_empty() => Some(term.coefficient.value()),
            _ => None,
        }
    }

    /// Whether every coefficient, inner polynomials included, is finite.
    pub fn is_finite(&self) -> bool {
        self.terms.iter().all(|term| {
            term.coefficient.value().is_finite()
                && term
                    .monomial
                    .factors
                    .iter()
                    .all(|(generator, _)| match generator {
                        Generator::Argument => true,
                        Generator::Group(inner) | Generator::Primitive(_, inner) => {
                            inner.is_finite()
                        }
                    })
        })
    }

    /// The value at `x`, term by term; where a factor has decayed to zero, powers of `x` are bounded.
    pub fn evaluate(&self, x: f64) -> f64 {
        self.evaluate_bounded(x, x)
    }

    /// As [`evaluate`](Self::evaluate), with `bounded` for the powers of `x` and `x` inside of primitives.
    fn evaluate_bounded(&self, x: f64, bounded: f64) -> f64 {
        let term_value = |term: &Term| {
            let bounded = Tails::default().interval(&term.monomial).clamp(bounded);
            term.monomial.factors.iter().fold(
                term.coefficient.value(),
                |product, (generator, exponent)| {
                    let value = match generator {
                        Generator::Argument => bounded,
                        Generator::Group(inner) => inner.evaluate_bounded(x, bounded),
                        Generator::Primitive(primitive, inner) => {
                            primitive.evaluate(inner.evaluate(x))
                        }
                    };
                    product * value.powi(*exponent as i32)
                },
            )
        };
        self.terms.iter().map(term_value).sum()
    }

    fn is_generator(&self, generator: &Generator) -> bool {
        match self.terms.as_slice() {
            [term] => {
                term.coefficient.value() == 1.0 && term.monomial.factors == [(generator.clone(), 1)]
            }
            _ => false,
        }
    }

    fn map_coefficients(self, to: impl Fn(f64) -> f64) -> Self {
        Self::from_terms(
            self.into_terms()
                .map(|(monomial, coefficient)| (monomial, to(coefficient)))
                .collect(),
        )
    }
}

impl Add for Polynomial {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_terms(self.into_terms().chain(other.into_terms()).collect())
    }
}

impl Mul for Polynomial {
    type Output = Self;

    /// The product, multiplied out.
    fn mul(self, other: Self) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len() * other.terms.len());
        for a in &self.terms {
            for b in &other.terms {
                terms.push((
                    a.monomial.times(&b.monomial),
                    a.coefficient.value() * b.coefficient.value(),
                ));
            }
        }
        Self::from_terms(terms)
    }
}

impl Mul<f64> for Polynomial {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        self.map_coefficients(|coefficient| coefficient * factor)
    }
}
