//! Fields and the block of `forward` go in, how they compute the output comes out; without a block it is the chain of all layers.

use super::calls::is_function;
use super::inputs::{DraftOutput, place_outputs};
use super::parameters::DraftParameter;
use super::quantities::{Reader, Within};
use super::scope::Scope;
use super::settings::Settings;
use super::statements::Interpreter;
use super::wiring::{Callee, Wiring};
use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{Dependence, Input, Meaning, Quantity, Shape};
use crate::parse::{Expression, Kind};
use std::collections::BTreeSet;

/// The composition of the layers as far as it can be understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct DraftForward {
    /// What is computed on the way under a name.
    pub locals: Vec<Quantity>,
    /// The output; open if something on the way to it was mistaken.
    pub output: Option<Quantity>,
    /// The shape of the output, which may be known though the output is not.
    pub shape: Option<Shape>,
    /// The parts of an output that was written as a tuple.
    pub parts: Option<Vec<Shape>>,
    /// The formula as it was written; none for the chain of all layers.
    pub text: Option<String>,
    /// Every name that it uses.
    pub used: BTreeSet<String>,
    /// How often it calls the layers of each field.
    pub calls: Vec<Vec<usize>>,
}

pub(super) fn read_forward(
    settings: &Settings,
    parameters: &[DraftParameter],
    wiring: &mut Wiring<'_>,
    diagnostics: &mut Diagnostics,
) -> DraftForward {
    let mut draft = match &settings.forward {
        Some(_) => read_block(settings, parameters, wiring, diagnostics),
        None => read_chain(settings, wiring, diagnostics),
    };
    draft.calls = wiring.calls.clone();
    draft
}

/// Computes a quantity once; what refers to it.
pub(super) fn bind(locals: &mut Vec<Quantity>, quantity: Quantity) -> Quantity {
    if quantity.operations == 0 || matches!(quantity.meaning, Meaning::Local(_)) {
        return quantity;
    }
    let local = Meaning::Local(locals.len());
    let reference = Quantity {
        order: quantity.order,
        operations: 1,
        ..Quantity::leaf(local, quantity.shape, quantity.dependence)
    };
    locals.push(quantity);
    reference
}

/// The chain of all layers over the concatenated inputs.
fn read_chain(
    settings: &Settings,
    wiring: &mut Wiring<'_>,
    diagnostics: &mut Diagnostics,
) -> DraftForward {
    let inputs = settings.inputs.as_deref();
    let size = inputs.and_then(|inputs| Some(inputs.last()?.range().end));
    // One input keeps its shape; several are one vector, and so is a scalar.
    let mut shape = match inputs {
        Some([only]) if only.shape != Shape::Scalar => Some(only.shape),
        _ => size.map(Shape::Vector),
    };
    let by_inputs = Dependence {
        inputs: true,
        ..Dependence::default()
    };
    let point = Meaning::Input(0..size.unwrap_or(0));
    // Behind a mistake shapes are open, and what derives through which layer is known all the same.
    let known = |shape: Option<Shape>| shape.unwrap_or(Shape::Scalar);
    let mut output = Quantity::leaf(point, known(shape), by_inputs);
    let mut locals = Vec::new();
    for field in 0..wiring.fields.len() {
        let callee = Callee {
            field,
            element: None,
        };
        shape = wiring.pass(callee, shape, None, diagnostics);
        output = bind(&mut locals, wiring.apply(callee, output, known(shape)));
    }
    DraftForward {
        locals,
        output: Some(output),
        shape,
        ..DraftForward::default()
    }
}

/// The block as it was written.
fn read_block(
    settings: &Settings,
    parameters: &[DraftParameter],
    wiring: &mut Wiring<'_>,
    diagnostics: &mut Diagnostics,
) -> DraftForward {
    let Some(written) = &settings.forward else {
        return DraftForward::default();
    };
    for field in wiring.fields {
        if is_function(&field.name.to_string(), &settings.activations) {
            diagnostics.push(catalogue::layer_named_like_function(&field.name));
        }
    }
    let mut scope = Scope::of_forward(settings, wiring.fields, parameters);
    let mut interpreter = Interpreter::new(&mut scope, &settings.activations, wiring, diagnostics);
    interpreter.run(&written.block);
    let parts = match &written.block.result {
        Some(result) => read_result(result, &mut interpreter),
        None => {
            if !written.is_mistaken {
                interpreter
                    .diagnostics
                    .push(catalogue::forward_without_result(written.place));
            }
            None
        }
    };
    let (locals, used) = interpreter.finish(written);
    let is_tuple = matches!(
        &written.block.result,
        Some(Expression {
            kind: Kind::Tuple(_),
            ..
        })
    );
    let shapes = parts
        .as_ref()
        .map(|parts| parts.iter().map(|part| part.shape).collect());
    let output = parts.map(|mut parts| match parts.len() {
        1 => parts.remove(0),
        _ => Quantity::concat(parts),
    });
    DraftForward {
        locals,
        shape: output.as_ref().map(|output| output.shape),
        output,
        parts: shapes.filter(|_| is_tuple),
        text: Some(written.block.to_string()),
        used,
        calls: Vec::new(),
    }
}

/// The output: a scalar, a vector, or several in a tuple.
fn read_result(
    written: &Expression,
    interpreter: &mut Interpreter<'_, '_>,
) -> Option<Vec<Quantity>> {
    let parts = match &written.kind {
        Kind::Tuple(parts) => &parts[..],
        _ => std::slice::from_ref(written),
    };
    if parts.is_empty() {
        let without = catalogue::forward_without_result(written.place);
        interpreter.diagnostics.push(without);
        return None;
    }
    let read = parts.iter().map(|part| {
        let quantity = interpreter.read(part)?;
        if matches!(quantity.shape, Shape::Scalar | Shape::Vector(_)) {
            return Some(quantity);
        }
        let is_matrix = catalogue::output_is_matrix(part.place, quantity.shape);
        interpreter.diagnostics.push(is_matrix);
        None
    });
    // All parts are read before one may fail, so that the mistakes of all are reported.
    let read: Vec<Option<Quantity>> = read.collect();
    read.into_iter().collect()
}

/// The output by name: parts of a tuple have a name each, and their sizes follow.
pub(super) fn place_parts(
    names: &[DraftOutput],
    forward: &DraftForward,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Input>> {
    let outputs = forward.shape?.size();
    let is_whole = matches!(names, [] | [DraftOutput { size: None, .. }]);
    let Some(parts) = forward.parts.as_ref().filter(|_| !is_whole) else {
        let giver = match forward.text {
            Some(_) => "`forward` gives",
            None => "the last layer has",
        };
        return place_outputs(names, outputs, giver, diagnostics);
    };
    if names.len() != parts.len() {
        let last = &names.last()?.name;
        let (named, parts) = (names.len(), parts.len());
        diagnostics.push(catalogue::output_names_count(last, named, parts));
        return None;
    }
    let mut start = 0;
    let mut placed = Vec::new();
    for (output, part) in names.iter().zip(parts) {
        if let Some(size) = output.size.filter(|size| *size != part.size()) {
            diagnostics.push(catalogue::output_size(&output.name, size, *part));
        }
        placed.push(Input {
            name: output.name.clone(),
            shape: match output.size {
                None if part.size() == 1 => Shape::Scalar,
                _ => Shape::Vector(part.size()),
            },
            start,
        });
        start += part.size();
    }
    Some(placed)
}

impl<'w> Interpreter<'_, 'w> {
    /// A formula, whose names count as used.
    pub fn read(&mut self, written: &Expression) -> Option<Quantity> {
        self.use_names_of(written);
        let mut reader = Reader {
            scope: self.scope,
            activations: self.activations,
            wiring: self.wiring,
            within: Within::Forward,
            diagnostics: self.diagnostics,
        };
        reader.read_formula(written)
    }
}
