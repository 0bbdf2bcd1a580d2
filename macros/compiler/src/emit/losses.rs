//! A scheduled loss goes in; its methods, and the type that runs it over blocks of points and sums up what they contribute, come out.

use derive_network_symbolic::parameter_request::LossRequest;
use derive_network_symbolic::schedule::{LaneTotals, Space, View};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::LossRequestKind;
use crate::parameter_request::ScheduledLoss;

use super::in_parameters::{Given, InParametersEmitter, Parts, pascal};
use super::signature::number;

impl InParametersEmitter<'_> {
    pub(super) fn loss(&mut self, loss: &ScheduledLoss) -> TokenStream {
        let Parts {
            memory,
            once,
            clear,
            body,
            inputs,
            ..
        } = &self.parts(&loss.batch);
        let Parts {
            memory: single_memory,
            clear: single_clear,
            body: single_body,
            inputs: single_inputs,
            ..
        } = &self.parts(&loss.single);
        let (scalar, point) = (&self.scalar, &self.point);
        let name = &self.network.name;
        let text = loss.name.to_string();
        let what = match loss.request {
            LossRequest::Value => "value",
            LossRequest::Gradient => "gradient",
            LossRequest::Hvp => "hvp",
        };
        let runner = format_ident!("__{}{}Totals", pascal(&text), pascal(what));
        let run = format_ident!("__{text}_{what}_totals");
        let count = self.network.parameters();
        let vectors = number(loss.batch.vectors);
        // Sums go to these slices, in the order of the totals.
        let slices: Vec<(Ident, usize)> = match loss.request {
            LossRequest::Value => vec![(format_ident!("loss"), 1)],
            LossRequest::Gradient => vec![
                (format_ident!("gradient"), count),
                (format_ident!("loss"), 1),
            ],
            LossRequest::Hvp => vec![
                (format_ident!("gradient"), count),
                (format_ident!("product"), count),
                (format_ident!("loss"), 1),
            ],
        };
        let (totals, in_gradient) = (loss.batch.totals, loss.batch.gradient);
        let mut drains = TokenStream::new();
        let mut start = 0;
        for (slice, length) in &slices {
            let there = totals.saturating_sub(start).min(*length);
            let (from, sums) = (number(start.min(totals)), number(there));
            let drain = quote!(__private::drain_totals::<#from, #sums, _, _, _, _, _>(memory, #slice, adds););
            drains.extend(if start < in_gradient {
                // Where it does not add, the gradient is where it is wanted; behind it are sums of nothing.
                quote!(if adds { #drain } else { #slice[#sums..].fill(0 as #scalar); })
            } else {
                drain
            });
            start += length;
        }
        let LaneTotals {
            first,
            count: lane_totals,
            block: behind,
        } = loss.batch.lane_totals;
        let last = first + lane_totals;
        let parts = [
            (Space::Gradient, first, last.min(in_gradient)),
            (Space::Scratch, first.max(in_gradient), last),
        ];
        let add_lanes = parts.map(|(space, from, to)| {
            if from >= to {
                return TokenStream::new();
            }
            let view = self.nests.view(&View::numbers(space, from, to - from), 1);
            let lanes = number(behind + from - first);
            quote!(__private::add_lane_totals::<#view, #lanes, _, _, _, _, _>(memory);)
        });
        let with_gradient = if in_gradient > 0 {
            quote!(.with_gradient(&mut *gradient, adds))
        } else {
            TokenStream::new()
        };
        let sums: Vec<&Ident> = slices.iter().map(|(slice, _)| slice).collect();
        let pack_x = &inputs[0];
        let has_given = self.network.given() > 0;
        let single_pack_x = &single_inputs[0];
        let [pack_weights, single_pack_weights] =
            [inputs, single_inputs].map(|inputs| &inputs[1 + usize::from(has_given)]);
        let data = self.given_of_batch(loss.needs_given, inputs);
        let single_pack_given = self.given_of_batch(loss.needs_given, single_inputs).pack;
        let (arrays, flops) = (number(sums.len()), number(loss.flops));
        let block_vectors = number(loss.batch.block);
        let Given {
            slice: given_slice,
            argument: given_argument,
            value: given_value,
            pack: pack_given,
            ..
        } = &data;
        let methods = self.loss_methods(loss, &run, &data);
        quote! {
            struct #runner<'a> {
                parameters: &'a [#scalar],
                weights: [#scalar; 2],
            }

            impl<'a> __private::OverPoints<#arrays> for #runner<'a> {
                type Scalar = #scalar;
                type Slices = (&'a [#point], #given_slice);
                const FLOPS: usize = #flops;
                const BLOCK: usize = #block_vectors;

                #[allow(unused_variables)]
                #[inline(always)]
                fn run<Q: __private::Isa>(
                    &self,
                    simd: Q,
                    scratch: __private::Scratch<#scalar>,
                    (points, #given_value): Self::Slices,
                    [#(#sums),*]: [&mut [#scalar]; #arrays],
                    adds: bool,
                ) {
                    let block = #vectors * __private::lanes::<#scalar, Q>();
                    let count = points.len();
                    // A last block of few points is done point by point.
                    let rest = count % block;
                    let blocks = if __private::are_few(rest, block) { count - rest } else { count };
                    if count == 0 {
                        if !adds {
                            #(#sums.fill(0 as #scalar);)*
                        }
                        return;
                    }
                    let mut start = 0;
                    if blocks > 0 {
                        let memory = &#memory::new(simd, self.parameters, &mut *scratch)#with_gradient;
                        #clear
                        #once
                        while start < blocks {
                            let end = ::core::cmp::min(start + block, blocks);
                            let memory = &memory.with_points(end - start, start == 0);
                            __private::pack::<#pack_x, _, _, _, _, _, _>(memory, &points[start..end]);
                            #pack_given
                            __private::pack_weights::<#pack_weights, _, _, _, _, _>(memory, self.weights, end - start);
                            #body
                            start = end;
                        }
                        #(#add_lanes)*
                    }
                    let memory = &#single_memory::new(simd, self.parameters, &mut *scratch)#with_gradient;
                    if blocks == 0 {
                        #single_clear
                    }
                    while start < count {
                        let end = start + 1;
                        let memory = &memory.with_points(1, start == 0);
                        __private::pack::<#single_pack_x, _, _, _, _, _, _>(memory, &points[start..end]);
                        #single_pack_given
                        __private::pack_weights::<#single_pack_weights, _, _, _, _, _>(memory, self.weights, 1);
                        #single_body
                        start = end;
                    }
                    // Another one, for these hold the gradient.
                    let memory = &#single_memory::new(simd, self.parameters, scratch);
                    #drains
                }
            }

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #name {
                /// Writes or adds the sums, for weights of what is summed and of what is averaged.
                #[inline]
                fn #run(
                    parameters: &[#scalar],
                    scratch: __private::Scratch<#scalar>,
                    points: &[#point],
                    #given_argument
                    weight: #scalar,
                    #(#sums: &mut [#scalar],)*
                    adds: bool,
                ) {
                    let mean = weight / (::core::cmp::max(points.len(), 1) as #scalar);
                    __private::over_points(
                        &#runner { parameters, weights: [weight, mean] },
                        scratch,
                        (points, #given_value),
                        [#(#sums),*],
                        adds,
                    );
                }
            }

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #name {
                #methods
            }
        }
    }

    /// The public methods over one program of a loss.
    fn loss_methods(&self, loss: &ScheduledLoss, run: &Ident, data: &Given) -> TokenStream {
        let Given {
            argument: given_argument,
            value: given_value,
            check: given_check,
            ..
        } = data;
        let (scalar, point, workspace) = (&self.scalar, &self.point, self.workspace);
        let result = quote!(::core::result::Result<#scalar, __private::EvaluationError>);
        let programs = [&loss.batch, &loss.single];
        let own = self.own_scratch(&programs);
        let text = loss.name.to_string();
        let empty_check = self.empty_check(loss.has_mean);
        let slice_check = |slice: &str| self.count_check(slice, quote!(Self::PARAMETERS));
        let formula = format!(" `{text} = {}`", loss.text);
        let figures = format!(
            " {} floating-point operations a point, an elementary function counted as one; {} bytes of scratch.",
            loss.flops,
            self.scratch(&programs) * self.network.scalar.bytes()
        );
        let errors = if loss.has_mean {
            " If slices do not fit, or there are no points. Nothing is written then."
        } else {
            " If slices do not fit. Nothing is written then."
        };
        let document = |summary: String, with: bool| {
            let scratch_line = match (with, loss.request) {
                (true, LossRequest::Hvp) => {
                    " The scratch is that of the workspace; parameters, direction and gradient are allocated."
                }
                (true, _) => " The scratch is that of the workspace: nothing is allocated.",
                (false, _) => " The scratch is on the stack if it is small, else allocated.",
            };
            quote! {
                #[doc = #summary]
                #[doc = ""]
                #[doc = #formula]
                #[doc = ""]
                #[doc = #figures]
                #[doc = #scratch_line]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = #errors]
                #[inline]
            }
        };
        // A method and its form with a workspace share everything but where scratch is.
        let both = |method: &str,
                    summary: String,
                    arguments: TokenStream,
                    checks: TokenStream,
                    body: TokenStream| {
            let (plain, with) = (format_ident!("{method}"), format_ident!("{method}_with"));
            let (doc_plain, doc_with) = (document(summary.clone(), false), document(summary, true));
            quote! {
                #doc_plain
                pub fn #plain(&self, points: &[#point], #given_argument #arguments) -> #result {
                    #given_check
                    #empty_check
                    #checks
                    let mut memory = #own;
                    let scratch = memory.scratch();
                    #body
                }

                #doc_with
                pub fn #with(&self, workspace: &mut #workspace, points: &[#point], #given_argument #arguments) -> #result {
                    #given_check
                    #empty_check
                    #checks
                    let scratch = workspace.scratch();
                    #body
                }
            }
        };
        let zero = quote!(0 as #scalar);
        let mut methods = TokenStream::new();
        for kind in &loss.kinds {
            methods.extend(match kind {
                LossRequestKind::Value => both(
                    &text,
                    format!(" The loss `{text}` over some points."),
                    quote!(),
                    quote!(),
                    quote! {
                        let mut loss = [#zero];
                        Self::#run(&self.parameters, scratch, points, #given_value 1 as #scalar, &mut loss, false);
                        ::core::result::Result::Ok(loss[0])
                    },
                ),
                LossRequestKind::Gradient => {
                    let checks = slice_check("gradient");
                    let plain = both(
                        &format!("{text}_gradient"),
                        format!(" The loss `{text}` over some points, and its gradient in the parameters, written to `gradient`; zero for frozen ones."),
                        quote!(gradient: &mut [#scalar]),
                        checks.clone(),
                        quote! {
                            let mut loss = [#zero];
                            Self::#run(&self.parameters, scratch, points, #given_value 1 as #scalar, gradient, &mut loss, false);
                            ::core::result::Result::Ok(loss[0])
                        },
                    );
                    let adding = both(
                        &format!("add_{text}_gradient"),
                        format!(" The loss `{text}` over some points times `weight`; adds `weight` times its gradient in the parameters to `gradient`. So losses over several sets of points add up."),
                        quote!(weight: #scalar, gradient: &mut [#scalar]),
                        checks,
                        quote! {
                            let mut loss = [#zero];
                            Self::#run(&self.parameters, scratch, points, #given_value weight, gradient, &mut loss, true);
                            ::core::result::Result::Ok(loss[0])
                        },
                    );
                    quote!(#plain #adding)
                }
                LossRequestKind::ParameterHvp => {
                    let (v, product) = (slice_check("v"), slice_check("product"));
                    both(
                        &format!("{text}_parameter_hvp"),
                        format!(" The loss `{text}` over some points; its Hessian in the parameters times `v` is written to `product`."),
                        quote!(v: &[#scalar], product: &mut [#scalar]),
                        quote!(#v #product),
                        quote! {
                            let mut loss = [#zero];
                            let mut gradient = __private::numbers::<#scalar>(Self::PARAMETERS);
                            let mut parameters = self.parameters().to_vec();
                            parameters.extend_from_slice(v);
                            Self::#run(&parameters, scratch, points, #given_value 1 as #scalar, &mut gradient, product, &mut loss, false);
                            ::core::result::Result::Ok(loss[0])
                        },
                    )
                }
                LossRequestKind::ParameterHessian => {
                    let hessian = self.count_check("hessian", quote!((Self::PARAMETERS * Self::PARAMETERS)));
                    both(
                        &format!("{text}_parameter_hessian"),
                        format!(" The loss `{text}` over some points; its Hessian in the parameters is written to `hessian`, of as many rows and columns as there are parameters: a product with each unit direction."),
                        quote!(hessian: &mut [#scalar]),
                        hessian,
                        quote! {
                            let mut loss = [#zero];
                            let mut gradient = __private::numbers::<#scalar>(Self::PARAMETERS);
                            let mut parameters = self.parameters().to_vec();
                            parameters.resize(2 * Self::PARAMETERS, #zero);
                            for (direction, column) in hessian.chunks_exact_mut(Self::PARAMETERS).enumerate() {
                                parameters[Self::PARAMETERS + direction] = 1 as #scalar;
                                Self::#run(&parameters, &mut *scratch, points, #given_value 1 as #scalar, &mut gradient, column, &mut loss, false);
                                parameters[Self::PARAMETERS + direction] = #zero;
                            }
                            ::core::result::Result::Ok(loss[0])
                        },
                    )
                }
                LossRequestKind::Intermediates => TokenStream::new(),
            });
        }
        methods
    }
}
