//! What a definition and its users need: `use derive_network::prelude::*;`.

pub use crate::{
    BatchLengthError, EvaluationError, Lanes, ParameterCountError, derive_network, with_lanes,
};
/// The macros of nalgebra name it.
pub use nalgebra;
pub use nalgebra::{SMatrix, SVector, matrix, vector};
