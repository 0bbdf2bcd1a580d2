//! Every sentence a definition can be answered with, one function each: what was found and expected, where,
//! and what to write instead. Nothing here decides whether something is a mistake.

mod activations;
mod expressions;
mod forward;
mod functions;
mod graph;
mod inputs;
mod layers;
mod losses;
mod requests;
mod structure;
mod syntax;

pub use activations::*;
pub use expressions::*;
pub use forward::*;
pub use functions::*;
pub use graph::*;
pub use inputs::*;
pub use layers::*;
pub use losses::*;
pub use requests::*;
pub use structure::*;
pub use syntax::*;

use super::{listed, nearest};
use quote::ToTokens;

/// Help for a name that is none: the one that was probably meant, or all there are.
fn instead<'a>(written: &str, what: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match (nearest(written, names.iter().copied()), names.as_slice()) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, [only]) => format!("the only {what} is `{only}`"),
        (None, names) => {
            let names = listed(names.iter().copied(), "and");
            match what.split_once(' ') {
                Some((first, rest)) => format!("{first}s {rest} are {names}"),
                None => format!("{what}s are {names}"),
            }
        }
    }
}

/// What the user wrote, on one line and not too long.
pub fn shown(written: &impl ToTokens) -> String {
    let text = written
        .to_token_stream()
        .to_string()
        .replace(" :: ", "::")
        .replace('\n', " ");
    if text.chars().count() <= 60 {
        text
    } else {
        text.chars().take(57).chain("...".chars()).collect()
    }
}

/// A count with its noun: `1 output`, `3 outputs`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
