//! A call in a formula goes in, the quantity that it means comes out.

use super::activations::Activations;
use super::formula::{POWER, elementwise_names, read_power};
use super::quantities::{Reader, repeat_single};
use super::scope::Entity;
use super::wiring::Callee;
use crate::diagnostics::{Place, catalogue};
use crate::model::{MappedFunction, Meaning, Quantity, Shape, repeated};
use crate::parse::{Expression, Index};
use derive_network_symbolic::functions::{Activation, Formula, Function};
use std::rc::Rc;

/// Derivatives by inputs.
const DERIVATIVES: [&str; 3] = ["d", "laplacian", "gradient"];

/// Functions of whole scalars, vectors and matrices.
const OF_WHOLE: [&str; 11] = [
    "dot",
    "sum",
    "mean",
    "sum_square",
    "norm",
    "concat",
    "transpose",
    "max",
    "min",
    "softmax",
    "log_softmax",
];

/// Reductions over points that are no functions of one point.
const OF_POINTS: [&str; 3] = ["mean_square", "mse", "half_mse"];

/// Every name that formulas can call, custom activations and layers apart.
pub(super) fn callable_names() -> impl Iterator<Item = &'static str> {
    elementwise_names()
        .chain(OF_WHOLE)
        .chain(DERIVATIVES)
        .chain(OF_POINTS)
}

/// Whether a call of that name is one of a function.
pub(super) fn is_function(name: &str, activations: &Activations) -> bool {
    callable_names().any(|callable| callable == name) || activations.find_callable(name).is_some()
}

impl Reader<'_, '_> {
    pub(super) fn read_call(
        &mut self,
        (name, name_place): (&str, Place),
        element: Option<&Index>,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        if !is_function(name, self.activations) {
            return match self.scope.find(name) {
                Some(Entity::Layer(callee)) => {
                    let callee = (*callee, name);
                    self.read_layers(callee, element, arguments, place)
                }
                Some(Entity::Quantity(_) | Entity::Index(_)) => {
                    self.refuse(catalogue::call_of_value(name, name_place))
                }
                Some(_) => self.read_name(name, name_place),
                None => {
                    let custom = self.activations.callable_names();
                    let names = elementwise_names()
                        .chain(OF_WHOLE)
                        .chain(DERIVATIVES)
                        .map(|name| name as &str)
                        .chain(custom.iter().map(String::as_str))
                        .chain(self.scope.layers());
                    let unknown = catalogue::formula_unknown_function(name, name_place, names);
                    self.refuse(unknown)
                }
            };
        }
        if let Some(element) = element {
            return self.refuse(catalogue::element_of_function(name, element.place));
        }
        match name {
            "d" => self.read_partial(arguments, place),
            "laplacian" => self.read_laplacian(arguments, place),
            "gradient" => self.read_gradient(arguments, place),
            "dot" => self.read_dot(arguments, place),
            "concat" => self.read_concat(arguments, place),
            "transpose" => {
                let of = self.read_only(name, "transpose(a)", arguments, place)?;
                let Shape::Matrix(rows, columns) = of.shape else {
                    return self.refuse(catalogue::needs_matrix(name, place, of.shape));
                };
                let shape = Shape::Matrix(columns, rows);
                Some(Quantity::operation(Meaning::Transpose(Box::new(of)), shape))
            }
            "max" | "min" => self.read_greater(name, arguments, place),
            "sum" | "mean" | "sum_square" | "norm" | "softmax" | "log_softmax" => {
                let of = self.read_only(name, &format!("{name}(u)"), arguments, place)?;
                self.of_vector(name, of, place)
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
            _ => {
                let function = self.activations.find_elementwise(name)?;
                let of = self.read_only(name, &format!("{name}(u)"), arguments, place);
                Some(self.map(name, function?, of?, place))
            }
        }
    }

    /// A call of a field, or of a layer of an array.
    fn read_layers(
        &mut self,
        (callee, name): (Callee, &str),
        element: Option<&Index>,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        let [argument] = arguments else {
            let found = arguments.len();
            return self.refuse(catalogue::layer_arguments(name, place, found));
        };
        let of = self.read(argument);
        let fields = self.wiring.fields;
        let field = &fields[callee.field];
        let callee = match element {
            None => callee,
            Some(index) if callee.element.is_some() || !field.is_array => {
                return self.refuse(catalogue::element_of_layer(name, index.place));
            }
            Some(index) => {
                let element = self.read_index(index)?;
                let length = field.length?;
                if element >= length {
                    let outside = catalogue::element_outside(name, index.place, element, length);
                    return self.refuse(outside);
                }
                Callee {
                    element: Some(element),
                    ..callee
                }
            }
        };
        self.wiring.call(callee, of?, place, self.diagnostics)
    }

    /// A function of a vector, or of all entries of a matrix where it is a sum.
    fn of_vector(&mut self, name: &str, of: Quantity, place: Place) -> Option<Quantity> {
        let is_softmax = matches!(name, "softmax" | "log_softmax");
        match of.shape {
            Shape::Vector(_) => {}
            Shape::Matrix(..) if !is_softmax => {}
            found => {
                let what = format!("`{name}`");
                return self.refuse(catalogue::needs_vector(&what, place, found));
            }
        }
        let shape = of.shape;
        Some(match name {
            "sum" => of.total(),
            "mean" => of.mean(),
            "sum_square" => of.sum_square(),
            "norm" => {
                let root = self.activations.find_elementwise("sqrt")??;
                self.map(name, root, of.sum_square(), place)
            }
            "softmax" => Quantity::operation(Meaning::Softmax(Box::new(of)), shape),
            _ => Quantity::operation(Meaning::LogSoftmax(Box::new(of)), shape),
        })
    }

    /// `max(a, b)`, and `min(a, b)` = -max(-a, -b)
    fn read_greater(
        &mut self,
        name: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        let example = format!("{name}(a, b)");
        let (a, b) = self.read_two(name, &example, arguments, place)?;
        let (a, b) = repeat_single(a, b);
        let has_scalar = a.shape == Shape::Scalar || b.shape == Shape::Scalar;
        if !has_scalar && a.shape != b.shape {
            let misfit = catalogue::arguments_do_not_fit(name, place, a.shape, b.shape);
            return self.refuse(misfit);
        }
        let sign = if name == "max" { 1.0 } else { -1.0 };
        let (a, b) = (a.scaled(sign), b.scaled(sign));
        if let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) {
            return Some(Quantity::constant(sign * a.max(b)));
        }
        let shape = repeated(a.shape, b.shape);
        let kinked = Rc::new(MappedFunction {
            function: Function::builtin(Activation::Relu),
            name: name.to_owned(),
            place,
        });
        let meaning = Meaning::Max(kinked, Box::new(a), Box::new(b));
        Some(Quantity::operation(meaning, shape).scaled(sign))
    }

    /// `concat(a, b, ..)`
    fn read_concat(&mut self, arguments: &[Expression], place: Place) -> Option<Quantity> {
        if arguments.is_empty() {
            return self.refuse(catalogue::array_empty(place));
        }
        // All parts are read before one may fail, so that the mistakes of all are reported.
        let parts: Vec<Option<Quantity>> = arguments
            .iter()
            .map(|argument| {
                let part = self.read(argument)?;
                match part.shape {
                    Shape::Scalar | Shape::Vector(_) => Some(part),
                    found => self.refuse(catalogue::concat_of_matrix(argument.place, found)),
                }
            })
            .collect();
        let parts: Option<Vec<Quantity>> = parts.into_iter().collect();
        parts.map(Quantity::concat)
    }

    fn read_only(
        &mut self,
        name: &str,
        example: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        match arguments {
            [argument] => self.read(argument),
            _ => {
                let found = arguments.len();
                self.refuse(catalogue::formula_arity(name, place, example, 1, found))
            }
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
