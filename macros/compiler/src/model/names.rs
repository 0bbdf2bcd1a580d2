//! The names that an expanded struct gives out, each with what a sentence calls it.

use super::RequestKind;
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

/// Names that a network takes when so much is asked of it, each with what it is the name of.
pub fn generated_names(requests: impl IntoIterator<Item = RequestKind>) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for name in METHODS {
        names.push((name.to_owned(), format!("the generated method `{name}`")));
    }
    for name in CONSTANTS {
        names.push((name.to_owned(), format!("the generated constant `{name}`")));
    }
    for kind in requests {
        for name in kind.methods() {
            let what = format!("the generated method `{name}`");
            names.push((name, what));
        }
        for suffix in REQUEST_CONSTANTS {
            let name = format!("{}_{suffix}", kind.name().to_uppercase());
            let what = format!("the generated constant `{name}`");
            names.push((name, what));
        }
    }
    names
}

/// The constant named after an input: `X` for `x`, `WIND_SPEED` for `wind_speed`.
#[must_use]
pub fn constant_name(input: &Ident) -> String {
    input.unraw().to_string().to_uppercase()
}
