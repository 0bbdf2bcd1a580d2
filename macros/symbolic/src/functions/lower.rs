//! Polynomials in, straight-line code with one result each out.
//!
//! Every generator becomes a step, shared by all that use it; a sum is factored greedily: the factor that most terms
//! have is taken out at the highest power they share, and what it leaves is factored in turn. Like Horner's rule this
//! rounds no worse than the sum of the terms.

use std::collections::HashMap;

use super::builder::StraightLineBuilder;
use super::polynomial::{Generator, Polynomial};
use super::straight_line::{StepId, StraightLine};
use super::tails::{Interval, Tails};

/// The code that computes these polynomials from the argument, operand 0.
pub(super) fn lower(polynomials: &[&Polynomial]) -> StraightLine {
    let mut builder = StraightLineBuilder::new();
    let argument = builder.operand(0);
    let mut lowering = Lowering {
        builder,
        argument,
        tails: Tails::default(),
        known: HashMap::new(),
    };
    let results: Vec<_> = polynomials
        .iter()
        .map(|polynomial| lowering.sum(polynomial, argument))
        .collect();
    lowering.builder.finish(&results)
}

struct Lowering {
    builder: StraightLineBuilder,
    argument: StepId,
    tails: Tails,
    /// Steps of generators, by the step that stands for the argument outside of primitives.
    known: HashMap<(Generator, StepId), StepId>,
}

/// A coefficient times powers of steps; no step occurs twice.
#[derive(Clone, Debug)]
struct Product {
    factors: Vec<(StepId, u32)>,
    coefficient: f64,
}

impl Lowering {
    /// The polynomial, with the step `x` for its argument except inside of primitives.
    fn sum(&mut self, polynomial: &Polynomial, x: StepId) -> StepId {
        let mut products = Vec::with_capacity(polynomial.terms().len());
        for term in polynomial.terms() {
            let interval = self.tails.interval(&term.monomial);
            let mut factors = Vec::with_capacity(term.monomial.factors().len());
            for (generator, exponent) in term.monomial.factors() {
                factors.push((self.generator(generator, x, interval), *exponent));
            }
            products.push(Product {
                factors,
                coefficient: term.coefficient.value(),
            });
        }
        self.factored(products)
    }

    fn generator(&mut self, generator: &Generator, x: StepId, interval: Interval) -> StepId {
        let x = match generator {
            Generator::Primitive(..) => self.argument,
            Generator::Argument | Generator::Group(_) => self.bounded(x, interval),
        };
        let key = (generator.clone(), x);
        if let Some(&step) = self.known.get(&key) {
            return step;
        }
        let step = match generator {
            Generator::Argument => x,
            Generator::Group(inner) => self.sum(inner, x),
            Generator::Primitive(primitive, inner) => {
                let inner = self.sum(inner, x);
                self.builder.primitive(*primitive, inner)
            }
        };
        self.known.insert(key, step);
        step
    }

    fn bounded(&mut self, x: StepId, interval: Interval) -> StepId {
        let mut x = x;
        if interval.low > f64::NEG_INFINITY {
            x = self.builder.at_least(x, interval.low);
        }
        if interval.high < f64::INFINITY {
            x = self.builder.at_most(x, interval.high);
        }
        x
    }

    /// The sum of these products.
    fn factored(&mut self, products: Vec<Product>) -> StepId {
        let Some((common, exponent)) = most_common_factor(&products) else {
            return self.unfactored(&products);
        };
        let (mut inside, mut rest) = (Vec::new(), Vec::new());
        for mut product in products {
            match product.factors.iter().position(|factor| factor.0 == common) {
                Some(place) => {
                    product.factors[place].1 -= exponent;
                    product.factors.retain(|factor| factor.1 > 0);
                    inside.push(product);
                }
                None => rest.push(product),
            }
        }
        let inside = self.factored(inside);
        let common = self.builder.power(common, exponent);
        if rest.is_empty() {
            return self.builder.multiply(inside, common);
        }
        let rest = self.factored(rest);
        self.builder.multiply_add(inside, common, rest)
    }

    /// The sum of products without a common factor, the easiest to start from first.
    fn unfactored(&mut self, products: &[Product]) -> StepId {
        let start = products
            .iter()
            .position(|product| product.factors.is_empty());
        let start = start
            .or_else(|| {
                products
                    .iter()
                    .position(|product| product.coefficient == 1.0)
            })
            .unwrap_or(0);
        let Some(first) = products.get(start) else {
            return self.builder.constant(0.0);
        };
        let mut sum = self.product(&first.factors);
        let coefficient = self.builder.constant(first.coefficient);
        sum = self.builder.multiply(sum, coefficient);
        for (place, product) in products.iter().enumerate() {
            if place == start {
                continue;
            }
            sum = match (product.factors.as_slice(), product.coefficient) {
                ([rest @ .., (last, 1)], 1.0) => {
                    let rest = self.product(rest);
                    self.builder.multiply_add(rest, *last, sum)
                }
                (factors, coefficient) => {
                    let factors = self.product(factors);
                    let coefficient = self.builder.constant(coefficient);
                    self.builder.multiply_add(factors, coefficient, sum)
                }
            };
        }
        sum
    }

    fn product(&mut self, factors: &[(StepId, u32)]) -> StepId {
        let mut product = self.builder.constant(1.0);
        for &(step, exponent) in factors {
            let power = self.builder.power(step, exponent);
            product = self.builder.multiply(product, power);
        }
        product
    }
}

/// The step that is a factor of most products, at least two, and its least exponent among them.
fn most_common_factor(products: &[Product]) -> Option<(StepId, u32)> {
    let mut counts: Vec<(StepId, usize, u32)> = Vec::new();
    for &(step, exponent) in products.iter().flat_map(|product| &product.factors) {
        match counts.iter_mut().find(|count| count.0 == step) {
            Some(count) => {
                count.1 += 1;
                count.2 = count.2.min(exponent);
            }
            None => counts.push((step, 1, exponent)),
        }
    }
    let most = counts
        .iter()
        .map(|count| count.1)
        .max()
        .filter(|&count| count > 1)?;
    counts
        .iter()
        .find(|count| count.1 == most)
        .map(|&(step, _, exponent)| (step, exponent))
}
