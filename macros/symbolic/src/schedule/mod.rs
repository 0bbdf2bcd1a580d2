//! Programs to loop programs: units, layout, nests, fusion, results in place, in that order.
//!
//! Nothing here knows a layer or a derivative: a unit is a contraction or elementwise work.

mod absorb;
mod begin;
mod contraction;
mod copies;
mod elementwise;
mod fuse;
mod in_place;
mod joint;
mod layout;
mod live;
mod lower;
mod nests;
mod order;
mod pieces;
mod print;
mod recompute;
mod region;
mod result;
mod successors;
mod tile;
mod time;
mod totals;
mod touched;
mod units;
mod verify;
mod views;

pub use nests::{
    Addend, ContractionNest, ElementwiseNest, LaneAxis, LaneTotals, Loop, LoopProgram, Mode, Nest,
    Operand, Place, PointResult, Relayout, Space, Vectors, View,
};

pub use tile::{Shape, Tile};
pub use time::few;

use crate::ir::{Binding, Graph, NodeId, Op, Program};

use layout::Layout;
use lower::Lowering;
use units::{Plan, Units};

/// Schedules a program for blocks of one vector of points, or for one point, which is then added to what is summed over the points.
pub fn schedule(program: &Program, mode: Mode) -> LoopProgram {
    schedule_vectors(program.clone(), mode, Vectors::ONE)
}

/// Schedules a program for blocks of several vectors of points: what is summed over the points, and a weight, is then loaded once
/// for all of them.
pub fn schedule_blocks(program: &Program, vectors: Vectors) -> LoopProgram {
    schedule_vectors(program.clone(), Mode::Batch, vectors)
}

/// The most bytes of scratch that are surely in the nearest cache.
const NEAREST_CACHE: usize = 32 * 1024;

/// Streams in the order of the nodes, streams as scratch is spared, and that without streams.
const PLANS: [Plan; 3] = [
    Plan {
        streams: true,
        frugal: false,
    },
    Plan {
        streams: true,
        frugal: true,
    },
    Plan {
        streams: false,
        frugal: true,
    },
];

/// All loop programs for blocks of so many vectors of points, or for one point, of which the other functions choose one: those of the three
/// plans, then of blocks the same with work that is done again, where there is some.
pub fn alternatives(program: &Program, mode: Mode, vectors: Vectors) -> Vec<LoopProgram> {
    let mut program = program.clone();
    units::own_totals(&mut program);
    let plans = PLANS.map(|plan| Planned::new(&program, mode, vectors.count, plan));
    let again = plans.iter().filter(|_| mode == Mode::Batch);
    let again = again.filter_map(|plan| plan.recomputing(&program, mode, vectors.count));
    let again: Vec<Planned> = again.collect();
    let all = plans.iter().chain(&again);
    all.map(|planned| loops(program.clone(), mode, vectors, planned))
        .collect()
}

/// Units in their order, and where their tensors lie.
struct Planned {
    units: Units,
    layout: Layout,
    /// Bytes of scratch for a block of points or for one, on the widest lanes, in double precision.
    bytes: usize,
}

impl Planned {
    fn new(program: &Program, mode: Mode, vectors: usize, plan: Plan) -> Self {
        Planned::of(Units::new(program, mode, plan), program, mode, vectors)
    }

    fn of(units: Units, program: &Program, mode: Mode, vectors: usize) -> Self {
        let layout = Layout::new(program, &units, mode, vectors);
        let bytes = match mode {
            Mode::Batch => 64 * layout.block,
            Mode::Single => 8 * layout.scratch,
        };
        Planned {
            units,
            layout,
            bytes,
        }
    }

    /// The same with elementwise work that is done again, where there is some that takes less than to store and to load what it computes.
    fn recomputing(&self, program: &Program, mode: Mode, vectors: usize) -> Option<Self> {
        let recomputed = recompute::recomputed(program, &self.units);
        let units = (!recomputed.is_empty()).then(|| self.units.without(recomputed));
        Some(Planned::of(units?, program, mode, vectors))
    }

    /// Of several plans the one whose scratch stays closest to the arithmetic, with work that is done again if it leaves the nearest cache.
    fn best(program: &Program, mode: Mode, vectors: usize) -> Self {
        let planned = |plan| Planned::new(program, mode, vectors, plan);
        let [in_order, frugal, apart] = PLANS;
        let in_order = planned(in_order);
        if in_order.bytes <= NEAREST_CACHE {
            return in_order;
        }
        let frugal = planned(frugal);
        let best = if frugal.bytes < in_order.bytes {
            frugal
        } else {
            in_order
        };
        // A point by itself loads matrices more often than its own tensors; a block has them loaded for all its points anyway.
        if mode == Mode::Single {
            return best;
        }
        let apart = planned(apart);
        let best = if 3 * apart.bytes < 2 * best.bytes {
            apart
        } else {
            best
        };
        if best.bytes <= NEAREST_CACHE {
            return best;
        }
        // What is computed from is kept longer, with the streams beside it: for up to an eighth more of scratch.
        let again = best.recomputing(program, mode, vectors);
        let again = again.filter(|again| 8 * again.bytes <= 9 * best.bytes);
        again.unwrap_or(best)
    }
}

fn schedule_vectors(mut program: Program, mode: Mode, vectors: Vectors) -> LoopProgram {
    units::own_totals(&mut program);
    let planned = Planned::best(&program, mode, vectors.count);
    loops(program, mode, vectors, &planned)
}

fn loops(mut program: Program, mode: Mode, vectors: Vectors, planned: &Planned) -> LoopProgram {
    let Planned { units, layout, .. } = planned;
    let mut graph = std::mem::take(&mut program.graph);
    let mut lowering = Lowering {
        graph: &mut graph,
        units,
        layout,
        mode,
        vectors,
        relayouts: 0,
    };
    let mut prologue = Vec::new();
    let mut body = Vec::new();
    for unit in &units.ordered {
        let points = lowering.graph.node(unit.nodes()[0]).binding == Binding::Points;
        let nests = lowering.unit(unit, points);
        if points || mode == Mode::Single {
            body.extend(nests);
        } else {
            prologue.extend(nests);
        }
    }
    let behind = layout.block + lowering.relayouts;
    let lane_totals = totals::place_lane_totals(&mut body, behind);
    let outputs = program.outputs.iter().map(|output| {
        let view = layout.view(&graph, output.node);
        side_by_side(&mut graph, output.node, view.expect("an output is stored"))
    });
    let outputs: Vec<View> = outputs.collect();
    let mut inputs = Vec::new();
    for (number, shape) in program.inputs.iter().enumerate() {
        let id = graph.find(&Op::Input(number), shape);
        let view = id.and_then(|id| layout.view(&graph, id));
        inputs.push(view.unwrap_or_else(|| unused(shape)));
    }
    let mut read: Vec<View> = Vec::new();
    for output in &outputs {
        read.extend((0..vectors.count).map(|vector| View {
            offset: output.offset + vector * usize::from(output.space == Space::Block),
            ..output.clone()
        }));
    }
    let gradient = program.gradient.min(layout.totals);
    let sums = [
        View::numbers(Space::Gradient, 0, gradient),
        View::numbers(Space::Scratch, gradient, layout.totals - gradient),
        View::numbers(Space::Block, lane_totals.block, lane_totals.count),
    ];
    read.extend(sums.iter().cloned());
    let mut body = fuse::fuse(body, vectors.count, &read);
    if mode == Mode::Batch {
        in_place::in_place(&mut body, layout.block, &read);
    }
    let cleared = begin::begin(&mut body, &sums);
    LoopProgram {
        mode,
        prologue: fuse::fuse(prologue, 1, &everything(layout)),
        body,
        scratch: layout.scratch,
        block: behind + lane_totals.count,
        vectors: vectors.count,
        totals: layout.totals,
        gradient,
        lane_totals,
        cleared,
        parameters: program.parameters,
        inputs,
        outputs,
        result: None,
    }
}

/// A view of the same entries whose first axis is the contiguous one of two in which the tensor is symmetric: results are taken out
/// with the first axis fastest.
fn side_by_side(graph: &mut Graph, node: NodeId, mut view: View) -> View {
    for axis in 1..view.shape.len() {
        if view.strides[axis] < view.strides[0] && graph.is_symmetric(node, 0, axis) {
            view.strides.swap(0, axis);
        }
    }
    view
}

/// All scratch: what is hoisted may be read by any point.
fn everything(layout: &Layout) -> Vec<View> {
    vec![View::numbers(Space::Scratch, 0, layout.scratch)]
}

/// The view of an input that nothing reads: no elements.
fn unused(shape: &[usize]) -> View {
    View {
        space: Space::Scratch,
        offset: 0,
        shape: vec![0; shape.len()],
        strides: vec![0; shape.len()],
    }
}
