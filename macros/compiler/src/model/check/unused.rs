//! A definition with `forward` goes in; layers that no result depends on are reported, and requests that need each layer once.

use super::Draft;
use super::wiring::Wiring;
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{LossRequestKind, Meaning, ParameterRequestKind, Quantity};
use std::collections::BTreeSet;

pub(super) fn check_unused(draft: &Draft, diagnostics: &mut Diagnostics) {
    let Some(written) = &draft.settings.forward else {
        return;
    };
    let calls = &draft.forward.calls;
    let mut used = draft.forward.used.clone();
    let functions = draft.settings.define.iter();
    let formulas = functions.map(|function| &function.formula);
    let losses = draft.settings.losses.iter();
    for formula in formulas.chain(losses.filter_map(|loss| loss.formula.as_ref())) {
        formula.for_each_name(&mut |name| used.extend([name.to_owned()]));
    }
    for field in &draft.fields {
        // A statement that could not be read may have called anything.
        if !written.is_mistaken && !used.contains(&field.name.to_string()) {
            diagnostics.push(catalogue::layer_unused(&field.name));
        }
    }
    if diagnostics.is_empty() {
        check_reached(draft, diagnostics);
    }
    if diagnostics.is_empty() {
        check_intermediates(draft, calls, diagnostics);
    }
}

/// Whether each layer is on the way to a result.
fn check_reached(draft: &Draft, diagnostics: &mut Diagnostics) {
    let wiring = Wiring::new(&draft.fields);
    let mut reached = Reached::default();
    let functions = draft.functions.iter().filter_map(|of| of.quantity.as_ref());
    let losses = draft.losses.iter().filter_map(|of| of.loss.as_ref());
    for quantity in functions.chain(losses.flat_map(|loss| loss.parts())) {
        reached.walk(quantity);
    }
    if let Some(output) = &draft.forward.output {
        reached.walk(output);
    }
    // A name uses earlier ones only.
    for (position, local) in draft.forward.locals.iter().enumerate().rev() {
        if reached.locals.contains(&position) {
            reached.walk(local);
        }
    }
    let mut reported = BTreeSet::new();
    for (position, layer) in wiring.layers().into_iter().enumerate() {
        if !reached.layers.contains(&position) && reported.insert(layer.field) {
            let field = &draft.fields[layer.field];
            let name = field.layer_name(layer.element);
            diagnostics.push(catalogue::layer_without_effect(&field.name, &name));
        }
    }
}

/// What results are computed from.
#[derive(Default)]
struct Reached {
    locals: BTreeSet<usize>,
    layers: BTreeSet<usize>,
}

impl Reached {
    fn walk(&mut self, quantity: &Quantity) {
        match &quantity.meaning {
            Meaning::Local(position) => self.locals.extend([*position]),
            Meaning::Layers(layers, _) => self.layers.extend(layers.clone()),
            _ => {}
        }
        for part in quantity.parts() {
            self.walk(part);
        }
    }
}

/// Whether `forward` calls each layer once, where someone asks to see them.
fn check_intermediates(draft: &Draft, calls: &[Vec<usize>], diagnostics: &mut Diagnostics) {
    let of_output = draft.settings.asked.of_parameters.iter();
    let of_output = of_output
        .filter(|request| request.kind == ParameterRequestKind::Intermediates)
        .map(|request| request.span);
    let of_losses = draft.losses.iter().flat_map(|loss| &loss.requests);
    let of_losses = of_losses
        .filter(|request| request.kind == LossRequestKind::Intermediates)
        .map(|request| request.span);
    for span in of_output.chain(of_losses) {
        let mut layers = draft.fields.iter().zip(calls).flat_map(|(field, calls)| {
            let calls = calls.iter().enumerate();
            calls.map(move |(element, calls)| (field.layer_name(Some(element)), *calls))
        });
        if let Some((name, calls)) = layers.find(|(_, calls)| *calls != 1) {
            diagnostics.push(catalogue::intermediates_of_calls(span, &name, calls));
        }
    }
}
