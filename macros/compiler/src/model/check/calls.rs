//! A call in a formula goes in, the quantity that it means comes out.

use super::formula::{POWER, elementwise_names, read_power};
use super::quantities::Reader;
use crate::diagnostics::{Place, catalogue};
use crate::model::{Meaning, Quantity, Shape};
use crate::parse::Expression;
use derive_network_symbolic::functions::{Formula, Function};

/// Derivatives by inputs.
const DERIVATIVES: [&str; 3] = ["d", "laplacian", "gradient"];

/// Functions of whole vectors.
const OF_VECTORS: [&str; 3] = ["dot", "sum", "mean"];

/// Reductions over points that are no functions of one point.
const OF_POINTS: [&str; 4] = ["sum_square", "mean_square", "mse", "half_mse"];

/// Every name that formulas can call, custom activations apart.
pub(super) fn callable_names() -> impl Iterator<Item = &'static str> {
    elementwise_names()
        .chain(OF_VECTORS)
        .chain(DERIVATIVES)
        .chain(OF_POINTS)
}

impl Reader<'_> {
    pub(super) fn read_call(
        &mut self,
        name: &str,
        name_place: Place,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        match name {
            "d" => self.read_partial(arguments, place),
            "laplacian" => self.read_laplacian(arguments, place),
            "gradient" => self.read_gradient(arguments, place),
            "dot" => self.read_dot(arguments, place),
            "sum" | "mean" => {
                let of = self.read_only(name, arguments, place)?;
                match of.shape {
                    Shape::Scalar => {
                        let what = format!("`{name}`");
                        self.refuse(catalogue::needs_vector(&what, place, of.shape))
                    }
                    _ if name == "sum" => Some(of.total()),
                    _ => Some(of.mean()),
                }
            }
            POWER => {
                let power = read_power(place, arguments, self.diagnostics);
                let base = self.read(arguments.first()?);
                let (_, exponent) = power?;
                let function = Formula::Powi(Box::new(Formula::Argument), exponent);
                let name = format!("powi_{exponent}").replace('-', "minus_");
                let function = Function::custom(&name, &function).ok()?;
                Some(self.map(POWER, function, base?, place))
            }
            _ if OF_POINTS.contains(&name) => {
                self.refuse(catalogue::reduction_in_formula(name, place))
            }
            _ => match self.activations.find_elementwise(name) {
                Some(function) => {
                    let of = self.read_only(name, arguments, place);
                    Some(self.map(name, function?, of?, place))
                }
                None => {
                    let custom = self.activations.callable_names();
                    let names = elementwise_names()
                        .chain(OF_VECTORS)
                        .chain(DERIVATIVES)
                        .map(|name| name as &str)
                        .chain(custom.iter().map(String::as_str));
                    let unknown = catalogue::formula_unknown_function(name, name_place, names);
                    self.refuse(unknown)
                }
            },
        }
    }

    fn read_only(
        &mut self,
        name: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        match arguments {
            [argument] => self.read(argument),
            _ => self.refuse(catalogue::formula_arity(
                name,
                place,
                &format!("{name}(u)"),
                1,
                arguments.len(),
            )),
        }
    }

    fn read_dot(&mut self, arguments: &[Expression], place: Place) -> Option<Quantity> {
        let (a, b) = self.read_two("dot", "dot(a, b)", arguments, place)?;
        match (a.shape, b.shape) {
            (Shape::Vector(left), Shape::Vector(right)) if left == right => {
                let meaning = Meaning::Dot(Box::new(a), Box::new(b));
                Some(Quantity::operation(meaning, Shape::Scalar))
            }
            (left, right) => {
                self.refuse(catalogue::arguments_do_not_fit("dot", place, left, right))
            }
        }
    }

    /// The two arguments of a function; mistakes of both are reported.
    pub(super) fn read_two(
        &mut self,
        name: &str,
        example: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<(Quantity, Quantity)> {
        let [left, right] = arguments else {
            let found = arguments.len();
            return self.refuse(catalogue::formula_arity(name, place, example, 2, found));
        };
        let (left, right) = (self.read(left), self.read(right));
        Some((left?, right?))
    }
}
