//! A [`Network`] goes in; the struct with its parameters, constants, constructors and accessors comes out.

use super::accessors::{emit_layer_accessors, emit_parameter_accessors, separator};
use super::signature::{number, scalar_type};
use crate::model::{
    Input, Layer, LayerKind, Network, Shape, Storage, Weights, constant_name, derived_traits,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

/// The struct and all of it that does not depend on what is asked.
#[must_use]
pub fn structure(network: &Network) -> TokenStream {
    let Network {
        name,
        visibility,
        attributes,
        ..
    } = network;
    let storage = emit_storage(network);
    let constants = emit_constants(network);
    let constructors = emit_constructors(network);
    let of_layers = network
        .fields
        .iter()
        .map(|field| emit_layer_accessors(network, field));
    let of_parameters = network
        .parameter_fields
        .iter()
        .map(|field| emit_parameter_accessors(network, field));
    let flat = emit_network_trait(network);
    let separator = separator(attributes);
    let comparisons = emit_comparisons(network);
    let summary = format!(
        " A network of {}, from {} to {}, with {}.",
        counted(network.layers.len(), "dense layer"),
        counted(network.inputs(), "input"),
        counted(network.outputs(), "output"),
        counted(network.parameters(), "parameter"),
    );
    quote! {
        #(#attributes)*
        #separator
        #[doc = #summary]
        #visibility struct #name {
            parameters: #storage,
        }

        #[allow(dead_code)]
        impl #name {
            #constants
            #constructors
            #(#of_layers)*
            #(#of_parameters)*
        }

        #flat
        #comparisons
    }
}

fn emit_storage(network: &Network) -> TokenStream {
    let scalar = scalar_type(network.scalar);
    let parameters = number(network.parameters());
    let storage = match network.storage {
        Storage::Inline => quote!(InlineParameters),
        Storage::Boxed => quote!(BoxedParameters),
    };
    quote!(::derive_network::private::#storage<#scalar, #parameters>)
}

fn emit_constants(network: &Network) -> TokenStream {
    let doc = format!(
        " The number of inputs: {}.",
        describe_inputs(&network.inputs)
    );
    let (inputs, outputs, parameters) = (
        number(network.inputs()),
        number(network.outputs()),
        number(network.parameters()),
    );
    let ranges = network.inputs.iter().map(emit_range);
    let layers = network.layers.iter().map(emit_layer);
    quote! {
        #[doc = #doc]
        pub const INPUTS: usize = #inputs;
        /// The number of outputs.
        pub const OUTPUTS: usize = #outputs;
        /// The number of parameters: the length of the flat slice.
        pub const PARAMETERS: usize = #parameters;
        #(#ranges)*
        const __LAYERS: &'static [::derive_network::private::LayerShape] = &[#(#layers),*];
    }
}

/// Inputs or given data by name and size, in order.
pub(super) fn describe_inputs(inputs: &[Input]) -> String {
    let list: Vec<String> = inputs.iter().map(describe_input).collect();
    list.join(", then ")
}

fn describe_input(input: &Input) -> String {
    if input.shape == Shape::Scalar {
        format!("`{}`", input.name)
    } else {
        format!("`{}` ({})", input.name, input.shape.extents())
    }
}

fn emit_range(input: &Input) -> TokenStream {
    let doc = format!(" Where the input `{}` lies in a point.", input.name.unraw());
    let constant = Ident::new(&constant_name(&input.name), input.name.span());
    let (start, end) = (number(input.range().start), number(input.range().end));
    quote! {
        #[doc = #doc]
        pub const #constant: ::core::ops::Range<usize> = #start..#end;
    }
}

fn emit_layer(layer: &Layer) -> TokenStream {
    let (start, weights, offsets) = (
        number(layer.offset),
        number(layer.kind.weights()),
        number(layer.kind.offsets()),
    );
    let initial = match &layer.kind {
        LayerKind::LayerNorm(_) => quote!(One),
        LayerKind::Graph(graph) => {
            let blocks = graph.degrees().into_iter();
            let blocks =
                blocks.map(|(weights, fan_in, fan_out)| emit_block(&weights, [fan_in, fan_out]));
            quote!(Edges(&[#(#blocks),*]))
        }
        _ => {
            let (fan_in, fan_out) = layer.kind.fans();
            let (fan_in, fan_out) = (number(fan_in), number(fan_out));
            quote!(Random { fan_in: #fan_in, fan_out: #fan_out })
        }
    };
    quote! {
        ::derive_network::private::LayerShape {
            start: #start,
            weights: #weights,
            offsets: #offsets,
            initial: ::derive_network::private::Initial::#initial,
        }
    }
}

/// The weights of edges between neighbouring neurons, with how many edges end and start at these.
fn emit_block(weights: &Weights, fans: [usize; 2]) -> TokenStream {
    let place = weights.place;
    let (start, stride) = (
        number(place.offset + place.column * place.rows + place.row),
        number(place.rows),
    );
    let (rows, columns) = (
        number(weights.edges.targets.len()),
        number(weights.edges.sources.len()),
    );
    let [fan_in, fan_out] = fans.map(number);
    quote!(::derive_network::private::EdgeBlock {
        rows: #rows, columns: #columns, start: #start, stride: #stride, fan_in: #fan_in, fan_out: #fan_out
    })
}

fn emit_constructors(network: &Network) -> TokenStream {
    let scalar = scalar_type(network.scalar);
    let storage = emit_storage(network);
    let layout = format!(
        " The flat parameters, {} of them: fields in order, arrays by index; of each layer its weight, column-major and of",
        network.parameters()
    );
    let initialisers = INITIALISERS.iter().map(emit_initialiser);
    let except = if network.parameter_fields.is_empty() {
        ""
    } else {
        " Parameters of formulas are zero."
    };
    let uniform = format!(" A network whose weights and biases are uniform in a range.{except}");
    quote! {
        /// A network with these flat parameters, in the order of [`parameters`](Self::parameters).
        ///
        /// # Errors
        ///
        /// If there are not [`PARAMETERS`](Self::PARAMETERS) of them.
        #[inline]
        pub fn from_parameters(
            parameters: &[#scalar],
        ) -> ::core::result::Result<Self, ::derive_network::private::ParameterCountError> {
            <#storage>::from_slice(parameters).map(|parameters| Self { parameters })
        }

        #[doc = #layout]
        /// shape (outputs, inputs), then its bias.
        #[inline]
        #[must_use]
        pub fn parameters(&self) -> &[#scalar] {
            &self.parameters
        }

        /// The flat parameters, to write to, in the order of [`parameters`](Self::parameters).
        #[inline]
        pub fn parameters_mut(&mut self) -> &mut [#scalar] {
            &mut self.parameters
        }

        #(#initialisers)*

        #[doc = #uniform]
        ///
        /// The same seed gives the same parameters on every platform.
        #[inline]
        #[must_use]
        pub fn uniform(seed: u64, range: ::core::ops::Range<#scalar>) -> Self {
            let mut network = Self { parameters: ::core::default::Default::default() };
            ::derive_network::private::uniform(&mut network.parameters, Self::__LAYERS, &range, seed);
            network
        }
    }
}

/// Initialisers that depend on the shapes of layers: name and distribution of the weights.
const INITIALISERS: [(&str, &str); 3] = [
    (
        "glorot_uniform",
        " A network with weights uniform in ±sqrt(6 / (inputs + outputs)) of their layer, and zero biases.",
    ),
    (
        "glorot_normal",
        " A network with weights normal of variance 2 / (inputs + outputs) of their layer, and zero biases.",
    ),
    (
        "he_normal",
        " A network with weights normal of variance 2 / inputs of their layer, and zero biases.",
    ),
];

fn emit_initialiser((name, doc): &(&str, &str)) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote! {
        #[doc = #doc]
        ///
        /// The same seed gives the same parameters on every platform.
        #[inline]
        #[must_use]
        pub fn #name(seed: u64) -> Self {
            let mut network = Self { parameters: ::core::default::Default::default() };
            ::derive_network::private::#name(&mut network.parameters, Self::__LAYERS, seed);
            network
        }
    }
}

/// What code that is generic over networks asks for.
fn emit_network_trait(network: &Network) -> TokenStream {
    let name = &network.name;
    let scalar = scalar_type(network.scalar);
    quote! {
        impl ::derive_network::private::Network for #name {
            type Scalar = #scalar;

            const PARAMETERS: usize = Self::PARAMETERS;

            #[inline]
            fn parameters(&self) -> &[#scalar] {
                &self.parameters
            }

            #[inline]
            fn parameters_mut(&mut self) -> &mut [#scalar] {
                &mut self.parameters
            }
        }
    }
}

/// Comparisons of approx, for networks that derive `PartialEq`, which those traits extend.
fn emit_comparisons(network: &Network) -> TokenStream {
    let is_comparable = network
        .attributes
        .iter()
        .flat_map(derived_traits)
        .any(|derived| {
            derived
                .segments
                .last()
                .is_some_and(|segment| segment.ident == "PartialEq")
        });
    if !is_comparable {
        return TokenStream::new();
    }
    let name = &network.name;
    let storage = emit_storage(network);
    let scalar = scalar_type(network.scalar);
    quote! {
        impl ::derive_network::private::approx::AbsDiffEq for #name {
            type Epsilon = #scalar;

            fn default_epsilon() -> #scalar {
                <#storage as ::derive_network::private::approx::AbsDiffEq>::default_epsilon()
            }

            fn abs_diff_eq(&self, other: &Self, epsilon: #scalar) -> bool {
                ::derive_network::private::approx::AbsDiffEq::abs_diff_eq(&self.parameters, &other.parameters, epsilon)
            }
        }

        impl ::derive_network::private::approx::RelativeEq for #name {
            fn default_max_relative() -> #scalar {
                <#storage as ::derive_network::private::approx::RelativeEq>::default_max_relative()
            }

            fn relative_eq(&self, other: &Self, epsilon: #scalar, max_relative: #scalar) -> bool {
                ::derive_network::private::approx::RelativeEq::relative_eq(
                    &self.parameters,
                    &other.parameters,
                    epsilon,
                    max_relative,
                )
            }
        }

        impl ::derive_network::private::approx::UlpsEq for #name {
            fn default_max_ulps() -> u32 {
                <#storage as ::derive_network::private::approx::UlpsEq>::default_max_ulps()
            }

            fn ulps_eq(&self, other: &Self, epsilon: #scalar, max_ulps: u32) -> bool {
                ::derive_network::private::approx::UlpsEq::ulps_eq(
                    &self.parameters,
                    &other.parameters,
                    epsilon,
                    max_ulps,
                )
            }
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
