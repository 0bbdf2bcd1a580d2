//! A [`Network`] goes in; the program of its value, and the nodes of its functions, losses and
//! layers, come out.
//!
//! Input 0 of the program is the concatenated point, input 1 the concatenated given data, if there are any. Scalars of
//! formulas have the shape `[]`; the output keeps its axis, also of one entry.

mod graph;
mod layer;
mod quantity;
mod windows;

use derive_network_symbolic::ir::{NodeId, Output, Program};
use quantity::Lowering;

use crate::model::Network;

/// A lowered definition.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The graph of everything below. Its only output is that of the network.
    pub program: Program,
    /// Each named function: of shape `[]` or `[n]`.
    pub functions: Vec<NodeId>,
    /// Each loss.
    pub losses: Vec<Densities>,
    /// Each layer, in the order of [`Network::layers`].
    pub intermediates: Vec<LayerNodes>,
}

/// What a loss sums and what it averages: the loss is Σ over points of `sum_part` + (1/n) Σ over points of `mean_part`.
#[derive(Clone, Copy, Debug)]
pub struct Densities {
    /// Of shape `[]`.
    pub sum_part: Option<NodeId>,
    /// Of shape `[]`.
    pub mean_part: Option<NodeId>,
}

/// What a layer computes on the way, each of the shape of its output.
#[derive(Clone, Debug)]
pub struct LayerNodes {
    /// The layer as the user would say it: `hidden` or `hidden[1]`.
    pub name: String,
    /// Its pre-activation.
    pub z: NodeId,
    /// Its activation.
    pub a: NodeId,
}

/// The value of a network.
#[must_use]
pub fn lower(network: &Network) -> Program {
    let mut program = empty(network);
    let output = Lowering::new(network, &mut program.graph, None).output();
    program.outputs = vec![value(output)];
    program
}

/// The value of a network, and everything that its definition names.
#[must_use]
pub fn lower_definition(network: &Network) -> Lowered {
    lower_all(network, None)
}

/// The same to be derived in the parameters: of graphs of neurons, whose weights are a matrix, in all pairs of neurons.
#[must_use]
pub fn lower_in_parameters(network: &Network) -> Lowered {
    lower_all(network, Some(network.parameters()))
}

fn lower_all(network: &Network, derived: Option<usize>) -> Lowered {
    let mut program = empty(network);
    if network.given() > 0 {
        program.inputs.push(vec![network.given()]);
    }
    let mut lowering = Lowering::new(network, &mut program.graph, derived);
    let output = lowering.output();
    for function in &network.functions {
        lowering.define(&function.quantity);
    }
    let losses = network.losses.iter().map(|loss| Densities {
        sum_part: loss.sum_part.as_ref().map(|part| lowering.lower(part)),
        mean_part: loss.mean_part.as_ref().map(|part| lowering.lower(part)),
    });
    let losses = losses.collect();
    let (functions, intermediates) = lowering.finish();
    program.outputs = vec![value(output)];
    Lowered {
        functions,
        program,
        losses,
        intermediates,
    }
}

/// The program of a network before anything is computed.
fn empty(network: &Network) -> Program {
    Program {
        inputs: vec![vec![network.inputs()]],
        parameters: network.parameters(),
        ..Program::default()
    }
}

fn value(node: NodeId) -> Output {
    Output {
        name: "value".to_owned(),
        node,
    }
}
