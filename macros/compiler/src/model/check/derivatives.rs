//! `d`, `laplacian` and `gradient` go in, derivatives by entries of the concatenated input come out.

use super::quantities::Reader;
use super::scope::Entity;
use crate::diagnostics::{Place, catalogue};
use crate::model::{Meaning, Quantity, Shape};
use crate::parse::{Expression, Kind};
use std::ops::Range;

/// No formula takes more derivatives of the network, those within each other counted together.
const ORDER_LIMIT: usize = 8;

/// A variable of a derivative.
struct Variable {
    entries: Range<usize>,
    shape: Shape,
    place: Place,
}

impl Reader<'_, '_> {
    /// `d(f, x, t)`
    pub(super) fn read_partial(
        &mut self,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        let (of, variables) = self.read_derived("d", "d(u, x)", arguments, place)?;
        let mut entries = Vec::new();
        for variable in variables? {
            if variable.entries.len() != 1 {
                let is_vector = catalogue::variable_is_vector(variable.place, variable.shape);
                return self.refuse(is_vector);
            }
            entries.push(variable.entries.start);
        }
        let of = of?;
        let shape = of.shape;
        self.derived(Meaning::Partial(Box::new(of), entries), shape, place)
    }

    /// `laplacian(f, x, y)`
    pub(super) fn read_laplacian(
        &mut self,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        let (of, variables) =
            self.read_derived("laplacian", "laplacian(u, x)", arguments, place)?;
        let mut entries: Vec<usize> = Vec::new();
        for variable in variables? {
            if variable
                .entries
                .clone()
                .any(|entry| entries.contains(&entry))
            {
                return self.refuse(catalogue::variable_repeated(variable.place));
            }
            entries.extend(variable.entries);
        }
        let of = of?;
        let shape = of.shape;
        self.derived(Meaning::Laplacian(Box::new(of), entries), shape, place)
    }

    /// `gradient(f, x)`
    pub(super) fn read_gradient(
        &mut self,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        let example = "gradient(u, x)";
        if arguments.len() > 2 {
            let found = arguments.len();
            let arity = catalogue::formula_arity("gradient", place, example, 2, found);
            return self.refuse(arity);
        }
        let (of, variables) = self.read_derived("gradient", example, arguments, place)?;
        let of_place = arguments.first()?.place;
        let of = of.and_then(|of| self.as_scalar(of, "a gradient", of_place));
        let variable = variables?.pop()?;
        if variable.shape == Shape::Scalar {
            return self.refuse(catalogue::variable_is_scalar(variable.place));
        }
        let shape = Shape::Vector(variable.entries.len());
        self.derived(
            Meaning::Gradient(Box::new(of?), variable.entries),
            shape,
            place,
        )
    }

    /// What is derived, and by what; mistakes of both are reported.
    fn read_derived(
        &mut self,
        name: &str,
        example: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<(Option<Quantity>, Option<Vec<Variable>>)> {
        let [of, variables @ ..] = arguments else {
            let nothing = catalogue::derivative_without_variable(name, place, example);
            return self.refuse(nothing);
        };
        let of = self.read(of);
        if variables.is_empty() {
            let nothing = catalogue::derivative_without_variable(name, place, example);
            return self.refuse(nothing);
        }
        let variables: Vec<Option<Variable>> = variables
            .iter()
            .map(|variable| self.read_variable(variable))
            .collect();
        Some((of, variables.into_iter().collect()))
    }

    fn read_variable(&mut self, written: &Expression) -> Option<Variable> {
        let place = written.place;
        if let Kind::Name(name) = &written.kind {
            let is_unknown = match self.scope.find(name) {
                None => true,
                Some(Entity::Quantity(quantity)) => quantity.is_none(),
                Some(_) => false,
            };
            if is_unknown {
                if self.scope.find(name).is_none() && self.scope.is_complete() {
                    let unknown = catalogue::unknown_input(name, place, self.scope.inputs());
                    return self.refuse(unknown);
                }
                return None;
            }
        }
        let quantity = match (&written.kind, self.quantity_of(written)) {
            (Kind::Name(_), quantity) => quantity.cloned(),
            _ => Some(self.read(written)?),
        };
        match quantity.and_then(|quantity| Some((quantity.as_inputs()?, quantity.shape))) {
            Some((entries, shape)) => Some(Variable {
                entries,
                shape,
                place,
            }),
            None => match self.shadowed_input(written) {
                Some(name) => self.refuse(catalogue::input_is_shadowed(name, place)),
                None => self.refuse(catalogue::not_an_input(place, self.scope.inputs())),
            },
        }
    }

    /// The name of an input that stands for something else here, if the variable is one or a part of one.
    fn shadowed_input<'e>(&self, written: &'e Expression) -> Option<&'e str> {
        match &written.kind {
            Kind::Name(name) => self
                .scope
                .inputs()
                .any(|input| input == name)
                .then_some(name),
            Kind::Entry { of, .. } | Kind::Slice { of, .. } => self.shadowed_input(of),
            _ => None,
        }
    }

    /// The quantity of a name, without a word on names that have none.
    fn quantity_of(&self, written: &Expression) -> Option<&Quantity> {
        let Kind::Name(name) = &written.kind else {
            return None;
        };
        match self.scope.find(name) {
            Some(Entity::Quantity(quantity)) => quantity.as_ref(),
            _ => None,
        }
    }

    fn derived(&mut self, meaning: Meaning, shape: Shape, place: Place) -> Option<Quantity> {
        let quantity = Quantity::operation(meaning, shape);
        if quantity.order > ORDER_LIMIT {
            let too_high = catalogue::order_too_high(place, quantity.order, ORDER_LIMIT);
            return self.refuse(too_high);
        }
        Some(quantity)
    }
}
