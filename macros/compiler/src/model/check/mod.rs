//! What was written goes in, a [`Network`] or every refusal comes out.
//!
//! Each file reads one part of a definition and refuses what it cannot mean; what a mistake leaves unknown
//! stays open in a [`Draft`], so that the rest is checked all the same and no mistake is reported twice.

mod activations;
mod attributes;
mod formula;
mod inputs;
mod layers;
mod names;
mod number;
mod requests;
mod settings;

use super::{Network, Storage};
use crate::diagnostics::{Diagnostics, catalogue};
use crate::parse::{Body, Definition, Fields, Structure};
use attributes::Memory;

pub(crate) use attributes::derived_traits;
pub(crate) use layers::DraftField;
pub use number::{LAYER_LIMIT, PARAMETER_LIMIT, SIZE_LIMIT};
use settings::Settings;

/// A definition as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub settings: Settings,
    pub fields: Vec<DraftField>,
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
    let fields = match &definition.body {
        Body::Struct(structure) => read_fields(structure, &settings, diagnostics),
        Body::Other { what, keyword, .. } => {
            diagnostics.push(catalogue::not_a_struct(what, *keyword));
            Vec::new()
        }
    };
    Draft { settings, fields }
}

fn read_fields(
    structure: &Structure,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Vec<DraftField> {
    attributes::check_generics(&structure.generics, diagnostics);
    match &structure.fields {
        Fields::Named(fields) if !fields.is_empty() => fields
            .iter()
            .map(|field| layers::read_field(field, &settings.activations, diagnostics))
            .collect(),
        Fields::Unnamed(fields) => {
            diagnostics.push(catalogue::tuple_struct(fields));
            Vec::new()
        }
        Fields::Named(_) | Fields::Unit => {
            diagnostics.push(catalogue::no_layers(&structure.name));
            Vec::new()
        }
    }
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
    let Draft { settings, fields } = draft;
    let outputs = fields.last().and_then(|field| field.width);
    names::check_names(&settings, &fields, diagnostics);
    inputs::check_output_names(&settings, outputs, diagnostics);
    requests::check_outputs(&settings.requests, outputs, diagnostics);
    if !settings.allow_kinks {
        requests::check_kinks(&settings.requests, &fields, diagnostics);
    }
    let inputs = settings.inputs?;
    let (fields, layers) = layers::lay_out(fields, &inputs, diagnostics)?;
    let memory = Memory {
        parameters: layers.last()?.parameters().end,
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
    Some(Network {
        name: structure.name.clone(),
        visibility: structure.visibility.clone(),
        attributes: structure.attributes.clone(),
        scalar: settings.scalar,
        storage,
        inputs,
        output_names: settings.output_names,
        fields,
        layers,
        requests: settings.requests,
        allow_kinks: settings.allow_kinks,
    })
}
