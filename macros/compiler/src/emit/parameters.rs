//! A [`Network`] goes in; the struct with its parameters, constants, constructors and accessors comes out.

use super::accessors::{emit_layer_accessors, emit_parameter_accessors, separator};
use super::signature::{number, scalar_type};
use crate::model::{
    Input, Layer, LayerKind, Network, Storage, Weights, constant_name, derived_traits,
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
    let weights = network.layers.iter().flat_map(emit_weights);
    quote! {
        #[doc = #doc]
        pub const INPUTS: usize = #inputs;
        /// The number of outputs: the width of the last layer.
        pub const OUTPUTS: usize = #outputs;
        /// The number of parameters: the length of the flat slice.
        pub const PARAMETERS: usize = #parameters;
        #(#ranges)*
        const __LAYERS: &'static [::derive_network::private::DenseShape] = &[#(#layers),*];
        const __WEIGHTS: &'static [::derive_network::private::WeightShape] = &[#(#weights),*];
    }
}

/// Inputs or given data by name and size, in order.
pub(super) fn describe_inputs(inputs: &[Input]) -> String {
    let list: Vec<String> = inputs.iter().map(describe_input).collect();
    list.join(", then ")
}

fn describe_input(input: &Input) -> String {
    if input.is_scalar {
        format!("`{}`", input.name)
    } else {
        format!("`{}` ({})", input.name, input.size)
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
    let (outputs, inputs, bias) = layer.kind.weight_shape();
    let (inputs, outputs, start) = (number(inputs), number(outputs), number(layer.offset));
    quote!(::derive_network::private::DenseShape { inputs: #inputs, outputs: #outputs, bias: #bias, start: #start })
}

/// The weights of a layer, as initialisers fill them.
fn emit_weights(layer: &Layer) -> Vec<TokenStream> {
    match &layer.kind {
        LayerKind::Dense(dense) => {
            let (rows, columns) = (number(dense.outputs), number(dense.inputs));
            let start = number(layer.offset);
            vec![quote!(::derive_network::private::WeightShape::dense(#rows, #columns, #start))]
        }
        LayerKind::Graph(graph) => {
            let degrees = graph.degrees().into_iter();
            degrees
                .map(|(weights, fan_in, fan_out)| emit_edges(layer, &weights, (fan_in, fan_out)))
                .collect()
        }
    }
}

/// The weights of pairs of neurons, with how many edges end and start at these.
fn emit_edges(layer: &Layer, weights: &Weights, degrees: (usize, usize)) -> TokenStream {
    let place = weights.place;
    let start = layer.offset + place.offset + place.column * place.rows + place.row;
    let (start, stride) = (number(start), number(place.rows));
    let (rows, columns) = (
        number(weights.edges.targets.len()),
        number(weights.edges.sources.len()),
    );
    let (fan_in, fan_out) = (number(degrees.0), number(degrees.1));
    quote!(::derive_network::private::WeightShape {
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
    let zeros = network.parameter_fields.iter().map(|field| {
        let (start, end) = (
            number(field.parameters().start),
            number(field.parameters().end),
        );
        quote!(network.parameters[#start..#end].fill(0.0);)
    });
    let held = network.layers.iter().flat_map(|layer| {
        let pairs = match &layer.kind {
            LayerKind::Graph(graph) => graph.pairs_without_edge(),
            LayerKind::Dense(_) => Vec::new(),
        };
        let pairs = pairs.into_iter();
        pairs.map(|pairs| emit_edges(layer, &pairs, (0, 0)))
    });
    let held: Vec<TokenStream> = held.collect();
    let held = (!held.is_empty()).then(
        || quote!(::derive_network::private::fill_zero(&mut network.parameters, &[#(#held),*]);),
    );
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
            ::derive_network::private::uniform(&mut network.parameters, &range, seed);
            #(#zeros)*
            #held
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
            ::derive_network::private::#name(&mut network.parameters, Self::__WEIGHTS, seed);
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
