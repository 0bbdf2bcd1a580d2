//! Every sentence a definition can be answered with, one function each: what was found and expected, where,
//! and what to write instead. Nothing here decides whether something is a mistake.

mod activations;
mod inputs;
mod layers;
mod requests;
mod structure;
mod syntax;

pub use activations::*;
pub use inputs::*;
pub use layers::*;
pub use requests::*;
pub use structure::*;
pub use syntax::*;

use super::{listed, nearest};

/// Help for a name that is none: the one that was probably meant, or all there are.
fn instead<'a>(written: &str, what: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match nearest(written, names.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{what} are {}", listed(names, "and")),
    }
}

/// A count with its noun: `1 output`, `3 outputs`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
