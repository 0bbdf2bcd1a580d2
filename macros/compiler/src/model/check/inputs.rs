//! The lists of `input(...)`, `given(...)` and `output(...)` go in, named and placed parts of points, data and outputs
//! come out.

use super::number::{SIZE_LIMIT, read_size};
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue};
use crate::model::Input;
use crate::parse::{Form, Item};
use proc_macro2::Ident;

/// Inputs and given data are read alike: what a sentence calls them, and an example.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// With its article.
    pub one: &'static str,
    pub many: &'static str,
    /// How they are written.
    pub item: &'static str,
}

pub(super) const INPUT: Kind = Kind {
    one: "an input",
    many: "inputs",
    item: "input",
};

pub(super) const GIVEN: Kind = Kind {
    one: "given data",
    many: "given data",
    item: "given",
};

/// The parts of the concatenated points or given data, placed one behind the other; nothing if one has no size.
pub(super) fn read_parts(
    kind: Kind,
    list: &Ident,
    written: &[Item],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Input>> {
    if written.is_empty() {
        diagnostics.push(catalogue::parts_empty(list, kind.many, kind.item));
        return None;
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for item in written {
        let Some((size, is_scalar)) = diagnostics.take(read_part(kind, item)) else {
            continue;
        };
        if written
            .iter()
            .find(|other| other.name == item.name)
            .is_some_and(|first| !std::ptr::eq(first, item))
        {
            diagnostics.push(catalogue::part_repeated(&item.name, kind.many));
        }
        if start <= SIZE_LIMIT && start + size > SIZE_LIMIT {
            diagnostics.push(catalogue::parts_too_many(&item.name, kind.many, SIZE_LIMIT));
        }
        parts.push(Input {
            name: item.name.clone(),
            size,
            start,
            is_scalar,
        });
        start += size;
    }
    (parts.len() == written.len() && start <= SIZE_LIMIT).then_some(parts)
}

/// The size of a part, and whether it is a scalar.
fn read_part(kind: Kind, item: &Item) -> Result<(usize, bool), Diagnostic> {
    check_word(kind.one, &item.name)?;
    match &item.form {
        Form::Bare => Ok((1, true)),
        Form::Sized(written) => Ok((read_size_of(kind.one, item, written)?, false)),
        _ => Err(catalogue::part_form(&item.name, kind.one, kind.item)),
    }
}

fn read_size_of(one: &str, item: &Item, written: &syn::Expr) -> Result<usize, Diagnostic> {
    let noun = one.trim_start_matches("an ");
    let what = format!("the size of the {noun} `{}`", item.name);
    read_size(&what, written, SIZE_LIMIT)
}

/// A name of the output or of a part of it.
#[derive(Clone, Debug)]
pub(crate) struct DraftOutput {
    pub name: Ident,
    /// How many numbers it has, if that was written.
    pub size: Option<usize>,
}

/// The names of the output; nothing if one was mistaken.
pub(super) fn read_outputs(
    written: &[Item],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<DraftOutput>> {
    let mut outputs: Vec<DraftOutput> = Vec::new();
    for item in written {
        let read = check_word("an output", &item.name).and_then(|()| {
            let size = match &item.form {
                Form::Bare => None,
                Form::Sized(written) => Some(read_size_of("an output", item, written)?),
                _ => return Err(catalogue::output_form(&item.name)),
            };
            if outputs.iter().any(|earlier| earlier.name == item.name) {
                return Err(catalogue::name_taken(
                    "an output",
                    &item.name,
                    "another output",
                ));
            }
            let name = item.name.clone();
            Ok(DraftOutput { name, size })
        });
        outputs.extend(diagnostics.take(read));
    }
    (outputs.len() == written.len()).then_some(outputs)
}

/// The parts of an output of so many numbers, which `giver` gives: one name is all of it, several are scalars unless their size is written.
pub(super) fn place_outputs(
    names: &[DraftOutput],
    outputs: usize,
    giver: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Input>> {
    let whole = |name: &DraftOutput| Input {
        name: name.name.clone(),
        size: outputs,
        start: 0,
        is_scalar: outputs == 1,
    };
    if let [DraftOutput { size: None, .. }] = names {
        return Some(names.iter().map(whole).collect());
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for output in names {
        let size = output.size.unwrap_or(1);
        parts.push(Input {
            name: output.name.clone(),
            size,
            start,
            is_scalar: output.size.is_none(),
        });
        start += size;
    }
    match names.last() {
        Some(last) if start != outputs => {
            diagnostics.push(catalogue::output_count(&last.name, start, outputs, giver));
            None
        }
        _ => Some(parts),
    }
}

/// Names of functions and variables cannot be words that Rust reserves.
pub(super) fn check_word(what: &str, name: &Ident) -> Result<(), Diagnostic> {
    match syn::parse_str::<Ident>(&name.to_string()) {
        Ok(_) => Ok(()),
        Err(_) => Err(catalogue::name_is_keyword(what, name)),
    }
}
