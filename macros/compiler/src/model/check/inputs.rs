//! The lists of `input(...)`, `given(...)` and `output(...)` go in, named and placed parts of points, data and outputs
//! come out.

use super::number::{SIZE_LIMIT, read_size};
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue};
use crate::model::{Input, Shape};
use crate::parse::{Form, Item, strip};
use proc_macro2::Ident;
use syn::{Expr, ExprArray};

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
        let Some(shape) = diagnostics.take(read_part(kind, item)) else {
            continue;
        };
        if written
            .iter()
            .find(|other| other.name == item.name)
            .is_some_and(|first| !std::ptr::eq(first, item))
        {
            diagnostics.push(catalogue::part_repeated(&item.name, kind.many));
        }
        let size = shape.size();
        if start <= SIZE_LIMIT && start + size > SIZE_LIMIT {
            diagnostics.push(catalogue::parts_too_many(&item.name, kind.many, SIZE_LIMIT));
        }
        parts.push(Input {
            name: item.name.clone(),
            shape,
            start,
        });
        start += size;
    }
    (parts.len() == written.len() && start <= SIZE_LIMIT).then_some(parts)
}

/// The shape of a part.
fn read_part(kind: Kind, item: &Item) -> Result<Shape, Diagnostic> {
    check_word(kind.one, &item.name)?;
    match &item.form {
        Form::Bare => Ok(Shape::Scalar),
        Form::Sized(written) => match strip(written) {
            Expr::Array(array) => read_extents(kind.one, item, array),
            written => Ok(Shape::Vector(read_size_of(kind.one, item, written)?)),
        },
        _ => Err(catalogue::part_form(&item.name, kind.one, kind.item)),
    }
}

/// `[3, 7, 5]`, an image of channels, rows and columns, or `[2, 16]`, a signal of channels and a length.
fn read_extents(one: &str, item: &Item, array: &ExprArray) -> Result<Shape, Diagnostic> {
    let extents = array.elems.iter();
    let extents = extents.map(|extent| read_size_of(one, item, extent));
    let extents: Vec<usize> = extents.collect::<Result<_, _>>()?;
    let shape = match extents[..] {
        [channels, length] => Shape::Matrix(channels, length),
        [channels, rows, columns] => Shape::Image(channels, rows, columns),
        _ => return Err(catalogue::extents_form(&item.name, array, extents.len())),
    };
    let fitting = extents
        .iter()
        .try_fold(1_usize, |size, extent| size.checked_mul(*extent));
    match fitting {
        Some(size) if size <= SIZE_LIMIT => Ok(shape),
        _ => Err(catalogue::extents_too_large(&item.name, array, SIZE_LIMIT)),
    }
}

fn read_size_of(one: &str, item: &Item, written: &Expr) -> Result<usize, Diagnostic> {
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
        shape: if outputs == 1 {
            Shape::Scalar
        } else {
            Shape::Vector(outputs)
        },
        start: 0,
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
            shape: output.size.map_or(Shape::Scalar, Shape::Vector),
            start,
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
