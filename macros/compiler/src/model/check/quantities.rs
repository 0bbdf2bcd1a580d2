//! An expression of a formula goes in, the [`Quantity`] that it means comes out, with its shape.

use super::activations::Activations;
use super::formula::{OPERATION_LIMIT, constant};
use super::scope::{Entity, Scope};
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::model::{MappedFunction, Meaning, Quantity, Shape};
use crate::parse::{Expression, Kind, Operation};
use derive_network_symbolic::functions::{Formula, Function};
use std::ops::Range;
use std::rc::Rc;

/// Where a formula stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Define,
    Loss,
}

/// Reads formulas; reports what they cannot mean.
pub(super) struct Reader<'a> {
    pub scope: &'a Scope,
    pub activations: &'a Activations,
    pub within: Within,
    pub diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// A whole formula.
    pub fn read_formula(&mut self, written: &Expression) -> Option<Quantity> {
        let quantity = self.read(written)?;
        if quantity.operations > OPERATION_LIMIT {
            let too_large = catalogue::formula_too_large(written.place, OPERATION_LIMIT);
            return self.refuse(too_large);
        }
        Some(quantity)
    }

    /// A part of a formula; nothing if it was mistaken, or uses what was.
    pub fn read(&mut self, written: &Expression) -> Option<Quantity> {
        let place = written.place;
        let quantity = match &written.kind {
            Kind::Number { value, .. } => Quantity::constant(*value),
            Kind::Name(name) => self.read_name(name, place)?,
            Kind::Negate(inner) => self.read(inner)?.scaled(-1.0),
            Kind::Binary(operation, left, right) => {
                // Both sides are read before either may fail, so that the mistakes of both are reported.
                let (left, right) = (self.read(left), self.read(right));
                self.combine(*operation, left?, right?, place)?
            }
            Kind::Call {
                function,
                function_place,
                arguments,
            } => self.read_call(function, *function_place, arguments, place)?,
            Kind::Entry { of, position } => {
                let of = self.read(of)?;
                self.read_entries(
                    of,
                    *position..position.saturating_add(1),
                    Shape::Scalar,
                    place,
                )?
            }
            Kind::Slice { of, start, end } => {
                let of = self.read(of)?;
                let end = end.unwrap_or_else(|| of.shape.size());
                let length = end.saturating_sub(*start).max(1);
                let entries = *start..start.saturating_add(length);
                self.read_entries(of, entries, Shape::Vector(length), place)?
            }
            Kind::Mistaken => return None,
        };
        if is_finite(&quantity) {
            Some(quantity)
        } else {
            self.refuse(catalogue::formula_not_finite(place))
        }
    }

    /// A scalar; a vector of one entry is one.
    pub fn as_scalar(&mut self, quantity: Quantity, what: &str, place: Place) -> Option<Quantity> {
        match quantity.shape {
            Shape::Scalar => Some(quantity),
            Shape::Vector(1) => Some(quantity.entries(0..1, Shape::Scalar)),
            shape => self.refuse(catalogue::needs_scalar(what, place, shape)),
        }
    }

    /// An elementwise function of a quantity.
    pub fn map(&self, name: &str, function: Function, of: Quantity, place: Place) -> Quantity {
        if let Some(value) = of.as_constant() {
            return Quantity::constant(function.evaluate(0, value));
        }
        let shape = of.shape;
        let function = Rc::new(MappedFunction {
            function,
            name: name.to_owned(),
            place,
        });
        Quantity::operation(Meaning::Map(function, Box::new(of)), shape)
    }

    pub fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }

    fn read_name(&mut self, name: &str, place: Place) -> Option<Quantity> {
        match (self.scope.find(name), constant(name)) {
            (Some(Entity::Quantity(quantity)), _) => quantity.clone(),
            (_, Some(value)) => Some(Quantity::constant(value)),
            (Some(Entity::Later), _) => self.refuse(catalogue::name_is_later(name, place)),
            (Some(Entity::Layer), _) => self.refuse(catalogue::name_is_layer(name, place)),
            (Some(Entity::Loss), _) => self.refuse(catalogue::name_is_loss(name, place)),
            (None, None) if !self.scope.is_complete() => None,
            (None, None) => {
                let names = self.scope.quantities().chain(["PI", "E"]);
                let unknown = catalogue::unknown_name(name, place, names, self.hint());
                self.refuse(unknown)
            }
        }
    }

    /// What an unknown name that is like no other was probably meant to be.
    const fn hint(&self) -> &'static str {
        match (self.within, self.scope.has_output_name()) {
            (Within::Loss, _) => {
                "data for each point are declared, as in `given(target: 1)`; the output gets a name by `output(u)`"
            }
            (Within::Define, false) => {
                "the output gets a name by `output(u)`, data for each point by `given(target)`, parameters are fields of type `Parameter`"
            }
            (Within::Define, true) => {
                "formulas know inputs, outputs, given data, fields of type `Parameter`, functions defined above, `PI` and `E`"
            }
        }
    }

    fn combine(
        &mut self,
        operation: Operation,
        left: Quantity,
        right: Quantity,
        place: Place,
    ) -> Option<Quantity> {
        let (a, b) = (left.shape, right.shape);
        let is_matrix = |shape| matches!(shape, Shape::Matrix(..));
        if let (Operation::Multiply, Shape::Matrix(rows, columns), Shape::Vector(size)) =
            (operation, a, b)
            && columns == size
        {
            let meaning = Meaning::MatrixVector(Box::new(left), Box::new(right));
            return Some(Quantity::operation(meaning, Shape::Vector(rows)));
        }
        let is_sum = matches!(operation, Operation::Add | Operation::Subtract);
        let has_scalar = a == Shape::Scalar || b == Shape::Scalar;
        let fits = match operation {
            Operation::Divide if is_matrix(b) => false,
            _ if has_scalar => true,
            _ => a == b && (is_sum || !is_matrix(a)),
        };
        if !fits {
            return self.refuse(catalogue::shapes_do_not_fit(operation.sign(), place, a, b));
        }
        Some(match operation {
            Operation::Add => Quantity::combine((1.0, left), (1.0, right)),
            Operation::Subtract => Quantity::combine((1.0, left), (-1.0, right)),
            Operation::Multiply => left.times(right),
            Operation::Divide => match right.as_constant() {
                Some(divisor) => left.scaled(1.0 / divisor),
                None => {
                    let reciprocal = self.reciprocal()?;
                    let inverse = self.map("1 /", reciprocal, right, place);
                    left.times(inverse)
                }
            },
        })
    }

    fn reciprocal(&mut self) -> Option<Function> {
        let one = Box::new(Formula::Constant(1.0));
        Function::custom(
            "reciprocal",
            &Formula::Divide(one, Box::new(Formula::Argument)),
        )
        .ok()
    }

    fn read_entries(
        &mut self,
        of: Quantity,
        entries: Range<usize>,
        shape: Shape,
        place: Place,
    ) -> Option<Quantity> {
        match of.shape {
            Shape::Vector(size) if entries.end <= size => Some(of.entries(entries, shape)),
            Shape::Vector(_) => self.refuse(catalogue::index_outside(place, entries.end, of.shape)),
            found => self.refuse(catalogue::needs_vector("an index", place, found)),
        }
    }
}

fn is_finite(quantity: &Quantity) -> bool {
    match &quantity.meaning {
        Meaning::Constant(value) => value.is_finite(),
        Meaning::Sum(terms) => terms.iter().all(|(coefficient, _)| coefficient.is_finite()),
        _ => true,
    }
}
