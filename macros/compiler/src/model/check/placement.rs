//! Fields as far as they are understood go in, layers and parameters with their places in the flat parameters come out.

use super::layers::DraftField;
use super::number::{LAYER_LIMIT, PARAMETER_LIMIT};
use super::parameters::DraftParameter;
use crate::diagnostics::{Diagnostics, Place, catalogue};
use crate::model::{Field, Layer, ParameterField, Shape, crossed};
use proc_macro2::Ident;
use std::ops::Range;

/// Where everything lies.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    pub fields: Vec<Field>,
    pub layers: Vec<Layer>,
    pub parameter_fields: Vec<ParameterField>,
    pub frozen: Vec<Range<usize>>,
    /// How many parameters there are.
    pub parameters: usize,
}

/// Places the fields one behind the other, as they stand in the struct; nothing if one is open or the limits are
/// exceeded.
pub(super) fn place_fields(
    drafts: Vec<DraftField>,
    parameters: Vec<DraftParameter>,
    inputs: &[Vec<Option<Shape>>],
    diagnostics: &mut Diagnostics,
) -> Option<Placed> {
    let mut placed = Placed::default();
    let mut parameters = parameters.into_iter().peekable();
    for (position, draft) in drafts.into_iter().enumerate() {
        while let Some(parameter) = parameters.next_if(|next| next.layer_fields_before <= position)
        {
            placed.add_parameter(parameter, diagnostics)?;
        }
        placed.add_layers(draft, &inputs[position], diagnostics)?;
    }
    for parameter in parameters {
        placed.add_parameter(parameter, diagnostics)?;
    }
    Some(placed)
}

impl Placed {
    fn add_parameter(
        &mut self,
        draft: DraftParameter,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let field = ParameterField {
            shape: draft.shape?,
            offset: self.parameters,
            is_frozen: draft.is_frozen,
            name: draft.name,
            visibility: draft.visibility,
            attributes: draft.attributes,
        };
        let extents = crossed(&[field.rows(), field.columns()]);
        let place = (&field.name).into();
        self.take_up(
            field.parameters().end,
            &field.name,
            place,
            &extents,
            diagnostics,
        )?;
        self.freeze(field.is_frozen, field.parameters());
        self.parameter_fields.push(field);
        Some(())
    }

    /// Adds the layers of a field into which these come.
    fn add_layers(
        &mut self,
        draft: DraftField,
        inputs: &[Option<Shape>],
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let length = draft.length?;
        let (first, start) = (self.layers.len(), self.parameters);
        if first + length > LAYER_LIMIT {
            diagnostics.push(catalogue::layers_too_many(&draft.name, LAYER_LIMIT));
            return None;
        }
        for index in 0..length {
            let input = inputs.get(index).copied().flatten()?;
            let output = draft.output(Some(input))?;
            let kind = draft.kind(input, diagnostics)?;
            let weight = crossed(&kind.weight());
            let layer = Layer {
                field: self.fields.len(),
                index_in_array: draft.is_array.then_some(index),
                input,
                output,
                kind,
                offset: self.parameters,
                span: draft.span,
            };
            self.take_up(
                layer.parameters().end,
                &draft.name,
                draft.span.into(),
                &weight,
                diagnostics,
            )?;
            self.layers.push(layer);
        }
        self.freeze(draft.is_frozen, start..self.parameters);
        self.fields.push(Field {
            name: draft.name,
            visibility: draft.visibility,
            attributes: draft.attributes,
            array: draft.is_array.then_some(length),
            is_frozen: draft.is_frozen,
            layers: first..self.layers.len(),
        });
        Some(())
    }

    fn take_up(
        &mut self,
        end: usize,
        field: &Ident,
        place: Place,
        extents: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        self.parameters = end;
        if end <= PARAMETER_LIMIT {
            return Some(());
        }
        let name = field.to_string();
        let too_many = catalogue::parameters_too_many(&name, place, extents, PARAMETER_LIMIT);
        diagnostics.push(too_many);
        None
    }

    fn freeze(&mut self, is_frozen: bool, stretch: Range<usize>) {
        match self.frozen.last_mut() {
            _ if !is_frozen || stretch.is_empty() => {}
            Some(last) if last.end == stretch.start => last.end = stretch.end,
            _ => self.frozen.push(stretch),
        }
    }
}
