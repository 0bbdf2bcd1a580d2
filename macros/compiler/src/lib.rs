//! The compiler behind `#[derive_network]`: the tokens of a definition go in, those of its expansion come out.
//!
//! [`expand`] is the whole pipeline. Each stage has a folder and a type of its own that the next one reads. Two borders
//! ask for mistakes, after `parse` and after `check`; behind the second one nothing is refused.

pub mod diagnostics;
pub mod emit;
pub mod lower;
pub mod model;
pub mod parameter_request;
pub mod parse;
pub mod request;

use diagnostics::{Diagnostic, Diagnostics};
use model::Network;
use parse::Definition;
use proc_macro2::TokenStream;
use quote::quote;

/// The expansion of an attribute and the item below it: the network, or what is wrong with its definition.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let (definition, mistakes) = parse::parse(attribute, item);
    let Some(definition) = definition else {
        return quote!(#mistakes);
    };
    match check(&definition, mistakes) {
        Ok(network) => {
            let lowered = lower::lower_definition(&network);
            let requests = request::schedule_requests(&network, &lowered);
            let in_parameters = parameter_request::schedule_in_parameters(&network, &lowered);
            let structure = emit::structure(&network);
            let functions = emit::functions(&network, &requests, &in_parameters);
            quote!(#structure #functions)
        }
        Err(mistakes) => {
            let stubs = emit::stubs(&definition);
            quote!(#mistakes #stubs)
        }
    }
}

/// The network that an attribute and the item below it define, for readers other than the macro.
///
/// # Errors
/// With all mistakes of the first stage that has any.
pub fn model(attribute: TokenStream, item: TokenStream) -> Result<Network, Vec<Diagnostic>> {
    let (definition, mistakes) = parse::parse(attribute, item);
    let network = match definition {
        Some(definition) => check(&definition, mistakes),
        None => Err(mistakes),
    };
    network.map_err(Diagnostics::into_vec)
}

/// The two borders: mistakes of `parse` keep `check` from reporting what follows from them.
fn check(definition: &Definition, mistakes: Diagnostics) -> Result<Network, Diagnostics> {
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    model::check(definition)
}
