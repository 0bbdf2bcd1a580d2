//! Where a layer lies in the flat parameters, and how its weights start.

/// A layer's part of the flat parameters: its weights, then its offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// Where its weights start.
    pub start: usize,
    /// How many weights or scales it has.
    pub weights: usize,
    /// How many biases or shifts it has; zero at the start.
    pub offsets: usize,
    /// How weights start.
    pub initial: Initial,
}

/// How the weights of a layer start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// They are drawn.
    Random {
        /// How many numbers enter one output.
        fan_in: usize,
        /// How many outputs one number enters.
        fan_out: usize,
    },
    /// They are scales and start at one.
    One,
    /// They are those of pairs of neurons: drawn where there is an edge, else zero.
    Edges(&'static [EdgeBlock]),
}

/// The weights of edges that lead from each of some neighbouring neurons to each of some others, within those of their layer: a
/// column for each source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeBlock {
    /// How many neighbouring weights a column has.
    pub rows: usize,
    /// How many columns there are.
    pub columns: usize,
    /// Where the first weight is.
    pub start: usize,
    /// From one column to the next.
    pub stride: usize,
    /// How many edges end where one of them does.
    pub fan_in: usize,
    /// How many edges start where one of them does.
    pub fan_out: usize,
}

impl LayerShape {
    /// How many parameters it has.
    #[must_use]
    pub const fn parameters(&self) -> usize {
        self.weights + self.offsets
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

/// The shape of one layer of an array field.
///
/// # Panics
/// If the array has no layer of that index.
#[must_use]
#[track_caller]
pub fn layer_of_array(field: &str, layers: &[LayerShape], index: usize) -> LayerShape {
    match layers.get(index) {
        Some(shape) => *shape,
        None => panic!(
            "layer index {index} is out of range: `{field}` has {} layers",
            layers.len()
        ),
    }
}
