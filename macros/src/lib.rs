//! The door.

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn derive_network(attribute: TokenStream, item: TokenStream) -> TokenStream {
    derive_network_compiler::expand(attribute.into(), item.into()).into()
}
