//! A polynomial in, the lowest order of derivative that lacks a Dirac out.
//!
//! At a kink the two sides are smooth polynomials: each generator with a kink there is replaced by its branch. If their
//! derivatives first differ at order k, the derivative of order k jumps and that of order k + 1 lacks a Dirac.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::polynomial::{Generator, Polynomial, Term};
use super::primitive::Primitive;

/// Derivatives are compared up to this order.
const HIGHEST: usize = 8;

/// The lowest order of derivative that lacks a Dirac, anywhere on the line.
///
/// Where the place of a kink is not known, its order is taken to be that of the generator.
pub(super) fn find(polynomial: &Polynomial) -> Option<usize> {
    let mut kinked = BTreeSet::new();
    collect(polynomial, &mut kinked);
    let place = |(order, inner): &(usize, Arc<Polynomial>)| (*order, zero_of_affine(inner));
    let (known, unknown): (Vec<_>, Vec<_>) = kinked
        .iter()
        .map(place)
        .partition(|place| place.1.is_some());
    let mut lowest = unknown.iter().map(|place| place.0).min();
    for (order, zero) in known {
        let limit = lowest.unwrap_or(HIGHEST + 2);
        lowest = zero
            .and_then(|zero| find_at(polynomial, order, zero, limit))
            .or(lowest);
    }
    lowest
}

/// The arguments at whose zeros generators have kinks, each with the order of the generator.
fn collect(polynomial: &Polynomial, kinked: &mut BTreeSet<(usize, Arc<Polynomial>)>) {
    for (generator, _) in polynomial
        .terms()
        .iter()
        .flat_map(|term| term.monomial.factors())
    {
        match generator {
            Generator::Argument => {}
            Generator::Group(inner) => collect(inner, kinked),
            Generator::Primitive(primitive, inner) => {
                kinked.extend(primitive.kink().map(|order| (order, inner.clone())));
                collect(inner, kinked);
            }
        }
    }
}

/// The order at this place, if it is below `limit`; where derivatives do not exist, that of the generator.
fn find_at(polynomial: &Polynomial, order: usize, zero: f64, limit: usize) -> Option<usize> {
    let [mut right, mut left] = [true, false].map(|right| one_sided(polynomial, zero, right));
    for found in 1..limit {
        if left == right {
            return None;
        }
        let (a, b) = (right.evaluate(zero), left.evaluate(zero));
        if a.is_nan() || b.is_nan() {
            return (order < limit).then_some(order);
        }
        if (a - b).abs() > 1e-9 * (a.abs() + b.abs()) {
            return Some(found);
        }
        (right, left) = (right.derivative(), left.derivative());
    }
    None
}

/// The polynomial on one side of `zero`, near it.
fn one_sided(polynomial: &Polynomial, zero: f64, right: bool) -> Polynomial {
    let term_on_side = |sum: Polynomial, term: &Term| {
        let coefficient = Polynomial::constant(term.coefficient.value());
        let factors = term.monomial.factors().iter();
        sum + factors.fold(coefficient, |product, (generator, exponent)| {
            product * generator_on_side(generator, zero, right).power(*exponent)
        })
    };
    polynomial
        .terms()
        .iter()
        .fold(Polynomial::zero(), term_on_side)
}

fn generator_on_side(generator: &Generator, zero: f64, right: bool) -> Polynomial {
    match generator {
        Generator::Argument => Polynomial::argument(),
        Generator::Group(inner) => one_sided(inner, zero, right).grouped(),
        Generator::Primitive(primitive, inner) => branch(*primitive, inner, zero, right)
            .unwrap_or_else(|| one_sided(inner, zero, right).apply(*primitive)),
    }
}

fn branch(
    primitive: Primitive,
    inner: &Arc<Polynomial>,
    zero: f64,
    right: bool,
) -> Option<Polynomial> {
    if primitive.kink().is_none() || zero_of_affine(inner)? != zero {
        return None;
    }
    let rises = inner.derivative().as_constant()? > 0.0;
    Some(primitive.branch(inner, right == rises)?.grouped())
}

/// The zero of a polynomial `a x + b`.
fn zero_of_affine(polynomial: &Polynomial) -> Option<f64> {
    let slope = polynomial
        .derivative()
        .as_constant()
        .filter(|&slope| slope != 0.0)?;
    Some(-polynomial.evaluate(0.0) / slope + 0.0)
}
