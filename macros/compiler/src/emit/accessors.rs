//! A field of the struct goes in, its accessors come out: views of layers, and of parameters of formulas.

use super::signature::{number, scalar_type};
use crate::model::{
    Convolution, Dense, Field, GraphWeights, Layer, LayerKind, Network, ParameterField, Shape,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Visibility};

/// The accessors of a field of layers; none if they have no parameters.
pub(super) fn emit_layer_accessors(network: &Network, field: &Field) -> TokenStream {
    let Field {
        name, attributes, ..
    } = field;
    let layers = &network.layers[field.layers.clone()];
    let scalar = scalar_type(network.scalar);
    let Some(LayerViews {
        view,
        view_mut,
        more,
    }) = layer_views(&layers[0].kind, field.array.is_some(), &scalar)
    else {
        return TokenStream::new();
    };
    let visibility = visibility(&field.visibility);
    let separator = separator(attributes);
    let name_mut = format_ident!("{}_mut", name.unraw(), span = name.span());
    let (doc, doc_mut) = describe_field(field, layers);
    let Place {
        index,
        shape,
        panics,
    } = emit_place(field);
    quote! {
        #(#attributes)*
        #separator
        #[doc = #doc]
        #panics
        #[inline]
        #[must_use]
        #visibility fn #name(&self, #index) -> #view {
            let shape = #shape;
            <#view>::new(shape.of(&self.parameters), #more)
        }

        #[doc = #doc_mut]
        #panics
        #[inline]
        #[must_use]
        #visibility fn #name_mut(&mut self, #index) -> #view_mut {
            let shape = #shape;
            <#view_mut>::new(shape.of_mut(&mut self.parameters), #more)
        }
    }
}

/// What the accessors of a layer return.
pub(super) struct LayerViews {
    pub view: TokenStream,
    pub view_mut: TokenStream,
    /// What a view is made of beside its parameters, where `shape` is that of the layer.
    pub more: TokenStream,
}

/// The views of a kind of layer; none if it has no parameters.
pub(super) fn layer_views(kind: &LayerKind, is_array: bool, scalar: &Ident) -> Option<LayerViews> {
    let (name, sizes, more) = match kind {
        LayerKind::Dense(Dense {
            inputs,
            outputs,
            bias,
            ..
        }) => {
            let (inputs, outputs) = (number(*inputs), number(*outputs));
            let (columns, more) = if is_array {
                let dynamic = quote!(::derive_network::private::Dyn);
                let more = quote!(#dynamic(shape.weights / #outputs));
                (dynamic, more)
            } else {
                let constant = quote!(::derive_network::private::Const);
                (quote!(#constant<#inputs>), quote!(#constant::<#inputs>))
            };
            ("Dense", quote!(#outputs, #columns, #bias), more)
        }
        LayerKind::Convolution(Convolution {
            outputs,
            windows,
            bias,
            ..
        }) => {
            let kernel = windows.iter().map(|window| number(window.kernel));
            let (outputs, axes) = (number(*outputs), number(windows.len()));
            let sizes = quote!(#outputs, #axes, #bias);
            ("Convolution", sizes, quote!([#(#kernel),*]))
        }
        LayerKind::LayerNorm(norm) => {
            let size = number(norm.size);
            ("LayerNorm", quote!(#size), quote!())
        }
        LayerKind::Graph(graph) => {
            let (rows, columns) = graph.weight_shape();
            let (rows, columns) = (number(rows), number(columns));
            let constant = quote!(::derive_network::private::Const);
            let sizes = quote!(#rows, #constant<#columns>, false);
            ("Dense", sizes, quote!(#constant::<#columns>))
        }
        LayerKind::Pool(_) | LayerKind::Flatten | LayerKind::Softmax => return None,
    };
    let view = format_ident!("{name}View");
    let view_mut = format_ident!("{name}ViewMut");
    Some(LayerViews {
        view: quote!(::derive_network::private::#view<'_, #scalar, #sizes>),
        view_mut: quote!(::derive_network::private::#view_mut<'_, #scalar, #sizes>),
        more,
    })
}

/// How an accessor finds its layer: its argument, the shape, and its documentation of panics.
struct Place {
    index: TokenStream,
    shape: TokenStream,
    panics: TokenStream,
}

fn emit_place(field: &Field) -> Place {
    let (start, end) = (number(field.layers.start), number(field.layers.end));
    let Some(length) = field.array else {
        return Place {
            index: quote!(),
            shape: quote!(Self::__LAYERS[#start]),
            panics: quote!(),
        };
    };
    let name = field.name.unraw().to_string();
    let doc = format!(" If `index` is not below {length}, the length of the array.");
    Place {
        index: quote!(index: usize),
        shape: quote!(::derive_network::private::layer_of_array(#name, &Self::__LAYERS[#start..#end], index)),
        panics: quote! {
            ///
            /// # Panics
            ///
            #[doc = #doc]
            #[track_caller]
        },
    }
}

fn describe_field(field: &Field, layers: &[Layer]) -> (String, String) {
    let name = field.name.unraw();
    let which = if field.array.is_some() {
        format!("A layer of `{name}`")
    } else {
        format!("The layer `{name}`")
    };
    let first = &layers[0].kind;
    let parameters = match first {
        LayerKind::LayerNorm(norm) => {
            let scale = format!("a scale and a shift of {}", norm.size);
            match layers[0].output {
                Shape::Scalar | Shape::Vector(_) => scale,
                shape => format!("{scale}, row-major of shape ({})", listed(&shape.axes())),
            }
        }
        LayerKind::Graph(graph) => {
            let of = match graph.weights {
                GraphWeights::Matrix => "a row for each target, a column for each source",
                GraphWeights::Edges => {
                    "a row for each edge, in the order in which they are written"
                }
            };
            format!(
                "{} neurons that step {} times, weight of shape ({}), {of}",
                graph.neurons,
                graph.steps,
                listed(&first.weight())
            )
        }
        _ => {
            let rest = match layers.get(1) {
                Some(layer) if layer.kind.weight() != first.weight() => {
                    format!(
                        " for the first and ({}) for the others",
                        listed(&layer.kind.weight())
                    )
                }
                _ => String::new(),
            };
            let bias = match first.offsets() {
                0 => "no bias".to_owned(),
                offsets => format!("a bias of {offsets}"),
            };
            format!(
                "weight of shape ({}){rest}, {bias}",
                listed(&first.weight())
            )
        }
    };
    let activation = first.activation();
    let activation = activation.map(|activation| format!(", activation {}", activation.name));
    let shape = format!("{parameters}{}", activation.unwrap_or_default());
    (
        format!(" {which}: {shape}."),
        format!(" {which}, to write to: {shape}."),
    )
}

fn listed(extents: &[usize]) -> String {
    let extents: Vec<String> = extents.iter().map(usize::to_string).collect();
    extents.join(", ")
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
