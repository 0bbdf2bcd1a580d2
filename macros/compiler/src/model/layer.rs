//! A layer of a network: what it computes, between which shapes, and where its parameters lie.

use super::{Convolution, Graph, Pool, Reduction, Shape};
use derive_network_symbolic::functions::{Activation as Builtin, Function};
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
    /// a = f(W x + b).
    Dense(Dense),
    /// a = f(W * x + b), over windows.
    Convolution(Convolution),
    /// Of each window its largest entry or the mean of them.
    Pool(Pool),
    /// The entries in one vector, channel by channel, row by row.
    Flatten,
    /// Scaled to mean zero and variance one, then by parameters.
    LayerNorm(LayerNorm),
    /// exp(x) divided by its sum.
    Softmax,
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
    /// What is applied to each entry of the weight before it is used.
    pub weight_map: Option<Activation>,
    /// Its activation.
    pub activation: Activation,
}

/// The normalisation over all that comes in: a scale for each number, then a shift for each, both row-major.
///
/// Ba, Kiros and Hinton, *Layer Normalization*, 2016.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNorm {
    /// How many numbers come in.
    pub size: usize,
    /// What is added to the variance.
    pub epsilon: f64,
}

/// An elementwise function as a layer applies it.
#[derive(Clone, Debug)]
pub struct Activation {
    /// The function.
    pub function: Function,
    /// As the user calls it; `Identity` where none is written.
    pub name: String,
}

impl Activation {
    /// What a layer applies where none is written.
    #[must_use]
    pub fn identity() -> Self {
        Self {
            function: Function::builtin(Builtin::Identity),
            name: "Identity".to_owned(),
        }
    }
}

impl Layer {
    /// Where all its parameters lie in the flat parameters.
    #[must_use]
    pub fn parameters(&self) -> Range<usize> {
        self.offset..self.offset + self.kind.parameters()
    }
}

impl LayerKind {
    /// Extents of its weight, or of its scale; none if it has neither.
    #[must_use]
    pub fn weight(&self) -> Vec<usize> {
        match self {
            Self::Dense(dense) => vec![dense.outputs, dense.inputs],
            Self::Convolution(convolution) => convolution.weight(),
            Self::LayerNorm(norm) => vec![norm.size],
            Self::Graph(graph) => {
                let (rows, columns) = graph.weight_shape();
                vec![rows, columns]
            }
            Self::Pool(_) | Self::Flatten | Self::Softmax => Vec::new(),
        }
    }

    /// How many parameters its weight or its scale has: the first of its parameters.
    #[must_use]
    pub fn weights(&self) -> usize {
        match &self.weight()[..] {
            [] => 0,
            extents => extents.iter().product(),
        }
    }

    /// How many numbers it adds, bias or shift: the last of its parameters.
    #[must_use]
    pub const fn offsets(&self) -> usize {
        match self {
            Self::Dense(dense) if dense.bias => dense.outputs,
            Self::Convolution(convolution) if convolution.bias => convolution.outputs,
            Self::LayerNorm(norm) => norm.size,
            _ => 0,
        }
    }

    /// How many parameters it has.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.weights() + self.offsets()
    }

    /// How many numbers enter one output, and how many outputs one number enters where windows are dense, as far as
    /// weights are concerned.
    #[must_use]
    pub fn fans(&self) -> (usize, usize) {
        match self {
            Self::Dense(dense) => (dense.inputs, dense.outputs),
            Self::Convolution(convolution) => {
                let kernel: usize = convolution.windows.iter().map(|axis| axis.kernel).product();
                let of_group = |channels: usize| channels / convolution.groups * kernel;
                (
                    of_group(convolution.channels),
                    of_group(convolution.outputs),
                )
            }
            _ => (1, 1),
        }
    }

    /// The elementwise function that it applies last, if there is one.
    #[must_use]
    pub const fn activation(&self) -> Option<&Activation> {
        match self {
            Self::Dense(dense) => Some(&dense.activation),
            Self::Convolution(convolution) => Some(&convolution.activation),
            Self::Graph(graph) => Some(&graph.activations[1]),
            _ => None,
        }
    }

    /// What one layer of the kind is called, in lower case.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Dense(_) => "dense layer",
            Self::Convolution(_) => "convolution",
            Self::Pool(Pool {
                reduction: Reduction::Max,
                ..
            }) => "max pooling",
            Self::Pool(_) => "average pooling",
            Self::Flatten => "flattening",
            Self::LayerNorm(_) => "layer normalisation",
            Self::Softmax => "softmax",
            Self::Graph(_) => "graph of neurons",
        }
    }
}
