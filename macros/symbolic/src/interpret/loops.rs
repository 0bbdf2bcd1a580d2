//! The meaning of a [`LoopProgram`], one point at a time: the emitter's twin, nest by nest.
//!
//! Memory that was not written is NaN, so a nest that reads too early poisons the result.

use crate::schedule::{
    ContractionNest, ElementwiseNest, LaneTotals, Loop, LoopProgram, Nest, Operand, Place,
    Relayout, Space, View,
};

use super::program::Tensor;

struct Memory<'a> {
    parameters: &'a [f64],
    scratch: Vec<f64>,
    block: Vec<f64>,
    /// Where a caller wants it, not the first of the scratch.
    gradient: Vec<f64>,
    /// A result of one point, where the caller wants it.
    result: Vec<f64>,
    /// Where the copy of a point begins in the block.
    copies: usize,
    /// Whether nothing was added to sums over the points before.
    sums_begin: bool,
}

impl Memory<'_> {
    fn read(&self, place: Place, address: usize) -> f64 {
        match place.space {
            Space::Parameters => self.parameters[place.offset + address],
            Space::Scratch => self.scratch[place.offset + address],
            Space::Gradient => self.gradient[place.offset + address],
            Space::Block => self.block[place.offset + address],
            Space::Point => self.block[self.copies + place.offset + address],
            Space::Result => self.result[place.offset + address],
        }
    }

    fn write(&mut self, place: Place, address: usize, value: f64) {
        match place.space {
            Space::Parameters | Space::Point => {
                unreachable!("the verifier refuses writes to parameters and copies")
            }
            Space::Scratch => self.scratch[place.offset + address] = value,
            Space::Gradient => self.gradient[place.offset + address] = value,
            Space::Block => self.block[place.offset + address] = value,
            Space::Result => self.result[place.offset + address] = value,
        }
    }
}

/// The outputs of a loop program at one point.
pub fn interpret_loops(
    program: &LoopProgram,
    inputs: &[Vec<f64>],
    parameters: &[f64],
) -> Vec<Tensor> {
    let block = vec![inputs.to_vec(); program.vectors];
    let (mut outputs, _) = interpret_points(program, &block, parameters);
    outputs.swap_remove(0)
}

/// The outputs of a loop program at each point, and what is summed over the points, whose number is a multiple of those in a block.
pub fn interpret_points(
    program: &LoopProgram,
    points: &[Vec<Vec<f64>>],
    parameters: &[f64],
) -> (Vec<Vec<Tensor>>, Vec<f64>) {
    let result = program.result.as_ref();
    let [numbers, copies] = result.map_or([0; 2], |result| [result.numbers, result.copies]);
    let mut memory = Memory {
        parameters,
        scratch: vec![f64::NAN; program.scratch],
        block: vec![f64::NAN; program.block],
        gradient: vec![f64::NAN; program.gradient],
        result: vec![f64::NAN; numbers],
        copies,
        sums_begin: true,
    };
    let LaneTotals {
        first,
        count,
        block: lane_totals,
    } = program.lane_totals;
    for view in &program.cleared {
        for address in addresses(view) {
            memory.write(start(view, 0), address, 0.0);
        }
    }
    run(&program.prologue, &mut memory);
    let mut outputs = Vec::new();
    for block in points.chunks_exact(program.vectors) {
        memory.block[..lane_totals].fill(f64::NAN);
        memory.block[lane_totals + count..].fill(f64::NAN);
        for (vector, point) in block.iter().enumerate() {
            for (view, input) in program.inputs.iter().zip(point) {
                for (address, entry) in addresses(view).into_iter().zip(input) {
                    memory.write(start(view, vector), address, *entry);
                }
            }
        }
        run(&program.body, &mut memory);
        run(program.nests_of_result(), &mut memory);
        memory.sums_begin = false;
        for vector in 0..block.len() {
            let outputs_of_point = program.outputs.iter().map(|view| Tensor {
                shape: view.shape.clone(),
                entries: addresses(view)
                    .into_iter()
                    .map(|address| memory.read(start(view, vector), address))
                    .collect(),
            });
            outputs.push(outputs_of_point.collect());
        }
    }
    let mut totals = memory.gradient;
    totals.extend(&memory.scratch[program.gradient..program.totals]);
    for number in 0..count {
        totals[first + number] += memory.block[lane_totals + number];
    }
    (outputs, totals)
}

fn run(nests: &[Nest], memory: &mut Memory<'_>) {
    for nest in nests {
        match nest {
            Nest::Contraction(nest) => contraction(nest, memory),
            Nest::Elementwise(nest) => elementwise(nest, memory),
            Nest::Relayout(nest) => relayout(nest, memory),
        }
    }
}

/// Where a view begins for one of the vectors of points in a block.
fn start(view: &View, vector: usize) -> Place {
    let vector = if view.space == Space::Block {
        vector
    } else {
        0
    };
    Place {
        space: view.space,
        offset: view.offset + vector,
    }
}

/// Addresses of a view's elements, first axis fastest.
fn addresses(view: &View) -> Vec<usize> {
    let mut addresses = vec![0];
    for (extent, stride) in view.shape.iter().zip(&view.strides) {
        let inner = addresses;
        addresses = Vec::new();
        for index in 0..*extent {
            addresses.extend(inner.iter().map(|address| address + index * stride));
        }
    }
    addresses
}

/// The steps of nested loops, the last loop fastest, as sums of each operand's steps.
fn walk(loops: &[Loop]) -> Vec<Loop> {
    let mut positions = vec![Loop {
        extent: 0,
        out: 0,
        a: 0,
        b: 0,
        init: 0,
    }];
    for step in loops {
        let outer = positions;
        positions = Vec::new();
        for at in outer {
            positions.extend((0..step.extent).map(|index| Loop {
                extent: index,
                out: at.out + index * step.out,
                a: at.a + index * step.a,
                b: at.b + index * step.b,
                init: at.init + index * step.init,
            }));
        }
    }
    positions
}

fn contraction(nest: &ContractionNest, memory: &mut Memory<'_>) {
    let init = nest.init.filter(|_| !(nest.begins && memory.sums_begin));
    let mut sums = nest.sums.clone();
    sums.push(nest.k);
    let sums = walk(&sums);
    for outer in walk(&nest.outer) {
        for row in walk(&[nest.m]) {
            for column in walk(&[nest.n]) {
                if nest.symmetric && column.extent > row.extent {
                    continue;
                }
                let mut value = 0.0;
                let weights = nest.weights();
                let products = nest.all_addends().into_iter().zip(nest.factors());
                for (product, (addend, (a, b))) in products.enumerate() {
                    for (number, step) in sums.iter().enumerate() {
                        let a = memory.read(a, outer.a + row.a + column.a + step.a);
                        let b = match b {
                            Some(b) => memory.read(b, outer.b + row.b + column.b + step.b),
                            None => 1.0,
                        };
                        let weight = match weights.get(product) {
                            Some((weight, along)) => memory.read(*weight, number * along),
                            None => 1.0,
                        };
                        value += addend.scale * (a * (weight * b));
                    }
                }
                value *= nest.scale;
                if let Some(init) = init.filter(|_| column.extent < nest.initial_columns) {
                    value += memory.read(init, outer.init + row.init + column.init);
                }
                memory.write(nest.out, outer.out + row.out + column.out, value);
                if nest.symmetric {
                    let (i, j) = (row.extent, column.extent);
                    memory.write(nest.out, outer.out + j * nest.m.out + i * nest.n.out, value);
                }
            }
        }
    }
}

fn relayout(nest: &Relayout, memory: &mut Memory<'_>) {
    let mut entries = vec![(0, 0)];
    let rows = [nest.rows.0, nest.rows.1, 1];
    for [extent, from, to] in nest.others.iter().chain([&rows]) {
        let outer = entries;
        entries = Vec::new();
        for (read, write) in outer {
            entries.extend((0..*extent).map(|index| (read + index * from, write + index * to)));
        }
    }
    for vector in 0..nest.vectors {
        for (from, to) in &entries {
            let entry = memory.read(nest.from, from + vector);
            memory.write(nest.to, to + vector * nest.stride, entry);
        }
    }
}

fn elementwise(nest: &ElementwiseNest, memory: &mut Memory<'_>) {
    let volume: usize = nest.loops.iter().product();
    let mut counters = vec![0; nest.loops.len()];
    for number in 0..volume {
        let mut rest = number;
        for (counter, extent) in counters.iter_mut().zip(&nest.loops).rev() {
            *counter = rest % extent;
            rest /= extent;
        }
        let address = |steps: &[usize]| -> usize {
            steps
                .iter()
                .zip(&counters)
                .map(|(step, counter)| step * counter)
                .sum()
        };
        let operands: Vec<f64> = nest
            .operands
            .iter()
            .map(|operand| match operand {
                Operand::Tensor { place, steps } => memory.read(*place, address(steps)),
                Operand::Delta(a, b) => f64::from(u8::from(counters[*a] == counters[*b])),
            })
            .collect();
        let results = nest.body.evaluate(&operands);
        for ((place, steps), result) in nest.results.iter().zip(results) {
            memory.write(*place, address(steps), result);
        }
    }
}
