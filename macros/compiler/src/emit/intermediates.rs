//! What layers compute on the way: the programs of intermediates go in, methods and the types that they return come out.
//!
//! The types have the fields of the network, so that `net.intermediates(&x).hidden[1].z` reads as the definition does.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Field, Network};
use crate::parameter_request::{InParameters, ScheduledIntermediates};

use super::in_parameters::{Given, InParametersEmitter, Parts, pascal};
use super::signature::{number, scalar_type};

/// The types that the methods return, beside the struct: they must be nameable.
pub(super) fn emit_intermediate_types(network: &Network, asked: &InParameters) -> TokenStream {
    let scalar = scalar_type(network.scalar);
    let visibility = &network.visibility;
    let fields = |layer: &str| -> Vec<TokenStream> {
        let layer = format_ident!("{layer}");
        let fields = network.fields.iter().map(|field| {
            let name = &field.name;
            let width = number(network.layers[field.layers.start].output.size());
            let kind = quote!(::derive_network::#layer<#scalar, #width>);
            let kind = match field.array {
                Some(length) => {
                    let length = number(length);
                    quote!([#kind; #length])
                }
                None => kind,
            };
            let doc = format!(" Of the field `{name}`.");
            quote!(#[doc = #doc] pub #name: #kind,)
        });
        fields.collect()
    };
    let of_output = asked.intermediates.as_ref().map(|_| {
        let (name, fields) = (output_type(network), fields("LayerValues"));
        let doc = format!(
            " What each layer of [`{}`] computes at a point.",
            network.name
        );
        quote! {
            #[doc = #doc]
            #[derive(Clone, Debug, PartialEq)]
            #visibility struct #name {
                #(#fields)*
            }
        }
    });
    let of_losses = asked.loss_intermediates.iter().map(|loss| {
        let (name, fields) = (loss_type(network, &loss.name), fields("LayerAdjoints"));
        let point = number(network.inputs());
        let doc = format!(
            " What each layer of [`{}`] computes on the way to the loss `{}`, and the derivatives of the loss in it.",
            network.name, loss.name
        );
        quote! {
            #[doc = #doc]
            #[derive(Clone, Debug, PartialEq)]
            #visibility struct #name {
                /// The loss.
                pub loss: #scalar,
                /// Its derivative in the inputs, for each point.
                pub dx: ::std::vec::Vec<::derive_network::nalgebra::SVector<#scalar, #point>>,
                #(#fields)*
            }
        }
    });
    quote!(#of_output #(#of_losses)*)
}

fn output_type(network: &Network) -> Ident {
    format_ident!("{}Intermediates", network.name)
}

fn loss_type(network: &Network, loss: &Ident) -> Ident {
    format_ident!("{}{}Intermediates", network.name, pascal(&loss.to_string()))
}

/// For each field, what `layer` gives for the numbers of its layers.
fn by_field(network: &Network, layer: impl Fn(usize) -> TokenStream) -> Vec<TokenStream> {
    let value = |field: &Field| {
        let name = &field.name;
        let mut layers = field.layers.clone().map(&layer);
        let value = match field.array {
            Some(_) => quote!([#(#layers),*]),
            None => layers.next().unwrap_or_default(),
        };
        quote!(#name: #value,)
    };
    network.fields.iter().map(value).collect()
}

impl InParametersEmitter<'_> {
    /// The methods, and what runs them.
    pub(super) fn intermediates(&mut self, asked: &InParameters) -> TokenStream {
        let of_output = asked.intermediates.as_ref().map(|program| {
            let parts = self.parts(program);
            self.of_output(&parts, self.own_scratch(&[program]))
        });
        let of_losses: Vec<TokenStream> = asked
            .loss_intermediates
            .iter()
            .map(|loss| {
                let parts = self.parts(&loss.program);
                self.of_loss(loss, &parts)
            })
            .collect();
        quote!(#of_output #(#of_losses)*)
    }

    /// The types of the tensors on the way, as often as `times` for each layer.
    fn layer_types(&self, times: usize) -> Vec<TokenStream> {
        let scalar = &self.scalar;
        let types = self.network.layers.iter().flat_map(|layer| {
            let width = number(layer.output.size());
            vec![quote!(__private::SVector<#scalar, #width>); times]
        });
        types.collect()
    }

    fn of_output(&self, parts: &Parts, own: TokenStream) -> TokenStream {
        let Parts {
            memory,
            body,
            inputs,
            outputs,
            ..
        } = parts;
        let (scalar, point, name) = (&self.scalar, &self.point, &self.network.name);
        let result = output_type(self.network);
        let types = self.layer_types(2);
        let fields: Vec<Ident> = (0..types.len())
            .map(|number| format_ident!("t{number}"))
            .collect();
        let pack_x = &inputs[0];
        let values = by_field(self.network, |layer| {
            let (z, a) = (&fields[2 * layer], &fields[2 * layer + 1]);
            quote!(__private::LayerValues { z: #z, a: #a })
        });
        quote! {
            struct __Intermediates<'a> {
                parameters: &'a [#scalar],
                scratch: &'a mut [::core::mem::MaybeUninit<#scalar>],
                x: &'a #point,
                #(#fields: &'a mut #types,)*
            }

            impl __private::OnLanes for __Intermediates<'_> {
                type Output = ();

                #[inline(always)]
                fn run<Q: __private::Isa>(self, simd: Q) {
                    let memory = &#memory::new(simd, self.parameters, self.scratch);
                    __private::pack::<#pack_x, _, _, _, _, _, _>(memory, ::core::slice::from_ref(self.x));
                    #body
                    #(__private::unpack::<#outputs, _, _, _, _, _, _>(memory, ::core::slice::from_mut(self.#fields));)*
                }
            }

            impl #name {
                /// The pre-activation z and the activation a of each layer at a point, by field.
                #[inline]
                #[must_use]
                pub fn intermediates(&self, x: &#point) -> #result {
                    let mut memory = #own;
                    #(let mut #fields = <#types as __private::Zeroed>::zeroed();)*
                    __private::dispatch(__Intermediates {
                        parameters: &self.parameters,
                        scratch: memory.scratch(),
                        x,
                        #(#fields: &mut #fields,)*
                    });
                    #result {
                        #(#values)*
                    }
                }
            }
        }
    }

    fn of_loss(&self, loss: &ScheduledIntermediates, parts: &Parts) -> TokenStream {
        let Parts {
            memory,
            once,
            clear,
            body,
            inputs,
            outputs,
        } = parts;
        let (scalar, point, name) = (&self.scalar, &self.point, &self.network.name);
        let result = loss_type(self.network, &loss.name);
        let runner = format_ident!("__{}Intermediates", pascal(&loss.name.to_string()));
        let method = format_ident!("{}_intermediates", loss.name);
        let mut types = self.layer_types(4);
        types.push(point.clone());
        let fields: Vec<Ident> = (0..types.len())
            .map(|number| format_ident!("t{number}"))
            .collect();
        let dx = &fields[types.len() - 1];
        let pack_x = &inputs[0];
        let pack_weights = &inputs[1 + usize::from(self.network.given() > 0)];
        let Given {
            field: given_field,
            argument: given_argument,
            value: given_value,
            check: given_check,
            pack: pack_given,
            ..
        } = self.given_of_batch(loss.needs_given, inputs);
        let given_local = loss.needs_given.then(|| quote!(let given = self.given;));
        let empty_check = self.empty_check(loss.has_mean);
        let own = self.own_scratch(&[&loss.program]);
        let totals = number(loss.program.totals);
        let values = by_field(self.network, |layer| {
            let [z, dz, a, da] = [0, 1, 2, 3].map(|part| &fields[4 * layer + part]);
            quote!(__private::LayerAdjoints { z: #z, a: #a, dz: #dz, da: #da })
        });
        let summary = format!(
            " The loss `{}` over some points with all that is on the way: of each layer, for each point, its pre-activation z and its activation a, and the derivatives of the loss in both, and in the inputs.",
            loss.name
        );
        quote! {
            struct #runner<'a> {
                parameters: &'a [#scalar],
                scratch: &'a mut [::core::mem::MaybeUninit<#scalar>],
                points: &'a [#point],
                #given_field
                weights: [#scalar; 2],
                loss: &'a mut [#scalar],
                #(#fields: &'a mut [#types],)*
            }

            impl __private::OnLanes for #runner<'_> {
                type Output = ();

                #[inline(always)]
                fn run<Q: __private::Isa>(self, simd: Q) {
                    let count = self.points.len();
                    if count == 0 {
                        self.loss.fill(0 as #scalar);
                        return;
                    }
                    let memory = &#memory::new(simd, self.parameters, self.scratch);
                    #clear
                    #once
                    let lanes = __private::lanes::<#scalar, Q>();
                    #given_local
                    let mut start = 0;
                    while start < count {
                        let end = ::core::cmp::min(start + lanes, count);
                        let memory = &memory.with_points(end - start, start == 0);
                        __private::pack::<#pack_x, _, _, _, _, _, _>(memory, &self.points[start..end]);
                        #pack_given
                        __private::pack_weights::<#pack_weights, _, _, _, _, _>(memory, self.weights, end - start);
                        #body
                        #(__private::unpack::<#outputs, _, _, _, _, _, _>(memory, &mut self.#fields[start..end]);)*
                        start = end;
                    }
                    __private::drain_totals::<0, #totals, _, _, _, _, _>(memory, self.loss, false);
                }
            }

            impl #name {
                #[doc = #summary]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = " If slices do not fit, or a mean has no points."]
                #[inline]
                pub fn #method(&self, points: &[#point], #given_argument) -> ::core::result::Result<#result, __private::EvaluationError> {
                    #given_check
                    #empty_check
                    let mut memory = #own;
                    let mut loss = [0 as #scalar];
                    #(let mut #fields = __private::zeros::<#types>(points.len());)*
                    let mean = 1 as #scalar / (::core::cmp::max(points.len(), 1) as #scalar);
                    __private::dispatch(#runner {
                        parameters: &self.parameters,
                        scratch: memory.scratch(),
                        points,
                        #given_value
                        weights: [1 as #scalar, mean],
                        loss: &mut loss,
                        #(#fields: &mut #fields,)*
                    });
                    ::core::result::Result::Ok(#result {
                        loss: loss[0],
                        dx: #dx,
                        #(#values)*
                    })
                }
            }
        }
    }
}
