//! Neural networks with derivatives derived at compile time.
//!
//! Write a network as a struct with [`derive_network`]; its documentation has the language. [`prelude`] has what a
//! definition and its users need.
//!
//! # Features
//!
//! - `argmin`: `optimise::Objective`, a loss as a problem for the solvers of argmin.
//! - `levenberg-marquardt`: `optimise::LeastSquares`, residuals as a problem for levenberg-marquardt.
//! - `rayon`: `in_parallel`, within which calls over many points split them over a pool of threads.

#[doc(hidden)]
pub mod kernels;
#[doc(hidden)]
pub mod lanes;
#[cfg(any(feature = "argmin", feature = "levenberg-marquardt"))]
pub mod optimise;
mod parameters;
pub mod prelude;
#[doc(hidden)]
pub mod private;
mod threads;

pub use approx;
pub use derive_network_macros::derive_network;
pub use kernels::Workspace;
pub use lanes::{Lanes, with_lanes};
pub use nalgebra;
pub use parameters::{
    BatchLengthError, BoxedParameters, ConvolutionView, ConvolutionViewMut, DenseView,
    DenseViewMut, EvaluationError, InlineParameters, LayerAdjoints, LayerNormView,
    LayerNormViewMut, LayerValues, Network, ParameterCountError,
};
#[cfg(feature = "rayon")]
pub use threads::in_parallel;

#[doc(hidden)]
pub mod elementary;
