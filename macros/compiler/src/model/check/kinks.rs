//! What is asked goes in; where it derives through a kink is reported.
//!
//! A request takes derivatives in the inputs and in the parameters; on the way down a formula, `d`, `laplacian` and
//! `gradient` take more. An elementwise function is derived as often as all of them together, as far as its argument
//! changes with the inputs or the parameters.

use super::functions::DraftFunction;
use super::layers::DraftField;
use super::losses::DraftLoss;
use super::settings::Settings;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{MappedFunction, Meaning, Quantity, method_name};
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
    /// The network itself.
    output: Option<usize>,
    /// Each function of a formula.
    maps: Vec<(&'a Rc<MappedFunction>, usize)>,
    /// Each named function, by the inputs.
    functions: Vec<Option<usize>>,
}

pub(super) fn check_kinks(
    settings: &Settings,
    fields: &[DraftField],
    functions: &[DraftFunction],
    losses: &[DraftLoss],
    diagnostics: &mut Diagnostics,
) {
    let askers = askers(functions, losses);
    let mut output_orders = output_askers(settings);
    let mut through: Vec<(&Rc<MappedFunction>, usize, Vec<String>)> = Vec::new();
    for asker in &askers {
        let mut derived = Derived::default();
        for orders in &asker.orders {
            derived.walk_all(&asker.of, *orders, functions);
        }
        output_orders.extend(derived.output.map(|order| (asker.method.clone(), order)));
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
    let activations = fields.iter().flat_map(|field| {
        let activations = field.activations().into_iter();
        activations.map(move |(activation, place)| (field, activation, place))
    });
    for (field, activation, place) in activations {
        let Some(kink) = activation.function.kink() else {
            continue;
        };
        let crossing = output_orders.iter().filter(|(_, order)| *order >= kink);
        let crossing: Vec<String> = crossing.map(|(method, _)| method.clone()).collect();
        if !crossing.is_empty() {
            diagnostics.push(catalogue::derivative_through_kink(
                &field.name.to_string(),
                &activation.name,
                place,
                &crossing,
                ordinal(kink),
            ));
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

/// How often the requests of the output derive it.
fn output_askers(settings: &Settings) -> Vec<(String, usize)> {
    let of_inputs = settings.requests.iter().map(|request| {
        let order = usize::from(request.kind.derivative_order());
        (request.kind.name().to_owned(), order)
    });
    let of_parameters = settings.asked.of_parameters.iter().map(|request| {
        let orders = request
            .kind
            .orders()
            .iter()
            .map(|(inputs, parameters)| inputs + parameters);
        (request.kind.name().to_owned(), orders.max().unwrap_or(0))
    });
    of_inputs.chain(of_parameters).collect()
}

fn askers<'a>(functions: &'a [DraftFunction], losses: &'a [DraftLoss]) -> Vec<Asker<'a>> {
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
    /// Adds what is derived in quantities and in the named functions that they use.
    fn walk_all(
        &mut self,
        of: &[&'a Quantity],
        (inputs, parameters): (usize, usize),
        functions: &'a [DraftFunction],
    ) {
        self.functions = vec![None; functions.len()];
        for quantity in of {
            self.walk(quantity, inputs, parameters);
        }
        // A function uses earlier ones only.
        for (position, function) in functions.iter().enumerate().rev() {
            if let (Some(inputs), Some(quantity)) = (self.functions[position], &function.quantity) {
                self.walk(quantity, inputs, parameters);
            }
        }
    }

    fn walk(&mut self, quantity: &'a Quantity, inputs: usize, parameters: usize) {
        match &quantity.meaning {
            Meaning::Output(_) => self.output = self.output.max(Some(inputs + parameters)),
            Meaning::Function(position) => {
                let known = &mut self.functions[*position];
                *known = (*known).max(Some(inputs));
            }
            Meaning::Map(map, of) => {
                let by_inputs = if of.dependence.inputs { inputs } else { 0 };
                let by_parameters = if of.dependence.parameters {
                    parameters
                } else {
                    0
                };
                self.maps.push((map, by_inputs + by_parameters));
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
