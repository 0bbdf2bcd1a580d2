//! A field of type `Parameter` goes in, a parameter of formulas with its shape comes out.

use super::attributes::read_field_attributes;
use super::inputs::check_word;
use super::number::{SIZE_LIMIT, read_size};
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::Shape;
use crate::parse;
use proc_macro2::Ident;
use syn::GenericArgument;

/// The type of these fields.
pub(super) const PARAMETER: &str = "Parameter";

/// A field that holds parameters of formulas.
#[derive(Clone, Debug)]
pub(crate) struct DraftParameter {
    pub name: Ident,
    pub visibility: syn::Visibility,
    pub attributes: Vec<syn::Attribute>,
    pub is_frozen: bool,
    /// Its shape; open if that was mistaken.
    pub shape: Option<Shape>,
    /// How many fields with layers stand before it.
    pub layer_fields_before: usize,
}

/// Reads a field whose type is `Parameter` with these arguments.
pub(super) fn read_parameter(
    field: &parse::Field,
    arguments: &[GenericArgument],
    layer_fields_before: usize,
    diagnostics: &mut Diagnostics,
) -> DraftParameter {
    let kept = read_field_attributes(&field.attributes, diagnostics);
    diagnostics.take(check_word("a parameter", &field.name));
    for option in &field.options {
        diagnostics.push(catalogue::parameter_option(&option.name));
    }
    if let Some(graph) = &field.graph {
        diagnostics.push(catalogue::graph_of_another_type(graph.place, &field.name));
    }
    DraftParameter {
        name: field.name.clone(),
        visibility: field.visibility.clone(),
        attributes: kept.attributes,
        is_frozen: kept.is_frozen,
        shape: read_shape(arguments, diagnostics),
        layer_fields_before,
    }
}

fn read_shape(arguments: &[GenericArgument], diagnostics: &mut Diagnostics) -> Option<Shape> {
    if let Some(argument) = arguments.get(2) {
        diagnostics.push(catalogue::parameter_with_more(argument));
    }
    let whats = ["the number of rows", "the number of columns"];
    let sizes = whats.into_iter().zip(arguments).map(|(what, argument)| {
        let size = match argument {
            GenericArgument::Const(written) => read_size(what, written, SIZE_LIMIT),
            other => Err(catalogue::number_not_literal(what, other)),
        };
        diagnostics.take(size)
    });
    // Both sizes are read before either may fail, so that the mistakes of both are reported.
    let sizes: Vec<Option<usize>> = sizes.collect();
    match sizes[..] {
        [] => Some(Shape::Scalar),
        [rows] => Some(Shape::Vector(rows?)),
        [rows, columns, ..] => Some(Shape::Matrix(rows?, columns?)),
    }
}
