//! Layers and the shapes of what comes into them go in, those that do not fit are reported.

use super::layers::DraftField;
use crate::diagnostics::Diagnostics;
use crate::model::Shape;

/// Of each field the first layer that cannot take what comes in; behind it shapes are unknown, or written.
pub(super) fn check_shapes(
    fields: &[DraftField],
    inputs: &[Vec<Option<Shape>>],
    diagnostics: &mut Diagnostics,
) {
    for (field, inputs) in fields.iter().zip(inputs) {
        let mut fits = inputs.iter().flatten().map(|input| field.fit(*input));
        if let Some(misfit) = fits.find_map(Result::err) {
            diagnostics.push(misfit);
        }
    }
}
