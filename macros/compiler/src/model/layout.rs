//! Questions that later stages ask a network: totals, names and where parameters lie.

use super::{
    Input, Layer, LayerKind, Network, ParameterField, RequestKind, Scalar, Shape, Storage,
};
use std::ops::Range;

/// Parameters up to this many bytes live in the struct unless the definition says otherwise.
pub const STORAGE_LIMIT_BYTES: usize = 16 * 1024;

impl Network {
    /// How many numbers a point has: I.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs.iter().map(Input::size).sum()
    }

    /// How many numbers a value has: O.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.forward.shape().size()
    }

    /// How many parameters there are: P.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let layers = self.layers.last().map_or(0, |layer| layer.parameters().end);
        let fields = self.parameter_fields.last();
        layers.max(fields.map_or(0, |field| field.parameters().end))
    }

    /// How many numbers are given with each point: G.
    #[must_use]
    pub fn given(&self) -> usize {
        self.given.last().map_or(0, |given| given.range().end)
    }

    /// Whether a kind is asked for.
    #[must_use]
    pub fn asks(&self, kind: RequestKind) -> bool {
        self.requests.iter().any(|request| request.kind == kind)
    }

    /// Whether one of its layers is a graph of neurons, whose weights need not all be read.
    #[must_use]
    pub fn has_graphs(&self) -> bool {
        let mut kinds = self.layers.iter().map(|layer| &layer.kind);
        kinds.any(|kind| matches!(kind, LayerKind::Graph(_)))
    }

    /// A layer as the user would say it: `hidden` or `hidden[1]`.
    #[must_use]
    pub fn layer_name(&self, layer: &Layer) -> String {
        let field = &self.fields[layer.field].name;
        match layer.index_in_array {
            Some(index) => format!("{field}[{index}]"),
            None => field.to_string(),
        }
    }
}

impl ParameterField {
    /// Where it lies in the flat parameters.
    #[must_use]
    pub fn parameters(&self) -> Range<usize> {
        self.offset..self.offset + self.shape.size()
    }

    /// How many rows it has; 1 of a scalar.
    #[must_use]
    pub const fn rows(&self) -> usize {
        match self.shape {
            Shape::Scalar => 1,
            Shape::Vector(rows) | Shape::Matrix(rows, _) => rows,
            Shape::Image(..) => self.shape.size(),
        }
    }

    /// How many columns it has; 1 of a scalar or a vector.
    #[must_use]
    pub const fn columns(&self) -> usize {
        match self.shape {
            Shape::Scalar | Shape::Vector(_) | Shape::Image(..) => 1,
            Shape::Matrix(_, columns) => columns,
        }
    }
}

impl Input {
    /// How many numbers it has.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.shape.size()
    }

    /// Where it lies in what it is a part of.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.size()
    }
}

impl Scalar {
    /// The name of the Rust type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::F32, Self::F64]
            .into_iter()
            .find(|scalar| scalar.name() == name)
    }

    /// The least finite number.
    #[must_use]
    pub const fn lowest(self) -> f64 {
        match self {
            Self::F32 => f32::MIN as f64,
            Self::F64 => f64::MIN,
        }
    }

    /// The size of one number.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

impl Storage {
    /// Where so many parameters live unless the definition says otherwise.
    #[must_use]
    pub const fn automatic(parameters: usize, scalar: Scalar) -> Self {
        if parameters * scalar.bytes() <= STORAGE_LIMIT_BYTES {
            Self::Inline
        } else {
            Self::Boxed
        }
    }
}
