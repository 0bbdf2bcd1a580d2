//! A field of a struct goes in, what can be understood of its layers comes out.

use super::activations::Activations;
use super::attributes::read_field_attributes;
use super::graph::{DraftGraph, check_graph, read_graph};
use super::inputs::check_word;
use super::layer_types::LayerType;
use super::number::{LAYER_LIMIT, SIZE_LIMIT, read_size};
use super::options::Options;
use super::parameters::PARAMETER;
use super::windows::{DraftConvolution, DraftPool};
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::model::{Activation, Dense, LayerKind, LayerNorm, Reduction, Shape};
use crate::parse::{self, FieldType, Item};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::GenericArgument;

/// A field as far as it can be understood: input widths are unknown until all fields are.
#[derive(Clone, Debug)]
pub(crate) struct DraftField {
    pub name: Ident,
    pub visibility: syn::Visibility,
    pub attributes: Vec<syn::Attribute>,
    /// Whether it is an array.
    pub is_array: bool,
    /// How many layers it has; open if that was mistaken.
    pub length: Option<usize>,
    /// What each of them is; open if that was mistaken.
    pub layer: Option<DraftLayer>,
    pub is_frozen: bool,
    /// The activation; open if that was mistaken, or if the layer has none.
    pub activation: Option<Activation>,
    /// Where the activation is written, or the layer if none is.
    pub activation_place: Place,
    /// The name of the layer type.
    pub type_name: String,
    /// Where that is written.
    pub span: Span,
}

/// A layer as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) enum DraftLayer {
    Dense(DraftDense),
    Convolution(DraftConvolution),
    Pool(DraftPool),
    Flatten,
    /// What is added to the variance; open if that was mistaken.
    LayerNorm(Option<f64>),
    Softmax,
    Graph(Box<DraftGraph>),
}

/// A dense layer as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct DraftDense {
    /// The output width; open if that was mistaken.
    pub width: Option<usize>,
    pub bias: bool,
    /// What is applied to the weight, if anything is; open if that was mistaken.
    pub weight_map: Option<Option<Activation>>,
}

/// Something in a layer that has not all derivatives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kink<'a> {
    /// The order of the first derivative that is not everywhere.
    pub order: usize,
    /// What has it, as the user calls it.
    pub function: &'a str,
    /// Where that is written.
    pub place: Place,
    /// What to do about it.
    pub instead: &'static str,
}

impl DraftField {
    /// The shape of what goes out of one of its layers if this comes in; open if something is unknown or does not fit.
    pub fn output(&self, input: Option<Shape>) -> Option<Shape> {
        match (&self.layer, input) {
            (Some(DraftLayer::Dense(dense)), _) => dense.width.map(Shape::Vector),
            (Some(DraftLayer::Graph(graph)), _) => graph.outputs.map(Shape::Vector),
            (_, Some(input)) => self.fit(input).ok().flatten(),
            _ => None,
        }
    }

    /// The same, or why one of its layers cannot take what comes in.
    pub fn fit(&self, input: Shape) -> Result<Option<Shape>, Diagnostic> {
        match &self.layer {
            None => Ok(None),
            Some(DraftLayer::Dense(dense)) => match input {
                Shape::Scalar | Shape::Vector(_) => Ok(dense.width.map(Shape::Vector)),
                _ => Err(catalogue::needs_flat(&self.type_name, self.span, input)),
            },
            Some(DraftLayer::Graph(graph)) => match input {
                Shape::Scalar | Shape::Vector(_) => Ok(graph.outputs.map(Shape::Vector)),
                _ => Err(catalogue::needs_flat(&self.type_name, self.span, input)),
            },
            Some(DraftLayer::Convolution(convolution)) => convolution.fit(self, input),
            Some(DraftLayer::Pool(pool)) => pool.fit(self, input),
            Some(DraftLayer::Flatten) => Ok(Some(Shape::Vector(input.size()))),
            Some(DraftLayer::LayerNorm(_)) => Ok(Some(input)),
            Some(DraftLayer::Softmax) => match input {
                Shape::Vector(_) => Ok(Some(input)),
                _ => Err(catalogue::needs_flat(&self.type_name, self.span, input)),
            },
        }
    }

    /// What one of its layers computes if this comes in; nothing if something about it is mistaken.
    pub fn kind(&self, input: Shape, diagnostics: &mut Diagnostics) -> Option<LayerKind> {
        Some(match self.layer.as_ref()? {
            DraftLayer::Dense(dense) => LayerKind::Dense(Dense {
                inputs: input.size(),
                outputs: dense.width?,
                bias: dense.bias,
                weight_map: dense.weight_map.clone()?,
                activation: self.activation.clone()?,
            }),
            DraftLayer::Convolution(convolution) => {
                LayerKind::Convolution(convolution.finish(self, input)?)
            }
            DraftLayer::Pool(pool) => LayerKind::Pool(pool.finish()?),
            DraftLayer::Flatten => LayerKind::Flatten,
            DraftLayer::LayerNorm(epsilon) => LayerKind::LayerNorm(LayerNorm {
                size: input.size(),
                epsilon: (*epsilon)?,
            }),
            DraftLayer::Softmax => LayerKind::Softmax,
            DraftLayer::Graph(draft) => {
                let graph = draft.graph(input.size())?;
                check_graph(&graph, draft, diagnostics)?;
                LayerKind::Graph(graph)
            }
        })
    }

    /// Where derivatives of its layers end.
    pub fn kinks<'a>(&'a self) -> Vec<Kink<'a>> {
        let weight_map = match &self.layer {
            Some(DraftLayer::Dense(dense)) => dense.weight_map.as_ref().and_then(Option::as_ref),
            _ => None,
        };
        let of = |function: &'a Activation, place: Place, instead: &'static str| {
            Some(Kink {
                order: function.function.kink()?,
                function: &function.name,
                place,
                instead,
            })
        };
        let smooth = "use a smooth activation such as `Softplus`, `Silu`, `Gelu` or `Tanh`";
        let mut kinks: Vec<Kink<'a>> = Vec::new();
        if let Some(activation) = &self.activation {
            kinks.extend(of(activation, self.activation_place, smooth));
        }
        if let Some(map) = weight_map {
            let instead = "use a smooth function such as `softplus`";
            kinks.extend(of(map, self.activation_place, instead));
        }
        if let Some(DraftLayer::Graph(graph)) = &self.layer {
            for (activation, place) in &graph.activations {
                let kink = activation
                    .as_ref()
                    .and_then(|known| of(known, *place, smooth));
                kinks.extend(kink);
            }
        }
        if let Some(DraftLayer::Pool(pool)) = &self.layer
            && pool.reduction == Reduction::Max
        {
            kinks.push(Kink {
                // Beyond a tie another entry is the largest: the first derivative jumps.
                order: 2,
                function: &self.type_name,
                place: self.activation_place,
                instead: "use average pooling",
            });
        }
        kinks
    }
}

pub(super) fn read_field(
    field: &parse::Field,
    activations: &Activations,
    diagnostics: &mut Diagnostics,
) -> DraftField {
    let kept = read_field_attributes(&field.attributes, diagnostics);
    let mut draft = DraftField {
        name: field.name.clone(),
        visibility: field.visibility.clone(),
        attributes: kept.attributes,
        is_frozen: kept.is_frozen,
        is_array: false,
        length: Some(1),
        layer: None,
        activation: None,
        activation_place: (&field.name).into(),
        type_name: String::new(),
        span: field.name.span(),
    };
    diagnostics.take(check_word("a layer", &field.name));
    let reader = LayerReader {
        options: &field.options,
        graph: field.graph.as_ref(),
        activations,
    };
    reader.read_type(&field.kind, &mut draft, diagnostics);
    if let Some(written) = &field.graph
        && !matches!(draft.layer, Some(DraftLayer::Graph(_)))
    {
        diagnostics.push(catalogue::graph_of_another_type(written.place, &field.name));
    }
    draft
}

/// Reads the type of a field together with the options that are written for it.
struct LayerReader<'a> {
    options: &'a [Item],
    graph: Option<&'a parse::GraphAttribute>,
    activations: &'a Activations,
}

impl LayerReader<'_> {
    fn read_type(&self, kind: &FieldType, draft: &mut DraftField, diagnostics: &mut Diagnostics) {
        match kind {
            FieldType::Array {
                element, length, ..
            } => {
                if let FieldType::Array { whole, .. } = &**element {
                    diagnostics.push(catalogue::array_of_arrays(whole));
                    return;
                }
                if let FieldType::Layer { name, whole, .. } = &**element
                    && name == PARAMETER
                {
                    diagnostics.push(catalogue::array_of_parameters(whole));
                    return;
                }
                draft.is_array = true;
                draft.length = diagnostics.take(read_size(
                    "the length of an array of layers",
                    length,
                    LAYER_LIMIT,
                ));
                if let FieldType::Layer { name, whole, .. } = &**element
                    && LayerType::parse(&name.to_string())
                        .is_some_and(|layer| !layer.has_parameters())
                {
                    diagnostics.push(catalogue::array_without_parameters(name, whole));
                    return;
                }
                self.read_type(element, draft, diagnostics);
            }
            FieldType::Layer {
                name, arguments, ..
            } => match LayerType::parse(&name.to_string()) {
                Some(layer) => self.read_layer(layer, name, arguments, draft, diagnostics),
                None => {
                    let types = LayerType::names().chain([PARAMETER]);
                    diagnostics.push(catalogue::unknown_layer(name, types));
                }
            },
            FieldType::Other(kind) => diagnostics.push(catalogue::not_a_layer(kind)),
        }
    }

    fn read_layer(
        &self,
        layer: LayerType,
        name: &Ident,
        arguments: &[GenericArgument],
        draft: &mut DraftField,
        diagnostics: &mut Diagnostics,
    ) {
        draft.type_name = name.to_string();
        draft.span = name.span();
        draft.activation_place = name.into();
        let width = match layer {
            LayerType::Dense | LayerType::Convolution(_) => {
                self.read_width_and_activation(name, arguments, draft, diagnostics)
            }
            LayerType::Graph => {
                draft.layer = self.read_graph(name, arguments, diagnostics);
                return;
            }
            _ => {
                if let Some(argument) = arguments.first() {
                    diagnostics.push(catalogue::layer_with_arguments(name, argument));
                }
                None
            }
        };
        let options = Options::read(name, self.options, layer.options(), diagnostics);
        draft.layer = Some(match layer {
            LayerType::Dense => DraftLayer::Dense(DraftDense {
                width,
                bias: options.bias(diagnostics),
                weight_map: options.weight_map(self.activations, diagnostics),
            }),
            LayerType::Convolution(axes) => DraftLayer::Convolution(DraftConvolution {
                outputs: width,
                groups: options.groups(diagnostics),
                groups_place: options.place("groups"),
                windows: options.windows(axes, false, diagnostics),
                axes,
                bias: options.bias(diagnostics),
            }),
            LayerType::MaxPool(axes) | LayerType::AvgPool(axes) => DraftLayer::Pool(DraftPool {
                reduction: match layer {
                    LayerType::MaxPool(_) => Reduction::Max,
                    _ => Reduction::Mean,
                },
                windows: options.windows(axes, true, diagnostics),
                axes,
            }),
            LayerType::Flatten => DraftLayer::Flatten,
            LayerType::LayerNorm => DraftLayer::LayerNorm(options.epsilon(diagnostics)),
            LayerType::Softmax => DraftLayer::Softmax,
            LayerType::Graph => return,
        });
    }

    /// `Graph`, which says everything in `#[graph(...)]`.
    fn read_graph(
        &self,
        name: &Ident,
        arguments: &[GenericArgument],
        diagnostics: &mut Diagnostics,
    ) -> Option<DraftLayer> {
        if let Some(argument) = arguments.first() {
            diagnostics.push(catalogue::graph_with_arguments(argument));
        }
        for option in self.options {
            diagnostics.push(catalogue::layer_option_of_graph(&option.name));
        }
        let Some(written) = self.graph else {
            diagnostics.push(catalogue::graph_without_attribute(name));
            return None;
        };
        let graph = read_graph(written, self.activations, diagnostics);
        Some(DraftLayer::Graph(Box::new(graph)))
    }

    /// `Dense<width>` or `Conv2d<channels, activation>`: the width or the channels, open if they were mistaken.
    fn read_width_and_activation(
        &self,
        name: &Ident,
        arguments: &[GenericArgument],
        draft: &mut DraftField,
        diagnostics: &mut Diagnostics,
    ) -> Option<usize> {
        let layer = name.to_string();
        let mut outputs = None;
        match arguments.first() {
            Some(width) => outputs = diagnostics.take(self.read_width(&layer, width)),
            None => diagnostics.push(catalogue::layer_without_width(name)),
        }
        match arguments.get(1) {
            Some(activation) => {
                draft.activation_place = Place::of(activation);
                let name = match activation {
                    GenericArgument::Type(syn::Type::Path(path)) => path.path.get_ident(),
                    _ => None,
                };
                draft.activation = diagnostics
                    .take(read_activation(&layer, name, activation, self.activations))
                    .flatten();
            }
            None => draft.activation = Some(Activation::identity()),
        }
        if let Some(argument) = arguments.get(2) {
            diagnostics.push(catalogue::layer_with_more(&layer, argument));
        }
        outputs
    }

    fn read_width(&self, layer: &str, argument: &GenericArgument) -> Result<usize, Diagnostic> {
        let what = catalogue::width_of(layer);
        match argument {
            GenericArgument::Const(written) => read_size(what, written, SIZE_LIMIT),
            GenericArgument::Type(kind)
                if self
                    .activations
                    .find(&kind.to_token_stream().to_string())
                    .is_some() =>
            {
                Err(catalogue::activation_before_width(layer, kind))
            }
            other => Err(catalogue::number_not_literal(what, other)),
        }
    }
}

/// The activation that something written names, if it is a name; nothing, and no mistake, where the mistake is in its formula.
pub(super) fn read_activation(
    layer: &str,
    name: Option<&Ident>,
    written: &impl ToTokens,
    activations: &Activations,
) -> Result<Option<Activation>, Diagnostic> {
    let Some(name) = name else {
        return Err(catalogue::activation_form(layer, written));
    };
    let Some(function) = activations.find(&name.to_string()) else {
        return Err(match LayerType::parse(&name.to_string()) {
            Some(_) => catalogue::layer_as_activation(name),
            None => catalogue::unknown_activation(name, activations.names()),
        });
    };
    Ok(function.map(|function| Activation {
        name: name.to_string(),
        function,
    }))
}
