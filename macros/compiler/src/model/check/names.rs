//! The names that the expanded struct would give out must differ: its methods, its constants, the accessors of
//! its fields. Rust keeps all three in one namespace.

use super::Draft;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{Input, common_names, constant_name, loss_names, request_kinds, request_names};
use proc_macro2::Ident;
use std::collections::BTreeMap;
use syn::ext::IdentExt;

/// Names that are taken, each with what a sentence calls it.
type Taken = BTreeMap<String, String>;

pub(super) fn check_names(draft: &Draft, diagnostics: &mut Diagnostics) {
    let mut taken: Taken = common_names().into_iter().collect();
    let of_inputs = draft
        .settings
        .requests
        .iter()
        .map(|request| request.kind.name());
    let of_parameters = draft.settings.asked.of_parameters.iter();
    let of_parameters = of_parameters.map(|request| request.kind.name());
    for request in of_inputs.chain(of_parameters) {
        taken.extend(request_names(None, request));
    }
    check_inputs(
        draft.settings.inputs.iter().flatten(),
        &mut taken,
        diagnostics,
    );
    check_fields(draft, &mut taken, diagnostics);
    for function in &draft.functions {
        let name = function.name.to_string();
        let of_inputs = function
            .requests
            .of_inputs
            .iter()
            .map(|request| request.kind.name());
        let of_parameters = function.requests.of_parameters.iter();
        let of_parameters = of_parameters.map(|request| request.kind.name());
        let requests = of_inputs.chain(of_parameters);
        let names = requests.flat_map(|request| request_names(Some(&name), request));
        let names = names.collect();
        check_methods("a function", &function.name, names, &mut taken, diagnostics);
    }
    for loss in &draft.losses {
        let name = loss.name.to_string();
        let requests = loss.requests.iter();
        let names = requests.flat_map(|request| loss_names(&name, request.kind));
        let names = names.collect();
        check_methods("a loss", &loss.name, names, &mut taken, diagnostics);
    }
}

fn check_inputs<'a>(
    inputs: impl Iterator<Item = &'a Input>,
    taken: &mut Taken,
    diagnostics: &mut Diagnostics,
) {
    let mut known: Vec<&Ident> = Vec::new();
    for input in inputs {
        let constant = constant_name(&input.name);
        // Two inputs of the very same name are reported as such.
        let is_repeated = known.contains(&&input.name);
        known.push(&input.name);
        if syn::parse_str::<Ident>(&constant).is_err() {
            diagnostics.push(catalogue::input_without_constant(&input.name, &constant));
        } else if let Some(taken_by) = taken.get(&constant) {
            if !is_repeated {
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
}

fn check_fields(draft: &Draft, taken: &mut Taken, diagnostics: &mut Diagnostics) {
    let layers = draft.fields.iter().map(|field| (&field.name, "layer"));
    let parameters = draft.parameters.iter();
    let parameters = parameters.map(|parameter| (&parameter.name, "parameter"));
    let mut known: Vec<&Ident> = Vec::new();
    for (field, what) in layers.chain(parameters) {
        if known.contains(&field) {
            diagnostics.push(catalogue::field_repeated(field));
            continue;
        }
        known.push(field);
        let name = field.unraw().to_string();
        let accessors = [name.clone(), format!("{name}_mut")];
        let collision = accessors
            .iter()
            .find_map(|accessor| Some((accessor, taken.get(accessor)?)));
        if let Some((accessor, taken_by)) = collision {
            diagnostics.push(catalogue::field_name_taken(field, what, accessor, taken_by));
        }
        for accessor in accessors {
            taken
                .entry(accessor)
                .or_insert_with(|| format!("an accessor of the {what} `{name}`"));
        }
    }
}

/// The methods and constants of a function or a loss.
fn check_methods(
    what: &str,
    name: &Ident,
    names: Vec<(String, String)>,
    taken: &mut Taken,
    diagnostics: &mut Diagnostics,
) {
    if request_kinds().any(|kind| name == kind) {
        diagnostics.push(catalogue::method_taken(
            what,
            name,
            &name.to_string(),
            &format!("the request `{name}`"),
        ));
        return;
    }
    for (generated, _) in &names {
        if syn::parse_str::<Ident>(generated).is_err() {
            diagnostics.push(catalogue::method_not_identifier(what, name, generated));
            return;
        }
        if let Some(taken_by) = taken.get(generated) {
            diagnostics.push(catalogue::method_taken(what, name, generated, taken_by));
            return;
        }
    }
    taken.extend(names);
}
