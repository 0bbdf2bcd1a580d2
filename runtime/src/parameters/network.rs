//! What an optimiser needs of a network: its flat parameters.

use crate::lanes::Real;

/// A network with flat parameters; every expanded struct is one.
///
/// The methods are those that the struct has itself, so the trait is needed only where code is generic over networks.
pub trait Network {
    /// The type of numbers, `f64` or `f32`.
    type Scalar: Real;

    /// How many parameters it has.
    const PARAMETERS: usize;

    /// The flat parameters: fields in order, arrays by index.
    fn parameters(&self) -> &[Self::Scalar];

    /// The flat parameters, to write to; as many as [`PARAMETERS`](Self::PARAMETERS) says.
    fn parameters_mut(&mut self) -> &mut [Self::Scalar];
}
