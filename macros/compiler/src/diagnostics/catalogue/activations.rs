//! Answers about activations and the formulas of custom ones.

use super::{instead, shown};
use crate::diagnostics::{Diagnostic, Place};
use proc_macro2::Ident;
use quote::ToTokens;

const CLOSURE: &str =
    "write one expression of one argument, as in `activation(Swish = |z| z * sigmoid(z))`";

/// An activation that does not exist.
pub fn unknown_activation<'a>(
    name: &Ident,
    activations: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::new(name, format!("unknown activation `{name}`")).help(instead(
        &name.to_string(),
        "activation",
        activations,
    ))
}

/// An item of `activation(...)` in another form than `Name = |z| ...`.
pub fn custom_activation_form(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("the activation `{name}` needs a formula")).help(CLOSURE)
}

/// A name that is not in camel case.
pub fn activation_not_camel_case(name: &Ident, proposal: &str) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("the name of an activation is written as a type, `{name}` is not"),
    )
    .help(format!("write `{proposal}`"))
}

/// A name that a built-in activation or function has.
pub fn activation_is_built_in(name: &Ident, built_in: &str) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("`{name}` would hide the built-in `{built_in}`"),
    )
    .help("use the built-in one, or choose another name")
}

/// Two custom activations of one name, or of names that are one in formulas.
pub fn activation_repeated(name: &Ident, first: &str) -> Diagnostic {
    let message = if *name == first {
        format!("two activations are named `{name}`")
    } else {
        format!("the activations `{first}` and `{name}` have the same name in formulas")
    };
    Diagnostic::new(name, message).help("give each a name of its own")
}

/// Something else than a closure.
pub fn formula_not_closure(written: &syn::Expr) -> Diagnostic {
    Diagnostic::new(
        Place::of(written),
        "the formula of an activation is a closure of one argument",
    )
    .help(CLOSURE)
}

/// A closure with another number of arguments than one.
pub fn formula_argument_count(closure: &syn::ExprClosure) -> Diagnostic {
    let count = closure.inputs.len();
    let at = if count == 0 {
        Place::of(&closure.body)
    } else {
        Place::of(&closure.inputs)
    };
    Diagnostic::new(
        at,
        format!("an activation has one argument, this formula has {count}"),
    )
    .help(CLOSURE)
}

/// An argument that is more than a name.
pub fn formula_argument_form(argument: &syn::Pat) -> Diagnostic {
    Diagnostic::new(
        Place::of(argument),
        "the argument of a formula is a name without a type",
    )
    .help(CLOSURE)
}

/// `move`, `async`, a return type, ...
pub fn formula_decorated(decoration: &impl ToTokens) -> Diagnostic {
    let found = shown(decoration);
    Diagnostic::new(
        Place::of(decoration),
        format!("`{found}` has no meaning in a formula"),
    )
    .help(CLOSURE)
}

/// A formula whose constants overflow.
pub fn formula_not_finite(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a constant in this formula is infinite or not a number").help(
        "look for a division by zero, a logarithm or a root of a negative number, or an overflow",
    )
}

/// An index in the formula of an activation.
pub fn formula_index(at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        "an activation is a function of one number, which has no entries",
    )
    .help("write the argument itself; formulas of entries stand in `define = { ... }`")
}

/// A name that is neither the argument nor a constant.
pub fn formula_unknown_variable(name: &str, at: Place, argument: &Ident) -> Diagnostic {
    Diagnostic::new(at, format!("unknown name `{name}` in a formula"))
        .help(format!("a formula knows its argument `{argument}`, `PI` and `E`; constants of the crate are written as numbers, since a macro cannot see their values"))
}
