//! A field of the struct goes in, its accessors come out: views of layers, and of parameters of formulas.

use super::signature::{number, scalar_type};
use crate::model::{Field, GraphWeights, LayerKind, Network, ParameterField, Shape};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Visibility};

/// The accessors of a field of layers.
pub(super) fn emit_layer_accessors(network: &Network, field: &Field) -> TokenStream {
    let Field {
        name, attributes, ..
    } = field;
    let visibility = visibility(&field.visibility);
    let separator = separator(attributes);
    let name_mut = format_ident!("{}_mut", name.unraw(), span = name.span());
    let layers = network.layers[field.layers.clone()].iter();
    let layers: Vec<&LayerKind> = layers.map(|layer| &layer.kind).collect();
    let (doc, doc_mut) = describe_field(field, &layers);
    let (index, shape, inputs, panics) = emit_place(field, &layers);
    let scalar = scalar_type(network.scalar);
    let (outputs, inputs_of_first, bias) = layers[0].weight_shape();
    let outputs = number(outputs);
    let columns = match field.array {
        None => {
            let inputs = number(inputs_of_first);
            quote!(::derive_network::private::Const<#inputs>)
        }
        Some(_) => quote!(::derive_network::private::Dyn),
    };
    quote! {
        #(#attributes)*
        #separator
        #[doc = #doc]
        #panics
        #[inline]
        #[must_use]
        #visibility fn #name(
            &self,
            #index
        ) -> ::derive_network::private::DenseView<'_, #scalar, #outputs, #columns, #bias> {
            let shape = #shape;
            ::derive_network::private::DenseView::new(shape.of(&self.parameters), #inputs)
        }

        #[doc = #doc_mut]
        #panics
        #[inline]
        #[must_use]
        #visibility fn #name_mut(
            &mut self,
            #index
        ) -> ::derive_network::private::DenseViewMut<'_, #scalar, #outputs, #columns, #bias> {
            let shape = #shape;
            ::derive_network::private::DenseViewMut::new(shape.of_mut(&mut self.parameters), #inputs)
        }
    }
}

/// How an accessor finds its layer: its argument, the shape, the number of inputs, and its documentation of panics.
fn emit_place(
    field: &Field,
    layers: &[&LayerKind],
) -> (TokenStream, TokenStream, TokenStream, TokenStream) {
    let (start, end) = (number(field.layers.start), number(field.layers.end));
    let Some(length) = field.array else {
        let inputs = number(layers[0].weight_shape().1);
        let shape = quote!(Self::__LAYERS[#start]);
        return (
            quote!(),
            shape,
            quote!(::derive_network::private::Const::<#inputs>),
            quote!(),
        );
    };
    let name = field.name.unraw().to_string();
    let shape = quote!(::derive_network::private::layer_of_array(#name, &Self::__LAYERS[#start..#end], index));
    let doc = format!(" If `index` is not below {length}, the length of the array.");
    let panics = quote! {
        ///
        /// # Panics
        ///
        #[doc = #doc]
        #[track_caller]
    };
    (
        quote!(index: usize),
        shape,
        quote!(::derive_network::private::Dyn(shape.inputs)),
        panics,
    )
}

fn describe_field(field: &Field, layers: &[&LayerKind]) -> (String, String) {
    let name = field.name.unraw();
    let which = if field.array.is_some() {
        format!("A layer of `{name}`")
    } else {
        format!("The layer `{name}`")
    };
    let shape = describe_weight(layers);
    (
        format!(" {which}: {shape}."),
        format!(" {which}, to write to: {shape}."),
    )
}

fn describe_weight(layers: &[&LayerKind]) -> String {
    let (outputs, inputs, bias) = layers[0].weight_shape();
    let rest = match layers.get(1).map(|layer| layer.weight_shape().1) {
        Some(next) if next != inputs => {
            format!(" for the first and ({outputs}, {next}) for the others")
        }
        _ => String::new(),
    };
    let shape = format!("weight of shape ({outputs}, {inputs}){rest}");
    match layers[0] {
        LayerKind::Dense(dense) => {
            let bias = if bias {
                format!("a bias of {outputs}")
            } else {
                "no bias".to_owned()
            };
            format!("{shape}, {bias}, activation {}", dense.activation.name)
        }
        LayerKind::Graph(graph) => {
            let of = match graph.weights {
                GraphWeights::Matrix => "a row for each target, a column for each source",
                GraphWeights::Edges => {
                    "a row for each edge, in the order in which they are written"
                }
            };
            format!(
                "{} neurons that step {} times, {shape}, {of}",
                graph.neurons, graph.steps
            )
        }
    }
}

/// The accessors of a field of parameters of formulas: a number, or a view of a vector or a matrix.
pub(super) fn emit_parameter_accessors(network: &Network, field: &ParameterField) -> TokenStream {
    let ParameterField {
        name, attributes, ..
    } = field;
    let visibility = visibility(&field.visibility);
    let separator = separator(attributes);
    let name_mut = format_ident!("{}_mut", name.unraw(), span = name.span());
    let scalar = scalar_type(network.scalar).to_token_stream();
    let kind = parameter_kind(field.shape, &scalar);
    let ParameterKind { view, view_mut } = kind;
    let frozen = if field.is_frozen { ", frozen" } else { "" };
    let what = format!(
        "The parameter `{}`, {}{frozen}",
        name.unraw(),
        field.shape.describe()
    );
    let (doc, doc_mut) = (format!(" {what}."), format!(" {what}, to write to."));
    let (start, end) = (
        number(field.parameters().start),
        number(field.parameters().end),
    );
    let (read, write) = match field.shape {
        Shape::Scalar => (
            quote!(self.parameters[#start]),
            quote!(&mut self.parameters[#start]),
        ),
        _ => (
            quote!(<#view>::from_slice(&self.parameters[#start..#end])),
            quote!(<#view_mut>::from_slice(&mut self.parameters[#start..#end])),
        ),
    };
    quote! {
        #(#attributes)*
        #separator
        #[doc = #doc]
        #[inline]
        #[must_use]
        #visibility fn #name(&self) -> #view {
            #read
        }

        #[doc = #doc_mut]
        #[inline]
        #[must_use]
        #visibility fn #name_mut(&mut self) -> #view_mut {
            #write
        }
    }
}

/// What the accessors of a parameter of formulas return.
pub(super) struct ParameterKind {
    pub view: TokenStream,
    pub view_mut: TokenStream,
}

/// The types of a parameter of some shape, column-major.
pub(super) fn parameter_kind(shape: Shape, scalar: &TokenStream) -> ParameterKind {
    let (view, view_mut) = match shape {
        Shape::Scalar => (quote!(#scalar), quote!(&mut #scalar)),
        Shape::Vector(_) | Shape::Image(..) => {
            let rows = number(shape.size());
            (
                quote!(::derive_network::private::SVectorView<'_, #scalar, #rows>),
                quote!(::derive_network::private::SVectorViewMut<'_, #scalar, #rows>),
            )
        }
        Shape::Matrix(rows, columns) => {
            let (rows, columns) = (number(rows), number(columns));
            (
                quote!(::derive_network::private::SMatrixView<'_, #scalar, #rows, #columns>),
                quote!(::derive_network::private::SMatrixViewMut<'_, #scalar, #rows, #columns>),
            )
        }
    };
    ParameterKind { view, view_mut }
}

/// A field without visibility is as visible as the struct: there are no fields behind the accessors to hide.
fn visibility(written: &Visibility) -> TokenStream {
    match written {
        Visibility::Inherited => quote!(pub),
        written => written.to_token_stream(),
    }
}

/// An empty line between what the user documents and what we add to it.
pub(super) fn separator(attributes: &[Attribute]) -> Option<TokenStream> {
    let is_documented = attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("doc"));
    is_documented.then(|| quote!(#[doc = ""]))
}
