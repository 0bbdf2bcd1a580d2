//! The value of a network at a point: its layers in order, or the formula of `forward`.

use super::{Quantity, Shape};

/// How the output is computed.
#[derive(Clone, Debug)]
pub struct Forward {
    /// What is computed on the way under a name; each uses earlier ones only, by [`Meaning::Local`](super::Meaning::Local).
    pub locals: Vec<Quantity>,
    /// The output; its entries are those of [`Network::outputs`](super::Network::outputs), in order.
    pub output: Quantity,
    /// The formula as it was written; none for the chain of all layers.
    pub text: Option<String>,
}

impl Forward {
    /// The shape of the output.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.output.shape
    }
}
