//! Fields go in, how they compute the output comes out: the chain of all layers.

use super::layers::DraftField;
use super::settings::Settings;
use crate::model::{Dependence, Meaning, Quantity, Shape};

/// The composition of the layers as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct DraftForward {
    /// What is computed on the way under a name.
    pub locals: Vec<Quantity>,
    /// The output; open if something on the way to it was mistaken.
    pub output: Option<Quantity>,
    /// The shape of the output, which may be known though the output is not.
    pub shape: Option<Shape>,
    /// The formula as it was written; none for the chain of all layers.
    pub text: Option<String>,
    /// The shape of what comes into each layer, field by field; open if that was mistaken.
    pub inputs: Vec<Vec<Option<Shape>>>,
}

/// The chain of all layers over the concatenated inputs.
pub(super) fn read_forward(settings: &Settings, fields: &[DraftField]) -> DraftForward {
    let inputs = settings.inputs.as_deref();
    let inputs = inputs.and_then(|inputs| Some((inputs.last()?.range().end, inputs)));
    let by_inputs = Dependence {
        inputs: true,
        ..Dependence::default()
    };
    let point = inputs.map(|(size, inputs)| {
        // One input keeps its shape; several are one vector, and so is a scalar.
        let shape = match inputs {
            [only] if only.shape != Shape::Scalar => only.shape,
            _ => Shape::Vector(size),
        };
        Quantity::leaf(Meaning::Input(0..size), shape, by_inputs)
    });
    let mut wiring = Wiring::new(fields);
    let mut shape = point.as_ref().map(|point| point.shape);
    let mut output = point;
    for position in 0..fields.len() {
        (output, shape) = wiring.apply(position, output, shape);
    }
    DraftForward {
        locals: wiring.locals,
        output,
        shape,
        text: None,
        inputs: wiring.inputs,
    }
}

/// Layers and what comes into them.
struct Wiring<'a> {
    fields: &'a [DraftField],
    /// For each field the position of its first layer; open behind an array of open length.
    firsts: Vec<Option<usize>>,
    inputs: Vec<Vec<Option<Shape>>>,
    /// What is computed under a name, or used several times.
    locals: Vec<Quantity>,
}

impl<'a> Wiring<'a> {
    fn new(fields: &'a [DraftField]) -> Self {
        let mut next = Some(0);
        let mut firsts = Vec::new();
        for field in fields {
            firsts.push(next);
            next = next.zip(field.length).map(|(next, length)| next + length);
        }
        Self {
            fields,
            firsts,
            inputs: vec![Vec::new(); fields.len()],
            locals: Vec::new(),
        }
    }

    /// Computes a quantity once; what refers to it.
    fn bind(&mut self, quantity: Quantity) -> Quantity {
        let local = Meaning::Local(self.locals.len());
        let reference = Quantity {
            order: quantity.order,
            operations: 1,
            ..Quantity::leaf(local, quantity.shape, quantity.dependence)
        };
        self.locals.push(quantity);
        reference
    }

    /// What the layers of a field, in order, make of a quantity, of which perhaps only the shape is known.
    fn apply(
        &mut self,
        field: usize,
        mut of: Option<Quantity>,
        mut shape: Option<Shape>,
    ) -> (Option<Quantity>, Option<Shape>) {
        let draft = &self.fields[field];
        for index in 0..draft.length.unwrap_or(1) {
            self.inputs[field].push(shape);
            shape = draft.output(shape);
            let layer = self.firsts[field]
                .zip(draft.length)
                .map(|(first, _)| first + index);
            of = match (of, layer, shape) {
                (Some(of), Some(layer), Some(shape)) => {
                    let mut quantity =
                        Quantity::operation(Meaning::Layer(layer, Box::new(of)), shape);
                    quantity.dependence.parameters |= !draft.is_frozen;
                    Some(self.bind(quantity))
                }
                _ => None,
            };
        }
        (of, shape)
    }
}
