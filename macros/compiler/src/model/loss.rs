//! A loss that a definition names: a linear combination of reductions over points, and what is asked of it.

use super::{LossRequest, Quantity};
use proc_macro2::Ident;

/// A loss: the sum over points of [`sum_part`](Self::sum_part) and the mean over points of
/// [`mean_part`](Self::mean_part).
#[derive(Clone, Debug)]
pub struct Loss {
    /// Its name, which is also the name of its method.
    pub name: Ident,
    /// What is summed over points: a scalar.
    pub sum_part: Option<Quantity>,
    /// What is averaged over points: a scalar.
    pub mean_part: Option<Quantity>,
    /// The formula as it was written.
    pub text: String,
    /// What is asked: value and gradient first, then as written, each once.
    pub requests: Vec<LossRequest>,
}

impl Loss {
    /// Its parts.
    pub fn parts(&self) -> impl Iterator<Item = &Quantity> {
        self.sum_part.iter().chain(&self.mean_part)
    }

    /// Whether its methods take given data beside the points.
    #[must_use]
    pub fn needs_given(&self) -> bool {
        self.parts().any(|part| part.dependence.given)
    }
}
