//! Everything that emitted code may name, and nothing else: the whole contract between the macro and this crate.
//!
//! Not for use by hand: it changes with the macro, whose version is pinned.

pub use crate::parameters::{
    BatchLengthError, BoxedParameters, DenseShape, DenseView, DenseViewMut, InlineParameters, ParameterCountError, Stub,
    glorot_normal, glorot_uniform, he_normal, layer_of_array, stub, uniform,
};
pub use approx;
pub use nalgebra::{Const, Dyn, SMatrix, SVector};
