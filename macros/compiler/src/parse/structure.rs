//! The item below the attribute goes in, a [`Structure`] or what else it is comes out.

use super::attribute::parse_attribute;
use super::graph::parse_graph;
use super::{Body, Field, FieldType, Fields, Item, Structure, limits};
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue};
use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;

/// The item below the attribute, and the mistakes in its `#[layer(...)]` attributes.
pub(super) fn parse_body(item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Body> {
    if let Some(mistake) = limits::exceeded(&item) {
        diagnostics.push(mistake);
        return None;
    }
    let item = diagnostics.take(syn::parse2::<syn::Item>(item).map_err(Diagnostic::from))?;
    let syn::Item::Struct(item) = item else {
        let (what, keyword) = describe(&item);
        return Some(Body::Other {
            what,
            keyword,
            item: Box::new(item),
        });
    };
    let fields = match item.fields {
        syn::Fields::Named(fields) => {
            let fields = fields.named.into_iter();
            Fields::Named(
                fields
                    .filter_map(|field| parse_field(field, diagnostics))
                    .collect(),
            )
        }
        syn::Fields::Unnamed(fields) => Fields::Unnamed(fields),
        syn::Fields::Unit => Fields::Unit,
    };
    Some(Body::Struct(Box::new(Structure {
        attributes: item.attrs,
        visibility: item.vis,
        name: item.ident,
        generics: item.generics,
        fields,
    })))
}

fn parse_field(field: syn::Field, diagnostics: &mut Diagnostics) -> Option<Field> {
    let name = field.ident?;
    let take = |attributes: Vec<syn::Attribute>, name: &str| -> (Vec<_>, Vec<_>) {
        let attributes = attributes.into_iter();
        attributes.partition(|attribute| attribute.path().is_ident(name))
    };
    let (options, attributes) = take(field.attrs, "layer");
    let (graphs, attributes) = take(attributes, "graph");
    for repeated in graphs.iter().skip(1) {
        diagnostics.push(catalogue::graph_repeated(repeated));
    }
    let graph = graphs.first().map(|graph| parse_graph(graph, diagnostics));
    let options = options
        .iter()
        .flat_map(|attribute| parse_options(attribute, diagnostics))
        .collect();
    Some(Field {
        attributes,
        options,
        graph,
        visibility: field.vis,
        name,
        kind: parse_type(field.ty),
    })
}

fn parse_options(attribute: &syn::Attribute, diagnostics: &mut Diagnostics) -> Vec<Item> {
    match &attribute.meta {
        syn::Meta::List(list) => parse_attribute(list.tokens.clone(), diagnostics),
        meta => {
            diagnostics.push(catalogue::layer_without_options(meta));
            Vec::new()
        }
    }
}

fn parse_type(whole: syn::Type) -> FieldType {
    match whole {
        syn::Type::Array(array) => FieldType::Array {
            element: Box::new(parse_type(*array.elem.clone())),
            length: Box::new(array.len.clone()),
            whole: syn::Type::Array(array),
        },
        syn::Type::Path(path) => match layer(&path) {
            Some((name, arguments)) => FieldType::Layer {
                name,
                arguments,
                whole: syn::Type::Path(path),
            },
            None => FieldType::Other(syn::Type::Path(path)),
        },
        // Macros that pass a type on wrap it into an invisible group.
        syn::Type::Group(group) => parse_type(*group.elem),
        syn::Type::Paren(paren) => parse_type(*paren.elem),
        whole => FieldType::Other(whole),
    }
}

/// The name and the arguments of a type of one segment.
fn layer(path: &syn::TypePath) -> Option<(syn::Ident, Vec<syn::GenericArgument>)> {
    let segment = path.path.segments.first()?;
    let is_alone =
        path.qself.is_none() && path.path.leading_colon.is_none() && path.path.segments.len() == 1;
    match &segment.arguments {
        _ if !is_alone => None,
        syn::PathArguments::None => Some((segment.ident.clone(), Vec::new())),
        syn::PathArguments::AngleBracketed(written) => Some((
            segment.ident.clone(),
            written.args.iter().cloned().collect(),
        )),
        _ => None,
    }
}

fn describe(item: &syn::Item) -> (&'static str, Span) {
    match item {
        syn::Item::Enum(item) => ("an enum", item.enum_token.span()),
        syn::Item::Union(item) => ("a union", item.union_token.span()),
        syn::Item::Fn(item) => ("a function", item.sig.fn_token.span()),
        syn::Item::Impl(item) => ("an impl block", item.impl_token.span()),
        syn::Item::Trait(item) => ("a trait", item.trait_token.span()),
        syn::Item::Mod(item) => ("a module", item.mod_token.span()),
        syn::Item::Type(item) => ("a type alias", item.type_token.span()),
        syn::Item::Const(item) => ("a constant", item.const_token.span()),
        syn::Item::Static(item) => ("a static", item.static_token.span()),
        syn::Item::Use(item) => ("a use declaration", item.use_token.span()),
        other => ("an item that is no struct", other.span()),
    }
}
