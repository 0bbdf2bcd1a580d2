//! Parameters of a network: flat numbers in, typed storage, views of layers and initial values out.

mod errors;
mod initialise;
mod intermediates;
mod network;
mod random;
mod storage;
mod views;

pub use errors::{BatchLengthError, EvaluationError, ParameterCountError};
pub use initialise::{fill_zero, glorot_normal, glorot_uniform, he_normal, uniform};
pub use intermediates::{LayerAdjoints, LayerValues};
pub use network::Network;
pub use storage::{BoxedParameters, InlineParameters};
pub use views::{DenseView, DenseViewMut};

/// The shape of a dense layer and where it lies in the flat parameters: its weight, column-major and of shape
/// (outputs, inputs), then its bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenseShape {
    /// The width of what comes in.
    pub inputs: usize,
    /// The width of what goes out.
    pub outputs: usize,
    /// Whether it has a bias.
    pub bias: bool,
    /// Where its weight starts.
    pub start: usize,
}

impl DenseShape {
    /// How many parameters it has.
    #[must_use]
    pub const fn parameters(&self) -> usize {
        self.inputs * self.outputs + if self.bias { self.outputs } else { 0 }
    }

    /// Its part of the flat parameters.
    #[must_use]
    pub fn of<'a, T>(&self, parameters: &'a [T]) -> &'a [T] {
        &parameters[self.start..self.start + self.parameters()]
    }

    /// Its part of the flat parameters, to write to.
    #[must_use]
    pub fn of_mut<'a, T>(&self, parameters: &'a mut [T]) -> &'a mut [T] {
        &mut parameters[self.start..self.start + self.parameters()]
    }
}

/// Weights in the flat parameters, a column after the other: those of a layer, or of some edges of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightShape {
    /// How many neighbouring weights a column has.
    pub rows: usize,
    /// How many columns there are.
    pub columns: usize,
    /// Where the first weight is.
    pub start: usize,
    /// From one column to the next.
    pub stride: usize,
    /// How many weights meet where one of them leads to.
    pub fan_in: usize,
    /// How many weights start where one of them comes from.
    pub fan_out: usize,
}

impl WeightShape {
    /// The weight of a dense layer.
    #[must_use]
    pub const fn dense(outputs: usize, inputs: usize, start: usize) -> Self {
        Self {
            rows: outputs,
            columns: inputs,
            start,
            stride: outputs,
            fan_in: inputs,
            fan_out: outputs,
        }
    }
}

/// The shape of one layer of an array field.
///
/// # Panics
/// If the array has no layer of that index.
#[must_use]
#[track_caller]
pub fn layer_of_array(field: &str, layers: &[DenseShape], index: usize) -> DenseShape {
    match layers.get(index) {
        Some(shape) => *shape,
        None => panic!(
            "layer index {index} is out of range: `{field}` has {} layers",
            layers.len()
        ),
    }
}

/// The body of methods of a definition that did not compile.
pub fn stub() -> ! {
    panic!("this definition of a network did not compile")
}

/// In the place of types of a definition that did not compile: it has every trait that can be derived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stub;
