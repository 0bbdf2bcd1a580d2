//! A call of layers goes in, the quantity that they give comes out; what comes into each layer is kept, since the widths of inputs
//! follow from it.

use super::layers::DraftField;
use crate::diagnostics::{Diagnostics, Place, catalogue};
use crate::model::{Meaning, Quantity, Shape};
use std::ops::Range;

/// The most calls of layers, those of loops and arrays counted one by one.
const CALL_LIMIT: usize = 1 << 14;

/// What formulas call: all layers of a field in order, or one of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Callee {
    /// The position of the field.
    pub field: usize,
    /// The layer of an array.
    pub element: Option<usize>,
}

impl DraftField {
    /// One of its layers as the user would say it: `hidden` or `hidden[1]`.
    pub fn layer_name(&self, element: Option<usize>) -> String {
        match element.filter(|_| self.is_array) {
            Some(element) => format!("{}[{element}]", self.name),
            None => self.name.to_string(),
        }
    }
}

/// Layers and what comes into them.
#[derive(Clone, Debug)]
pub(super) struct Wiring<'a> {
    pub fields: &'a [DraftField],
    /// For each field the position of its first layer; an array of open length counts as one layer.
    firsts: Vec<usize>,
    /// For each field what comes into its layers; open if that was mistaken, or none of them is called.
    pub inputs: Vec<Vec<Option<Shape>>>,
    /// For each field how often its layers are called.
    pub calls: Vec<Vec<usize>>,
    /// How many layers formulas call altogether.
    called: usize,
}

impl<'a> Wiring<'a> {
    pub fn new(fields: &'a [DraftField]) -> Self {
        let mut next = 0;
        let mut firsts = Vec::new();
        for field in fields {
            firsts.push(next);
            next += field.length.unwrap_or(1);
        }
        let lengths = || fields.iter().map(|field| field.length.unwrap_or(1));
        Self {
            fields,
            firsts,
            inputs: lengths().map(|length| vec![None; length]).collect(),
            calls: lengths().map(|length| vec![0; length]).collect(),
            called: 0,
        }
    }

    /// What layers make of a quantity.
    pub fn call(
        &mut self,
        callee: Callee,
        of: Quantity,
        place: Place,
        diagnostics: &mut Diagnostics,
    ) -> Option<Quantity> {
        let was_within = self.called <= CALL_LIMIT;
        self.called += self.elements(callee).len();
        if self.called > CALL_LIMIT {
            if was_within {
                diagnostics.push(catalogue::layers_called_too_often(place, CALL_LIMIT));
            }
            return None;
        }
        let of = match of.shape {
            Shape::Scalar => Quantity::concat(vec![of]),
            _ => of,
        };
        let shape = self.pass(callee, Some(of.shape), Some(place), diagnostics)?;
        Some(self.apply(callee, of, shape))
    }

    /// The layers of a call over a quantity, if they give this shape.
    pub fn apply(&self, callee: Callee, of: Quantity, shape: Shape) -> Quantity {
        let elements = self.elements(callee);
        let first = self.firsts[callee.field];
        let layers = first + elements.start..first + elements.end;
        let mut quantity = Quantity::operation(Meaning::Layers(layers, Box::new(of)), shape);
        quantity.dependence.parameters |= !self.fields[callee.field].is_frozen;
        quantity
    }

    /// The shape that layers give if this comes in. Mistakes are reported at the call, if there is one, or where the layer stands.
    pub fn pass(
        &mut self,
        callee: Callee,
        mut shape: Option<Shape>,
        call: Option<Place>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Shape> {
        let draft = &self.fields[callee.field];
        for element in self.elements(callee) {
            self.calls[callee.field][element] += 1;
            let known = &mut self.inputs[callee.field][element];
            match (*known, shape) {
                (Some(known), Some(found)) if known != found => {
                    let layer = draft.layer_name(Some(element));
                    let place = call.unwrap_or_else(|| Place::from(&draft.name));
                    diagnostics.push(catalogue::layer_of_two_shapes(&layer, place, known, found));
                    return None;
                }
                (None, found) => *known = found,
                _ => {}
            }
            if let Some(Err(misfit)) = shape.map(|shape| draft.fit(shape)) {
                let misfit = match call {
                    Some(place) => misfit.at(place),
                    None => misfit,
                };
                diagnostics.push(misfit);
                shape = None;
            }
            shape = draft.output(shape);
        }
        shape
    }

    /// For each layer its field and its element, by its position.
    pub fn layers(&self) -> Vec<Callee> {
        let lengths = self.fields.iter().map(|field| field.length.unwrap_or(1));
        let layers = lengths.enumerate().flat_map(|(field, length)| {
            (0..length).map(move |element| Callee {
                field,
                element: Some(element),
            })
        });
        layers.collect()
    }

    fn elements(&self, callee: Callee) -> Range<usize> {
        match callee.element {
            Some(element) => element..element + 1,
            None => 0..self.fields[callee.field].length.unwrap_or(1),
        }
    }
}
