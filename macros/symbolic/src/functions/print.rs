//! A polynomial in, the formula that a reader sees out.

use std::fmt::{Display, Formatter, Result, Write};

use super::polynomial::{Generator, Polynomial, Term};
use super::real::Real;

/// The formula, with a letter for each inner sum: `x sigmoid_slope(u) v + .., where u = .., v = ..`.
pub(super) fn with_letters(polynomial: &Polynomial) -> String {
    let mut printer = Printer {
        text: String::new(),
        sums: Some(Vec::new()),
    };
    // Writing to a string does not fail.
    let _ = printer.sum(polynomial);
    let mut defined = 0;
    while let Some(&sum) = printer.sums.as_ref().and_then(|sums| sums.get(defined)) {
        let lead = if defined == 0 { ", where " } else { ", " };
        let _ = write!(printer.text, "{lead}{} = ", letter(defined));
        let _ = printer.sum(sum);
        defined += 1;
    }
    printer.text
}

impl Display for Polynomial {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let mut printer = Printer {
            text: String::new(),
            sums: None,
        };
        printer.sum(self)?;
        formatter.write_str(&printer.text)
    }
}

/// Writes polynomials; remembers the inner sums in the order of their letters, or writes them in place.
struct Printer<'a> {
    text: String,
    sums: Option<Vec<&'a Polynomial>>,
}

impl<'a> Printer<'a> {
    fn sum(&mut self, polynomial: &'a Polynomial) -> Result {
        for (place, term) in polynomial.terms().iter().enumerate() {
            self.text
                .write_str(match (place, term.coefficient.value() < 0.0) {
                    (0, false) => "",
                    (0, true) => "-",
                    (_, false) => " + ",
                    (_, true) => " - ",
                })?;
            self.term(term)?;
        }
        self.text
            .write_str(if polynomial.is_zero() { "0" } else { "" })
    }

    fn term(&mut self, term: &'a Term) -> Result {
        let coefficient = term.coefficient.value().abs();
        let factors = term.monomial.factors();
        if factors.is_empty() || coefficient != 1.0 {
            write!(self.text, "{}", Real::new(coefficient))?;
        }
        for (place, (generator, exponent)) in factors.iter().enumerate() {
            let first = place == 0 && coefficient == 1.0;
            self.text.write_str(if first { "" } else { " " })?;
            self.generator(generator)?;
            if *exponent > 1 {
                write!(self.text, "^{exponent}")?;
            }
        }
        Ok(())
    }

    fn generator(&mut self, generator: &'a Generator) -> Result {
        match generator {
            Generator::Argument => self.text.write_str("x"),
            Generator::Group(inner) => self.inner(inner, true),
            Generator::Primitive(primitive, inner) => {
                write!(self.text, "{}(", primitive.name())?;
                self.inner(inner, false)?;
                self.text.write_str(")")
            }
        }
    }

    /// A polynomial within a product or within the parentheses of a function.
    fn inner(&mut self, polynomial: &'a Polynomial, in_product: bool) -> Result {
        if let Some(sums) = self.sums.as_mut().filter(|_| polynomial.terms().len() > 1) {
            let index = sums
                .iter()
                .position(|&sum| sum == polynomial)
                .unwrap_or_else(|| {
                    sums.push(polynomial);
                    sums.len() - 1
                });
            self.text.write_str(&letter(index))
        } else if in_product {
            self.text.write_str("(")?;
            self.sum(polynomial)?;
            self.text.write_str(")")
        } else {
            self.sum(polynomial)
        }
    }
}

/// The name of an inner sum: u, v, w, u3, u4, ..
fn letter(index: usize) -> String {
    ["u", "v", "w"]
        .get(index)
        .map_or_else(|| format!("u{index}"), ToString::to_string)
}
