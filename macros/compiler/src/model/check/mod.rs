//! What was written goes in, a [`Network`] or every refusal comes out.
//!
//! Each file reads one part of a definition and refuses what it cannot mean; what a mistake leaves unknown
//! stays open in a [`Draft`], so that the rest is checked all the same and no mistake is reported twice.

mod activations;
mod attributes;
mod calls;
mod derivatives;
mod formula;
mod forward;
mod functions;
mod graph;
mod inputs;
mod kinks;
mod layer_types;
mod layers;
mod losses;
mod names;
mod number;
mod options;
mod parameters;
mod placement;
mod quantities;
mod requests;
mod scope;
mod settings;
mod statements;
mod unused;
mod windows;
mod wiring;
mod written;

use super::{Forward, Input, Network, Shape, Storage};
use crate::diagnostics::{Diagnostics, catalogue};
use crate::parse::{Body, Definition, FieldType, Fields, Structure};
use attributes::Memory;
use forward::DraftForward;
use functions::DraftFunction;
pub(crate) use losses::DraftLoss;
use parameters::{DraftParameter, PARAMETER};
use placement::Placed;
use scope::Scope;
use settings::Settings;
use wiring::Wiring;

pub(crate) use attributes::derived_traits;
pub(crate) use layers::{DraftField, DraftLayer};
pub use number::{LAYER_LIMIT, PARAMETER_LIMIT, SIZE_LIMIT};

/// A definition as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub settings: Settings,
    /// Fields with layers.
    pub fields: Vec<DraftField>,
    /// Fields with parameters of formulas.
    pub parameters: Vec<DraftParameter>,
    pub forward: DraftForward,
    /// The output by name; open if names or widths were mistaken.
    pub output_parts: Option<Vec<Input>>,
    pub functions: Vec<DraftFunction>,
    pub losses: Vec<DraftLoss>,
    /// The shape of what comes into each layer, field by field; open if that was mistaken.
    pub layer_inputs: Vec<Vec<Option<Shape>>>,
}

/// The network of a definition, or its mistakes.
pub fn check(definition: &Definition) -> Result<Network, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let draft = read_draft(definition, &mut diagnostics);
    let network = check_draft(definition, draft, &mut diagnostics);
    match network {
        Some(network) if diagnostics.is_empty() => Ok(network),
        _ => Err(diagnostics),
    }
}

/// What can be understood of a definition, and the mistakes of its parts.
pub(crate) fn read_draft(definition: &Definition, diagnostics: &mut Diagnostics) -> Draft {
    let settings = settings::read_settings(&definition.items, diagnostics);
    let (fields, parameters) = match &definition.body {
        Body::Struct(structure) => read_fields(structure, &settings, diagnostics),
        Body::Other { what, keyword, .. } => {
            diagnostics.push(catalogue::not_a_struct(what, *keyword));
            Default::default()
        }
    };
    let mut wiring = Wiring::new(&fields);
    let forward = forward::read_forward(&settings, &parameters, &mut wiring, diagnostics);
    let names = settings.outputs.as_deref();
    let output_parts = names
        .zip(forward.shape)
        .and_then(|(names, _)| forward::place_parts(names, &forward, diagnostics));
    let parts = output_parts.as_deref();
    let mut scope = Scope::of(
        &settings,
        &forward,
        parts,
        &fields,
        &parameters,
        diagnostics,
    );
    let activations = &settings.activations;
    let functions =
        functions::read_functions(&settings, &mut scope, activations, &mut wiring, diagnostics);
    let losses = losses::read_losses(&settings, &scope, activations, &mut wiring, diagnostics);
    let layer_inputs = wiring.inputs;
    Draft {
        settings,
        fields,
        parameters,
        forward,
        output_parts,
        functions,
        losses,
        layer_inputs,
    }
}

/// The fields of a struct: those with layers, and those with parameters of formulas.
fn read_fields(
    structure: &Structure,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> (Vec<DraftField>, Vec<DraftParameter>) {
    attributes::check_generics(&structure.generics, diagnostics);
    let written = match &structure.fields {
        Fields::Named(fields) => fields.as_slice(),
        Fields::Unnamed(fields) => {
            diagnostics.push(catalogue::tuple_struct(fields));
            return Default::default();
        }
        Fields::Unit => &[],
    };
    let (mut fields, mut parameters) = (Vec::new(), Vec::new());
    for field in written {
        match &field.kind {
            FieldType::Layer {
                name, arguments, ..
            } if name == PARAMETER => {
                let before = fields.len();
                let parameter = parameters::read_parameter(field, arguments, before, diagnostics);
                parameters.push(parameter);
            }
            _ => fields.push(layers::read_field(
                field,
                &settings.activations,
                diagnostics,
            )),
        }
    }
    let is_formula = settings.forward.is_some() && !parameters.is_empty();
    if fields.is_empty() && !is_formula {
        diagnostics.push(catalogue::no_layers(&structure.name));
    }
    (fields, parameters)
}

/// Checks the parts against each other and lays out the parameters.
fn check_draft(
    definition: &Definition,
    draft: Draft,
    diagnostics: &mut Diagnostics,
) -> Option<Network> {
    let Body::Struct(structure) = &definition.body else {
        return None;
    };
    names::check_names(&draft, diagnostics);
    unused::check_unused(&draft, diagnostics);
    let Draft {
        settings,
        fields,
        parameters,
        forward,
        output_parts,
        functions,
        losses,
        layer_inputs,
    } = draft;
    let of_parameters = &settings.asked.of_parameters;
    if let Some(outputs) = forward.shape.map(Shape::size) {
        let of = match forward.text {
            Some(_) => catalogue::Asked::Forward,
            None => catalogue::Asked::Chain,
        };
        requests::check_width(&settings.requests, of_parameters, of, outputs, diagnostics);
    }
    if !settings.allow_kinks {
        kinks::check_kinks(
            &settings,
            &fields,
            &forward,
            &functions,
            &losses,
            diagnostics,
        );
    }
    let inputs = settings.inputs?;
    let Placed {
        fields,
        layers,
        parameter_fields,
        frozen,
        parameters,
    } = placement::place_fields(fields, parameters, &layer_inputs, diagnostics)?;
    let memory = Memory {
        parameters,
        scalar: settings.scalar,
    };
    let storage = settings
        .storage
        .unwrap_or_else(|| Storage::automatic(memory.parameters, memory.scalar));
    attributes::check_attributes(
        &structure.attributes,
        storage,
        settings.storage,
        memory,
        diagnostics,
    );
    let output_parts = output_parts?;
    let functions = functions.into_iter().map(DraftFunction::finish);
    let losses = losses.into_iter().map(|draft| draft.loss);
    Some(Network {
        name: structure.name.clone(),
        visibility: structure.visibility.clone(),
        attributes: structure.attributes.clone(),
        scalar: settings.scalar,
        storage,
        inputs,
        output_names: output_parts.iter().map(|part| part.name.clone()).collect(),
        output_parts,
        given: settings.given?,
        fields,
        parameter_fields,
        frozen,
        layers,
        forward: Forward {
            locals: forward.locals,
            output: forward.output?,
            text: forward.text,
        },
        requests: settings.requests,
        parameter_requests: settings.asked.of_parameters,
        functions: functions.collect::<Option<_>>()?,
        losses: losses.collect::<Option<_>>()?,
        allow_kinks: settings.allow_kinks,
    })
}
