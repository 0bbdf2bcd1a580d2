//! What is asked goes in; where it derives through a kink is reported.
//!
//! A request takes derivatives in the inputs and in the parameters; on the way down a formula, `d`, `laplacian` and
//! `gradient` take more. An elementwise function is derived as often as all of them together, as far as its argument
//! changes with the inputs or the parameters.

use super::forward::DraftForward;
use super::functions::DraftFunction;
use super::layers::DraftField;
use super::losses::DraftLoss;
use super::settings::Settings;
use super::wiring::Wiring;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{Dependence, MappedFunction, Meaning, Quantity, method_name};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Who asks for how many derivatives in the inputs and in the parameters, of what.
struct Asker<'a> {
    method: String,
    orders: Vec<(usize, usize)>,
    of: Vec<&'a Quantity>,
}

/// How often things are derived by one asker.
#[derive(Default)]
struct Derived<'a> {
    /// Each layer.
    layers: BTreeMap<usize, usize>,
    /// Each function of a formula.
    maps: Vec<(&'a Rc<MappedFunction>, usize)>,
    /// The output, by the inputs.
    output: Option<usize>,
    /// Each name of `forward`, by the inputs.
    locals: Vec<Option<usize>>,
    /// Each named function, by the inputs.
    functions: Vec<Option<usize>>,
}

pub(super) fn check_kinks(
    settings: &Settings,
    fields: &[DraftField],
    forward: &DraftForward,
    functions: &[DraftFunction],
    losses: &[DraftLoss],
    diagnostics: &mut Diagnostics,
) {
    let mut askers = output_askers(settings, forward);
    askers.extend(function_askers(functions, losses));
    let layers = Wiring::new(fields).layers();
    // For each field who derives one of its layers how often.
    let mut crossing: Vec<Vec<(String, usize)>> = vec![Vec::new(); fields.len()];
    let mut through: Vec<(&Rc<MappedFunction>, usize, Vec<String>)> = Vec::new();
    for asker in &askers {
        let mut derived = Derived::default();
        for orders in &asker.orders {
            derived.walk_all(&asker.of, *orders, forward, functions);
        }
        for (layer, order) in derived.layers {
            // Behind a field with mistakes no layer has a position.
            let Some(layer) = layers.get(layer) else {
                continue;
            };
            let askers = &mut crossing[layer.field];
            match askers
                .iter_mut()
                .find(|(method, _)| *method == asker.method)
            {
                Some((_, known)) => *known = (*known).max(order),
                None => askers.push((asker.method.clone(), order)),
            }
        }
        for (map, order) in derived.maps {
            let Some(kink) = map.function.kink().filter(|kink| order >= *kink) else {
                continue;
            };
            match through.iter_mut().find(|known| Rc::ptr_eq(known.0, map)) {
                Some((_, _, askers)) if askers.contains(&asker.method) => {}
                Some((_, _, askers)) => askers.push(asker.method.clone()),
                None => through.push((map, kink, vec![asker.method.clone()])),
            }
        }
    }
    for (field, crossing) in fields.iter().zip(crossing) {
        for kink in field.kinks() {
            let crossing = crossing.iter().filter(|(_, order)| *order >= kink.order);
            let crossing: Vec<String> = crossing.map(|(method, _)| method.clone()).collect();
            if !crossing.is_empty() {
                diagnostics.push(catalogue::derivative_through_kink(
                    &field.name.to_string(),
                    kink.function,
                    kink.place,
                    &crossing,
                    ordinal(kink.order),
                    kink.instead,
                ));
            }
        }
    }
    for (map, kink, askers) in through {
        let through = catalogue::derivative_through_kink_of_formula(
            &map.name,
            map.place,
            &askers,
            ordinal(kink),
        );
        diagnostics.push(through);
    }
}

/// The requests of the output.
fn output_askers<'a>(settings: &Settings, forward: &'a DraftForward) -> Vec<Asker<'a>> {
    let asker = |name: &str, orders: Vec<(usize, usize)>| Asker {
        method: name.to_owned(),
        orders,
        of: forward.output.iter().collect(),
    };
    let of_inputs = settings.requests.iter().map(|request| {
        let order = usize::from(request.kind.derivative_order());
        asker(request.kind.name(), vec![(order, 0)])
    });
    let of_parameters = settings.asked.of_parameters.iter();
    let of_parameters =
        of_parameters.map(|request| asker(request.kind.name(), request.kind.orders().to_vec()));
    of_inputs.chain(of_parameters).collect()
}

/// The requests of functions and losses.
fn function_askers<'a>(functions: &'a [DraftFunction], losses: &'a [DraftLoss]) -> Vec<Asker<'a>> {
    let mut askers = Vec::new();
    for function in functions {
        let name = function.name.to_string();
        let mut add = |request: &str, orders: &[(usize, usize)]| {
            askers.push(Asker {
                method: method_name(Some(&name), request),
                orders: orders.to_vec(),
                of: function.quantity.iter().collect(),
            });
        };
        for request in &function.requests.of_inputs {
            let order = usize::from(request.kind.derivative_order());
            add(request.kind.name(), &[(order, 0)]);
        }
        for request in &function.requests.of_parameters {
            add(request.kind.name(), request.kind.orders());
        }
    }
    for draft in losses {
        let name = draft.name.to_string();
        for request in &draft.requests {
            askers.push(Asker {
                method: method_name(Some(&name), request.kind.name()),
                orders: request.kind.orders().to_vec(),
                of: draft.loss.iter().flat_map(|loss| loss.parts()).collect(),
            });
        }
    }
    askers
}

impl<'a> Derived<'a> {
    /// Adds what is derived in quantities, and in the functions and in what `forward` names that they use.
    fn walk_all(
        &mut self,
        of: &[&'a Quantity],
        (inputs, parameters): (usize, usize),
        forward: &'a DraftForward,
        functions: &'a [DraftFunction],
    ) {
        self.functions = vec![None; functions.len()];
        self.locals = vec![None; forward.locals.len()];
        self.output = None;
        for quantity in of {
            self.walk(quantity, inputs, parameters);
        }
        // A function uses earlier ones only, and so does a name of `forward`.
        for (position, function) in functions.iter().enumerate().rev() {
            if let (Some(inputs), Some(quantity)) = (self.functions[position], &function.quantity) {
                self.walk(quantity, inputs, parameters);
            }
        }
        if let (Some(inputs), Some(output)) = (self.output, &forward.output) {
            self.walk(output, inputs, parameters);
        }
        for (position, quantity) in forward.locals.iter().enumerate().rev() {
            if let Some(inputs) = self.locals[position] {
                self.walk(quantity, inputs, parameters);
            }
        }
    }

    fn walk(&mut self, quantity: &'a Quantity, inputs: usize, parameters: usize) {
        let raise = |known: &mut Option<usize>| *known = (*known).max(Some(inputs));
        let counted = |dependence: Dependence| {
            let by_inputs = if dependence.inputs { inputs } else { 0 };
            let by_parameters = if dependence.parameters { parameters } else { 0 };
            by_inputs + by_parameters
        };
        match &quantity.meaning {
            Meaning::Output(_) => raise(&mut self.output),
            Meaning::Function(position) => raise(&mut self.functions[*position]),
            Meaning::Local(position) => raise(&mut self.locals[*position]),
            Meaning::Layers(layers, _) => {
                // Its argument or its own parameters change.
                let order = counted(quantity.dependence);
                for layer in layers.clone() {
                    let known = self.layers.entry(layer).or_default();
                    *known = (*known).max(order);
                }
            }
            Meaning::Map(map, of) => self.maps.push((map, counted(of.dependence))),
            Meaning::Max(map, a, b) => {
                let dependence = a.dependence.or(b.dependence);
                self.maps.push((map, counted(dependence)));
            }
            _ => {}
        }
        let inputs = inputs + quantity.own_order();
        for part in quantity.parts() {
            self.walk(part, inputs, parameters);
        }
    }
}

const fn ordinal(order: usize) -> &'static str {
    match order {
        1 => "first",
        2 => "second",
        3 => "third",
        4 => "fourth",
        5 => "fifth",
        _ => "a higher",
    }
}
