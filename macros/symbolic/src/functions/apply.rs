//! A primitive and a polynomial in, the primitive of the polynomial out, simplified.

use std::sync::Arc;

use super::polynomial::{Generator, Polynomial, Term};
use super::primitive::Primitive;

impl Polynomial {
    /// The primitive of this polynomial.
    ///
    /// | written            | becomes                     |
    /// |--------------------|-----------------------------|
    /// | `f(constant)`      | a constant                  |
    /// | `1 / (1 + e^q)`    | `sigmoid(-q)`               |
    /// | `ln(1 + e^q)`      | `softplus(q)`               |
    /// | `1 / (c g^k ..)`   | `1/c reciprocal(g)^k ..`    |
    /// | `1 / (1 / q)`      | `q`                         |
    pub fn apply(&self, primitive: Primitive) -> Self {
        if let Some(constant) = self.as_constant() {
            return Self::constant(primitive.evaluate(constant));
        }
        match (primitive, self.terms()) {
            (Primitive::Reciprocal, [term]) => reciprocal_of_term(term),
            (Primitive::Reciprocal | Primitive::Ln, [one, exponential]) => {
                match one_plus_exponential(one, exponential) {
                    Some(exponent) if primitive == Primitive::Ln => {
                        exponent.apply(Primitive::Softplus)
                    }
                    Some(exponent) => (exponent.clone() * -1.0).apply(Primitive::Sigmoid),
                    None => Self::primitive(primitive, Arc::new(self.clone())),
                }
            }
            _ => Self::primitive(primitive, Arc::new(self.clone())),
        }
    }
}

fn reciprocal_of_term(term: &Term) -> Polynomial {
    let constant = Polynomial::constant(term.coefficient.value().recip());
    term.monomial
        .factors()
        .iter()
        .fold(constant, |product, (generator, exponent)| {
            let reciprocal = |inner| Polynomial::primitive(Primitive::Reciprocal, inner);
            let inverse = match generator {
                Generator::Primitive(Primitive::Reciprocal, inner) => {
                    Polynomial::group(inner.clone())
                }
                Generator::Group(whole) => reciprocal(whole.clone()),
                _ => reciprocal(Arc::new(generator.clone().polynomial())),
            };
            product * inverse.power(*exponent)
        })
}

/// The `q` of `1 + e^q`.
fn one_plus_exponential<'a>(one: &Term, exponential: &'a Term) -> Option<&'a Polynomial> {
    let coefficients = (one.coefficient.value(), exponential.coefficient.value());
    match exponential.monomial.factors() {
        [(Generator::Primitive(Primitive::Exp, q), 1)]
            if one.monomial.factors().is_empty() && coefficients == (1.0, 1.0) =>
        {
            Some(q)
        }
        _ => None,
    }
}
