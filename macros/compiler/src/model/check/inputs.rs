//! The lists of `input(...)` and `output(...)` go in, named and placed inputs and outputs come out.

use super::number::{SIZE_LIMIT, read_size};
use super::settings::Settings;
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue};
use crate::model::Input;
use crate::parse::{Form, Item};
use proc_macro2::Ident;

/// The inputs, placed one behind the other; nothing if one has no size.
pub(super) fn read_inputs(
    list: &Ident,
    written: &[Item],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Input>> {
    if written.is_empty() {
        diagnostics.push(catalogue::input_empty(list));
        return None;
    }
    let mut inputs = Vec::new();
    let mut start = 0;
    for item in written {
        let Some((size, is_scalar)) = diagnostics.take(read_input(item)) else {
            continue;
        };
        if written
            .iter()
            .find(|other| other.name == item.name)
            .is_some_and(|first| !std::ptr::eq(first, item))
        {
            diagnostics.push(catalogue::input_repeated(&item.name));
        }
        if start <= SIZE_LIMIT && start + size > SIZE_LIMIT {
            diagnostics.push(catalogue::inputs_too_many(&item.name, SIZE_LIMIT));
        }
        inputs.push(Input {
            name: item.name.clone(),
            size,
            start,
            is_scalar,
        });
        start += size;
    }
    (inputs.len() == written.len() && start <= SIZE_LIMIT).then_some(inputs)
}

/// The size of an input, and whether it is a scalar.
fn read_input(item: &Item) -> Result<(usize, bool), Diagnostic> {
    check_word("an input", &item.name)?;
    match &item.form {
        Form::Bare => Ok((1, true)),
        Form::Sized(written) => {
            let size = read_size(
                &format!("the size of the input `{}`", item.name),
                written,
                SIZE_LIMIT,
            )?;
            Ok((size, false))
        }
        _ => Err(catalogue::input_form(&item.name)),
    }
}

/// The names of the output or of its components.
pub(super) fn read_outputs(written: &[Item], diagnostics: &mut Diagnostics) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    for item in written {
        let checked = check_word("an output", &item.name).and_then(|()| match item.form {
            Form::Bare if names.contains(&item.name) => {
                Err(catalogue::output_name_taken(&item.name, "another output"))
            }
            Form::Bare => Ok(item.name.clone()),
            _ => Err(catalogue::output_form(&item.name)),
        });
        names.extend(diagnostics.take(checked));
    }
    names
}

/// Output names must differ from input names, and be one or as many as there are outputs.
pub(super) fn check_output_names(
    settings: &Settings,
    outputs: Option<usize>,
    diagnostics: &mut Diagnostics,
) {
    let names = &settings.output_names;
    for name in names {
        if settings
            .inputs
            .iter()
            .flatten()
            .any(|input| input.name == *name)
        {
            diagnostics.push(catalogue::output_name_taken(name, "an input"));
        }
    }
    if let (Some(last), Some(outputs)) = (names.last(), outputs)
        && names.len() > 1
        && names.len() != outputs
    {
        diagnostics.push(catalogue::output_count(last, names.len(), outputs));
    }
}

/// Names of functions and variables cannot be words that Rust reserves.
pub(super) fn check_word(what: &str, name: &Ident) -> Result<(), Diagnostic> {
    match syn::parse_str::<Ident>(&name.to_string()) {
        Ok(_) => Ok(()),
        Err(_) => Err(catalogue::name_is_keyword(what, name)),
    }
}
