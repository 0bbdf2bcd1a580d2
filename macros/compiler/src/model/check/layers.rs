//! A field of a struct goes in, what can be understood of its layers comes out.

use super::activations::Activations;
use super::attributes::read_field_attributes;
use super::graph::{DraftGraph, check_graph, read_graph};
use super::inputs::check_word;
use super::number::{LAYER_LIMIT, SIZE_LIMIT, read_size};
use super::parameters::PARAMETER;
use super::settings::place_of_value;
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::model::{Activation, Dense, LayerKind, Shape};
use crate::parse::{self, FieldType, Form, Item, strip};
use derive_network_symbolic::functions::{Activation as Builtin, Function};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Expr, ExprLit, GenericArgument, Lit};

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
    /// The output width of each; open if that was mistaken.
    pub width: Option<usize>,
    pub bias: bool,
    /// Its neurons and edges, if it is a graph of neurons.
    pub graph: Option<DraftGraph>,
    pub is_frozen: bool,
    /// The activation; open if that was mistaken.
    pub activation: Option<Activation>,
    /// Where the activation is written, or the layer if none is.
    pub activation_place: Place,
    /// Where the name of the layer type is written.
    pub span: Span,
}

impl DraftField {
    /// The shape of what goes out of one of its layers if this comes in.
    pub fn output(&self, _input: Option<Shape>) -> Option<Shape> {
        self.width.map(Shape::Vector)
    }

    /// What one of its layers computes if this comes in; nothing if something about it is mistaken.
    pub fn kind(&self, input: Shape, diagnostics: &mut Diagnostics) -> Option<LayerKind> {
        if let Some(draft) = &self.graph {
            let graph = draft.graph(input.size())?;
            check_graph(&graph, draft, diagnostics)?;
            return Some(LayerKind::Graph(graph));
        }
        Some(LayerKind::Dense(Dense {
            inputs: input.size(),
            outputs: self.width?,
            bias: self.bias,
            activation: self.activation.clone()?,
        }))
    }

    /// Its activations that were understood, each with its place.
    pub fn activations(&self) -> Vec<(&Activation, Place)> {
        let graph = self.graph.iter().flat_map(|graph| &graph.activations);
        let of_groups = graph.filter_map(|(known, place)| Some((known.as_ref()?, *place)));
        let own = self.activation.iter();
        own.map(|activation| (activation, self.activation_place))
            .chain(of_groups)
            .collect()
    }
}

const DENSE: &str = "Dense";
const GRAPH: &str = "Graph";
const LAYERS: [&str; 2] = [DENSE, GRAPH];
const OPTIONS: [&str; 1] = ["bias"];

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
        width: None,
        bias: true,
        graph: None,
        activation: None,
        activation_place: (&field.name).into(),
        span: field.name.span(),
    };
    diagnostics.take(check_word("a layer", &field.name));
    if let Some(written) = &field.graph {
        let graph = read_graph(written, activations, diagnostics);
        draft.width = graph.outputs;
        draft.graph = Some(graph);
    }
    read_type(&field.kind, activations, &mut draft, diagnostics);
    if let Some(written) = &field.graph
        && draft.graph.is_none()
    {
        diagnostics.push(catalogue::graph_of_another_type(written.place, &field.name));
    }
    read_options(&field.options, &mut draft, diagnostics);
    draft
}

fn read_type(
    kind: &FieldType,
    activations: &Activations,
    draft: &mut DraftField,
    diagnostics: &mut Diagnostics,
) {
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
            read_type(element, activations, draft, diagnostics);
        }
        FieldType::Layer {
            name, arguments, ..
        } if name == DENSE => {
            draft.span = name.span();
            draft.activation_place = name.into();
            draft.graph = None;
            read_dense(name, arguments, activations, draft, diagnostics);
        }
        FieldType::Layer {
            name, arguments, ..
        } if name == GRAPH => {
            draft.span = name.span();
            if draft.graph.is_none() {
                diagnostics.push(catalogue::graph_without_attribute(name));
            }
            if let Some(argument) = arguments.first() {
                diagnostics.push(catalogue::graph_with_arguments(argument));
            }
        }
        FieldType::Layer { name, .. } => {
            let types = LAYERS.into_iter().chain([PARAMETER]);
            diagnostics.push(catalogue::unknown_layer(name, types));
        }
        FieldType::Other(kind) => diagnostics.push(catalogue::not_a_layer(kind)),
    }
}

/// `Dense<width>` or `Dense<width, activation>`.
fn read_dense(
    name: &Ident,
    arguments: &[GenericArgument],
    activations: &Activations,
    draft: &mut DraftField,
    diagnostics: &mut Diagnostics,
) {
    match arguments.first() {
        Some(width) => draft.width = diagnostics.take(read_width(width, activations)),
        None => diagnostics.push(catalogue::dense_without_width(name)),
    }
    match arguments.get(1) {
        Some(activation) => {
            draft.activation_place = Place::of(activation);
            let name = match activation {
                GenericArgument::Type(syn::Type::Path(path)) => path.path.get_ident(),
                _ => None,
            };
            draft.activation = diagnostics
                .take(read_activation(name, activation, activations))
                .flatten();
        }
        None => draft.activation = Some(identity()),
    }
    if let Some(argument) = arguments.get(2) {
        diagnostics.push(catalogue::dense_with_more(argument));
    }
}

fn read_width(argument: &GenericArgument, activations: &Activations) -> Result<usize, Diagnostic> {
    match argument {
        GenericArgument::Const(written) => read_size("a width", written, SIZE_LIMIT),
        GenericArgument::Type(kind)
            if activations
                .find(&kind.to_token_stream().to_string())
                .is_some() =>
        {
            Err(catalogue::activation_before_width(kind))
        }
        other => Err(catalogue::number_not_literal("a width", other)),
    }
}

/// The activation where none is written.
pub(super) fn identity() -> Activation {
    Activation {
        name: "Identity".to_owned(),
        function: Function::builtin(Builtin::Identity),
    }
}

/// The activation that something written names, if it is a name; nothing, and no mistake, where the mistake is in its formula.
pub(super) fn read_activation(
    name: Option<&Ident>,
    written: &impl ToTokens,
    activations: &Activations,
) -> Result<Option<Activation>, Diagnostic> {
    let Some(name) = name else {
        return Err(catalogue::activation_form(written));
    };
    let function = activations.find(&name.to_string());
    let function =
        function.ok_or_else(|| catalogue::unknown_activation(name, activations.names()))?;
    Ok(function.map(|function| Activation {
        name: name.to_string(),
        function,
    }))
}

fn read_options(options: &[Item], draft: &mut DraftField, diagnostics: &mut Diagnostics) {
    for (position, option) in options.iter().enumerate() {
        if draft.graph.is_some() {
            diagnostics.push(catalogue::layer_option_of_graph(&option.name));
        } else if option.name != "bias" {
            diagnostics.push(catalogue::unknown_layer_option(&option.name, OPTIONS));
        } else if options[..position]
            .iter()
            .any(|earlier| earlier.name == option.name)
        {
            diagnostics.push(catalogue::layer_option_repeated(&option.name));
        } else if !matches!(option.form, Form::Unreadable) {
            draft.bias = diagnostics.take(read_bias(option)).unwrap_or(true);
        }
    }
}

fn read_bias(option: &Item) -> Result<bool, Diagnostic> {
    let at = place_of_value(option);
    match &option.form {
        Form::Assigned(written) => match strip(written) {
            Expr::Lit(ExprLit {
                lit: Lit::Bool(literal),
                ..
            }) => Ok(literal.value),
            _ => Err(catalogue::bias_not_bool(
                at,
                Some(written.to_token_stream().to_string()),
            )),
        },
        _ => Err(catalogue::bias_not_bool(at, None)),
    }
}
