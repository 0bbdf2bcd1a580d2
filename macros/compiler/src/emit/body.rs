//! Scheduled requests go in, the methods of the public face come out.

use derive_network_symbolic::schedule::{LoopProgram, Mode, Space};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{NamedFunction, Network, RequestKind, Scalar};
use crate::parameter_request::InParameters;
use crate::request::Scheduled;

use super::documentation::{Figures, document};
use super::formula::value_formulas;
use super::in_parameters::{emit_in_parameters, most_scratch};
use super::intermediates::emit_intermediate_types;
use super::nests::{Nests, scratch};
use super::signature::{Face, Method, Variable, number};

/// All methods of a network, and the types behind them, out of sight.
pub(super) fn emit_methods(
    network: &Network,
    requests: &[Scheduled],
    in_parameters: &InParameters,
) -> TokenStream {
    let widest = match network.scalar {
        Scalar::F32 => 16,
        Scalar::F64 => 8,
    };
    let programs = requests.iter().flat_map(Scheduled::programs);
    let most = programs
        .map(|program| scratch(program, widest).0)
        .max()
        .unwrap_or(0)
        .max(most_scratch(in_parameters, widest))
        .max(1);
    let length = number(most);
    let scalar = super::signature::scalar_type(network.scalar);
    let workspace = quote!(::derive_network::private::Workspace<#scalar, #length>);
    let mut emitter = Emitter {
        network,
        workspace: &workspace,
        nests: Nests::new(scalar.clone(), widest),
        widest,
    };
    let requests: Vec<TokenStream> = requests
        .iter()
        .map(|request| emitter.request(request))
        .collect();
    let intermediate_types = emit_intermediate_types(network, in_parameters);
    let in_parameters = emit_in_parameters(
        network,
        in_parameters,
        &mut emitter.nests,
        widest,
        &workspace,
    );
    let types = emitter.nests.types();
    let name = &network.name;
    let formula = value_formulas(network).join("\n");
    let bytes = most * network.scalar.bytes();
    let doc =
        format!(" Scratch memory for all methods that end in `_with`: {bytes} bytes on the heap.");
    quote! {
        #[allow(dead_code)]
        impl #name {
            /// What the network computes, layer by layer.
            pub const FORMULA: &'static str = #formula;

            #[doc = #doc]
            #[inline]
            #[must_use]
            pub fn workspace() -> #workspace {
                ::derive_network::private::Workspace::new()
            }
        }

        #intermediate_types

        #[allow(clippy::all, clippy::pedantic, non_camel_case_types, non_snake_case)]
        const _: () = {
            use ::derive_network::private::{self as __private};

            #types
            #(#requests)*
            #in_parameters
        };
    }
}

struct Emitter<'a> {
    network: &'a Network,
    workspace: &'a TokenStream,
    nests: Nests,
    widest: usize,
}

/// A request with what its methods are named and shaped by.
struct Asked<'a> {
    request: &'a Scheduled,
    function: Option<&'a NamedFunction>,
    face: Face,
    /// The name of its method for one point.
    method: String,
    slices: Slices,
}

/// What a method reads and writes for each point: names, and the kind of each.
struct Slices {
    inputs: Vec<Ident>,
    input_kinds: Vec<TokenStream>,
    outputs: Vec<Ident>,
    output_kinds: Vec<TokenStream>,
}

impl Slices {
    fn of(face: &Face, kind: RequestKind) -> Self {
        let operands = face.operands(kind).into_iter();
        let operands = operands.map(|operand| (operand.name, operand.kind));
        let point = (format_ident!("points"), face.input());
        let (inputs, input_kinds) = std::iter::once(point).chain(operands).unzip();
        let results = face.results(kind).into_iter();
        let (outputs, output_kinds) = results.map(|result| (result.name, result.kind)).unzip();
        Slices {
            inputs,
            input_kinds,
            outputs,
            output_kinds,
        }
    }
}

/// Statements that run the function of a program for the points from `start` on in blocks of so many vectors. A last block is run only if more
/// than its first half is used, and by more than few points.
fn blocks_of(function: &Ident, asked: &Asked, vectors: usize, few: &Literal) -> TokenStream {
    let Slices {
        inputs, outputs, ..
    } = &asked.slices;
    let left: Vec<Ident> = outputs
        .iter()
        .map(|output| format_ident!("{output}_left"))
        .collect();
    let once = once(function);
    let half = number(vectors / 2);
    let vectors = number(vectors);
    quote! {
        let (block, half) = (#vectors * lanes, #half * lanes);
        let rest = (count - start) % block;
        let is_block = rest > half && !__private::are_alone(rest - half, lanes, #few);
        let end = if is_block { count } else { count - rest };
        if start < end {
            let pending = __private::Pending::new();
            let memory = __private::Memory::new(simd, self.0, &mut *scratch)
                .with_results(self.1, &pending);
            #once(&memory);
            // Slices that are not used again: results may be on their way to the ones before.
            #(let mut #left = &mut #outputs[start..end];)*
            while start < end {
                let next = ::core::cmp::min(start + block, end);
                #function(
                    &memory,
                    #(&#inputs[start..next],)*
                    #(__private::take_first(&mut #left, next - start),)*
                );
                start = next;
            }
            memory.complete();
        }
    }
}

/// The function of what is hoisted out of that of a program.
fn once(function: &Ident) -> Ident {
    format_ident!("{function}_once")
}

impl Emitter<'_> {
    fn request(&mut self, request: &Scheduled) -> TokenStream {
        let network = self.network;
        let function = request
            .function
            .map(|position| &network.functions[position]);
        let face = Face::of(network, function, self.workspace);
        let asked = Asked {
            request,
            function,
            method: face.method(request.kind),
            slices: Slices::of(&face, request.kind),
            face,
        };
        let figures = Figures::of(network, request, &asked.method, self.widest);
        let runners = self.runners(&asked);
        let name = &network.name;
        let constants = figures.constants();
        let methods = self.methods(&asked, &figures);
        quote! {
            #runners

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #name {
                #constants
                #methods
            }
        }
    }

    /// The programs of a request as functions, and what enters them with chosen lanes.
    fn runners(&mut self, asked: &Asked) -> TokenStream {
        let Asked {
            request,
            face,
            method,
            ..
        } = asked;
        let scalar = &face.scalar;
        let Slices {
            inputs,
            input_kinds,
            outputs,
            output_kinds,
        } = &asked.slices;
        let (single_type, batch_type) = types(method);
        let single_name = format_ident!("__{method}_single");
        let block_name = format_ident!("__{method}_block");
        let pair_name = format_ident!("__{method}_pair");
        let single = self.function(asked, &request.single, &single_name);
        let mut blocks = self.function(asked, &request.batch, &block_name);
        let few = number(request.few(self.network.scalar));
        let block = blocks_of(&block_name, asked, request.batch.vectors, &few);
        let mut pair = TokenStream::new();
        if let Some(program) = &request.pairs {
            blocks.extend(self.function(asked, program, &pair_name));
            pair = blocks_of(&pair_name, asked, program.vectors, &few);
        }
        let mut by_copies = TokenStream::new();
        if let Some(program) = &request.copies {
            let name = format_ident!("__{method}_copies");
            blocks.extend(self.function(asked, program, &name));
            let run = blocks_of(&name, asked, program.vectors, &few);
            let vectors = number(program.vectors);
            by_copies = quote! {
                if __private::are_copies_worth_it::<S>(count, #vectors, lanes) {
                    #run
                }
            };
        }
        let flops = number(request.derived.cost.flops() as usize);
        let of_points = [Some(&request.batch), request.pairs.as_ref()];
        let most = of_points.into_iter().flatten();
        let block_vectors = number(most.map(|program| program.block).max().unwrap_or(0));
        quote! {
            #single
            #blocks

            struct #single_type<'a> {
                parameters: &'a [#scalar],
                scratch: &'a mut [::core::mem::MaybeUninit<#scalar>],
                #(#inputs: &'a #input_kinds,)*
                #(#outputs: &'a mut #output_kinds,)*
            }

            impl __private::OnLanes for #single_type<'_> {
                type Output = ();

                #[inline(always)]
                fn run<S: __private::Isa>(self, simd: S) {
                    let memory = __private::Memory::new(simd, self.parameters, self.scratch);
                    #single_name(
                        &memory,
                        #(::core::slice::from_ref(self.#inputs),)*
                        #(::core::slice::from_mut(self.#outputs),)*
                    );
                }
            }

            // With the bytes of all results of a call.
            struct #batch_type<'a>(&'a [#scalar], usize);

            impl<'a> __private::OverPoints<0> for #batch_type<'a> {
                type Scalar = #scalar;
                type Slices = (#(&'a [#input_kinds],)* #(&'a mut [#output_kinds],)*);
                const FLOPS: usize = #flops;
                const BLOCK: usize = #block_vectors;

                #[inline(always)]
                fn run<S: __private::Isa>(
                    &self,
                    simd: S,
                    scratch: __private::Scratch<#scalar>,
                    (#(#inputs,)* #(#outputs,)*): Self::Slices,
                    []: [&mut [#scalar]; 0],
                    _: bool,
                ) {
                    let lanes = __private::lanes::<#scalar, S>();
                    let count = points.len();
                    let mut start = 0;
                    #by_copies
                    #pair
                    #block
                    // What is few is done point by point.
                    while start < count {
                        simd.apart(#single_type {
                            parameters: self.0,
                            scratch: &mut *scratch,
                            #(#inputs: &#inputs[start],)*
                            #(#outputs: &mut #outputs[start],)*
                        });
                        start += 1;
                    }
                }
            }
        }
    }

    /// A program as a function of some points, and one of what is hoisted out of it.
    fn function(&mut self, asked: &Asked, program: &LoopProgram, name: &Ident) -> TokenStream {
        let Slices {
            inputs,
            input_kinds,
            outputs,
            output_kinds,
        } = &asked.slices;
        let packed = self.inputs(program);
        let unpack = self.unpack(program, outputs);
        let body = self.body(program);
        let result = self.result(program, asked);
        // A copy is one of the points that there are.
        let with_points = (program.mode == Mode::Batch && program.result.is_some()).then(|| {
            let points = &inputs[0];
            quote!(let memory = &memory.with_points(#points.len(), false);)
        });
        let scalar = &asked.face.scalar;
        let sizes = [self.network.parameters(), program.scratch, program.block];
        let [parameters, hoisted, block] = sizes.map(number);
        let memory = quote!(__private::Memory<'_, #scalar, S, #parameters, #hoisted, #block>);
        let once = (program.mode == Mode::Batch).then(|| {
            let (name, nests) = (once(name), self.nests.calls(&program.prologue));
            quote! {
                #[allow(unused_variables)]
                #[inline(always)]
                fn #name<S: __private::Isa>(memory: &#memory) {
                    #nests
                }
            }
        });
        // The few results that no input leads to are read from where they are.
        quote! {
            #once

            #[allow(unused_variables, clippy::too_many_arguments)]
            #[inline(always)]
            fn #name<S: __private::Isa>(
                memory: &#memory,
                #(#inputs: &[#input_kinds],)*
                #(#outputs: &mut [#output_kinds],)*
            ) {
                #(__private::pack::<#packed, _, _, _, _, _, _>(memory, #inputs);)*
                #with_points
                #body
                #result
                #unpack
            }
        }
    }

    fn methods(&self, asked: &Asked, figures: &Figures) -> TokenStream {
        let Asked {
            request,
            face,
            method,
            ..
        } = asked;
        let scalar = &face.scalar;
        let results = face.results(request.kind);
        let operands = face.operands(request.kind);
        let outputs: Vec<&Ident> = results.iter().map(|result| &result.name).collect();
        let plural: Vec<Ident> = outputs
            .iter()
            .map(|name| format_ident!("{name}s"))
            .collect();
        let extra: Vec<&Ident> = operands.iter().map(|operand| &operand.name).collect();
        let (single_type, batch_type) = types(method);
        let [single, batch, with, batch_with] = face.methods(request.kind);
        let length = number(figures.stack());
        let batch_scratch = match figures.allocated().map(number) {
            Some(length) => quote!(__private::Workspace::<#scalar, #length>::new()),
            None => quote!(__private::Stack::<#scalar, #length>::new()),
        };
        let bytes = figures.stack_bytes();
        let stack_bytes = number(bytes);
        // A type of its own: the compiler looks at it only where the method is called.
        let guard = |instead: &Method| {
            let advice = format!(
                "a call of `{method}` by value would put {bytes} bytes on the stack; use `{}` with a workspace and results on the heap",
                instead.name
            );
            quote! {
                struct __ByValue;
                impl __private::ByValue for __ByValue {
                    const BYTES: usize = #stack_bytes;
                    const ADVICE: &'static str = #advice;
                }
                __private::fits::<__ByValue>();
            }
        };
        let (single_guard, batch_guard) = (guard(&with), guard(&batch_with));
        let kinds = results.iter().map(|Variable { kind, .. }| kind);
        let zeros = kinds.map(|kind| self.zero(kind));
        let returned = if let [only] = &outputs[..] {
            quote!(#only)
        } else {
            quote!((#(#outputs),*))
        };
        let checks = plural.iter().chain(extra.iter().copied()).map(|slice| {
            let text = slice.to_string();
            quote! {
                if #slice.len() != points.len() {
                    return ::core::result::Result::Err(__private::BatchLengthError {
                        name: #text,
                        expected: points.len(),
                        found: #slice.len(),
                    });
                }
            }
        });
        let checks: Vec<TokenStream> = checks.collect();
        let [doc_single, doc_batch, doc_with, doc_batch_with] =
            document(self.network, asked.function, figures);
        let batch_call = |scratch: TokenStream| {
            quote! {
                #(#checks)*
                __private::over_points(
                    &#batch_type(
                        &self.parameters,
                        0 #(+ ::core::mem::size_of_val(&*#plural))*,
                    ),
                    #scratch,
                    (points, #(#extra,)* #(#plural,)*),
                    [],
                    false,
                );
                ::core::result::Result::Ok(())
            }
        };
        let in_own = batch_call(quote!(own.scratch()));
        let in_workspace = batch_call(quote!(workspace.scratch()));
        quote! {
            #doc_single
            #[inline]
            #[must_use]
            #single {
                #single_guard
                let mut stack = __private::Stack::<#scalar, #length>::new();
                #(let mut #outputs = #zeros;)*
                __private::dispatch(#single_type {
                    parameters: &self.parameters,
                    scratch: stack.scratch(),
                    points: x,
                    #(#extra,)*
                    #(#outputs: &mut #outputs,)*
                });
                #returned
            }

            #doc_batch
            #[inline]
            #batch {
                #batch_guard
                let mut own = #batch_scratch;
                #in_own
            }

            #doc_with
            #[inline]
            #with {
                __private::dispatch(#single_type {
                    parameters: &self.parameters,
                    scratch: workspace.scratch(),
                    points: x,
                    #(#extra,)*
                    #(#outputs,)*
                });
            }

            #doc_batch_with
            #[inline]
            #batch_with {
                #in_workspace
            }
        }
    }

    /// The types of the views of inputs.
    fn inputs(&mut self, program: &LoopProgram) -> Vec<Ident> {
        let views = program.inputs.iter();
        views
            .map(|view| self.nests.view(view, program.vectors))
            .collect()
    }

    /// Statements that take outputs out of scratch. One may be where it is wanted.
    fn unpack(&mut self, program: &LoopProgram, outputs: &[Ident]) -> TokenStream {
        let outputs = program.outputs.iter().zip(outputs);
        let in_scratch = outputs.filter(|(view, _)| view.space != Space::Result);
        let unpack = in_scratch.map(|(view, output)| {
            let view = self.nests.view(view, program.vectors);
            quote!(__private::unpack::<#view, _, _, _, _, _, _>(memory, #output);)
        });
        unpack.collect()
    }

    /// Statements that run what is run for each block or point. Some of what is pending of the last block is stored behind each nest.
    fn body(&mut self, program: &LoopProgram) -> TokenStream {
        let staged = program.result.as_ref();
        let staged = staged.map_or(0, |result| program.block - result.stage);
        if program.mode == Mode::Single || staged == 0 {
            return self.nests.calls(&program.body);
        }
        let vectors = number(staged.div_ceil(program.body.len()));
        let nests = program.body.iter();
        let nests = nests.map(|nest| self.nests.calls(std::slice::from_ref(nest)));
        let nests = nests.map(|nest| quote!(#nest memory.store_pending(#vectors);));
        nests.collect()
    }

    /// Statements that compute a result where it is wanted, for one point after the other.
    fn result(&mut self, program: &LoopProgram, asked: &Asked) -> Option<TokenStream> {
        let result = program.result.as_ref()?;
        let nests = self.nests.calls(&result.nests);
        let output = &asked.slices.outputs[result.output];
        let numbers = number(result.numbers);
        if program.mode == Mode::Single {
            return Some(quote! {
                for result in &mut *#output {
                    let memory = &memory.with_result::<_, #numbers>(result);
                    #nests
                }
            });
        }
        let places = [result.copies, result.copied, result.stage].map(number);
        Some(quote! {
            let points = memory.by_point::<_, #(#places,)* #numbers>(&mut *#output);
            for point in 0..points.count() {
                let memory = &points.at(point);
                #nests
            }
            points.end();
        })
    }

    /// A result to be written to.
    fn zero(&self, kind: &TokenStream) -> TokenStream {
        quote!(<#kind as __private::Zeroed>::zeroed())
    }
}

/// The types that run a method for one point and for a batch. Methods have different names, so these have too.
fn types(method: &str) -> (Ident, Ident) {
    (
        format_ident!("__Single_{method}"),
        format_ident!("__Batch_{method}"),
    )
}
