//! Programs to loop programs: units, layout, nests, fusion, in that order.
//!
//! Nothing here knows a layer or a derivative: a unit is a contraction or elementwise work.

mod contraction;
mod elementwise;
mod fuse;
mod layout;
mod lower;
mod nests;
mod print;
mod region;
mod tile;
mod units;
mod verify;
mod views;

pub use nests::{
    ContractionNest, ElementwiseNest, LaneAxis, Loop, LoopProgram, Mode, Nest, Operand, Place,
    Relayout, Space, View,
};

pub use tile::Tile;

use crate::ir::{Binding, Op, Program};

use layout::Layout;
use lower::Lowering;
use units::Units;

/// Schedules a program for blocks of one vector of points, or for one point, which is then added to what is summed over the points.
pub fn schedule(program: &Program, mode: Mode) -> LoopProgram {
    schedule_vectors(program.clone(), mode, 1)
}

/// Schedules a program for blocks of several vectors of points: what is summed over the points, and a weight, is then loaded once
/// for all of them.
pub fn schedule_blocks(program: &Program, vectors: usize) -> LoopProgram {
    schedule_vectors(program.clone(), Mode::Batch, vectors)
}

fn schedule_vectors(mut program: Program, mode: Mode, vectors: usize) -> LoopProgram {
    units::own_totals(&mut program);
    let units = Units::new(&program);
    let layout = Layout::new(&program, &units, mode, vectors);
    let mut graph = std::mem::take(&mut program.graph);
    let mut lowering = Lowering {
        graph: &mut graph,
        units: &units,
        layout: &layout,
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
    let relayouts = lowering.relayouts;
    let outputs = program.outputs.iter().map(|output| {
        let view = layout.view(&graph, output.node);
        view.expect("an output is stored")
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
        read.extend((0..vectors).map(|vector| View {
            offset: output.offset + vector * usize::from(output.space == Space::Block),
            ..output.clone()
        }));
    }
    read.push(View {
        space: Space::Scratch,
        offset: 0,
        shape: vec![layout.totals],
        strides: vec![1],
    });
    LoopProgram {
        mode,
        prologue: fuse::fuse(prologue, &everything(&layout)),
        body: fuse::fuse(body, &read),
        scratch: layout.scratch,
        block: layout.block + relayouts,
        vectors,
        totals: layout.totals,
        parameters: program.parameters,
        inputs,
        outputs,
    }
}

/// All scratch: what is hoisted may be read by any point.
fn everything(layout: &Layout) -> Vec<View> {
    vec![View {
        space: Space::Scratch,
        offset: 0,
        shape: vec![layout.scratch],
        strides: vec![1],
    }]
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
