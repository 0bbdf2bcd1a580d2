//! The items of the attribute go in, what they set comes out.

use super::activations::{Activations, read_activations};
use super::inputs::{read_inputs, read_outputs};
use super::number::strip;
use super::requests::read_requests;
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::model::{Input, Request, RequestKind, Scalar, Storage};
use crate::parse::{Form, Item};
use proc_macro2::{Ident, Span};
use syn::Expr;

/// What the attribute sets; what is missing or mistaken has its default, or is open where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub inputs: Option<Vec<Input>>,
    pub output_names: Vec<Ident>,
    pub scalar: Scalar,
    pub storage: Option<Storage>,
    pub requests: Vec<Request>,
    pub activations: Activations,
    pub allow_kinks: bool,
}

/// The items there are, each with an example; only activations may be spread over several.
const ITEMS: [(&str, &str); 7] = [
    ("input", "input(t, x: 2)"),
    ("output", "output(u)"),
    ("derive", "derive(gradient, hessian)"),
    ("scalar", "scalar = f32"),
    ("storage", "storage = boxed"),
    ("activation", "activation(Swish = |z| z * sigmoid(z))"),
    ("allow", "allow(kinks)"),
];

pub(super) fn read_settings(items: &[Item], diagnostics: &mut Diagnostics) -> Settings {
    let mut settings = Settings {
        inputs: None,
        output_names: Vec::new(),
        scalar: Scalar::default(),
        storage: None,
        requests: vec![Request { kind: RequestKind::Value, order: None, span: Span::call_site() }],
        activations: Activations::default(),
        allow_kinks: false,
    };
    for (position, item) in items.iter().enumerate() {
        let Some((known, example)) = ITEMS.into_iter().find(|(known, _)| item.name == known) else {
            diagnostics.push(catalogue::unknown_item(&item.name, ITEMS.map(|(known, _)| known)));
            continue;
        };
        let is_repeated = items[..position].iter().any(|earlier| earlier.name == known);
        if is_repeated && known != "activation" {
            diagnostics.push(catalogue::item_repeated(&item.name, example));
            continue;
        }
        let read = read_item(item, known, &mut settings, diagnostics);
        if read.is_none() && !matches!(item.form, Form::Unreadable) {
            diagnostics.push(catalogue::item_form(&item.name, example));
        }
    }
    if !items.iter().any(|item| item.name == "input") {
        diagnostics.push(catalogue::input_missing());
    }
    settings
}

/// Reads one item into the settings; nothing if it has not the form of its kind.
fn read_item(item: &Item, known: &str, settings: &mut Settings, diagnostics: &mut Diagnostics) -> Option<()> {
    match (known, &item.form) {
        ("input", Form::List(inputs)) => settings.inputs = read_inputs(&item.name, inputs, diagnostics),
        ("output", Form::List(names)) => settings.output_names = read_outputs(names, diagnostics),
        ("derive", Form::List(requests)) => read_requests(requests, &mut settings.requests, diagnostics),
        ("activation", Form::List(formulas)) => read_activations(formulas, &mut settings.activations, diagnostics),
        ("scalar", Form::Assigned(written)) => {
            let scalar = read_choice("scalar", written, &[("f64", Scalar::F64), ("f32", Scalar::F32)]);
            settings.scalar = diagnostics.take(scalar).unwrap_or_default();
        }
        ("storage", Form::Assigned(written)) => {
            let storage = read_choice("storage", written, &[("inline", Storage::Inline), ("boxed", Storage::Boxed)]);
            settings.storage = diagnostics.take(storage);
        }
        ("allow", Form::List(allowed)) => {
            for allowed in allowed {
                settings.allow_kinks |= diagnostics.take(read_allowed(allowed)).is_some();
            }
        }
        _ => return None,
    }
    Some(())
}

fn read_choice<T: Copy>(item: &str, written: &Expr, choices: &[(&str, T)]) -> Result<T, Diagnostic> {
    let name = match strip(written) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let chosen = choices.iter().find(|(choice, _)| name.is_some_and(|name| name == choice));
    let names = || choices.iter().map(|(choice, _)| *choice);
    chosen.map(|(_, value)| *value).ok_or_else(|| catalogue::unknown_choice(item, written, names()))
}

fn read_allowed(allowed: &Item) -> Result<(), Diagnostic> {
    if allowed.name != "kinks" {
        return Err(catalogue::unknown_choice("allow", &allowed.name, ["kinks"]));
    }
    match allowed.form {
        Form::Bare => Ok(()),
        _ => Err(catalogue::item_form(&allowed.name, "allow(kinks)")),
    }
}

/// The place of what an item says, or of its name where it says nothing.
pub(super) fn place_of_value(item: &Item) -> Place {
    match &item.form {
        Form::Sized(written) | Form::Assigned(written) => Place::of(written),
        _ => (&item.name).into(),
    }
}
