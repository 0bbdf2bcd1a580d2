//! What a definition asks for in the parameters goes in, with everything that it lowers to; the derived programs come out,
//! scheduled: losses for blocks of points, derivatives of functions for the mode in which they are asked.

use derive_network_symbolic::ir::{NodeId, Output, Program};
use derive_network_symbolic::parameter_request::{
    Densities, LossRequest, Piece, Pieces, derive_intermediates, derive_loss,
    derive_parameter_gradient, derive_parameter_jacobian, derive_pullback,
};
use derive_network_symbolic::schedule::{LoopProgram, Mode, Vectors, schedule, schedule_blocks};
use proc_macro2::Ident;
use std::borrow::Cow;

use crate::lower::{Lowered, lower_in_parameters};
use crate::model::{
    Loss, LossRequestKind, Network, ParameterRequest, ParameterRequestKind, Scalar,
};

/// Bytes of vector scratch that a block of points may use: what stays in the second cache, beside the sums of each lane.
const BLOCK_BYTES: usize = 640 * 1024;
/// The same where derivatives of each point are taken out of the block: they are written, and read once.
const LONG_BLOCK_BYTES: usize = 256 * 1024;
/// The most vectors of points in a block: sums are loaded and stored once for all of them.
const MOST_VECTORS: usize = 4;
/// Bytes that sums of each lane may use over all blocks of a call: they come and go through the second cache.
const LANE_TOTAL_BYTES: usize = 256 * 1024;
/// Bytes of a vector on the widest lanes.
const VECTOR_BYTES: usize = 64;

/// One derived program of a loss.
#[derive(Clone, Debug)]
pub struct ScheduledLoss {
    /// The name of the loss.
    pub name: Ident,
    /// What it computes. For the Hessian, products with directions.
    pub request: LossRequest,
    /// What is asked of it.
    pub kinds: Vec<LossRequestKind>,
    /// Whether it takes given data.
    pub needs_given: bool,
    /// Whether it averages.
    pub has_mean: bool,
    /// The formula as it was written.
    pub text: String,
    /// For blocks of points.
    pub batch: LoopProgram,
    /// For one point.
    pub single: LoopProgram,
    /// Operations per point.
    pub flops: usize,
}

/// The derivatives of a function in the parameters.
#[derive(Clone, Debug)]
pub struct ScheduledFunction {
    /// The name of the function; none for the output.
    pub function: Option<Ident>,
    /// What is asked of it.
    pub kinds: Vec<ParameterRequestKind>,
    /// How many numbers the function gives.
    pub width: usize,
    /// Whether it takes given data.
    pub needs_given: bool,
    /// For blocks of points, or for one.
    pub program: LoopProgram,
    /// Where derivatives among its outputs go; none if they are sums over points.
    pub pieces: Vec<Piece>,
    /// Operations per point.
    pub flops: usize,
}

/// Everything that is asked in the parameters.
#[derive(Clone, Debug, Default)]
pub struct InParameters {
    /// Of losses.
    pub losses: Vec<ScheduledLoss>,
    /// Of functions.
    pub functions: Vec<ScheduledFunction>,
    /// What the output computes on the way, if it is asked: pre-activation and activation of each layer.
    pub intermediates: Option<LoopProgram>,
    /// What losses compute on the way.
    pub loss_intermediates: Vec<ScheduledIntermediates>,
}

/// What a loss computes on the way: of each layer its pre-activation, the derivative in it, its activation, the derivative in it; then
/// the derivative in the inputs.
#[derive(Clone, Debug)]
pub struct ScheduledIntermediates {
    /// The name of the loss.
    pub name: Ident,
    /// Whether it takes given data.
    pub needs_given: bool,
    /// Whether it averages.
    pub has_mean: bool,
    /// For blocks of points.
    pub program: LoopProgram,
}

/// Derives and schedules what is asked in the parameters.
#[must_use]
pub fn schedule_in_parameters(network: &Network, lowered: &Lowered) -> InParameters {
    let derived = if network.has_graphs() {
        Cow::Owned(lower_in_parameters(network))
    } else {
        Cow::Borrowed(lowered)
    };
    let losses = network.losses.iter().zip(&derived.losses);
    let losses = losses.flat_map(|(loss, densities)| {
        loss_programs(network, &derived.program, loss, mathematical(*densities))
    });
    let output = derived.program.outputs[0].node;
    let mut functions = function_programs(
        network,
        &derived.program,
        (None, output, network.outputs(), false),
        &network.parameter_requests,
    );
    for (function, node) in network.functions.iter().zip(&derived.functions) {
        let name = Some(function.name.clone());
        functions.extend(function_programs(
            network,
            &derived.program,
            (name, *node, function.width(), function.needs_given()),
            &function.parameter_requests,
        ));
    }
    let nodes_of = |lowered: &Lowered| -> Vec<NodeId> {
        let layers = lowered.intermediates.iter();
        layers.flat_map(|layer| [layer.z, layer.a]).collect()
    };
    let nodes = nodes_of(&derived);
    let of_output = network.parameter_requests.iter();
    let is_asked = of_output
        .map(|request| request.kind)
        .any(|kind| kind == ParameterRequestKind::Intermediates);
    let intermediates = is_asked.then(|| {
        let mut program = lowered.program.clone();
        let outputs = nodes_of(lowered).into_iter().map(|node| Output {
            name: "intermediate".to_owned(),
            node,
        });
        program.outputs = outputs.collect();
        flatten_outputs(&mut program);
        schedule(&program, Mode::Single)
    });
    let mut loss_intermediates = Vec::new();
    for (loss, densities) in network.losses.iter().zip(&derived.losses) {
        let mut kinds = loss.requests.iter().map(|request| request.kind);
        if kinds.any(|kind| kind == LossRequestKind::Intermediates) {
            let densities = mathematical(*densities);
            let mut program = derive_intermediates(&derived.program, densities, &nodes);
            flatten_outputs(&mut program);
            loss_intermediates.push(ScheduledIntermediates {
                name: loss.name.clone(),
                needs_given: loss.needs_given(),
                has_mean: densities.mean.is_some(),
                program: schedule(&program, Mode::Batch).in_pieces(),
            });
        }
    }
    InParameters {
        losses: losses.collect(),
        functions,
        intermediates,
        loss_intermediates,
    }
}

/// Images and signals as vectors, row-major: what methods return.
fn flatten_outputs(program: &mut Program) {
    for output in &mut program.outputs {
        if program.graph.shape(output.node).len() > 1 {
            output.node = program.graph.flatten(output.node);
        }
    }
}

fn mathematical(densities: crate::lower::Densities) -> Densities {
    Densities {
        sum: densities.sum_part,
        mean: densities.mean_part,
    }
}

fn loss_programs(
    network: &Network,
    value: &Program,
    loss: &Loss,
    densities: Densities,
) -> Vec<ScheduledLoss> {
    let asked = |of: &[LossRequestKind]| -> Vec<LossRequestKind> {
        let kinds = loss.requests.iter().map(|request| request.kind);
        kinds.filter(|kind| of.contains(kind)).collect()
    };
    let wanted = [
        (LossRequest::Value, asked(&[LossRequestKind::Value])),
        (LossRequest::Gradient, asked(&[LossRequestKind::Gradient])),
        (
            LossRequest::Hvp,
            asked(&[
                LossRequestKind::ParameterHvp,
                LossRequestKind::ParameterHessian,
            ]),
        ),
    ];
    let wanted = wanted.into_iter().filter(|(_, kinds)| !kinds.is_empty());
    let scheduled = wanted.map(|(request, kinds)| {
        let mut program = derive_loss(value, densities, &network.frozen, request);
        let roots: Vec<NodeId> = program.totals.iter().map(|total| total.node).collect();
        ScheduledLoss {
            name: loss.name.clone(),
            request,
            kinds,
            needs_given: loss.needs_given(),
            has_mean: densities.mean.is_some(),
            text: loss.text.clone(),
            flops: program.graph.cost(&roots).flops() as usize,
            batch: in_blocks(&program, network.scalar).in_pieces(),
            single: schedule(&program, Mode::Single),
        }
    });
    scheduled.collect()
}

/// Blocks of as many vectors of points as the caches hold, a power of two: chunks of points have whole blocks.
fn in_blocks(program: &Program, scalar: Scalar) -> LoopProgram {
    let blocks = |count: usize| schedule_blocks(program, of_vectors(count, scalar));
    let one = blocks(1);
    let used = one.block - one.lane_totals.count;
    let fitting = BLOCK_BYTES / VECTOR_BYTES / used.max(1);
    let vectors = MOST_VECTORS.min(1 << fitting.max(1).ilog2());
    if vectors <= 1 || one.totals <= 1 {
        return one;
    }
    blocks(vectors)
}

fn of_vectors(count: usize, scalar: Scalar) -> Vectors {
    Vectors {
        count,
        lanes: VECTOR_BYTES / scalar.bytes(),
        apart: LANE_TOTAL_BYTES / VECTOR_BYTES,
    }
}

/// Blocks for derivatives of each point, of as many vectors as there may be or of one: what is taken out of them goes far apart, so each piece
/// should be long.
fn in_long_blocks(program: &Program, scalar: Scalar) -> LoopProgram {
    let blocks = |count: usize| schedule_blocks(program, of_vectors(count, scalar));
    let one = blocks(1);
    let fitting = LONG_BLOCK_BYTES / VECTOR_BYTES / one.block.max(1);
    if fitting < MOST_VECTORS {
        return one;
    }
    blocks(MOST_VECTORS)
}

fn function_programs(
    network: &Network,
    value: &Program,
    (function, node, width, needs_given): (Option<Ident>, NodeId, usize, bool),
    requests: &[ParameterRequest],
) -> Vec<ScheduledFunction> {
    let mut value = value.clone();
    let node = if value.graph.shape(node).is_empty() {
        value.graph.reshape_unit(node, &[1])
    } else {
        node
    };
    let asked = |of: &[ParameterRequestKind]| -> Vec<ParameterRequestKind> {
        let kinds = requests.iter().map(|request| request.kind);
        kinds.filter(|kind| of.contains(kind)).collect()
    };
    let single = asked(&[ParameterRequestKind::ParameterGradient]);
    let batch = asked(&[
        ParameterRequestKind::ParameterJacobian,
        ParameterRequestKind::GaussNewton,
    ]);
    let pullback = asked(&[ParameterRequestKind::Pullback]);
    let mut scheduled = Vec::new();
    let mut add = |kinds: Vec<ParameterRequestKind>, derived: Pieces, mode: Mode| {
        let Pieces {
            mut program,
            pieces,
        } = derived;
        let outputs = program.outputs.iter().map(|output| output.node);
        let totals = program.totals.iter().map(|total| total.node);
        let roots: Vec<NodeId> = outputs.chain(totals).collect();
        scheduled.push(ScheduledFunction {
            function: function.clone(),
            kinds,
            width,
            needs_given,
            flops: program.graph.cost(&roots).flops() as usize,
            program: match mode {
                Mode::Single => schedule(&program, mode),
                Mode::Batch => in_long_blocks(&program, network.scalar).in_pieces(),
            },
            pieces,
        });
    };
    let summed = |program| Pieces {
        program,
        pieces: Vec::new(),
    };
    if !single.is_empty() {
        let derived = derive_parameter_gradient(&value, node, &network.frozen);
        add(single, summed(derived), Mode::Single);
    }
    if !batch.is_empty() {
        let derived = derive_parameter_jacobian(&value, node, &network.frozen);
        add(batch, derived, Mode::Batch);
    }
    if !pullback.is_empty() {
        let derived = derive_pullback(&value, node, &network.frozen);
        add(pullback, summed(derived), Mode::Single);
    }
    scheduled
}
