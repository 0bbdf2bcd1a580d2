//! The statements of `forward` go in one after the other, with loops run through; what names stand for is kept, and what each value
//! is used for.

use super::activations::Activations;
use super::forward::bind;
use super::scope::{Entity, Scope};
use super::wiring::{Callee, Wiring};
use super::written::WrittenForward;
use crate::diagnostics::{Diagnostics, Place, catalogue, nearest};
use crate::model::Quantity;
use crate::parse::{Block, Expression, Kind, Over, Statement};
use proc_macro2::Ident;
use std::collections::{BTreeMap, BTreeSet};

/// The most statements that are run through, loops written out.
const STEP_LIMIT: usize = 1 << 14;

/// Runs the statements of `forward`.
pub(super) struct Interpreter<'a, 'w> {
    pub scope: &'a mut Scope,
    pub activations: &'a Activations,
    pub wiring: &'a mut Wiring<'w>,
    pub diagnostics: &'a mut Diagnostics,
    /// What is computed once.
    locals: Vec<Quantity>,
    /// The names that statements gave, as they stand.
    variables: BTreeMap<String, Variable>,
    /// What names were before the blocks around gave them.
    shadowed: Vec<Shadowed>,
    /// What `let` and assignments gave, each statement once.
    values: Vec<Value>,
    /// The place of each statement in `values`: asked only, never iterated.
    known: BTreeMap<*const Statement, usize>,
    /// Every name that was used.
    used: BTreeSet<String>,
    steps: usize,
}

#[derive(Clone, Copy)]
struct Variable {
    is_mutable: bool,
    /// The value that it has; none of what a loop gave.
    value: Option<usize>,
}

struct Shadowed {
    name: String,
    variable: Option<Variable>,
    entity: Option<(Entity, &'static str)>,
}

struct Value {
    name: Ident,
    is_used: bool,
    is_assigned: bool,
    /// Whether its name was given to another value before it was used.
    is_lost: bool,
}

impl<'a, 'w> Interpreter<'a, 'w> {
    pub fn new(
        scope: &'a mut Scope,
        activations: &'a Activations,
        wiring: &'a mut Wiring<'w>,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        Self {
            scope,
            activations,
            wiring,
            diagnostics,
            locals: Vec::new(),
            variables: BTreeMap::new(),
            shadowed: Vec::new(),
            values: Vec::new(),
            known: BTreeMap::new(),
            used: BTreeSet::new(),
            steps: 0,
        }
    }

    /// Runs the statements of a block; its names stay.
    pub fn run(&mut self, block: &Block) {
        self.announce(block);
        for statement in &block.statements {
            match statement {
                Statement::Let {
                    name,
                    mutable,
                    value,
                } => {
                    if !self.step(Place::from(name)) {
                        return;
                    }
                    let quantity = self.read(value);
                    let quantity = quantity.map(|quantity| bind(&mut self.locals, quantity));
                    let value = Some(self.value(statement, name));
                    let variable = Variable {
                        is_mutable: mutable.is_some(),
                        value,
                    };
                    self.declare(name, Entity::Quantity(quantity), Some(variable));
                }
                Statement::Assign { name, value, place } => {
                    if !self.step(*place) {
                        return;
                    }
                    let quantity = self.read(value);
                    let quantity = quantity.map(|quantity| bind(&mut self.locals, quantity));
                    self.assign(statement, name, quantity);
                }
                Statement::For {
                    name,
                    over,
                    body,
                    place,
                } => self.repeat(name, over, body, *place),
            }
        }
    }

    /// Makes names known that the block gives further below, unless they are something else until then.
    fn announce(&mut self, block: &Block) {
        for statement in &block.statements {
            if let Statement::Let { name, .. } = statement
                && self.scope.find(&name.to_string()).is_none()
            {
                self.scope.bind(name, Entity::Later);
                self.shadowed.push(Shadowed {
                    name: name.to_string(),
                    variable: None,
                    entity: None,
                });
            }
        }
    }

    /// Reports what was given and not used; gives what is computed once, and every name that was used.
    pub fn finish(self, written: &WrittenForward) -> (Vec<Quantity>, BTreeSet<String>) {
        // Statements that could not be read, and a result that is missing, may have used anything.
        if !written.is_mistaken && written.block.result.is_some() {
            for value in self.values.iter().filter(|value| !value.is_used) {
                let unused = match (value.is_assigned, value.is_lost) {
                    (_, true) => catalogue::value_is_lost(&value.name),
                    (true, false) => catalogue::assignment_unused(&value.name),
                    (false, false) => catalogue::let_unused(&value.name),
                };
                self.diagnostics.push(unused);
            }
        }
        (self.locals, self.used)
    }

    pub fn use_names_of(&mut self, written: &Expression) {
        written.for_each_name(&mut |name| {
            let value = self.variables.get(name).and_then(|variable| variable.value);
            if let Some(value) = value {
                self.values[value].is_used = true;
            }
            self.used.insert(name.to_owned());
        });
    }

    fn use_names_of_block(&mut self, block: &Block) {
        for statement in &block.statements {
            match statement {
                Statement::Let { value, .. } | Statement::Assign { value, .. } => {
                    self.use_names_of(value);
                }
                Statement::For { over, body, .. } => {
                    if let Over::Elements(array) = over {
                        self.use_names_of(array);
                    }
                    self.use_names_of_block(body);
                }
            }
        }
    }

    /// Counts what is run through; whether it is within the limit.
    fn step(&mut self, place: Place) -> bool {
        self.steps += 1;
        if self.steps == STEP_LIMIT + 1 {
            let too_long = catalogue::forward_too_long(place, STEP_LIMIT);
            self.diagnostics.push(too_long);
        }
        self.steps <= STEP_LIMIT
    }

    fn assign(&mut self, statement: &Statement, name: &Ident, quantity: Option<Quantity>) {
        let text = name.to_string();
        let Some(variable) = self.variables.get(&text).copied() else {
            let found = match self.scope.find(&text) {
                Some(Entity::Later) => catalogue::name_is_later(&text, Place::from(name)),
                Some(_) => catalogue::assignment_to_declared(name),
                None => {
                    let names = self.variables.keys().map(String::as_str);
                    catalogue::assignment_to_unknown(name, nearest(&text, names))
                }
            };
            self.diagnostics.push(found);
            return;
        };
        if !variable.is_mutable {
            self.diagnostics
                .push(catalogue::assignment_to_constant(name));
            if let Some(value) = variable.value {
                self.values[value].is_used = true;
            }
            return;
        }
        self.lose(&text);
        let value = Some(self.value(statement, name));
        self.variables.insert(text, Variable { value, ..variable });
        self.scope.bind(name, Entity::Quantity(quantity));
    }

    fn repeat(&mut self, name: &Ident, over: &Over, body: &Block, place: Place) {
        let elements = match over {
            Over::Numbers(numbers) => {
                // One turn more than there may be reports what a longer loop would.
                let numbers = numbers.clone().take(STEP_LIMIT + 1);
                Some(numbers.map(Entity::Index).collect())
            }
            Over::Elements(array) => {
                self.use_names_of(array);
                self.elements(array)
            }
        };
        let Some(elements): Option<Vec<Entity>> = elements else {
            self.use_names_of_block(body);
            return;
        };
        let outside = self.shadowed.len();
        for element in elements {
            let mistakes = self.diagnostics.len();
            if !self.step(place) {
                return;
            }
            self.declare(name, element, None);
            self.run(body);
            self.leave(outside);
            // The next element would be mistaken in the same way.
            if self.diagnostics.len() > mistakes {
                return;
            }
        }
    }

    /// The layers of an array by its name.
    fn elements(&mut self, array: &Expression) -> Option<Vec<Entity>> {
        let Kind::Name(name) = &array.kind else {
            return None;
        };
        let callee = match self.scope.find(name) {
            Some(Entity::Layer(callee)) => *callee,
            Some(_) => {
                let not_array = catalogue::loop_over_other(name, array.place);
                self.diagnostics.push(not_array);
                return None;
            }
            None => {
                let fields = self.wiring.fields.iter();
                let arrays = fields.filter(|field| field.is_array);
                let arrays: Vec<String> = arrays.map(|field| field.name.to_string()).collect();
                let names = arrays.iter().map(String::as_str);
                let unknown = catalogue::loop_over_unknown(name, array.place, names);
                self.diagnostics.push(unknown);
                return None;
            }
        };
        let field = &self.wiring.fields[callee.field];
        if callee.element.is_some() || !field.is_array {
            let not_array = catalogue::loop_over_layer(name, array.place);
            self.diagnostics.push(not_array);
            return None;
        }
        let elements = (0..field.length?).map(|element| {
            Entity::Layer(Callee {
                element: Some(element),
                ..callee
            })
        });
        Some(elements.collect())
    }

    /// Gives a name a meaning until its block ends.
    fn declare(&mut self, name: &Ident, entity: Entity, variable: Option<Variable>) {
        let text = name.to_string();
        self.lose(&text);
        let entity = self.scope.bind(name, entity);
        let variable = match variable {
            Some(variable) => variable,
            None => Variable {
                is_mutable: false,
                value: None,
            },
        };
        let variable = self.variables.insert(text.clone(), variable);
        self.shadowed.push(Shadowed {
            name: text,
            variable,
            entity,
        });
    }

    /// Ends a block: names are what they were outside.
    fn leave(&mut self, outside: usize) {
        while self.shadowed.len() > outside {
            let Some(shadowed) = self.shadowed.pop() else {
                return;
            };
            self.scope.restore(&shadowed.name, shadowed.entity);
            match shadowed.variable {
                Some(variable) => self.variables.insert(shadowed.name, variable),
                None => self.variables.remove(&shadowed.name),
            };
        }
    }

    /// The value of a name is about to go.
    fn lose(&mut self, name: &str) {
        let value = self.variables.get(name).and_then(|variable| variable.value);
        if let Some(value) = value {
            let value = &mut self.values[value];
            value.is_lost |= !value.is_used;
        }
    }

    /// The value that a statement gives, each time it is run.
    fn value(&mut self, statement: &Statement, name: &Ident) -> usize {
        let next = self.values.len();
        let position = *self.known.entry(statement).or_insert(next);
        if position == next {
            self.values.push(Value {
                name: name.clone(),
                is_used: false,
                is_assigned: matches!(statement, Statement::Assign { .. }),
                is_lost: false,
            });
        }
        position
    }
}
