//! What can be asked of a function or a loss in the parameters, as chains of transforms: the calculus does not tell parameters
//! from inputs, so these are the same transforms with other sources.
//!
//! A loss is a sum over points of densities; its derivatives are the sums of theirs, since a sum is linear.

use std::ops::Range;

use crate::differentiate::{forward, reverse};
use crate::ir::{Graph, NodeId, Op, Output, Program, Total};
use crate::simplify::collapse::collapse;
use crate::simplify::increments::drop_increments;

/// A loss: `Σ sum + (1/n) Σ mean` over n points, each a scalar or absent.
#[derive(Clone, Copy, Debug)]
pub struct Densities {
    /// What is summed.
    pub sum: Option<NodeId>,
    /// What is averaged.
    pub mean: Option<NodeId>,
}

/// What is asked of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LossRequest {
    /// The loss.
    Value,
    /// The loss and its gradient in the parameters.
    Gradient,
    /// The loss, its gradient and its Hessian in the parameters times a direction.
    Hvp,
}

/// Where a tensor of derivatives in the parameters belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The number of the output.
    pub output: usize,
    /// The first parameter.
    pub offset: usize,
}

/// A program whose outputs are, after the named ones, derivatives in tensors of parameters, column-major.
#[derive(Clone, Debug)]
pub struct Pieces {
    /// The program.
    pub program: Program,
    /// Its pieces; parameters without one have the derivative zero.
    pub pieces: Vec<Piece>,
}

/// Tensors of parameters below the roots, in the order of the parameters, but for the frozen ranges: increments, and the parameters
/// that have none. `count` is the number of parameters.
fn variables(
    graph: &Graph,
    roots: &[NodeId],
    frozen: &[Range<usize>],
    count: usize,
) -> Vec<(NodeId, usize)> {
    let needed = graph.ancestors(roots);
    let (mut found, mut increments) = (Vec::new(), Vec::new());
    for (index, _) in needed.iter().enumerate().filter(|(_, needed)| **needed) {
        let id = NodeId(index as u32);
        match graph.node(id).op {
            Op::Parameter { offset } => found.push((id, offset)),
            Op::Increment { offset } if offset < count => increments.push((id, offset)),
            _ => {}
        }
    }
    let covers = |increment: &(NodeId, usize), offset: &usize| {
        (increment.1..increment.1 + graph.node(increment.0).size()).contains(offset)
    };
    found.retain(|(_, offset)| !increments.iter().any(|increment| covers(increment, offset)));
    found.extend(increments);
    found.retain(|(_, offset)| !frozen.iter().any(|range| range.contains(offset)));
    found.sort_by_key(|(_, offset)| *offset);
    found
}

/// Adjoints of tensors of parameters; none where they are zero.
fn adjoints(
    graph: &mut Graph,
    root: NodeId,
    seed: NodeId,
    variables: &[(NodeId, usize)],
) -> Vec<(NodeId, usize)> {
    let sources: Vec<NodeId> = variables.iter().map(|(id, _)| *id).collect();
    let adjoints = reverse(graph, root, seed, &sources);
    let found = variables
        .iter()
        .filter_map(|(id, offset)| Some((adjoints.get(*id)?, *offset)));
    found.collect()
}

/// A request for a loss. The program gets one more input, two weights: of the sum, and of the mean, which is one over the number of
/// points; both are zero where a block of points has no point.
///
/// Sums over the points: derivatives at the places of their parameters, the gradient first and the product with the Hessian
/// `parameters` further on; behind them the loss. The direction of a product is expected behind the parameters, as
/// `parameters` more.
pub fn derive_loss(
    value: &Program,
    densities: Densities,
    frozen: &[Range<usize>],
    request: LossRequest,
) -> Program {
    let mut program = value.clone();
    let count = program.parameters;
    let loss = weighted(&mut program, densities);
    let graph = &mut program.graph;
    let loss = collapse(graph, loss);
    let mut totals = Vec::new();
    let mut place = 0;
    if request != LossRequest::Value {
        let variables = variables(graph, &[loss], frozen, count);
        let seed = graph.ones(&[]);
        let gradient = adjoints(graph, loss, seed, &variables);
        place = count;
        if request == LossRequest::Hvp {
            let roots: Vec<NodeId> = gradient.iter().map(|(id, _)| *id).collect();
            let seeds: Vec<(NodeId, NodeId)> = variables
                .iter()
                .map(|(id, offset)| {
                    let shape = graph.shape(*id).to_vec();
                    (*id, graph.parameter(count + offset, &shape))
                })
                .collect();
            if !seeds.is_empty() {
                let products = forward(graph, &roots, &seeds);
                let placed = products.iter().zip(&gradient);
                totals.extend(placed.map(|(id, (_, offset))| (*id, count + offset)));
            }
            place = 2 * count;
            program.parameters = 2 * count;
        }
        totals.extend(gradient);
    }
    totals.push((loss, place));
    program.totals = self::totals(totals);
    program.gradient = match request {
        LossRequest::Gradient => count,
        LossRequest::Value | LossRequest::Hvp => 0,
    };
    program.outputs.clear();
    drop_increments(&mut program);
    let graph = &program.graph;
    program.totals.retain(|total| !graph.is_zero(total.node));
    program
}

/// A point's part of a loss, with weights as one more input.
fn weighted(program: &mut Program, densities: Densities) -> NodeId {
    let number = program.inputs.len();
    program.inputs.push(vec![2]);
    let graph = &mut program.graph;
    let weights = graph.input(number, &[2]);
    let mut terms = Vec::new();
    for (position, density) in [densities.sum, densities.mean].into_iter().enumerate() {
        if let Some(density) = density {
            let density = graph.reshape_unit(density, &[]);
            let weight = graph.entry(weights, 0, position);
            terms.push((1.0, graph.hadamard(weight, density)));
        }
    }
    graph.sum(&terms, &[])
}

/// Tensors on the way to a loss with the derivatives of the loss in them, one after the other, then its derivative in the inputs; the
/// loss is summed over the points. The program gets the weights of [`derive_loss`] as one more input.
pub fn derive_intermediates(value: &Program, densities: Densities, nodes: &[NodeId]) -> Program {
    let mut program = value.clone();
    let loss = weighted(&mut program, densities);
    let shape = program.inputs[0].clone();
    let graph = &mut program.graph;
    let source = graph.input(0, &shape);
    let seed = graph.ones(&[]);
    let mut sources = nodes.to_vec();
    sources.push(source);
    let adjoints = reverse(graph, loss, seed, &sources);
    let mut outputs = Vec::new();
    for node in sources {
        let shape = graph.shape(node).to_vec();
        let adjoint = adjoints.get(node).unwrap_or_else(|| graph.zero(&shape));
        if node != source {
            outputs.push(("value", node));
        }
        outputs.push(("adjoint", adjoint));
    }
    if !graph.is_zero(loss) {
        program.totals = vec![Total {
            node: loss,
            offset: 0,
        }];
    }
    program.outputs = named(outputs);
    drop_increments(&mut program);
    program
}

/// The value of a function of shape `[O]` and its derivatives in the parameters: each piece has the shape of its parameters, then
/// `O` where that is not one.
pub fn derive_parameter_jacobian(
    value: &Program,
    function: NodeId,
    frozen: &[Range<usize>],
) -> Pieces {
    let mut program = value.clone();
    let count = program.parameters;
    let graph = &mut program.graph;
    let function = collapse(graph, function);
    let width = graph.shape(function)[0];
    let seed = if width == 1 {
        graph.ones(&[1])
    } else {
        graph.identity(&[width])
    };
    let variables = variables(graph, &[function], frozen, count);
    let pieces = adjoints(graph, function, seed, &variables);
    with_pieces(program, vec![("value", function)], pieces)
}

/// The value of a function of shape `[1]` and its gradient in the parameters, which is summed as that of a loss is, but over one point: some
/// of it may be the same at all.
pub fn derive_parameter_gradient(
    value: &Program,
    function: NodeId,
    frozen: &[Range<usize>],
) -> Program {
    let mut program = value.clone();
    let count = program.parameters;
    let graph = &mut program.graph;
    let function = collapse(graph, function);
    let seed = graph.ones(&[1]);
    let variables = variables(graph, &[function], frozen, count);
    let gradient = adjoints(graph, function, seed, &variables);
    with_gradient(program, vec![("value", function)], gradient)
}

/// The value of a function of shape `[O]`, and a weighted sum of the derivatives of its entries: in the inputs, and in the parameters as a
/// sum over points. The program gets one more input, the weights.
pub fn derive_pullback(value: &Program, function: NodeId, frozen: &[Range<usize>]) -> Program {
    let mut program = value.clone();
    let count = program.parameters;
    let width = program.graph.shape(function)[0];
    let number = program.inputs.len();
    program.inputs.push(vec![width]);
    let shape = program.inputs[0].clone();
    let graph = &mut program.graph;
    let function = collapse(graph, function);
    let weights = graph.input(number, &[width]);
    let source = graph.input(0, &shape);
    let in_inputs = reverse(graph, function, weights, &[source]).get(source);
    let in_inputs = in_inputs.unwrap_or_else(|| graph.zero(&shape));
    let variables = variables(graph, &[function], frozen, count);
    let gradient = adjoints(graph, function, weights, &variables);
    let outputs = vec![("value", function), ("dx", in_inputs)];
    with_gradient(program, outputs, gradient)
}

fn with_gradient(
    mut program: Program,
    outputs: Vec<(&str, NodeId)>,
    gradient: Vec<(NodeId, usize)>,
) -> Program {
    program.outputs = named(outputs);
    program.totals = totals(gradient);
    program.gradient = program.parameters;
    drop_increments(&mut program);
    let graph = &program.graph;
    program.totals.retain(|total| !graph.is_zero(total.node));
    program
}

fn totals(placed: Vec<(NodeId, usize)>) -> Vec<Total> {
    let totals = placed.into_iter();
    totals
        .map(|(node, offset)| Total { node, offset })
        .collect()
}

fn with_pieces(
    mut program: Program,
    outputs: Vec<(&str, NodeId)>,
    pieces: Vec<(NodeId, usize)>,
) -> Pieces {
    let first = outputs.len();
    let numbered = pieces.iter().enumerate();
    let placed = numbered.map(|(number, (_, offset))| Piece {
        output: first + number,
        offset: *offset,
    });
    let placed = placed.collect();
    let derivatives = pieces.iter().map(|(node, offset)| Output {
        name: format!("in the parameters from {offset}"),
        node: *node,
    });
    program.outputs = named(outputs).into_iter().chain(derivatives).collect();
    drop_increments(&mut program);
    Pieces {
        program,
        pieces: placed,
    }
}

fn named(outputs: Vec<(&str, NodeId)>) -> Vec<Output> {
    let named = outputs.into_iter().map(|(name, node)| Output {
        name: name.to_owned(),
        node,
    });
    named.collect()
}
