//! Answers about expressions and statements that are not part of the language of formulas, and about calls.

use super::{counted, instead, shown};
use crate::diagnostics::{Diagnostic, Place, listed};
use derive_network_symbolic::functions::Call;
use proc_macro2::Ident;
use quote::ToTokens;

const LANGUAGE: &str = "a formula has numbers, `PI`, `E`, names, `+`, `-`, `*`, `/`, parentheses, entries such as `x[0]` and calls such as `exp(z)` or `powi(z, 2)`";
const STATEMENTS: &str =
    "a statement gives a formula a name, as in `let residual = d(u, t) - d(u, x, x);`";

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
pub fn formula_method(call: &syn::ExprMethodCall) -> Diagnostic {
    let method = &call.method;
    let name = method.to_string();
    let diagnostic = Diagnostic::new(
        method,
        format!("a formula has no methods, found `{method}`"),
    );
    if Call::parse(&name).is_none() && name != "powi" {
        return diagnostic.help(LANGUAGE);
    }
    let arguments = [&*call.receiver].into_iter().chain(&call.args);
    let arguments: Vec<String> = arguments.map(shown).collect();
    diagnostic.help(format!("write `{method}({})`", arguments.join(", ")))
}

/// A block within a formula.
pub fn formula_block(block: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(block), "a formula is one expression, not a block")
        .help("write one expression; parts of it get names by `let` in `define = { ... }`")
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

/// An index that is no whole number.
pub fn index_not_literal(at: Place, found: &str) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("an index must be written as a whole number, found `{found}`"),
    )
    .help("write an entry as in `x[0]`, a slice as in `x[0..3]`, `x[1..]` or `x[..2]`, a loop as in `for i in 0..3`; the name of a loop may stand for a number by itself only, and a macro does not see the values of constants")
}

/// A slice without entries.
pub fn slice_empty(range: &syn::ExprRange) -> Diagnostic {
    let found = shown(range).replace(' ', "");
    Diagnostic::new(Place::of(range), format!("the slice `{found}` is empty")).help(
        "indices count from 0, and the end is not part of the slice: `x[0..3]` has three entries",
    )
}

/// A function that formulas cannot call.
pub fn formula_unknown_function<'a>(
    name: &str,
    at: Place,
    names: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::new(at, format!("unknown function `{name}` in a formula"))
        .help(instead(name, "function", names))
}

/// A call with another number of arguments than its function has.
pub fn formula_arity(
    name: &str,
    call: Place,
    example: &str,
    expected: usize,
    found: usize,
) -> Diagnostic {
    let expected = counted(expected, "argument");
    Diagnostic::new(call, format!("`{name}` takes {expected}, found {found}"))
        .help(format!("write it as in `{example}`"))
}

/// An exponent that is no literal, or beyond the limit.
pub fn formula_exponent(at: Place, most: u32) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("the exponent of `powi` must be a whole number from -{most} to {most}"),
    )
    .help("write it as a literal, as in `powi(z, 3)`; other powers are `exp(c * ln(z))`")
}

/// A formula beyond the limit.
pub fn formula_too_large(at: Place, most: usize) -> Diagnostic {
    Diagnostic::new(at, format!("this formula has more than {most} operations")).help(format!(
        "write a shorter one; built-in functions are {}",
        listed(Call::names(), "and")
    ))
}

/// A loop, an item, an expression without a name, ...
pub fn statement_unknown(statement: &impl ToTokens) -> Diagnostic {
    let found = shown(statement);
    Diagnostic::new(
        Place::of(statement),
        format!("`{found}` is not a statement of the language of formulas"),
    )
    .help(STATEMENTS)
}

/// `r = ...;` in `define`
pub fn define_assigns(name: &Ident, at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("`{name}` cannot be assigned: in `define` a name stands for one formula"),
    )
    .help("write `let` with a new name; values that change on the way stand in `forward = { ... }`")
}

/// `for ..` in `define`
pub fn define_repeats(at: Place) -> Diagnostic {
    Diagnostic::new(at, "`define` has no loops: each function is one formula")
        .help("write the formulas one by one; loops over layers stand in `forward = { ... }`")
}

/// `#[..] let r = ...;`
pub fn statement_attribute(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(
        Place::of(attribute),
        "a statement of a definition has no attributes",
    )
    .help("remove it")
}

/// `let mut r = ...;` in `define`
pub fn let_mutable(keyword: Place, name: &Ident) -> Diagnostic {
    Diagnostic::new(
        keyword,
        format!("`{name}` cannot be `mut`: in `define` a name stands for one formula"),
    )
    .help(format!("write `let {name} = ...;`"))
}

/// `let (a, b) = ...;`
pub fn let_pattern(pattern: &syn::Pat) -> Diagnostic {
    let found = shown(pattern);
    Diagnostic::new(
        Place::of(pattern),
        format!("expected a name after `let`, found `{found}`"),
    )
    .help(STATEMENTS)
}

/// `let r: f64 = ...;`
pub fn let_type(kind: &syn::Type) -> Diagnostic {
    Diagnostic::new(Place::of(kind), "a name in a definition has no type")
        .help("remove the colon and the type; the shape follows from the formula")
}

/// `let r;`
pub fn let_without_value(pattern: &syn::Pat) -> Diagnostic {
    let found = shown(pattern);
    Diagnostic::new(Place::of(pattern), format!("`{found}` has no formula")).help(STATEMENTS)
}

/// `let r = ... else { ... };`
pub fn let_else(keyword: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(
        Place::of(keyword),
        "a formula has one value everywhere, without `else`",
    )
    .help(STATEMENTS)
}
