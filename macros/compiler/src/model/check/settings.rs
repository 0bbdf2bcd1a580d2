//! The items of the attribute go in, what they set comes out.

use super::activations::{Activations, read_activations};
use super::inputs::{DraftOutput, GIVEN, INPUT, read_outputs, read_parts};
use super::requests::{Asked, read_requests};
use super::written::{
    WrittenForward, WrittenFunction, WrittenLoss, read_define, read_forward, read_losses,
};
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue, nearest};
use crate::model::{Input, Request, Scalar, Storage};
use crate::parse::{Form, Item, strip};
use proc_macro2::Ident;
use syn::Expr;

/// What the attribute sets; what is missing or mistaken has its default, or is open where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub inputs: Option<Vec<Input>>,
    pub given: Option<Vec<Input>>,
    pub outputs: Option<Vec<DraftOutput>>,
    pub scalar: Scalar,
    pub storage: Option<Storage>,
    /// What is asked of derivatives of the output in the inputs.
    pub requests: Vec<Request>,
    /// What is asked beside.
    pub asked: Asked,
    /// The block of `forward`, if there is one.
    pub forward: Option<WrittenForward>,
    pub define: Vec<WrittenFunction>,
    pub losses: Vec<WrittenLoss>,
    pub activations: Activations,
    pub allow_kinks: bool,
}

/// An item that a definition can have: what follows its name, and an example.
#[derive(Clone, Copy)]
struct KnownItem {
    name: &'static str,
    takes: &'static str,
    example: &'static str,
}

const LIST: &str = "a list in parentheses";
const VALUE: &str = "an equals sign and a value";
const BLOCK: &str = "an equals sign and a block";

/// The items there are; only activations may be spread over several.
#[rustfmt::skip]
const ITEMS: [KnownItem; 11] = [
    KnownItem { name: "input",      takes: LIST,  example: "input(t, x: 2)" },
    KnownItem { name: "output",     takes: LIST,  example: "output(u)" },
    KnownItem { name: "given",      takes: LIST,  example: "given(target: 2, weight)" },
    KnownItem { name: "forward",    takes: BLOCK, example: "forward = { x + output(tanh(hidden(x))) }" },
    KnownItem { name: "define",     takes: BLOCK, example: "define = { let residual = d(u, t) - d(u, x, x); }" },
    KnownItem { name: "loss",       takes: LIST,  example: "loss(physics = mean_square(residual))" },
    KnownItem { name: "derive",     takes: LIST,  example: "derive(gradient, hessian)" },
    KnownItem { name: "scalar",     takes: VALUE, example: "scalar = f32" },
    KnownItem { name: "storage",    takes: VALUE, example: "storage = boxed" },
    KnownItem { name: "activation", takes: LIST,  example: "activation(Swish = |z| z * sigmoid(z))" },
    KnownItem { name: "allow",      takes: LIST,  example: "allow(kinks)" },
];

/// The item that is read last.
const DERIVE: &str = "derive";

impl Settings {
    /// The names of functions, each once.
    fn function_names(&self) -> Vec<Ident> {
        distinct(self.define.iter().map(|function| &function.name))
    }

    /// The names of losses, each once.
    fn loss_names(&self) -> Vec<Ident> {
        distinct(self.losses.iter().map(|loss| &loss.name))
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a Ident>) -> Vec<Ident> {
    let mut distinct: Vec<Ident> = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(name.clone());
        }
    }
    distinct
}

pub(super) fn read_settings(items: &[Item], diagnostics: &mut Diagnostics) -> Settings {
    let mut settings = Settings {
        inputs: None,
        given: Some(Vec::new()),
        outputs: Some(Vec::new()),
        scalar: Scalar::default(),
        storage: None,
        requests: Vec::new(),
        asked: Asked::default(),
        forward: None,
        define: Vec::new(),
        losses: Vec::new(),
        activations: Activations::default(),
        allow_kinks: false,
    };
    let mut requests: &[Item] = &[];
    for (position, item) in items.iter().enumerate() {
        let Some(known) = find_item(item, diagnostics) else {
            continue;
        };
        let is_repeated = items[..position]
            .iter()
            .any(|earlier| earlier.name == item.name);
        if is_repeated && known.name != "activation" {
            diagnostics.push(catalogue::item_repeated(&item.name, known.example));
            continue;
        }
        if let (DERIVE, Form::List(list)) = (known.name, &item.form) {
            requests = list;
            continue;
        }
        let read = read_item(item, known.name, &mut settings, diagnostics);
        if read.is_none() && !matches!(item.form, Form::Unreadable) {
            diagnostics.push(catalogue::item_form(item, known.takes, known.example));
        }
    }
    // Requests name functions and losses, which may stand behind them.
    (settings.requests, settings.asked) = read_requests(
        requests,
        &settings.function_names(),
        &settings.loss_names(),
        diagnostics,
    );
    let is_input = |item: &Item| known_item(&item.name).is_some_and(|known| known.name == "input");
    if !items.iter().any(is_input) {
        diagnostics.push(catalogue::input_missing());
    }
    settings
}

/// The item of that name; a misspelt one is reported and read as what was meant.
fn find_item(item: &Item, diagnostics: &mut Diagnostics) -> Option<KnownItem> {
    let known = known_item(&item.name);
    if known.is_none_or(|known| item.name != known.name) {
        diagnostics.push(catalogue::unknown_item(
            &item.name,
            ITEMS.map(|known| known.name),
        ));
    }
    known
}

/// The item of that name or of the nearest.
fn known_item(name: &Ident) -> Option<KnownItem> {
    let meant = nearest(&name.to_string(), ITEMS.map(|known| known.name))?;
    ITEMS.into_iter().find(|known| known.name == meant)
}

/// Reads one item into the settings; nothing if it has not the form of its kind.
fn read_item(
    item: &Item,
    known: &str,
    settings: &mut Settings,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    match (known, &item.form) {
        ("input", Form::List(inputs)) => {
            settings.inputs = read_parts(INPUT, &item.name, inputs, diagnostics);
        }
        ("given", Form::List(given)) => {
            settings.given = read_parts(GIVEN, &item.name, given, diagnostics);
        }
        ("output", Form::List(names)) => settings.outputs = read_outputs(names, diagnostics),
        ("forward", Form::Assigned(Expr::Block(block))) if block.label.is_none() => {
            settings.forward = Some(read_forward(&block.block, diagnostics));
        }
        ("forward", Form::Assigned(written)) => {
            diagnostics.push(catalogue::forward_not_block(written));
        }
        ("define", Form::Assigned(Expr::Block(block))) if block.label.is_none() => {
            settings.define = read_define(&block.block, diagnostics);
        }
        ("define", Form::Assigned(written)) => {
            diagnostics.push(catalogue::define_not_block(written));
        }
        ("loss", Form::List(losses)) => settings.losses = read_losses(losses, diagnostics),
        ("activation", Form::List(formulas)) => {
            read_activations(formulas, &mut settings.activations, diagnostics);
        }
        ("scalar", Form::Assigned(written)) => {
            let scalar = read_choice(
                "scalar",
                written,
                &[("f64", Scalar::F64), ("f32", Scalar::F32)],
            );
            settings.scalar = diagnostics.take(scalar).unwrap_or_default();
        }
        ("storage", Form::Assigned(written)) => {
            let storage = read_choice(
                "storage",
                written,
                &[("inline", Storage::Inline), ("boxed", Storage::Boxed)],
            );
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

fn read_choice<T: Copy>(
    item: &str,
    written: &Expr,
    choices: &[(&str, T)],
) -> Result<T, Diagnostic> {
    let name = match strip(written) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let chosen = choices
        .iter()
        .find(|(choice, _)| name.is_some_and(|name| name == choice));
    let names = || choices.iter().map(|(choice, _)| *choice);
    chosen
        .map(|(_, value)| *value)
        .ok_or_else(|| catalogue::unknown_choice(item, written, names()))
}

fn read_allowed(allowed: &Item) -> Result<(), Diagnostic> {
    if allowed.name != "kinks" {
        return Err(catalogue::unknown_choice("allow", &allowed.name, ["kinks"]));
    }
    match allowed.form {
        Form::Bare => Ok(()),
        _ => Err(catalogue::item_form(allowed, "nothing", "allow(kinks)")),
    }
}

/// The place of what an item says, or of its name where it says nothing.
pub(super) fn place_of_value(item: &Item) -> Place {
    match &item.form {
        Form::Sized(written) | Form::Assigned(written) => Place::of(written),
        _ => (&item.name).into(),
    }
}
