//! Everything that is asked in the parameters goes in; methods, and the types that run them on lanes, come out.
//!
//! Here is what losses, functions and intermediates share.

use derive_network_symbolic::schedule::LoopProgram;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::Network;
use crate::parameter_request::InParameters;

use super::nests::{Nests, scratch};
use super::signature::{number, scalar_type};

/// Scratch of a method that is called by value lies on the stack up to so many bytes, beyond them on the heap.
const STACK_BYTES: usize = 64 * 1024;

/// What the emission of all methods in the parameters shares.
pub(super) struct InParametersEmitter<'a> {
    pub(super) network: &'a Network,
    pub(super) nests: &'a mut Nests,
    /// Lanes of the widest vector.
    pub(super) widest: usize,
    /// The type of the workspace.
    pub(super) workspace: &'a TokenStream,
    pub(super) scalar: Ident,
    pub(super) point: TokenStream,
    pub(super) given: TokenStream,
}

/// Numbers of scratch that the programs need at most.
pub(super) fn most_scratch(asked: &InParameters, widest: usize) -> usize {
    let losses = asked.losses.iter();
    let losses = losses.flat_map(|loss| [&loss.batch, &loss.single]);
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

/// What stands for given data, where a method takes them: nothing else.
#[derive(Default)]
pub(super) struct Given {
    /// A field of the type that runs it.
    pub field: TokenStream,
    /// Its type among the slices of a batch.
    pub slice: TokenStream,
    /// An argument.
    pub argument: TokenStream,
    /// The argument where it is passed on.
    pub value: TokenStream,
    /// Refuses data of another length than the batch.
    pub check: TokenStream,
    /// Puts the data of a block, or of the point, into scratch.
    pub pack: TokenStream,
}

/// The parts of a program as code.
pub(super) struct Parts {
    pub memory: TokenStream,
    pub once: TokenStream,
    /// Sets the sums over the points to zero that no nest begins.
    pub clear: TokenStream,
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
        let sizes = [program.parameters, program.scratch, program.block];
        let [parameters, hoisted, block] = sizes.map(number);
        let cleared = program.cleared.iter();
        let cleared = cleared.map(|view| {
            let view = self.nests.view(view, 1);
            quote!(__private::clear::<#view, _, _, _, _, _>(memory);)
        });
        let clear = cleared.collect();
        Parts {
            clear,
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

    /// Given data of a batch.
    pub(super) fn given_of_batch(&self, needed: bool, inputs: &[Ident]) -> Given {
        if !needed {
            return Given::default();
        }
        let (given, view) = (&self.given, &inputs[1]);
        Given {
            field: quote!(given: &'a [#given],),
            slice: quote!(&'a [#given],),
            argument: quote!(given: &[#given],),
            value: quote!(given,),
            check: quote! {
                if given.len() != points.len() {
                    return ::core::result::Result::Err(__private::BatchLengthError {
                        name: "given",
                        expected: points.len(),
                        found: given.len(),
                    }.into());
                }
            },
            pack: quote!(__private::pack::<#view, _, _, _, _, _, _>(memory, &given[start..end]);),
        }
    }

    /// Refuses a mean of no points.
    pub(super) fn empty_check(&self, has_mean: bool) -> TokenStream {
        if !has_mean {
            return TokenStream::new();
        }
        quote! {
            if points.is_empty() {
                return ::core::result::Result::Err(__private::EvaluationError::EmptyBatch);
            }
        }
    }

    /// Given data of a point.
    pub(super) fn given_of_point(&self, needed: bool, inputs: &[Ident]) -> Given {
        if !needed {
            return Given::default();
        }
        let (given, view) = (&self.given, &inputs[1]);
        Given {
            field: quote!(given: &'a #given,),
            argument: quote!(given: &#given,),
            value: quote!(given,),
            pack: quote!(__private::pack::<#view, _, _, _, _, _, _>(memory, ::core::slice::from_ref(self.given));),
            ..Given::default()
        }
    }

    /// Scratch of a call by value that runs some programs.
    pub(super) fn own_scratch(&self, programs: &[&LoopProgram]) -> TokenStream {
        let length = self.scratch(programs).max(1);
        let (scalar, numbers) = (&self.scalar, number(length));
        if length * self.network.scalar.bytes() <= STACK_BYTES {
            quote!(__private::Stack::<#scalar, #numbers>::new())
        } else {
            quote!(__private::Workspace::<#scalar, #numbers>::new())
        }
    }

    /// Numbers of scratch that some programs need at most.
    pub(super) fn scratch(&self, programs: &[&LoopProgram]) -> usize {
        let sizes = programs
            .iter()
            .map(|program| scratch(program, self.widest).0);
        sizes.max().unwrap_or(0)
    }

    pub(super) fn count_check(&self, slice: &str, expected: TokenStream) -> TokenStream {
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
}
