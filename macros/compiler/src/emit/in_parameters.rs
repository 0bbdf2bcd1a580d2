//! Scheduled losses and derivatives in the parameters go in; their methods, and the types that run them on lanes, come out.
//!
//! A loss is run over blocks of points, whose contributions its program sums up; a Jacobian takes its columns out of each block; what
//! is asked of one point takes them out of the scratch of that point.

use derive_network_symbolic::parameter_request::LossRequest;
use derive_network_symbolic::schedule::LoopProgram;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::{LossRequestKind, Network, ParameterRequestKind, method_name};
use crate::parameter_request::{InParameters, ScheduledLoss, ScheduledPieces};

use super::nests::{Nests, scratch};
use super::signature::{number, scalar_type};

/// Scratch of a method that is called by value lies on the stack up to so many bytes, beyond them on the heap.
const STACK_BYTES: usize = 64 * 1024;

/// What the emission of all methods in the parameters shares.
pub(super) struct InParametersEmitter<'a> {
    pub(super) network: &'a Network,
    nests: &'a mut Nests,
    /// Lanes of the widest vector.
    widest: usize,
    /// The type of the workspace.
    workspace: &'a TokenStream,
    pub(super) scalar: Ident,
    pub(super) point: TokenStream,
    pub(super) given: TokenStream,
}

/// Numbers of scratch that the programs need at most.
pub(super) fn most_scratch(asked: &InParameters, widest: usize) -> usize {
    let losses = asked.losses.iter().map(|loss| &loss.program);
    let functions = asked.functions.iter().map(|function| &function.program);
    let programs = losses.chain(functions).chain(&asked.intermediates);
    let of_losses = asked.loss_intermediates.iter().map(|loss| &loss.program);
    let programs = programs.chain(of_losses);
    let sizes = programs.map(|program| scratch(program, widest).0);
    sizes.max().unwrap_or(0)
}

/// The methods, and the types behind them.
pub(super) fn emit_in_parameters(
    network: &Network,
    asked: &InParameters,
    nests: &mut Nests,
    widest: usize,
    workspace: &TokenStream,
) -> TokenStream {
    let scalar = scalar_type(network.scalar);
    let vector = |length: usize| {
        let length = number(length);
        quote!(__private::SVector<#scalar, #length>)
    };
    let mut emitter = InParametersEmitter {
        network,
        nests,
        widest,
        workspace,
        point: vector(network.inputs()),
        given: vector(network.given()),
        scalar,
    };
    let losses: Vec<TokenStream> = asked.losses.iter().map(|loss| emitter.loss(loss)).collect();
    let functions: Vec<TokenStream> = asked
        .functions
        .iter()
        .map(|function| emitter.function(function))
        .collect();
    let intermediates = emitter.intermediates(asked);
    quote!(#(#losses)* #(#functions)* #intermediates)
}

/// The parts of a program as code.
pub(super) struct Parts {
    pub memory: TokenStream,
    pub once: TokenStream,
    pub body: TokenStream,
    pub inputs: Vec<Ident>,
    pub outputs: Vec<Ident>,
}

pub(super) fn pascal(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        let head = letters.next().map(|head| head.to_uppercase().to_string());
        format!("{}{}", head.unwrap_or_default(), letters.as_str())
    });
    words.collect()
}

impl InParametersEmitter<'_> {
    pub(super) fn parts(&mut self, program: &LoopProgram) -> Parts {
        let scalar = &self.scalar;
        let sizes = [
            program.parameters,
            program.scratch,
            program.block + program.totals,
        ];
        let [parameters, hoisted, block] = sizes.map(number);
        Parts {
            memory: quote!(__private::Memory::<'_, #scalar, Q, #parameters, #hoisted, #block>),
            once: self.nests.calls(&program.prologue),
            body: self.nests.calls(&program.body),
            inputs: program
                .inputs
                .iter()
                .map(|view| self.nests.view(view, program.vectors))
                .collect(),
            outputs: program
                .outputs
                .iter()
                .map(|view| self.nests.view(view, program.vectors))
                .collect(),
        }
    }

    /// Scratch of a call by value.
    pub(super) fn own_scratch(&self, program: &LoopProgram) -> TokenStream {
        let length = scratch(program, self.widest).0.max(1);
        let (scalar, numbers) = (&self.scalar, number(length));
        if length * self.network.scalar.bytes() <= STACK_BYTES {
            quote!(__private::Stack::<#scalar, #numbers>::new())
        } else {
            quote!(__private::Workspace::<#scalar, #numbers>::new())
        }
    }

    fn count_check(&self, slice: &str, expected: TokenStream) -> TokenStream {
        let slice = format_ident!("{slice}");
        quote! {
            if #slice.len() != #expected {
                return ::core::result::Result::Err(__private::ParameterCountError {
                    expected: #expected,
                    found: #slice.len(),
                }.into());
            }
        }
    }

    fn loss(&mut self, loss: &ScheduledLoss) -> TokenStream {
        let parts = self.parts(&loss.program);
        let Parts {
            memory,
            once,
            body,
            inputs,
            ..
        } = &parts;
        let (scalar, point, given) = (&self.scalar, &self.point, &self.given);
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
        let totals = loss.program.totals;
        let from = loss.program.block;
        let (all_from, all_count) = (number(from), number(totals));
        let vectors = number(loss.program.vectors);
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
        let mut drains = TokenStream::new();
        let mut start = 0;
        for (slice, length) in &slices {
            let there = totals.saturating_sub(start).min(*length);
            if there > 0 {
                let (from, there) = (number(from + start), number(there));
                drains.extend(quote!(__private::drain_totals::<#from, #there, _, _, _, _, _>(memory, self.#slice);));
            }
            start += length;
        }
        let sums: Vec<&Ident> = slices.iter().map(|(slice, _)| slice).collect();
        let pack_x = &inputs[0];
        let has_given = self.network.given() > 0;
        let pack_given = loss.needs_given.then(|| {
            let view = &inputs[1];
            quote!(__private::pack::<#view, _, _, _, _, _, _>(memory, &self.given[start..end]);)
        });
        let pack_weights = &inputs[1 + usize::from(has_given)];
        let given_field = loss.needs_given.then(|| quote!(given: &'a [#given],));
        let given_argument = loss.needs_given.then(|| quote!(given: &[#given],));
        let given_value = loss.needs_given.then(|| quote!(given,));
        let methods = self.loss_methods(loss, &run, &given_argument, &given_value);
        quote! {
            struct #runner<'a> {
                parameters: &'a [#scalar],
                scratch: &'a mut [::core::mem::MaybeUninit<#scalar>],
                points: &'a [#point],
                #given_field
                weights: [#scalar; 2],
                #(#sums: &'a mut [#scalar],)*
            }

            impl __private::OnLanes for #runner<'_> {
                type Output = ();

                #[allow(unused_variables)]
                #[inline(always)]
                fn run<Q: __private::Isa>(self, simd: Q) {
                    let memory = &#memory::new(simd, self.parameters, self.scratch);
                    __private::clear_totals::<#all_from, #all_count, _, _, _, _, _>(memory);
                    #once
                    let lanes = #vectors * __private::lanes::<#scalar, Q>();
                    let count = self.points.len();
                    let mut start = 0;
                    while start < count {
                        let end = ::core::cmp::min(start + lanes, count);
                        __private::pack::<#pack_x, _, _, _, _, _, _>(memory, &self.points[start..end]);
                        #pack_given
                        __private::pack_weights::<#pack_weights, _, _, _, _, _>(memory, self.weights, end - start);
                        #body
                        start = end;
                    }
                    #drains
                }
            }

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #name {
                /// Adds the sums, for weights of what is summed and of what is averaged.
                #[inline]
                fn #run(
                    parameters: &[#scalar],
                    scratch: &mut [::core::mem::MaybeUninit<#scalar>],
                    points: &[#point],
                    #given_argument
                    weight: #scalar,
                    #(#sums: &mut [#scalar],)*
                ) {
                    let mean = weight / (::core::cmp::max(points.len(), 1) as #scalar);
                    __private::dispatch(#runner {
                        parameters,
                        scratch,
                        points,
                        #given_value
                        weights: [weight, mean],
                        #(#sums,)*
                    });
                }
            }

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #name {
                #methods
            }
        }
    }

    /// The public methods over one program of a loss.
    fn loss_methods(
        &self,
        loss: &ScheduledLoss,
        run: &Ident,
        given_argument: &Option<TokenStream>,
        given_value: &Option<TokenStream>,
    ) -> TokenStream {
        let (scalar, point, workspace) = (&self.scalar, &self.point, self.workspace);
        let result = quote!(::core::result::Result<#scalar, __private::EvaluationError>);
        let own = self.own_scratch(&loss.program);
        let text = loss.name.to_string();
        let given_check = loss.needs_given.then(|| {
            quote! {
                if given.len() != points.len() {
                    return ::core::result::Result::Err(__private::BatchLengthError {
                        name: "given",
                        expected: points.len(),
                        found: given.len(),
                    }.into());
                }
            }
        });
        let empty_check = loss.has_mean.then(|| {
            quote! {
                if points.is_empty() {
                    return ::core::result::Result::Err(__private::EvaluationError::EmptyBatch);
                }
            }
        });
        let slice_check = |slice: &str| self.count_check(slice, quote!(Self::PARAMETERS));
        let formula = format!(" `{text} = {}`", loss.text);
        let figures = format!(
            " {} floating-point operations a point, an elementary function counted as one; {} bytes of scratch.",
            loss.flops,
            scratch(&loss.program, self.widest).0 * self.network.scalar.bytes()
        );
        let errors = if loss.has_mean {
            " If slices do not fit, or there are no points. Nothing is written then."
        } else {
            " If slices do not fit. Nothing is written then."
        };
        let document = |summary: String, with: bool| {
            let scratch_line = if with {
                " The scratch is that of the workspace: nothing is allocated."
            } else {
                " The scratch is on the stack if it is small, else one allocation."
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
                        Self::#run(&self.parameters, scratch, points, #given_value 1 as #scalar, &mut loss);
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
                            gradient.fill(#zero);
                            let mut loss = [#zero];
                            Self::#run(&self.parameters, scratch, points, #given_value 1 as #scalar, gradient, &mut loss);
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
                            Self::#run(&self.parameters, scratch, points, #given_value weight, gradient, &mut loss);
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
                            product.fill(#zero);
                            let mut loss = [#zero];
                            let mut gradient = __private::numbers::<#scalar>(Self::PARAMETERS);
                            let mut parameters = self.parameters().to_vec();
                            parameters.extend_from_slice(v);
                            Self::#run(&parameters, scratch, points, #given_value 1 as #scalar, &mut gradient, product, &mut loss);
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
                            hessian.fill(#zero);
                            let mut loss = [#zero];
                            let mut gradient = __private::numbers::<#scalar>(Self::PARAMETERS);
                            let mut parameters = self.parameters().to_vec();
                            parameters.resize(2 * Self::PARAMETERS, #zero);
                            for (direction, column) in hessian.chunks_exact_mut(Self::PARAMETERS).enumerate() {
                                parameters[Self::PARAMETERS + direction] = 1 as #scalar;
                                loss = [#zero];
                                Self::#run(&parameters, &mut *scratch, points, #given_value 1 as #scalar, &mut gradient, column, &mut loss);
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

    fn function(&mut self, function: &ScheduledPieces) -> TokenStream {
        let name = function.function.as_ref().map(Ident::to_string);
        let methods: Vec<TokenStream> = if function
            .kinds
            .contains(&ParameterRequestKind::ParameterJacobian)
            || function.kinds.contains(&ParameterRequestKind::GaussNewton)
        {
            vec![self.of_batch(function, name.as_deref())]
        } else {
            let of = function.kinds.iter();
            of.map(|kind| self.of_point(function, *kind, name.as_deref()))
                .collect()
        };
        quote!(#(#methods)*)
    }

    /// The type of the value of a function.
    fn value_type(&self, width: usize) -> TokenStream {
        let scalar = &self.scalar;
        if width == 1 {
            quote!(#scalar)
        } else {
            let width = number(width);
            quote!(__private::SVector<#scalar, #width>)
        }
    }

    /// Statements that take the pieces out of scratch.
    fn unpack(
        &self,
        function: &ScheduledPieces,
        outputs: &[Ident],
        place: &TokenStream,
    ) -> TokenStream {
        let pieces = function.pieces.iter().map(|piece| {
            let (view, column) = (&outputs[piece.output], number(piece.offset));
            quote!(__private::unpack_columns::<#view, _, _, _, _, _>(memory, __private::Columns { column: #column, #place });)
        });
        pieces.collect()
    }

    fn of_batch(&mut self, function: &ScheduledPieces, name: Option<&str>) -> TokenStream {
        let parts = self.parts(&function.program);
        let Parts {
            memory,
            once,
            body,
            inputs,
            outputs,
        } = &parts;
        let (scalar, point, given, workspace) =
            (&self.scalar, &self.point, &self.given, self.workspace);
        let network = &self.network.name;
        let method = method_name(name, "parameter_jacobian");
        let runner = format_ident!("__{}Rows", pascal(&method));
        let value = self.value_type(function.width);
        let width = number(function.width);
        let place = quote! {
            matrix: &mut *self.jacobian,
            rows: count * #width,
            first: start * #width,
            points: end - start,
            width: #width,
            add: false,
        };
        let pieces = self.unpack(function, outputs, &place);
        let (pack_x, unpack_value) = (&inputs[0], &outputs[0]);
        let pack_given = function.needs_given.then(|| {
            let view = &inputs[1];
            quote!(__private::pack::<#view, _, _, _, _, _, _>(memory, &self.given[start..end]);)
        });
        let given_field = function.needs_given.then(|| quote!(given: &'a [#given],));
        let given_argument = function.needs_given.then(|| quote!(given: &[#given],));
        let given_value = function.needs_given.then(|| quote!(given,));
        let given_check = function.needs_given.then(|| {
            quote! {
                if given.len() != points.len() {
                    return ::core::result::Result::Err(__private::BatchLengthError {
                        name: "given",
                        expected: points.len(),
                        found: given.len(),
                    }.into());
                }
            }
        });
        let own = self.own_scratch(&function.program);
        let vectors = number(function.program.vectors);
        let run = format_ident!("__{method}_rows");
        let said = name.map_or_else(|| "the output".to_owned(), |name| format!("`{name}`"));
        let figures = format!(
            " {} floating-point operations a point, an elementary function counted as one.",
            function.flops
        );
        let mut methods = TokenStream::new();
        if function
            .kinds
            .contains(&ParameterRequestKind::ParameterJacobian)
        {
            let (plain, with) = (format_ident!("{method}"), format_ident!("{method}_with"));
            let summary = format!(
                " The derivatives of {said} in the parameters at some points, written to `jacobian`: column-major, a row for each entry at each point, point by point, and a column for each parameter; zero for frozen ones."
            );
            let check = quote! {
                #given_check
                if jacobian.len() != points.len() * #width * Self::PARAMETERS {
                    return ::core::result::Result::Err(__private::BatchLengthError {
                        name: "jacobian",
                        expected: points.len() * #width * Self::PARAMETERS,
                        found: jacobian.len(),
                    }.into());
                }
            };
            methods.extend(quote! {
                #[doc = #summary]
                #[doc = ""]
                #[doc = #figures]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = " If slices do not fit. Nothing is written then."]
                #[inline]
                pub fn #plain(&self, points: &[#point], #given_argument jacobian: &mut [#scalar]) -> ::core::result::Result<(), __private::EvaluationError> {
                    #check
                    let mut memory = #own;
                    self.#run(memory.scratch(), points, #given_value &mut [], jacobian);
                    ::core::result::Result::Ok(())
                }

                #[doc = #summary]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = " If slices do not fit. Nothing is written then."]
                #[inline]
                pub fn #with(&self, workspace: &mut #workspace, points: &[#point], #given_argument jacobian: &mut [#scalar]) -> ::core::result::Result<(), __private::EvaluationError> {
                    #check
                    self.#run(workspace.scratch(), points, #given_value &mut [], jacobian);
                    ::core::result::Result::Ok(())
                }
            });
        }
        if function.kinds.contains(&ParameterRequestKind::GaussNewton) {
            let plain = format_ident!("{}", method_name(name, "gauss_newton"));
            let summary = format!(
                " Gauss-Newton's products of {said} over some points: with r its values and J their derivatives in the parameters, Jᵀr is written to `projections` and JᵀJ, of as many rows and columns as there are parameters, to `squares`. J is never held. Returns rᵀr."
            );
            let (projections, squares) = (
                self.count_check("projections", quote!(Self::PARAMETERS)),
                self.count_check("squares", quote!((Self::PARAMETERS * Self::PARAMETERS))),
            );
            let given_chunk = function.needs_given.then(|| quote!(&given[start..end],));
            let values = if function.width == 1 {
                quote!(&values[..points.len()])
            } else {
                quote!(&__private::entries(&values[..points.len()]))
            };
            methods.extend(quote! {
                #[doc = #summary]
                #[doc = ""]
                #[doc = #figures]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = " If slices do not fit. Nothing is written then."]
                #[inline]
                pub fn #plain(&self, points: &[#point], #given_argument projections: &mut [#scalar], squares: &mut [#scalar]) -> ::core::result::Result<#scalar, __private::EvaluationError> {
                    const POINTS: usize = 64;
                    #given_check
                    #projections
                    #squares
                    projections.fill(0 as #scalar);
                    squares.fill(0 as #scalar);
                    let mut memory = #own;
                    let mut rows = __private::numbers::<#scalar>(POINTS * #width * Self::PARAMETERS);
                    let mut values = [<#value as __private::Zeroed>::zeroed(); POINTS];
                    let mut sum = 0 as #scalar;
                    let mut start = 0;
                    while start < points.len() {
                        let end = ::core::cmp::min(start + POINTS, points.len());
                        let points = &points[start..end];
                        let rows = &mut rows[..points.len() * #width * Self::PARAMETERS];
                        self.#run(memory.scratch(), points, #given_chunk &mut values[..points.len()], rows);
                        sum += __private::accumulate_gram(rows, #values, projections, squares);
                        start = end;
                    }
                    ::core::result::Result::Ok(sum)
                }
            });
        }
        quote! {
            struct #runner<'a> {
                parameters: &'a [#scalar],
                scratch: &'a mut [::core::mem::MaybeUninit<#scalar>],
                points: &'a [#point],
                #given_field
                values: &'a mut [#value],
                jacobian: &'a mut [#scalar],
            }

            impl __private::OnLanes for #runner<'_> {
                type Output = ();

                #[allow(unused_variables)]
                #[inline(always)]
                fn run<Q: __private::Isa>(self, simd: Q) {
                    let memory = &#memory::new(simd, self.parameters, self.scratch);
                    #once
                    let lanes = #vectors * __private::lanes::<#scalar, Q>();
                    let count = self.points.len();
                    let mut start = 0;
                    while start < count {
                        let end = ::core::cmp::min(start + lanes, count);
                        __private::pack::<#pack_x, _, _, _, _, _, _>(memory, &self.points[start..end]);
                        #pack_given
                        #body
                        if !self.values.is_empty() {
                            __private::unpack::<#unpack_value, _, _, _, _, _, _>(memory, &mut self.values[start..end]);
                        }
                        #pieces
                        start = end;
                    }
                }
            }

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #network {
                #[inline]
                fn #run(
                    &self,
                    scratch: &mut [::core::mem::MaybeUninit<#scalar>],
                    points: &[#point],
                    #given_argument
                    values: &mut [#value],
                    jacobian: &mut [#scalar],
                ) {
                    jacobian.fill(0 as #scalar);
                    __private::dispatch(#runner {
                        parameters: &self.parameters,
                        scratch,
                        points,
                        #given_value
                        values,
                        jacobian,
                    });
                }

                #methods
            }
        }
    }

    fn of_point(
        &mut self,
        function: &ScheduledPieces,
        kind: ParameterRequestKind,
        name: Option<&str>,
    ) -> TokenStream {
        let parts = self.parts(&function.program);
        let Parts {
            memory,
            body,
            inputs,
            outputs,
            ..
        } = &parts;
        let (scalar, point, given, workspace) =
            (&self.scalar, &self.point, &self.given, self.workspace);
        let network = &self.network.name;
        let is_pullback = kind == ParameterRequestKind::Pullback;
        let method = method_name(name, kind.name());
        let runner = format_ident!("__{}Point", pascal(&method));
        let value = self.value_type(function.width);
        let place = quote! {
            matrix: &mut *self.gradient,
            rows: 1,
            first: 0,
            points: 1,
            width: 1,
            add: #is_pullback,
        };
        let pieces = self.unpack(function, outputs, &place);
        let (pack_x, unpack_value) = (&inputs[0], &outputs[0]);
        let has_given = self.network.given() > 0;
        let pack_given = function.needs_given.then(|| {
            let view = &inputs[1];
            quote!(__private::pack::<#view, _, _, _, _, _, _>(memory, ::core::slice::from_ref(self.given));)
        });
        let given_field = function.needs_given.then(|| quote!(given: &'a #given,));
        let given_argument = function.needs_given.then(|| quote!(given: &#given,));
        let given_value = function.needs_given.then(|| quote!(given,));
        let weights = {
            let width = number(function.width);
            quote!(__private::SVector<#scalar, #width>)
        };
        let dy_field = is_pullback.then(|| quote!(dy: &'a #weights, dx: &'a mut #point,));
        let dy_pack = is_pullback.then(|| {
            let view = &inputs[1 + usize::from(has_given)];
            quote!(__private::pack::<#view, _, _, _, _, _, _>(memory, ::core::slice::from_ref(self.dy));)
        });
        let dx_unpack = is_pullback.then(|| {
            let view = &outputs[1];
            quote!(__private::unpack::<#view, _, _, _, _, _, _>(memory, ::core::slice::from_mut(self.dx));)
        });
        let own = self.own_scratch(&function.program);
        let (plain, with) = (format_ident!("{method}"), format_ident!("{method}_with"));
        let said = name.map_or_else(|| "the output".to_owned(), |name| format!("`{name}`"));
        let figures = format!(
            " {} floating-point operations, an elementary function counted as one.",
            function.flops
        );
        let check = self.count_check("gradient", quote!(Self::PARAMETERS));
        let (summary, arguments, fill, dx, result, returned, dy_value) = if is_pullback {
            (
                format!(
                    " The value of {said} and, for weights `dy` of its entries, the derivative of their weighted sum in x; its derivative in the parameters is added to `gradient`."
                ),
                quote!(dy: &#weights, gradient: &mut [#scalar]),
                quote!(),
                quote!(let mut dx = <#point as __private::Zeroed>::zeroed();),
                quote!((#value, #point)),
                quote!((value, dx)),
                quote!(dy, dx: &mut dx,),
            )
        } else {
            (
                format!(
                    " The value of {said}; its derivatives in the parameters are written to `gradient`, zero for frozen ones."
                ),
                quote!(gradient: &mut [#scalar]),
                quote!(gradient.fill(0 as #scalar);),
                quote!(),
                quote!(#value),
                quote!(value),
                quote!(),
            )
        };
        let call = |scratch: TokenStream| {
            quote! {
                #check
                #fill
                let mut value = <#value as __private::Zeroed>::zeroed();
                #dx
                __private::dispatch(#runner {
                    parameters: &self.parameters,
                    scratch: #scratch,
                    x,
                    #given_value
                    #dy_value
                    value: &mut value,
                    gradient,
                });
                ::core::result::Result::Ok(#returned)
            }
        };
        let (on_stack, in_workspace) = (
            call(quote!(memory.scratch())),
            call(quote!(workspace.scratch())),
        );
        let document = quote! {
            #[doc = #summary]
            #[doc = ""]
            #[doc = #figures]
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = " If `gradient` has not one entry for each parameter. Nothing is written then."]
            #[inline]
        };
        quote! {
            struct #runner<'a> {
                parameters: &'a [#scalar],
                scratch: &'a mut [::core::mem::MaybeUninit<#scalar>],
                x: &'a #point,
                #given_field
                #dy_field
                value: &'a mut #value,
                gradient: &'a mut [#scalar],
            }

            impl __private::OnLanes for #runner<'_> {
                type Output = ();

                #[allow(unused_variables)]
                #[inline(always)]
                fn run<Q: __private::Isa>(self, simd: Q) {
                    let memory = &#memory::new(simd, self.parameters, self.scratch);
                    __private::pack::<#pack_x, _, _, _, _, _, _>(memory, ::core::slice::from_ref(self.x));
                    #pack_given
                    #dy_pack
                    #body
                    __private::unpack::<#unpack_value, _, _, _, _, _, _>(memory, ::core::slice::from_mut(self.value));
                    #dx_unpack
                    #pieces
                }
            }

            #[allow(dead_code)]
            impl #network {
                #document
                pub fn #plain(&self, x: &#point, #given_argument #arguments) -> ::core::result::Result<#result, __private::ParameterCountError> {
                    let mut memory = #own;
                    #on_stack
                }

                #document
                pub fn #with(&self, workspace: &mut #workspace, x: &#point, #given_argument #arguments) -> ::core::result::Result<#result, __private::ParameterCountError> {
                    #in_workspace
                }
            }
        }
    }
}
