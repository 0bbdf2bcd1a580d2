//! An expression of a formula goes in, the [`Quantity`] that it means comes out, with its shape.

use super::activations::Activations;
use super::formula::{OPERATION_LIMIT, constant};
use super::scope::{Entity, Scope};
use super::wiring::Wiring;
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::model::{MappedFunction, Meaning, Quantity, Shape};
use crate::parse::{Expression, Index, IndexKind, Kind, Operation};
use derive_network_symbolic::functions::{Formula, Function};
use std::rc::Rc;

/// Where a formula stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Forward,
    Define,
    Loss,
}

/// Reads formulas; reports what they cannot mean.
pub(super) struct Reader<'a, 'w> {
    pub scope: &'a Scope,
    pub activations: &'a Activations,
    pub wiring: &'a mut Wiring<'w>,
    pub within: Within,
    pub diagnostics: &'a mut Diagnostics,
}

impl Reader<'_, '_> {
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
                element,
                arguments,
            } => {
                let callee = (function.as_str(), *function_place);
                self.read_call(callee, element.as_ref(), arguments, place)?
            }
            Kind::Array(parts) => self.read_array(parts, place)?,
            Kind::Tuple(_) => return self.refuse(catalogue::tuple_in_formula(place)),
            Kind::Entry { of, index } => {
                let (of, position) = (self.read(of), self.read_index(index));
                self.read_entry(of?, position?, place)?
            }
            Kind::Slice { of, start, end } => {
                let of = self.read(of)?;
                self.read_slice(of, *start, *end, place)?
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

    pub fn read_name(&mut self, name: &str, place: Place) -> Option<Quantity> {
        match (self.scope.find(name), constant(name)) {
            (Some(Entity::Quantity(quantity)), _) => quantity.clone(),
            (_, Some(value)) => Some(Quantity::constant(value)),
            (Some(Entity::Later), _) => self.refuse(catalogue::name_is_later(name, place)),
            (Some(Entity::Index(position)), _) => Some(Quantity::constant(*position as f64)),
            (Some(Entity::Layer(_)), _) => self.refuse(catalogue::name_is_layer(name, place)),
            (Some(Entity::Elsewhere(what)), _) => {
                self.refuse(catalogue::name_is_elsewhere(name, place, what))
            }
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
            (Within::Forward, _) => {
                "`forward` knows inputs, fields, names that it gave above, `PI` and `E`"
            }
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
        let (left, right) = repeat_single(left, right);
        let (a, b) = (left.shape, right.shape);
        let is_matrix = |shape| matches!(shape, Shape::Matrix(..));
        let product = match (operation, a, b) {
            (Operation::Multiply, Shape::Matrix(rows, inner), Shape::Vector(size))
                if inner == size =>
            {
                Some(Shape::Vector(rows))
            }
            (Operation::Multiply, Shape::Matrix(rows, inner), Shape::Matrix(size, columns))
                if inner == size =>
            {
                Some(Shape::Matrix(rows, columns))
            }
            _ => None,
        };
        if let Some(shape) = product {
            let meaning = Meaning::MatrixProduct(Box::new(left), Box::new(right));
            return Some(Quantity::operation(meaning, shape));
        }
        let is_sum = matches!(operation, Operation::Add | Operation::Subtract);
        let has_scalar = a == Shape::Scalar || b == Shape::Scalar;
        let fits = match operation {
            Operation::Divide if is_matrix(b) => false,
            _ if has_scalar => true,
            _ => a == b && (is_sum || !is_matrix(a)),
        };
        if !fits {
            return self.refuse(catalogue::shapes_do_not_fit(operation, place, a, b));
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

    /// `[a, b]`
    fn read_array(&mut self, parts: &[Expression], place: Place) -> Option<Quantity> {
        if parts.is_empty() {
            return self.refuse(catalogue::array_empty(place));
        }
        // All entries are read before one may fail, so that the mistakes of all are reported.
        let entries: Vec<Option<Quantity>> = parts
            .iter()
            .map(|part| {
                let entry = self.read(part)?;
                self.as_scalar(entry, "an entry of an array", part.place)
            })
            .collect();
        let entries: Option<Vec<Quantity>> = entries.into_iter().collect();
        entries.map(Quantity::concat)
    }

    /// The number that an index is.
    pub fn read_index(&mut self, index: &Index) -> Option<usize> {
        match &index.kind {
            IndexKind::Number(position) => Some(*position),
            IndexKind::Name(name) => match self.scope.find(name) {
                Some(Entity::Index(position)) => Some(*position),
                _ => self.refuse(catalogue::index_not_literal(index.place, name)),
            },
        }
    }

    /// An entry of a vector, or a row of a matrix.
    fn read_entry(&mut self, of: Quantity, position: usize, place: Place) -> Option<Quantity> {
        let (size, shape) = match of.shape {
            Shape::Vector(size) => (size, Shape::Scalar),
            Shape::Matrix(rows, columns) => (rows, Shape::Vector(columns)),
            found => return self.refuse(catalogue::needs_vector("an index", place, found)),
        };
        if position >= size {
            return self.refuse(catalogue::index_outside(place, position, of.shape));
        }
        Some(match shape {
            Shape::Scalar => of.entries(position..position + 1, shape),
            _ => Quantity::operation(Meaning::Entry(Box::new(of), position), shape),
        })
    }

    /// Entries of a vector, or rows of a matrix.
    fn read_slice(
        &mut self,
        of: Quantity,
        start: usize,
        end: Option<usize>,
        place: Place,
    ) -> Option<Quantity> {
        let size = match of.shape {
            Shape::Vector(size) | Shape::Matrix(size, _) => size,
            found => return self.refuse(catalogue::needs_vector("a slice", place, found)),
        };
        let end = end.unwrap_or(size);
        if end > size || start >= end {
            let outside = start.max(end.saturating_sub(1));
            return self.refuse(catalogue::index_outside(place, outside, of.shape));
        }
        Some(match of.shape {
            Shape::Matrix(_, columns) => {
                let shape = Shape::Matrix(end - start, columns);
                Quantity::operation(Meaning::Slice(Box::new(of), start..end), shape)
            }
            _ => of.entries(start..end, Shape::Vector(end - start)),
        })
    }
}

/// A vector of one entry beside a longer one is a scalar, which repeats.
pub(super) fn repeat_single(left: Quantity, right: Quantity) -> (Quantity, Quantity) {
    let single = |quantity: Quantity, beside: Shape| match (quantity.shape, beside) {
        (Shape::Vector(1), Shape::Vector(size)) if size > 1 => {
            quantity.entries(0..1, Shape::Scalar)
        }
        _ => quantity,
    };
    let (a, b) = (left.shape, right.shape);
    (single(left, b), single(right, a))
}

fn is_finite(quantity: &Quantity) -> bool {
    match &quantity.meaning {
        Meaning::Constant(value) => value.is_finite(),
        Meaning::Sum(terms) => terms.iter().all(|(coefficient, _)| coefficient.is_finite()),
        _ => true,
    }
}
