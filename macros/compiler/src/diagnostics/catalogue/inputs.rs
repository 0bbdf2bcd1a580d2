//! Answers about the items of the attribute and the named inputs.

use super::{counted, instead, shown};
use crate::diagnostics::{Diagnostic, Place, listed};
use crate::parse::{Form, Item};
use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// An item of the attribute that does not exist.
pub fn unknown_item<'a>(name: &Ident, items: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    Diagnostic::new(name, format!("unknown item `{name}`")).help(instead(
        &name.to_string(),
        "item",
        items,
    ))
}

/// An item that may be written once.
pub fn item_repeated(name: &Ident, example: &str) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is written twice"))
        .help(format!("put all of it into one, as in `{example}`"))
}

/// An item in another form than its own.
pub fn item_form(item: &Item, expected: &str, example: &str) -> Diagnostic {
    let name = &item.name;
    let found = match item.form {
        Form::Bare | Form::Unreadable => "nothing",
        Form::Sized(_) => "a colon",
        Form::Assigned(_) => "an equals sign",
        Form::List(_) => "a list",
    };
    Diagnostic::new(
        name,
        format!("expected {expected} after `{name}`, found {found}"),
    )
    .help(format!("write it as in `{example}`"))
}

/// A choice that does not exist: of `scalar`, `storage`, `allow`.
pub fn unknown_choice<'a>(
    item: &str,
    written: &impl ToTokens,
    choices: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(Place::of(written), format!("`{item}` cannot be `{found}`"))
        .help(format!("write {}", listed(choices, "or")))
}

/// No `input(...)`.
pub fn input_missing() -> Diagnostic {
    Diagnostic::new(
        Span::call_site(),
        "the network has no input: its size cannot be seen from the layers",
    )
    .help(format!(
        "{}, as in `#[derive_network(input(x: 2), derive(gradient))]`",
        parts("input")
    ))
}

/// `input()` or `given()`
pub fn parts_empty(name: &Ident, many: &str, item: &str) -> Diagnostic {
    Diagnostic::new(name, format!("the list of {many} is empty")).help(parts(item))
}

/// An input or given data in another form than `x` or `x: 2`.
pub fn part_form(name: &Ident, one: &str, item: &str) -> Diagnostic {
    let noun = one.trim_start_matches("an ");
    Diagnostic::new(
        name,
        format!("the {noun} `{name}` is neither a scalar nor a sized vector"),
    )
    .help(parts(item))
}

/// `image: [3]` or `image: [1, 3, 7, 5]`
pub fn extents_form(name: &Ident, written: &impl ToTokens, found: usize) -> Diagnostic {
    let found = counted(found, "extent");
    Diagnostic::new(Place::of(written), format!("`{name}` has {found}, neither two nor three"))
        .help("write `[3, 7, 5]` for an image of 3 channels, 7 rows and 5 columns, `[2, 16]` for a signal of 2 channels, `16` for a vector")
}

/// Extents whose product is beyond the limit.
pub fn extents_too_large(name: &Ident, written: &impl ToTokens, most: usize) -> Diagnostic {
    let message = format!("`{name}` has more than the {most} numbers that are supported");
    Diagnostic::new(Place::of(written), message)
        .help("networks here are compiled into code and computed on one core; check the extents")
}

/// An input or an output named by a keyword.
pub fn name_is_keyword(what: &str, name: &Ident) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("{what} cannot be named `{name}`, a word that Rust reserves"),
    )
    .help("choose another name")
}

/// Two inputs of one name.
pub fn part_repeated(name: &Ident, many: &str) -> Diagnostic {
    Diagnostic::new(name, format!("two {many} are named `{name}`"))
        .help("give each a name of its own")
}

/// An input whose constant would have the name of something else.
pub fn input_constant_taken(name: &Ident, constant: &str, taken_by: &str) -> Diagnostic {
    let message = format!(
        "an input cannot be named `{name}`: its constant `{constant}` would have the name of {taken_by}"
    );
    Diagnostic::new(name, message).help("choose another name")
}

/// An input whose upper-case form is no identifier.
pub fn input_without_constant(name: &Ident, constant: &str) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("the input `{name}` would need a constant `{constant}`, which is no identifier"),
    )
    .help("choose another name")
}

/// A total of inputs beyond the limit.
pub fn parts_too_many(name: &Ident, many: &str, most: usize) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("together the {many} have more than {most} numbers"),
    )
    .help("this is more than any network here can take; check the sizes")
}

/// An output in another form than a name or a sized name.
pub fn output_form(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("the output `{name}` can have a name and a size"))
        .help("write `output(u)` for the whole output, `output(u, v)` for its components, `output(y: 3, p)` for parts")
}

/// Sizes that do not add up to the output.
pub fn output_count(last: &Ident, named: usize, outputs: usize, giver: &str) -> Diagnostic {
    let message = format!(
        "{} named, but {giver} {}",
        counted(named, "output"),
        counted(outputs, "output")
    );
    let many = if outputs == 1 {
        String::new()
    } else {
        format!(", {outputs} names, one for each component, or parts with sizes such as `y: 2`")
    };
    Diagnostic::new(last, message).help(format!("write one name for the whole output{many}"))
}

fn parts(item: &str) -> String {
    format!("write `{item}(x: 2)` for a vector of two numbers, `{item}(t, x)` for two scalars")
}
