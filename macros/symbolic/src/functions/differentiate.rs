//! A polynomial in, its derivative out: the product rule over the terms, the chain rule through inner polynomials.

use std::collections::HashMap;

use super::polynomial::{Generator, Polynomial};

impl Polynomial {
    /// The derivative with respect to the argument.
    ///
    /// The derivative of an inner polynomial is kept whole: multiplied out, its powers would cancel.
    pub fn derivative(&self) -> Self {
        let mut derivatives: HashMap<&Generator, Self> = HashMap::new();
        let mut terms = Vec::new();
        for term in self.terms() {
            for (place, (generator, exponent)) in term.monomial.factors().iter().enumerate() {
                let derivative = derivatives
                    .entry(generator)
                    .or_insert_with(|| generator.derivative());
                let rest = (
                    term.monomial.lowered(place),
                    term.coefficient.value() * f64::from(*exponent),
                );
                let product = Self::from_terms(vec![rest]) * derivative.clone();
                terms.extend(product.into_terms());
            }
        }
        Self::from_terms(terms)
    }
}

impl Generator {
    fn derivative(&self) -> Polynomial {
        match self {
            Self::Argument => Polynomial::constant(1.0),
            Self::Group(inner) => inner.derivative().grouped(),
            Self::Primitive(primitive, inner) => {
                primitive.derivative(inner) * inner.derivative().grouped()
            }
        }
    }
}
