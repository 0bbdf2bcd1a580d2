//! The list of `activation(...)` goes in, functions by name come out, beside the built-in ones.

use super::calls::callable_names;
use super::formula::{Written, read_formula};
use super::inputs::check_word;
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::parse::{Form, Item};
use derive_network_symbolic::functions::{Activation, Call, Formula, Function};
use proc_macro2::Ident;

/// The custom activations of a definition, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activations {
    custom: Vec<Custom>,
}

/// A custom activation; its formula is open if it was mistaken.
#[derive(Clone, Debug)]
struct Custom {
    name: String,
    formula: Option<(Formula, Function)>,
}

impl Activations {
    /// The function of that name, open if its formula was mistaken; nothing if there is none.
    pub fn find(&self, name: &str) -> Option<Option<Function>> {
        let custom = self.custom.iter().find(|custom| custom.name == name);
        let custom = custom.map(|custom| {
            custom
                .formula
                .as_ref()
                .map(|(_, function)| function.clone())
        });
        custom.or_else(|| {
            Activation::parse(name).map(|activation| Some(Function::builtin(activation)))
        })
    }

    /// All names, built-in ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let custom = self.custom.iter().map(|custom| custom.name.as_str());
        Activation::ALL
            .into_iter()
            .map(|activation| activation.type_name())
            .chain(custom)
    }

    /// The custom activation of that name in snake case, open if its formula was mistaken; nothing if there is none.
    pub fn find_callable(&self, name: &str) -> Option<Option<Function>> {
        let custom = self
            .custom
            .iter()
            .find(|custom| snake_case(&custom.name) == name)?;
        Some(
            custom
                .formula
                .as_ref()
                .map(|(_, function)| function.clone()),
        )
    }

    /// The elementwise function that formulas call by that name, open if its formula was mistaken; nothing if there is none.
    pub fn find_elementwise(&self, name: &str) -> Option<Option<Function>> {
        match Call::parse(name) {
            Some(Call::Activation(activation)) => Some(Some(Function::builtin(activation))),
            Some(call) => {
                let formula = Formula::Call(call, Box::new(Formula::Argument));
                Some(Function::custom(name, &formula).ok())
            }
            None => self.find_callable(name),
        }
    }

    /// The names of the elementwise functions that formulas call, custom ones last.
    pub fn elementwise(&self) -> Vec<String> {
        let builtin = Call::names().map(str::to_owned);
        builtin.chain(self.callable_names()).collect()
    }

    /// The names of custom activations in formulas.
    pub fn callable_names(&self) -> Vec<String> {
        self.custom
            .iter()
            .map(|custom| snake_case(&custom.name))
            .collect()
    }

    /// What formulas can call: earlier custom activations, by their names in snake case.
    fn callable(&self) -> Vec<Written> {
        self.custom
            .iter()
            .map(|custom| Written {
                name: snake_case(&custom.name),
                formula: custom.formula.as_ref().map(|(formula, _)| formula.clone()),
            })
            .collect()
    }
}

/// Adds the activations of a list.
pub(super) fn read_activations(
    written: &[Item],
    activations: &mut Activations,
    diagnostics: &mut Diagnostics,
) {
    for item in written {
        if diagnostics
            .take(check_name(&item.name, activations))
            .is_none()
        {
            continue;
        }
        let formula = read_custom(item, activations, diagnostics);
        activations.custom.push(Custom {
            name: item.name.to_string(),
            formula,
        });
    }
}

fn read_custom(
    item: &Item,
    activations: &Activations,
    diagnostics: &mut Diagnostics,
) -> Option<(Formula, Function)> {
    let written = match &item.form {
        Form::Assigned(written) => written,
        Form::Unreadable => return None,
        _ => {
            diagnostics.push(catalogue::custom_activation_form(&item.name));
            return None;
        }
    };
    let formula = read_formula(written, &activations.callable(), diagnostics)?;
    let function = Function::custom(&item.name.to_string(), &formula);
    let function = diagnostics
        .take(function.map_err(|_| catalogue::formula_not_finite(Place::of(written))))?;
    Some((formula, function))
}

/// A custom activation is named like a type, and unlike everything that layers and formulas know.
fn check_name(name: &Ident, activations: &Activations) -> Result<(), Diagnostic> {
    check_word("an activation", name)?;
    let written = name.to_string();
    let is_camel_case = written.starts_with(char::is_uppercase) && !written.contains('_');
    if !is_camel_case {
        return Err(catalogue::activation_not_camel_case(
            name,
            &camel_case(&written),
        ));
    }
    let snake = snake_case(&written);
    let built_in = callable_names().find(|built_in| *built_in == snake);
    if let Some(built_in) = built_in {
        return Err(catalogue::activation_is_built_in(name, built_in));
    }
    match activations
        .custom
        .iter()
        .find(|custom| snake_case(&custom.name) == snake)
    {
        Some(first) => Err(catalogue::activation_repeated(name, &first.name)),
        None => Ok(()),
    }
}

/// `GeluTanh` as `gelu_tanh`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `gelu_tanh` as `GeluTanh`.
fn camel_case(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    let camel: String = words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<Vec<_>>()
        })
        .collect();
    if camel.starts_with(char::is_uppercase) {
        camel
    } else {
        "Swish".to_owned()
    }
}
