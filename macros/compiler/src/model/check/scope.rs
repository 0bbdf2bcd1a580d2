//! What a definition declares goes in, what names mean in its formulas comes out.

use super::forward::DraftForward;
use super::layers::DraftField;
use super::parameters::DraftParameter;
use super::settings::Settings;
use super::wiring::Callee;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{Dependence, Input, Meaning, Quantity, Shape};
use proc_macro2::Ident;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a name means in formulas.
#[derive(Clone, Debug)]
pub(super) enum Entity {
    /// A quantity; open if its declaration was mistaken.
    Quantity(Option<Quantity>),
    /// A function whose formula stands further below.
    Later,
    /// A field with layers, or one of them.
    Layer(Callee),
    /// A counter of a loop.
    Index(usize),
    /// A loss.
    Loss,
    /// Something that formulas here do not know, as a sentence calls it.
    Elsewhere(&'static str),
}

/// The names that formulas know.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Each with what a sentence calls it.
    entities: BTreeMap<String, (Entity, &'static str)>,
    inputs: Vec<String>,
    /// Whether all declarations could be read; if not, an unknown name may have been meant to be declared.
    is_complete: bool,
    has_output_name: bool,
}

impl Scope {
    /// The names of a definition whose output has these parts; open parts if the output is not known.
    pub fn of(
        settings: &Settings,
        forward: &DraftForward,
        output_parts: Option<&[Input]>,
        fields: &[DraftField],
        parameters: &[DraftParameter],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let is_complete =
            settings.inputs.is_some() && settings.given.is_some() && settings.outputs.is_some();
        let mut scope = Self {
            is_complete,
            has_output_name: settings.outputs.iter().flatten().next().is_some(),
            ..Self::default()
        };
        scope.declare_inputs(settings);
        for given in settings.given.iter().flatten() {
            let dependence = Dependence {
                given: true,
                ..Dependence::default()
            };
            let entity = part(given, Meaning::Given, dependence);
            let is_repeated = scope.what(&given.name) == Some(GIVEN);
            if is_repeated {
                // Reported with the list.
                continue;
            }
            scope.declare(&given.name, entity, GIVEN, diagnostics);
        }
        for parameter in parameters {
            let entity = scope.parameter(parameter);
            scope.declare(&parameter.name, entity, PARAMETER, diagnostics);
        }
        for (position, output) in settings.outputs.iter().flatten().enumerate() {
            let entity = match output_parts {
                Some(parts) => {
                    let entity = part(&parts[position], Meaning::Output, Dependence::default());
                    with_order_of(entity, forward)
                }
                None => Entity::Quantity(None),
            };
            scope.declare(&output.name, entity, "an output", diagnostics);
        }
        for function in &settings.define {
            scope.declare(&function.name, Entity::Later, "a function", diagnostics);
        }
        for loss in &settings.losses {
            scope.declare(&loss.name, Entity::Loss, "a loss", diagnostics);
        }
        scope.declare_layers(fields);
        scope
    }

    /// The names that `forward` begins with.
    pub fn of_forward(
        settings: &Settings,
        fields: &[DraftField],
        parameters: &[DraftParameter],
    ) -> Self {
        let mut scope = Self {
            is_complete: settings.inputs.is_some(),
            ..Self::default()
        };
        scope.declare_inputs(settings);
        for parameter in parameters {
            let entity = scope.parameter(parameter);
            scope.declare_first(&parameter.name, entity, PARAMETER);
        }
        scope.declare_layers(fields);
        let given = settings.given.iter().flatten().map(|given| &given.name);
        let given = given.map(|name| (name, GIVEN));
        let outputs = settings.outputs.iter().flatten();
        let outputs = outputs.map(|output| (&output.name, "the output"));
        let functions = settings.define.iter();
        let functions = functions.map(|function| (&function.name, "a function of `define`"));
        let losses = settings.losses.iter().map(|loss| (&loss.name, "a loss"));
        for (name, what) in given.chain(outputs).chain(functions).chain(losses) {
            scope.declare_first(name, Entity::Elsewhere(what), what);
        }
        scope
    }

    /// Gives a name a meaning; what it was.
    pub fn bind(&mut self, name: &Ident, entity: Entity) -> Option<(Entity, &'static str)> {
        self.entities.insert(name.to_string(), (entity, LOCAL))
    }

    /// Gives a name back what it was.
    pub fn restore(&mut self, name: &str, entity: Option<(Entity, &'static str)>) {
        match entity {
            Some(entity) => self.entities.insert(name.to_owned(), entity),
            None => self.entities.remove(name),
        };
    }

    /// What a name means.
    pub fn find(&self, name: &str) -> Option<&Entity> {
        self.entities.get(name).map(|(entity, _)| entity)
    }

    /// Gives a function its meaning, once its formula was read; whether the name was free for it.
    pub fn define(&mut self, name: &Ident, quantity: Option<Quantity>) -> bool {
        match self.entities.get_mut(&name.to_string()) {
            Some((entity @ Entity::Later, _)) => {
                *entity = Entity::Quantity(quantity);
                true
            }
            _ => false,
        }
    }

    /// Whether an unknown name is a mistake of its own.
    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Whether the output can be used in formulas.
    pub const fn has_output_name(&self) -> bool {
        self.has_output_name
    }

    /// The names of quantities.
    pub fn quantities(&self) -> impl Iterator<Item = &str> {
        let is_quantity =
            |(_, (entity, _)): &(&String, &(Entity, &str))| matches!(entity, Entity::Quantity(_));
        self.entities
            .iter()
            .filter(is_quantity)
            .map(|(name, _)| name.as_str())
    }

    /// The names of layers.
    pub fn layers(&self) -> impl Iterator<Item = &str> {
        let entities = self.entities.iter();
        let layers = entities.filter(|(_, (entity, _))| matches!(entity, Entity::Layer(_)));
        layers.map(|(name, _)| name.as_str())
    }

    /// The names of inputs.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(String::as_str)
    }

    fn what(&self, name: &Ident) -> Option<&'static str> {
        self.entities.get(&name.to_string()).map(|(_, what)| *what)
    }

    fn count_parameters(&self) -> usize {
        self.entities
            .values()
            .filter(|(_, what)| *what == PARAMETER)
            .count()
    }

    fn declare_inputs(&mut self, settings: &Settings) {
        let dependence = Dependence {
            inputs: true,
            ..Dependence::default()
        };
        for input in settings.inputs.iter().flatten() {
            self.inputs.push(input.name.to_string());
            let entity = part(input, Meaning::Input, dependence);
            self.declare_first(&input.name, entity, "an input");
        }
    }

    fn declare_layers(&mut self, fields: &[DraftField]) {
        for (position, field) in fields.iter().enumerate() {
            let callee = Callee {
                field: position,
                element: None,
            };
            self.declare_first(&field.name, Entity::Layer(callee), "a layer");
        }
    }

    /// The next parameter field.
    fn parameter(&self, parameter: &DraftParameter) -> Entity {
        let meaning = Meaning::Parameter(self.count_parameters());
        let dependence = Dependence {
            parameters: !parameter.is_frozen,
            ..Dependence::default()
        };
        let shape = parameter.shape;
        Entity::Quantity(shape.map(|shape| Quantity::leaf(meaning, shape, dependence)))
    }

    fn declare(
        &mut self,
        name: &Ident,
        entity: Entity,
        what: &'static str,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(taken_by) = self.what(name) {
            let taken_by = if taken_by == what {
                another(what)
            } else {
                taken_by
            };
            diagnostics.push(catalogue::name_taken(what, name, taken_by));
        }
        self.declare_first(name, entity, what);
    }

    /// Declares a name that is free.
    fn declare_first(&mut self, name: &Ident, entity: Entity, what: &'static str) {
        self.entities
            .entry(name.to_string())
            .or_insert((entity, what));
    }
}

const GIVEN: &str = "given data";
const LOCAL: &str = "a name of `forward`";
const PARAMETER: &str = "a parameter";

fn another(what: &str) -> &'static str {
    match what {
        "a function" => "another function",
        "a loss" => "another loss",
        "an output" => "another output",
        PARAMETER => "another parameter",
        _ => "something else",
    }
}

fn part(part: &Input, meaning: fn(Range<usize>) -> Meaning, dependence: Dependence) -> Entity {
    let quantity = Quantity::leaf(meaning(part.range()), part.shape, dependence);
    Entity::Quantity(Some(quantity))
}

/// A part of the output changes with what the output changes with, and takes the derivatives that it takes.
fn with_order_of(entity: Entity, forward: &DraftForward) -> Entity {
    match (entity, &forward.output) {
        (Entity::Quantity(Some(part)), Some(output)) => Entity::Quantity(Some(Quantity {
            dependence: output.dependence,
            order: output.order,
            ..part
        })),
        (entity, _) => entity,
    }
}

/// The shape of a function.
pub(super) const fn is_function_shape(shape: Shape) -> bool {
    matches!(shape, Shape::Scalar | Shape::Vector(_))
}
