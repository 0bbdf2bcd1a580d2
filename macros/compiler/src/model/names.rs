//! The names that an expanded struct gives out, each with what a sentence calls it.

use super::{LossRequestKind, ParameterRequestKind, RequestKind};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Associated functions and methods that every network has.
pub const METHODS: [&str; 8] = [
    "from_parameters",
    "parameters",
    "parameters_mut",
    "glorot_uniform",
    "glorot_normal",
    "he_normal",
    "uniform",
    "workspace",
];

/// Constants that every network has.
pub const CONSTANTS: [&str; 4] = ["INPUTS", "OUTPUTS", "PARAMETERS", "FORMULA"];

/// Constants that every request has, behind its own name in upper case.
pub const REQUEST_CONSTANTS: [&str; 3] = ["FORMULA", "FLOPS", "WORKSPACE_BYTES"];

/// The method of a request: named after the request for the output, after the function and the request for a named
/// function, after the function alone for its value.
#[must_use]
pub fn method_name(function: Option<&str>, request: &str) -> String {
    match function {
        None => request.to_owned(),
        Some(function) if request == RequestKind::Value.name() => function.to_owned(),
        Some(function) => format!("{function}_{request}"),
    }
}

/// The names of the forms of a method: of one point, of a batch, and both with a workspace.
#[must_use]
pub fn method_forms(method: &str) -> [String; 4] {
    ["", "_batch", "_with", "_batch_with"].map(|suffix| format!("{method}{suffix}"))
}

/// Names that every network takes, each with what it is the name of.
pub fn common_names() -> Vec<(String, String)> {
    let methods = METHODS.map(|name| described(name.to_owned(), "method"));
    let constants = CONSTANTS.map(|name| described(name.to_owned(), "constant"));
    methods.into_iter().chain(constants).collect()
}

/// Names that a request takes: of the output, or of a named function.
#[must_use]
pub fn request_names(function: Option<&str>, request: &str) -> Vec<(String, String)> {
    let method = method_name(function, request);
    let mut names = Vec::new();
    for name in method_forms(&method) {
        names.push(described(name, "method"));
    }
    names.extend(request_constants(&method));
    names
}

/// Names that a request of a loss takes.
#[must_use]
pub fn loss_names(loss: &str, kind: LossRequestKind) -> Vec<(String, String)> {
    let methods = kind.methods(loss).into_iter();
    let mut names: Vec<_> = methods.map(|name| described(name, "method")).collect();
    names.extend(request_constants(&method_name(Some(loss), kind.name())));
    names
}

/// The names of all requests, which no function and no loss may have.
pub fn request_kinds() -> impl Iterator<Item = &'static str> {
    let of_inputs = RequestKind::ALL.map(RequestKind::name).into_iter();
    let of_parameters = ParameterRequestKind::ALL.map(ParameterRequestKind::name);
    let of_losses = [
        LossRequestKind::ParameterHessian.name(),
        LossRequestKind::ParameterHvp.name(),
    ];
    of_inputs.chain(of_parameters).chain(of_losses)
}

fn request_constants(method: &str) -> Vec<(String, String)> {
    let constant = |suffix| format!("{}_{suffix}", method.to_uppercase());
    let constants = REQUEST_CONSTANTS.map(constant);
    let constants = constants.map(|name| described(name, "constant"));
    constants.into_iter().collect()
}

fn described(name: String, what: &str) -> (String, String) {
    let description = format!("the generated {what} `{name}`");
    (name, description)
}

/// The constant named after an input: `X` for `x`, `WIND_SPEED` for `wind_speed`.
#[must_use]
pub fn constant_name(input: &Ident) -> String {
    input.unraw().to_string().to_uppercase()
}
