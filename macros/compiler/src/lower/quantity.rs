//! The [`Quantity`] of a formula goes in, its node comes out, of the shape of the quantity.

use super::LayerNodes;
use super::layer::lower_layer;
use crate::model::{Meaning, Network, Quantity, Shape};
use derive_network_symbolic::differentiate::{gradient_of, laplacian_of, partial};
use derive_network_symbolic::functions::{Function, Polynomial, Primitive};
use derive_network_symbolic::ir::{Graph, NodeId, Product};
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
            Shape::Vector(_) => output,
            Shape::Matrix(..) | Shape::Image(..) => lowering.graph.flatten(output),
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
            Meaning::Layers(positions, of) => {
                let of = self.lower(of);
                let apply = |of, position| self.layer(position, of);
                positions.clone().fold(of, apply)
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
            Meaning::MatrixProduct(a, b) | Meaning::Dot(a, b) => {
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
            Meaning::Concat(parts) => {
                let parts = parts.iter().map(|part| self.vector(part));
                let parts: Vec<NodeId> = parts.collect();
                self.graph.concat(&parts, 0)
            }
            Meaning::Transpose(of) => {
                let of = self.lower(of);
                self.transposed(of)
            }
            Meaning::Map(mapped, of) => {
                let of = self.lower(of);
                self.map(&mapped.function, 0, of)
            }
            Meaning::Max(_, a, b) => self.max(a, b, &shape.axes()),
            Meaning::Softmax(of) => {
                let of = self.lower(of);
                self.graph.softmax(of)
            }
            Meaning::LogSoftmax(of) => {
                let of = self.lower(of);
                self.graph.log_softmax(of)
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

    /// What a layer makes of a node.
    fn layer(&mut self, position: usize, of: NodeId) -> NodeId {
        let layer = &self.network.layers[position];
        let name = self.network.layer_name(layer);
        let nodes = lower_layer(
            self.graph,
            layer,
            self.network.scalar,
            name,
            of,
            self.derived,
        );
        let value = nodes.a;
        // Formulas that call the layer once more stand behind the output.
        self.layers[position].get_or_insert(nodes);
        value
    }

    fn map(&mut self, function: &Function, order: usize, of: NodeId) -> NodeId {
        let function = self.graph.add_function(function.clone());
        self.graph.map(function, order, of)
    }

    /// A scalar or a vector as a vector.
    fn vector(&mut self, quantity: &Quantity) -> NodeId {
        let node = self.lower(quantity);
        match quantity.shape {
            Shape::Scalar => self.graph.reshape_unit(node, &[1]),
            _ => node,
        }
    }

    fn transposed(&mut self, of: NodeId) -> NodeId {
        let mut product = Product::new();
        let mut indices = product.indices(self.graph.shape(of));
        product.tensor(of, &indices);
        indices.reverse();
        self.graph.contract(product, &indices)
    }

    /// The greater of two: a where a - b is positive, else b. One of the two factors is one and the other zero, so that nothing
    /// is rounded.
    fn max(&mut self, a: &Quantity, b: &Quantity, axes: &[usize]) -> NodeId {
        let (a, b) = (self.repeated(a, axes), self.repeated(b, axes));
        let difference = self.graph.sum(&[(1.0, a), (-1.0, b)], axes);
        let choices = [(Primitive::Step, a), (Primitive::NegativeStep, b)];
        let [a, b] = choices.map(|(choice, of)| {
            let chosen = self.map(&elementary(choice), 0, difference);
            self.graph.hadamard(chosen, of)
        });
        self.graph.add(a, b)
    }

    /// Entries of a vector.
    fn part(&mut self, of: NodeId, entries: &Range<usize>, shape: Shape) -> NodeId {
        match shape {
            Shape::Scalar => self.graph.entry(of, 0, entries.start),
            Shape::Vector(_) => self.graph.slice(of, 0, entries.start, entries.len()),
            Shape::Matrix(..) | Shape::Image(..) => {
                let entries = self.graph.slice(of, 0, entries.start, entries.len());
                self.graph.reshape(entries, &shape.axes())
            }
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

fn elementary(primitive: Primitive) -> Function {
    let name = format!("{primitive:?}").to_lowercase();
    Function::new(&name, Polynomial::argument().apply(primitive))
}
