//! Answers about layers: their types, widths, lengths and options.

use super::{instead, shown};
use crate::diagnostics::{Diagnostic, Place};
use proc_macro2::Ident;
use quote::ToTokens;

const DENSE: &str = "write `Dense<20>` or `Dense<20, Tanh>`: the output width, then the activation";

/// A layer type that does not exist.
pub fn unknown_layer<'a>(name: &Ident, layers: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    Diagnostic::new(name, format!("unknown layer `{name}`")).help(instead(
        &name.to_string(),
        "type of field",
        layers,
    ))
}

/// A type that is neither a layer nor an array of layers.
pub fn not_a_layer(kind: &syn::Type) -> Diagnostic {
    Diagnostic::new(
        Place::of(kind),
        "a field must be a layer, an array of layers or a parameter",
    )
    .help("write `Dense<20, Tanh>`, `[Dense<20, Tanh>; 3]` or `Parameter<3>`, without a path")
}

/// `Dense` without arguments.
pub fn dense_without_width(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, "`Dense` needs its output width").help(DENSE)
}

/// `Dense<Tanh>`
pub fn activation_before_width(argument: &impl ToTokens) -> Diagnostic {
    let found = shown(argument);
    Diagnostic::new(
        Place::of(argument),
        format!("expected the output width, found the activation `{found}`"),
    )
    .help(DENSE)
}

/// `Dense<20, Tanh, 3>`
pub fn dense_with_more(argument: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(argument), "`Dense` takes an output width and an activation, nothing else")
        .help("the input width is that of what comes in; options are attributes, as in `#[layer(bias = false)]`")
}

/// A lifetime, a binding, ... in the place of an activation.
pub fn activation_form(argument: &impl ToTokens) -> Diagnostic {
    let found = shown(argument);
    Diagnostic::new(
        Place::of(argument),
        format!("expected an activation, found `{found}`"),
    )
    .help(format!(
        "{DENSE}; a formula of your own gets a name by `activation(Swish = |z| z * sigmoid(z))`"
    ))
}

/// A constant or an expression where a number must be written.
pub fn number_not_literal(what: &str, written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(Place::of(written), format!("{what} must be written as a number, found `{found}`"))
        .help("a macro sees the name of a constant or the text of an expression, not its value; write the value here, and read it from `PARAMETERS`, `INPUTS` or `OUTPUTS` elsewhere")
}

/// A literal that is no whole number.
pub fn number_not_whole(what: &str, written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("{what} must be a whole number, found `{found}`"),
    )
    .help("write it without sign, point or suffix, as in `20`")
}

/// Zero.
pub fn number_zero(what: &str, written: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(
        Place::of(written),
        format!("{what} must be at least 1, found 0"),
    )
    .help("write the number meant, or remove what has none")
}

/// A number beyond its limit.
pub fn number_too_large(what: &str, written: &impl ToTokens, most: usize) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("{what} is {found}, more than the {most} that are supported"),
    )
    .help("networks here are compiled into code and computed on one core; check the number")
}

/// More parameters than the limit.
pub fn parameters_too_many(
    field: &str,
    at: Place,
    rows: usize,
    columns: usize,
    most: usize,
) -> Diagnostic {
    let message = format!(
        "with the {rows} x {columns} of `{field}` the network has more than {most} parameters"
    );
    Diagnostic::new(at, message).help("write smaller widths")
}

/// More layers than the limit.
pub fn layers_too_many(field: &Ident, most: usize) -> Diagnostic {
    Diagnostic::new(
        field,
        format!("with `{field}` the network has more than {most} layers"),
    )
    .help("write fewer layers")
}

/// `[[Dense<20>; 2]; 3]`
pub fn array_of_arrays(element: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(element), "an array of layers cannot hold arrays")
        .help("write one array with all layers, as in `[Dense<20, Tanh>; 6]`")
}

/// An option of a layer that does not exist.
pub fn unknown_layer_option<'a>(
    name: &Ident,
    options: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::new(name, format!("unknown option `{name}` of `Dense`")).help(instead(
        &name.to_string(),
        "option",
        options,
    ))
}

/// An option written twice.
pub fn layer_option_repeated(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is written twice for this layer"))
        .help("keep one of them")
}

/// `bias` that is neither true nor false.
pub fn bias_not_bool(at: Place, found: Option<String>) -> Diagnostic {
    let found = found.map_or_else(String::new, |found| format!(", found `{found}`"));
    Diagnostic::new(at, format!("`bias` is `true` or `false`{found}"))
        .help("write `#[layer(bias = false)]` for a layer without bias; with one is the default")
}

/// `[Parameter; 3]`
pub fn array_of_parameters(element: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(element), "parameters do not stand in arrays")
        .help("write `Parameter<3>` for a vector, `Parameter<3, 2>` for a matrix")
}

/// `Parameter<2, 3, 4>`
pub fn parameter_with_more(argument: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(
        Place::of(argument),
        "`Parameter` takes a number of rows and a number of columns, nothing else",
    )
    .help("write `Parameter` for a scalar, `Parameter<3>` for a vector, `Parameter<3, 2>` for a matrix")
}

/// `#[layer(...)]` on a parameter.
pub fn parameter_option(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("a parameter has no option `{name}`"))
        .help("remove it; options are for layers, `#[frozen]` is for both")
}

/// `#[frozen(...)]`
pub fn frozen_form(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(Place::of(attribute), "`frozen` stands alone")
        .help("write `#[frozen]`: the derivatives in all parameters of the field are zero")
}

/// `#[frozen]` twice.
pub fn frozen_repeated(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(
        Place::of(attribute),
        "`frozen` is written twice for this field",
    )
    .help("keep one of them")
}
