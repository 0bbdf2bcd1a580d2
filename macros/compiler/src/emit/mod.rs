//! A [`Network`] goes in, Rust comes out: the struct with its parameters, and a method for each
//! request in each of its forms.
//!
//! Emitted code names `::derive_network::private`, `::core` and itself, nothing else.

mod accessors;
mod body;
mod code;
mod documentation;
mod formula;
mod function_parameters;
mod in_parameters;
mod intermediates;
mod losses;
mod nests;
mod parameters;
pub mod signature;
mod stubs;

use crate::model::Network;
use crate::parameter_request::InParameters;
use crate::request::Scheduled;
use proc_macro2::TokenStream;

pub use parameters::structure;
pub use stubs::stubs;

/// The functions of a network: one method for each request in each of its forms.
#[must_use]
pub fn functions(
    network: &Network,
    requests: &[Scheduled],
    in_parameters: &InParameters,
) -> TokenStream {
    body::emit_methods(network, requests, in_parameters)
}
