//! Answers of `parse`: what is no list of items.

use crate::diagnostics::{Diagnostic, Place};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};

const FORMS: &str = "items are `name`, `name: expression`, `name = expression` or `name(items)`, separated by commas";

/// A definition beyond the limits of the parser.
pub fn definition_too_large(at: Span, most: usize, deepest: usize) -> Diagnostic {
    let message = format!(
        "this is behind {most} tokens without a comma or semicolon, or in more than {deepest} brackets"
    );
    Diagnostic::new(at, message).help("split the formula, or the definition, into smaller ones")
}

/// Something between two items that is no comma.
pub fn expected_comma(found: &TokenStream) -> Diagnostic {
    Diagnostic::new(
        Place::of(found),
        format!("expected a comma, found `{found}`"),
    )
    .help(FORMS)
}

/// Something where an item should start.
pub fn expected_name(found: &TokenStream) -> Diagnostic {
    Diagnostic::new(
        Place::of(found),
        format!("expected the name of an item, found `{found}`"),
    )
    .help(FORMS)
}

/// Something behind a name that starts none of the forms.
pub fn unexpected_after_name(name: &Ident, found: &TokenStream) -> Diagnostic {
    Diagnostic::new(
        Place::of(found),
        format!("unexpected `{found}` after `{name}`"),
    )
    .help(FORMS)
}

/// A colon or an equals sign with nothing behind it.
pub fn expected_expression(sign: &TokenTree) -> Diagnostic {
    Diagnostic::new(
        sign.span(),
        format!("expected an expression after `{sign}`"),
    )
    .help(FORMS)
}

/// An expression that is none.
pub fn unreadable_expression(error: syn::Error) -> Diagnostic {
    Diagnostic::new(error.span(), format!("this is no expression: {error}")).help(FORMS)
}

/// `#[layer]` without a list.
pub fn layer_without_options(meta: &syn::Meta) -> Diagnostic {
    Diagnostic::new(Place::of(meta), "`layer` needs its options in parentheses")
        .help("write `#[layer(bias = false)]`, or leave the attribute out")
}
