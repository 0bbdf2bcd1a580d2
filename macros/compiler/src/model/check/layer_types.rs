//! The types of layers by name, each with the options that it takes.

/// A type of layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LayerType {
    Dense,
    /// Along so many axes of space.
    Convolution(usize),
    /// Along so many axes of space.
    MaxPool(usize),
    /// Along so many axes of space.
    AvgPool(usize),
    Flatten,
    LayerNorm,
    Softmax,
    Graph,
}

const LAYERS: [(&str, LayerType); 11] = [
    ("Dense", LayerType::Dense),
    ("Conv1d", LayerType::Convolution(1)),
    ("Conv2d", LayerType::Convolution(2)),
    ("MaxPool1d", LayerType::MaxPool(1)),
    ("MaxPool2d", LayerType::MaxPool(2)),
    ("AvgPool1d", LayerType::AvgPool(1)),
    ("AvgPool2d", LayerType::AvgPool(2)),
    ("Flatten", LayerType::Flatten),
    ("LayerNorm", LayerType::LayerNorm),
    ("Softmax", LayerType::Softmax),
    ("Graph", LayerType::Graph),
];

impl LayerType {
    /// The type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let mut known = LAYERS.iter();
        known
            .find(|(known, _)| *known == name)
            .map(|(_, layer)| *layer)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        LAYERS.iter().map(|(name, _)| *name)
    }

    /// What `#[layer(...)]` can say of it.
    pub const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Dense => &["bias", "weight"],
            Self::Convolution(_) => &["kernel", "stride", "padding", "dilation", "groups", "bias"],
            Self::MaxPool(_) | Self::AvgPool(_) => &["kernel", "stride", "padding"],
            Self::LayerNorm => &["epsilon"],
            Self::Flatten | Self::Softmax | Self::Graph => &[],
        }
    }

    /// Whether its layers have parameters; without any, all of them are one.
    pub const fn has_parameters(self) -> bool {
        matches!(
            self,
            Self::Dense | Self::Convolution(_) | Self::LayerNorm | Self::Graph
        )
    }
}
