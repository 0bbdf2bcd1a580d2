//! Scheduled derivatives of a function in the parameters go in; their methods, and the types that run them, come out.
//!
//! A Jacobian takes its columns out of each block of points; a gradient of one point is a sum, and written or added where it is wanted.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::{ParameterRequestKind, method_name};
use crate::parameter_request::ScheduledFunction;

use super::in_parameters::{Given, InParametersEmitter, Parts, pascal};
use super::signature::number;

impl InParametersEmitter<'_> {
    pub(super) fn function(&mut self, function: &ScheduledFunction) -> TokenStream {
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
        function: &ScheduledFunction,
        outputs: &[Ident],
        place: &TokenStream,
    ) -> TokenStream {
        let pieces = function.pieces.iter().map(|piece| {
            let (view, column) = (&outputs[piece.output], number(piece.offset));
            quote!(__private::unpack_columns::<#view, _, _, _, _, _>(memory, __private::Columns { column: #column, #place });)
        });
        pieces.collect()
    }

    /// Statements that set the columns of a matrix that no piece fills to zero.
    fn zeros(
        &self,
        function: &ScheduledFunction,
        matrix: &TokenStream,
        rows: &TokenStream,
    ) -> TokenStream {
        let filled = function.pieces.iter().map(|piece| {
            let view = &function.program.outputs[piece.output];
            let entries: usize = view.shape.iter().product();
            (piece.offset, piece.offset + entries / function.width)
        });
        let (scalar, parameters) = (&self.scalar, self.network.parameters());
        let mut filled: Vec<(usize, usize)> = filled.chain([(parameters, parameters)]).collect();
        filled.sort_unstable();
        let mut behind = 0;
        let mut statements = TokenStream::new();
        for (start, end) in filled {
            if behind < start {
                let (from, to) = (number(behind), number(start));
                statements
                    .extend(quote!(#matrix[#from * (#rows)..#to * (#rows)].fill(0 as #scalar);));
            }
            behind = behind.max(end);
        }
        statements
    }

    fn of_batch(&mut self, function: &ScheduledFunction, name: Option<&str>) -> TokenStream {
        let parts = self.parts(&function.program);
        let Parts {
            memory,
            once,
            body,
            inputs,
            outputs,
            ..
        } = &parts;
        let (scalar, point, workspace) = (&self.scalar, &self.point, self.workspace);
        let network = &self.network.name;
        let method = method_name(name, "parameter_jacobian");
        let runner = format_ident!("__{}Rows", pascal(&method));
        let width = number(function.width);
        let place = quote! {
            matrix: &mut *jacobian,
            rows: count * #width,
            first: start * #width,
            points: end - start,
            width: #width,
        };
        let pieces = self.unpack(function, outputs, &place);
        let fill = self.zeros(function, &quote!(jacobian), &quote!(points.len() * #width));
        let (pack_x, unpack_value) = (&inputs[0], &outputs[0]);
        let Given {
            slice: given_slice,
            argument: given_argument,
            value: given_value,
            check: given_check,
            pack: pack_given,
            ..
        } = self.given_of_batch(function.needs_given, inputs);
        let own = self.own_scratch(&[&function.program]);
        let vectors = number(function.program.vectors);
        let flops = number(function.flops);
        let block_vectors = number(function.program.block);
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
            let write = |scratch: TokenStream| quote!(__private::jacobian(&#runner(&self.parameters), #scratch, (points, #given_value), #width, jacobian););
            let (on_stack, in_workspace) = (
                write(quote!(memory.scratch())),
                write(quote!(workspace.scratch())),
            );
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
                    #on_stack
                    ::core::result::Result::Ok(())
                }

                #[doc = #summary]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = " If slices do not fit. Nothing is written then."]
                #[inline]
                pub fn #with(&self, workspace: &mut #workspace, points: &[#point], #given_argument jacobian: &mut [#scalar]) -> ::core::result::Result<(), __private::EvaluationError> {
                    #check
                    #in_workspace
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
            methods.extend(quote! {
                #[doc = #summary]
                #[doc = ""]
                #[doc = #figures]
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = " If slices do not fit. Nothing is written then."]
                #[inline]
                pub fn #plain(&self, points: &[#point], #given_argument projections: &mut [#scalar], squares: &mut [#scalar]) -> ::core::result::Result<#scalar, __private::EvaluationError> {
                    #given_check
                    #projections
                    #squares
                    let mut memory = #own;
                    ::core::result::Result::Ok(__private::gauss_newton(
                        &#runner(&self.parameters),
                        memory.scratch(),
                        (points, #given_value),
                        #width,
                        projections,
                        squares,
                    ))
                }
            });
        }
        quote! {
            struct #runner<'a>(&'a [#scalar]);

            impl<'a> __private::OverPoints<2> for #runner<'a> {
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
                    [jacobian, values]: [&mut [#scalar]; 2],
                    _: bool,
                ) {
                    #fill
                    let values = values.as_chunks_mut::<#width>().0;
                    let memory = &#memory::new(simd, self.0, scratch);
                    #once
                    let lanes = #vectors * __private::lanes::<#scalar, Q>();
                    let count = points.len();
                    let mut start = 0;
                    while start < count {
                        let end = ::core::cmp::min(start + lanes, count);
                        __private::pack::<#pack_x, _, _, _, _, _, _>(memory, &points[start..end]);
                        #pack_given
                        #body
                        if !values.is_empty() {
                            __private::unpack::<#unpack_value, _, _, _, _, _, _>(memory, &mut values[start..end]);
                        }
                        #pieces
                        start = end;
                    }
                }
            }

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #network {
                #methods
            }
        }
    }

    fn of_point(
        &mut self,
        function: &ScheduledFunction,
        kind: ParameterRequestKind,
        name: Option<&str>,
    ) -> TokenStream {
        let parts = self.parts(&function.program);
        let Parts {
            memory,
            clear,
            body,
            inputs,
            outputs,
            ..
        } = &parts;
        let (scalar, point, workspace) = (&self.scalar, &self.point, self.workspace);
        let network = &self.network.name;
        let is_pullback = kind == ParameterRequestKind::Pullback;
        let begins = !is_pullback;
        let clear = begins.then_some(clear);
        let summed = number(function.program.gradient);
        let method = method_name(name, kind.name());
        let runner = format_ident!("__{}Point", pascal(&method));
        let value = self.value_type(function.width);
        let (pack_x, unpack_value) = (&inputs[0], &outputs[0]);
        let has_given = self.network.given() > 0;
        let Given {
            field: given_field,
            argument: given_argument,
            value: given_value,
            pack: pack_given,
            ..
        } = self.given_of_point(function.needs_given, inputs);
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
        let own = self.own_scratch(&[&function.program]);
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
                quote!(gradient[#summed..].fill(0 as #scalar);),
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
                    let memory = &#memory::new(simd, self.parameters, self.scratch)
                        .with_gradient(self.gradient, false)
                        .with_points(1, #begins);
                    #clear
                    __private::pack::<#pack_x, _, _, _, _, _, _>(memory, ::core::slice::from_ref(self.x));
                    #pack_given
                    #dy_pack
                    #body
                    __private::unpack::<#unpack_value, _, _, _, _, _, _>(memory, ::core::slice::from_mut(self.value));
                    #dx_unpack
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
