//! The [`Quantity`] of a formula goes in, its node comes out, of the shape of the quantity.

use super::LayerNodes;
use super::layer::lower_layer;
use crate::model::{Meaning, Network, Quantity, Shape};
use derive_network_symbolic::differentiate::{gradient_of, laplacian_of, partial};
use derive_network_symbolic::ir::{Graph, NodeId};
use std::ops::Range;

/// Lowers formulas into a graph: first those of the output, on which all others may build.
pub(super) struct Lowering<'a> {
    network: &'a Network,
    graph: &'a mut Graph,
    /// The number of parameters, if derivatives will be taken on the way.
    derived: Option<usize>,
    source: NodeId,
    output: NodeId,
    locals: Vec<NodeId>,
    functions: Vec<NodeId>,
    /// What each layer computes, where it was applied.
    layers: Vec<Option<LayerNodes>>,
}

impl<'a> Lowering<'a> {
    /// Lowers the output.
    pub fn new(network: &'a Network, graph: &'a mut Graph, derived: Option<usize>) -> Self {
        let source = graph.input(0, &[network.inputs()]);
        let mut lowering = Self {
            network,
            graph,
            derived,
            source,
            output: source,
            locals: Vec::new(),
            functions: Vec::new(),
            layers: vec![None; network.layers.len()],
        };
        for local in &network.forward.locals {
            let node = lowering.lower(local);
            lowering.locals.push(node);
        }
        let output = lowering.lower(&network.forward.output);
        lowering.output = match network.forward.shape() {
            Shape::Scalar => lowering.graph.reshape_unit(output, &[1]),
            _ => output,
        };
        lowering
    }

    /// The output, of shape `[outputs]`.
    pub fn output(&self) -> NodeId {
        self.output
    }

    /// Adds the next named function.
    pub fn define(&mut self, quantity: &Quantity) {
        let node = self.lower(quantity);
        self.functions.push(node);
    }

    /// The named functions, in order, and what the layers compute.
    pub fn finish(self) -> (Vec<NodeId>, Vec<LayerNodes>) {
        let layers = self.layers.into_iter().flatten();
        (self.functions, layers.collect())
    }

    pub fn lower(&mut self, quantity: &Quantity) -> NodeId {
        let shape = quantity.shape;
        match &quantity.meaning {
            Meaning::Constant(value) => self.graph.constant(*value, &[]),
            Meaning::Input(entries) => self.part(self.source, entries, shape),
            Meaning::Given(entries) => {
                let given = self.graph.input(1, &[self.network.given()]);
                self.part(given, entries, shape)
            }
            Meaning::Output(entries) => self.part(self.output, entries, shape),
            Meaning::Parameter(position) => {
                let offset = self.network.parameter_fields[*position].offset;
                self.graph.parameter(offset, &shape.axes())
            }
            Meaning::Function(position) => self.functions[*position],
            Meaning::Local(position) => self.locals[*position],
            Meaning::Layer(position, of) => {
                let of = self.lower(of);
                let layer = &self.network.layers[*position];
                let name = self.network.layer_name(layer);
                let nodes = lower_layer(self.graph, layer, name, of, self.derived);
                let value = nodes.a;
                self.layers[*position] = Some(nodes);
                value
            }
            Meaning::Sum(terms) => {
                let axes = shape.axes();
                let terms: Vec<(f64, NodeId)> = terms
                    .iter()
                    .map(|(coefficient, term)| (*coefficient, self.repeated(term, &axes)))
                    .collect();
                self.graph.sum(&terms, &axes)
            }
            Meaning::Product(a, b) => {
                let (a, b) = (self.lower(a), self.lower(b));
                self.graph.hadamard(a, b)
            }
            Meaning::MatrixVector(a, b) | Meaning::Dot(a, b) => {
                let (a, b) = (self.lower(a), self.lower(b));
                self.graph.multiply(a, b)
            }
            Meaning::Total(of) => {
                let of = self.lower(of);
                self.graph.total(of)
            }
            Meaning::Entry(of, position) => {
                let of = self.lower(of);
                self.graph.entry(of, 0, *position)
            }
            Meaning::Slice(of, entries) => {
                let of = self.lower(of);
                self.part(of, entries, shape)
            }
            Meaning::Map(mapped, of) => {
                let of = self.lower(of);
                let function = self.graph.add_function(mapped.function.clone());
                self.graph.map(function, 0, of)
            }
            Meaning::Partial(of, entries) => {
                let of = self.lower(of);
                let derive = |of, entry: &usize| partial(self.graph, of, self.source, *entry);
                entries.iter().fold(of, derive)
            }
            Meaning::Laplacian(of, entries) => {
                let of = self.lower(of);
                laplacian_of(self.graph, of, self.source, entries)
            }
            Meaning::Gradient(of, entries) => {
                let of = self.lower(of);
                gradient_of(self.graph, of, self.source, entries.clone())
            }
        }
    }

    /// Entries of a vector.
    fn part(&mut self, of: NodeId, entries: &Range<usize>, shape: Shape) -> NodeId {
        match shape {
            Shape::Scalar => self.graph.entry(of, 0, entries.start),
            _ => self.graph.slice(of, 0, entries.start, entries.len()),
        }
    }

    /// A quantity of these axes, or a scalar that repeats along them.
    fn repeated(&mut self, quantity: &Quantity, axes: &[usize]) -> NodeId {
        let node = self.lower(quantity);
        if self.graph.shape(node) == axes {
            return node;
        }
        let ones = self.graph.ones(axes);
        self.graph.hadamard(node, ones)
    }
}
