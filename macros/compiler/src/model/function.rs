//! A function that a definition names: its formula, and what is asked of it.

use super::{ParameterRequest, Quantity, Request};
use proc_macro2::Ident;

/// A `let` of `define`: a function of the inputs, given data and the parameters.
#[derive(Clone, Debug)]
pub struct NamedFunction {
    /// Its name, which is also the name of its method.
    pub name: Ident,
    /// Its formula; a scalar or a vector.
    pub quantity: Quantity,
    /// The formula as it was written.
    pub text: String,
    /// What is asked of its derivatives in the inputs: the value first, then as written, each once.
    pub requests: Vec<Request>,
    /// What is asked of its derivatives in the parameters, as written, each once.
    pub parameter_requests: Vec<ParameterRequest>,
}

impl NamedFunction {
    /// How many numbers it gives.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.quantity.shape.size()
    }

    /// Whether its methods take given data beside the point.
    #[must_use]
    pub const fn needs_given(&self) -> bool {
        self.quantity.dependence.given
    }
}
