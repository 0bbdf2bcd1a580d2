//! A layer of a network: what it computes, between which shapes, and where its parameters lie.

use super::{Graph, Shape};
use derive_network_symbolic::functions::Function;
use proc_macro2::Span;
use std::ops::Range;

/// A layer with its place in the struct and in the flat parameters.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The field that holds it, as a position in [`Network::fields`](super::Network::fields).
    pub field: usize,
    /// Its index in the array, if the field is one.
    pub index_in_array: Option<usize>,
    /// The shape of what comes in.
    pub input: Shape,
    /// The shape of what goes out.
    pub output: Shape,
    /// What it computes.
    pub kind: LayerKind,
    /// Where its parameters start in the flat ones.
    pub offset: usize,
    /// Where the layer was written.
    pub span: Span,
}

/// What a layer computes.
#[derive(Clone, Debug)]
pub enum LayerKind {
    /// a = f(W z + b).
    Dense(Dense),
    /// Neurons that step along edges.
    Graph(Graph),
}

/// A dense layer: its weight of shape (outputs, inputs) is column-major, its bias follows.
#[derive(Clone, Debug)]
pub struct Dense {
    /// The width of what comes in.
    pub inputs: usize,
    /// The width of what goes out.
    pub outputs: usize,
    /// Whether it adds a bias.
    pub bias: bool,
    /// Its activation.
    pub activation: Activation,
}

/// An elementwise function as a layer applies it.
#[derive(Clone, Debug)]
pub struct Activation {
    /// The function.
    pub function: Function,
    /// As the user calls it; `Identity` where none is written.
    pub name: String,
}

impl Layer {
    /// Where all its parameters lie in the flat parameters.
    #[must_use]
    pub fn parameters(&self) -> Range<usize> {
        self.offset..self.offset + self.kind.parameters()
    }
}

impl LayerKind {
    /// How many parameters it has.
    #[must_use]
    pub fn parameters(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.parameters(),
            Self::Graph(graph) => graph.parameters(),
        }
    }

    /// Rows and columns of its weight, and whether a bias of as many numbers as rows lies behind it.
    #[must_use]
    pub fn weight_shape(&self) -> (usize, usize, bool) {
        match self {
            Self::Dense(dense) => (dense.outputs, dense.inputs, dense.bias),
            Self::Graph(graph) => {
                let (rows, columns) = graph.weight_shape();
                (rows, columns, false)
            }
        }
    }

    /// The elementwise function that it applies last, if there is one.
    #[must_use]
    pub fn activation(&self) -> Option<&Activation> {
        match self {
            Self::Dense(dense) => Some(&dense.activation),
            Self::Graph(graph) => Some(&graph.activations[1]),
        }
    }

    /// What one layer of the kind is called, in lower case.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Dense(_) => "dense layer",
            Self::Graph(_) => "graph of neurons",
        }
    }
}

impl Dense {
    /// How many parameters it has: weight and bias.
    #[must_use]
    pub const fn parameters(&self) -> usize {
        let bias = if self.bias { self.outputs } else { 0 };
        self.inputs * self.outputs + bias
    }
}
