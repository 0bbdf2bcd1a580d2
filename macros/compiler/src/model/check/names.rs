//! The names that the expanded struct would give out must differ: its methods, its constants, the accessors of
//! its fields. Rust keeps all three in one namespace.

use super::layers::DraftField;
use super::settings::Settings;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{constant_name, generated_names};
use std::collections::BTreeMap;
use syn::ext::IdentExt;

pub(super) fn check_names(
    settings: &Settings,
    fields: &[DraftField],
    diagnostics: &mut Diagnostics,
) {
    let kinds = settings.requests.iter().map(|request| request.kind);
    let mut taken: BTreeMap<String, String> = generated_names(kinds).into_iter().collect();
    for input in settings.inputs.iter().flatten() {
        let constant = constant_name(&input.name);
        if syn::parse_str::<proc_macro2::Ident>(&constant).is_err() {
            diagnostics.push(catalogue::input_without_constant(&input.name, &constant));
        } else if let Some(taken_by) = taken.get(&constant) {
            // Two inputs of the very same name are reported as such.
            if !settings
                .inputs
                .iter()
                .flatten()
                .any(|other| other.name == input.name && other.start < input.start)
            {
                diagnostics.push(catalogue::input_constant_taken(
                    &input.name,
                    &constant,
                    taken_by,
                ));
            }
        } else {
            taken.insert(
                constant,
                format!("the constant of the input `{}`", input.name),
            );
        }
    }
    for (position, field) in fields.iter().enumerate() {
        if fields[..position]
            .iter()
            .any(|earlier| earlier.name == field.name)
        {
            diagnostics.push(catalogue::field_repeated(&field.name));
            continue;
        }
        let name = field.name.unraw().to_string();
        let accessors = [name.clone(), format!("{name}_mut")];
        let collision = accessors
            .iter()
            .find_map(|accessor| Some((accessor, taken.get(accessor)?)));
        if let Some((accessor, taken_by)) = collision {
            diagnostics.push(catalogue::field_name_taken(&field.name, accessor, taken_by));
        }
        for accessor in accessors {
            taken
                .entry(accessor)
                .or_insert_with(|| format!("an accessor of the layer `{name}`"));
        }
    }
}
