//! Neural networks with derivatives derived at compile time.
//!
//! Write a network as a struct with [`derive_network`]; its documentation has the language. [`prelude`] has what a
//! definition and its users need.

#[doc(hidden)]
pub mod kernels;
#[doc(hidden)]
pub mod lanes;
mod parameters;
pub mod prelude;
#[doc(hidden)]
pub mod private;

pub use approx;
pub use derive_network_macros::derive_network;
pub use kernels::Workspace;
pub use lanes::{Lanes, with_lanes};
pub use nalgebra;
pub use parameters::{
    BatchLengthError, BoxedParameters, DenseView, DenseViewMut, InlineParameters,
    ParameterCountError,
};

#[doc(hidden)]
pub mod elementary;
