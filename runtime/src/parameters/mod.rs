//! Parameters of a network: flat numbers in, typed storage, views of layers and initial values out.

mod errors;
mod initialise;
mod intermediates;
mod network;
mod random;
mod shape;
mod storage;
mod views;
mod windows;

pub use errors::{BatchLengthError, EvaluationError, ParameterCountError};
pub use initialise::{glorot_normal, glorot_uniform, he_normal, uniform};
pub use intermediates::{LayerAdjoints, LayerValues};
pub use network::Network;
pub use shape::{EdgeBlock, Initial, LayerShape, layer_of_array};
pub use storage::{BoxedParameters, InlineParameters};
pub use views::{DenseView, DenseViewMut, LayerNormView, LayerNormViewMut};
pub use windows::{ConvolutionView, ConvolutionViewMut};

/// The body of methods of a definition that did not compile.
pub fn stub() -> ! {
    panic!("this definition of a network did not compile")
}

/// In the place of types of a definition that did not compile: it has every trait that can be derived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stub;
