//! Answers about activations and the formulas of custom ones.

use super::{instead, shown};
use crate::diagnostics::{Diagnostic, Place, listed};
use derive_network_symbolic::functions::Call;
use proc_macro2::Ident;
use quote::ToTokens;

const CLOSURE: &str =
    "write one expression of one argument, as in `activation(Swish = |z| z * sigmoid(z))`";
const LANGUAGE: &str = "a formula has numbers, `PI`, its argument, `+`, `-`, `*`, `/`, parentheses and calls such as `exp(z)` or `powi(z, 2)`";

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

/// A block.
pub fn formula_block(block: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(block), "a formula is one expression, not a block").help(CLOSURE)
}

/// An expression outside the language of formulas.
pub fn formula_expression(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("`{found}` is not part of the language of formulas"),
    )
    .help(LANGUAGE)
}

/// `z.tanh()`
pub fn formula_method(method: &Ident, receiver: &syn::Expr, is_function: bool) -> Diagnostic {
    let receiver = shown(receiver);
    let diagnostic = Diagnostic::new(
        method,
        format!("a formula has no methods, found `{method}`"),
    );
    if is_function {
        diagnostic.help(format!("write `{method}({receiver})`"))
    } else {
        diagnostic.help(LANGUAGE)
    }
}

/// A name that is neither the argument nor `PI`.
pub fn formula_unknown_variable(found: &syn::Path, argument: &Ident) -> Diagnostic {
    let name = shown(found);
    Diagnostic::new(Place::of(found), format!("unknown name `{name}` in a formula"))
        .help(format!("a formula knows its argument `{argument}` and `PI`; constants of the crate are written as numbers, since a macro cannot see their values"))
}

/// A function that formulas cannot call.
pub fn formula_unknown_function<'a>(
    found: &impl ToTokens,
    custom: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let name = shown(found);
    let names = Call::names()
        .map(|name| name as &'a str)
        .chain(["powi"])
        .chain(custom);
    Diagnostic::new(
        Place::of(found),
        format!("unknown function `{name}` in a formula"),
    )
    .help(instead(&name, "function", names))
}

/// A call with another number of arguments than its function has.
pub fn formula_arity(call: &syn::ExprCall, name: &str, expected: usize) -> Diagnostic {
    let found = call.args.len();
    let example = if expected == 1 {
        format!("{name}(z)")
    } else {
        format!("{name}(z, 2)")
    };
    let plural = if expected == 1 { "" } else { "s" };
    Diagnostic::new(
        Place::of(call),
        format!("`{name}` takes {expected} argument{plural}, found {found}"),
    )
    .help(format!("write it as in `{example}`"))
}

/// An exponent that is no literal, or beyond the limit.
pub fn formula_exponent(written: &syn::Expr, most: u32) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!(
            "the exponent of `powi` must be a whole number from -{most} to {most}, found `{found}`"
        ),
    )
    .help("write it as a literal, as in `powi(z, 3)`; other powers are `exp(c * ln(z))`")
}

/// A literal that is no finite number.
pub fn formula_literal(written: &syn::Lit) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("expected a finite number in a formula, found `{found}`"),
    )
    .help("write it as in `2`, `0.5` or `1e-3`")
}

/// A formula whose constants overflow.
pub fn formula_not_finite(written: &syn::Expr) -> Diagnostic {
    Diagnostic::new(
        Place::of(written),
        "a constant in this formula is infinite or not a number",
    )
    .help("look for a division by zero, a logarithm or a root of a negative number, or an overflow")
}

/// A formula beyond the limit.
pub fn formula_too_large(written: &impl ToTokens, most: usize) -> Diagnostic {
    Diagnostic::new(
        Place::of(written),
        format!("this formula has more than {most} operations"),
    )
    .help(format!(
        "write a shorter one; built-in functions are {}",
        listed(Call::names(), "and")
    ))
}
