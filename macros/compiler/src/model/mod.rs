//! What a definition means: `parse::Definition` goes in, a typed, shaped [`Network`] comes out.
//!
//! [`check`] turns the one into the other and holds every refusal, so whoever has a [`Network`] may rely
//! on it: widths fit, names are unique, formulas have shapes, requests make sense for what they are asked of, and no
//! derivative crosses a kink that the user did not allow. Later stages read it and refuse nothing.

mod check;
mod forward;
mod function;
mod graph;
mod layer;
mod layout;
mod loss;
mod names;
mod parameter_request;
mod quantity;
mod rectangles;
mod request;
mod walks;
mod windows;

use proc_macro2::Ident;
use std::ops::Range;

pub(crate) use check::{Draft, DraftField, DraftLayer, DraftLoss, derived_traits, read_draft};
pub use check::{LAYER_LIMIT, PARAMETER_LIMIT, SIZE_LIMIT, check};
pub use forward::Forward;
pub use function::NamedFunction;
pub use graph::{Edges, Graph, GraphWeights, WeightPlace, Weights};
pub use layer::{Activation, Dense, Layer, LayerKind, LayerNorm};
pub use layout::STORAGE_LIMIT_BYTES;
pub use loss::Loss;
pub use names::{
    CONSTANTS, METHODS, REQUEST_CONSTANTS, common_names, constant_name, loss_names, method_forms,
    method_name, request_kinds, request_names,
};
pub use parameter_request::{LossRequest, LossRequestKind, ParameterRequest, ParameterRequestKind};
pub(crate) use quantity::repeated;
pub use quantity::{Dependence, MappedFunction, Meaning, Quantity, Shape};
pub use rectangles::{Rectangle, shared};
pub use request::{Order, Request, RequestKind};
pub use walks::{Carried, Run, Walks, shortest_walks};
pub use windows::{Convolution, Pool, Reduction, Window, crossed};

/// A checked definition: layers, their composition, functions and losses of it, and what is asked.
#[derive(Clone, Debug)]
pub struct Network {
    /// The name of the struct.
    pub name: Ident,
    /// The visibility of the struct.
    pub visibility: syn::Visibility,
    /// Documentation and every attribute written below ours, in order.
    pub attributes: Vec<syn::Attribute>,
    /// The type of numbers.
    pub scalar: Scalar,
    /// Where parameters live, resolved.
    pub storage: Storage,
    /// The named inputs, in the order in which they are concatenated.
    pub inputs: Vec<Input>,
    /// Names of the output: none, one for the whole, or one for each component.
    pub output_names: Vec<Ident>,
    /// The output by name, in order: all of it, or nothing where it has no name.
    pub output_parts: Vec<Input>,
    /// The named data that are given with each point, in the order in which they are concatenated.
    pub given: Vec<Input>,
    /// The fields of the struct that hold layers, in order.
    pub fields: Vec<Field>,
    /// The fields of the struct that hold parameters of formulas, in order.
    pub parameter_fields: Vec<ParameterField>,
    /// Stretches of the flat parameters in which derivatives are zero: ascending, apart from each other.
    pub frozen: Vec<Range<usize>>,
    /// The layers: fields in order, arrays by index.
    pub layers: Vec<Layer>,
    /// How they compute the output.
    pub forward: Forward,
    /// What is asked: the value first, then as written, each once.
    pub requests: Vec<Request>,
    /// What is asked of derivatives of the output in the parameters, as written, each once.
    pub parameter_requests: Vec<ParameterRequest>,
    /// The functions that the definition names, in order; each uses earlier ones only.
    pub functions: Vec<NamedFunction>,
    /// The losses, in order.
    pub losses: Vec<Loss>,
    /// Whether derivatives may cross a kink.
    pub allow_kinks: bool,
}

/// The type of numbers in which a network computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scalar {
    /// Single precision.
    F32,
    /// Double precision, the default.
    #[default]
    F64,
}

/// Where the parameters of a network live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In the struct itself.
    Inline,
    /// On the heap, behind one box.
    Boxed,
}

/// A named input: a scalar, or a vector, a signal or an image whose extents are written. Given data and outputs are named
/// in the same way.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: Ident,
    /// Its shape; signals and images lie row-major in what they are a part of, the last axis fastest.
    pub shape: Shape,
    /// Where it starts in what it is a part of: the concatenated inputs, given data or outputs.
    pub start: usize,
}

/// A field of the struct: one layer or an array of layers.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, which is the name of its accessor.
    pub name: Ident,
    /// Its visibility.
    pub visibility: syn::Visibility,
    /// Its documentation and other attributes that its accessor keeps.
    pub attributes: Vec<syn::Attribute>,
    /// The length of the array, if it is one.
    pub array: Option<usize>,
    /// Whether the derivatives in its parameters are zero.
    pub is_frozen: bool,
    /// Its layers, as positions in [`Network::layers`].
    pub layers: Range<usize>,
}

/// A field of the struct that holds parameters of formulas: a scalar, a vector or a matrix.
#[derive(Clone, Debug)]
pub struct ParameterField {
    /// Its name, which is the name of its accessor.
    pub name: Ident,
    /// Its visibility.
    pub visibility: syn::Visibility,
    /// Its documentation and other attributes that its accessor keeps.
    pub attributes: Vec<syn::Attribute>,
    /// Its shape.
    pub shape: Shape,
    /// Where it starts in the flat parameters, column-major. It is zero until it is set.
    pub offset: usize,
    /// Whether its derivatives are zero.
    pub is_frozen: bool,
}
