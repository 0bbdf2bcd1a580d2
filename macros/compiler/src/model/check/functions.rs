//! The block of `define` goes in, named functions with their meaning and what is asked of them come out.

use super::activations::Activations;
use super::quantities::{Reader, Within};
use super::requests::{FunctionRequests, check_width};
use super::scope::{Scope, is_function_shape};
use super::settings::Settings;
use super::wiring::Wiring;
use super::written::WrittenFunction;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{Meaning, NamedFunction, Quantity};
use proc_macro2::Ident;

/// A function of `define` as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct DraftFunction {
    pub name: Ident,
    /// What it means; open if its formula was mistaken.
    pub quantity: Option<Quantity>,
    pub text: String,
    pub requests: FunctionRequests,
}

impl DraftFunction {
    /// The function, if it was understood.
    pub fn finish(self) -> Option<NamedFunction> {
        Some(NamedFunction {
            name: self.name,
            quantity: self.quantity?,
            text: self.text,
            requests: self.requests.of_inputs,
            parameter_requests: self.requests.of_parameters,
        })
    }
}

/// The functions in order; each is known to those below it.
pub(super) fn read_functions(
    settings: &Settings,
    scope: &mut Scope,
    activations: &Activations,
    wiring: &mut Wiring<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<DraftFunction> {
    let mut functions: Vec<DraftFunction> = Vec::new();
    for WrittenFunction { name, formula } in &settings.define {
        let mut reader = Reader {
            scope,
            activations,
            wiring,
            within: Within::Define,
            diagnostics,
        };
        let quantity = reader.read_formula(formula).and_then(|quantity| {
            if is_function_shape(quantity.shape) {
                return Some(quantity);
            }
            reader.refuse(catalogue::function_is_matrix(formula.place, quantity.shape))
        });
        let as_name = quantity.as_ref().map(|quantity| Quantity {
            order: quantity.order,
            operations: 1,
            ..Quantity::leaf(
                Meaning::Function(functions.len()),
                quantity.shape,
                quantity.dependence,
            )
        });
        // Of two functions of one name the first stays.
        if !scope.define(name, as_name) {
            continue;
        }
        let mut asked = settings.asked.of_functions.iter();
        let asked = asked.find(|(function, _)| function == name);
        let requests = asked.map(|(_, requests)| requests.clone());
        let requests = requests.unwrap_or_else(|| FunctionRequests::value(name.span()));
        if let Some(quantity) = &quantity {
            check_width(
                &requests.of_inputs,
                &requests.of_parameters,
                catalogue::Asked::Function(name),
                quantity.shape.size(),
                diagnostics,
            );
        }
        functions.push(DraftFunction {
            name: name.clone(),
            quantity,
            text: formula.to_string(),
            requests,
        });
    }
    functions
}
