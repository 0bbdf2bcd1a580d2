//! How long loop programs take, in cycles and roughly: enough to choose between a block of points and some points one by one; and how much
//! of a block loads a weight for each multiply-add, for which blocks of two vectors are better.
//!
//! The constants are measured (Zen 5, AVX2 and AVX-512, `f32` and `f64`, 15 requests of 400 to 530,000 parameters): of all of them the number of
//! points up to which they are faster one by one is found to one point or one in five.

use crate::functions::Step;

use super::nests::{ContractionNest, ElementwiseNest, LoopProgram, Nest, Place, Space};

/// Multiply-adds of vectors a cycle.
const MULTIPLY_ADDS: f64 = 2.0;
/// What the elementary functions of one code share, and what each of them adds.
const FAMILY: f64 = 10.5;
const ELEMENTARY: f64 = 3.5;
/// Another step of straight-line code, and a load or store of it.
const STEP: f64 = 0.5;
const ACCESS: f64 = 0.75;
/// What a nest of one point waits for the one before it.
const WAIT: f64 = 45.0;
/// A point by itself takes so many times its lane's part of a block, its waits, or its loads, whichever is longest.
const ALONE: f64 = 1.4;
/// Bytes of parameters that stay in the nearest cache, and in the second.
const NEAR: usize = 32 << 10;
const SECOND: usize = 1 << 20;
/// Bytes a cycle that come from the second cache, and from behind it, beside arithmetic that takes `ALONE` as long.
const FROM_SECOND: f64 = 38.0;
const FROM_BEHIND: f64 = 21.0;

/// Up to how many points are faster one by one, by `single`, than as a `block` of one vector, which takes as long for any number of them;
/// however many lanes there are. `bytes` are those of a parameter.
///
/// That a point by itself takes 1.4 times its lane's part of a block at least, which depends on the lanes, is left to the caller.
pub fn few(block: &LoopProgram, single: &LoopProgram, bytes: usize) -> usize {
    fn nests(program: &LoopProgram) -> Vec<&Nest> {
        let nests = program.body.iter();
        nests.chain(program.nests_of_result()).collect()
    }
    let (block, alone) = (nests(block), nests(single));
    let waits = WAIT * alone.len() as f64;
    let loaded = bytes * alone.into_iter().map(parameters_read).sum::<usize>();
    let all = bytes * single.parameters;
    let a_cycle = if all <= NEAR {
        f64::INFINITY
    } else if all <= SECOND {
        FROM_SECOND
    } else {
        FROM_BEHIND
    };
    let point = ALONE * waits.max(loaded as f64 / a_cycle);
    let block: f64 = block.into_iter().map(cycles).sum();
    (block / point.max(1.0)).max(1.0) as usize
}

/// Cycles of a nest for a vector of points.
fn cycles(nest: &Nest) -> f64 {
    match nest {
        Nest::Contraction(nest) => products(nest) as f64 / MULTIPLY_ADDS,
        Nest::Elementwise(nest) => elementwise(nest),
        Nest::Relayout(_) => 0.0,
    }
}

fn elementwise(nest: &ElementwiseNest) -> f64 {
    let steps = nest.body.steps.iter().map(|step| match step {
        Step::Operand(_) | Step::Constant(_) => 0.0,
        Step::Primitive(..) => ELEMENTARY,
        _ => STEP,
    });
    let is_elementary = |step: &Step| matches!(step, Step::Primitive(..));
    let shared = FAMILY * f64::from(u8::from(nest.body.steps.iter().any(is_elementary)));
    let accesses = ACCESS * (nest.operands.len() + nest.results.len()) as f64;
    let entries: usize = nest.loops.iter().product();
    entries as f64 * (steps.sum::<f64>() + shared + accesses)
}

/// How many products a contraction adds up, for all of its results.
fn products(nest: &ContractionNest) -> usize {
    let loops = nest.outer.iter().chain(&nest.sums);
    let loops = loops.chain([&nest.m, &nest.n, &nest.k]);
    let addends = nest.addends.len().max(1);
    addends * loops.map(|step| step.extent).product::<usize>()
}

/// Parameters that a nest reads as factors, each once.
fn parameters_read(nest: &Nest) -> usize {
    let Nest::Contraction(nest) = nest else {
        return 0;
    };
    let loops = || {
        let around = nest.outer.iter().chain(&nest.sums);
        around.chain([&nest.m, &nest.n, &nest.k])
    };
    let read = |place: Option<Place>, step_of: fn(&super::nests::Loop) -> usize| {
        let moving = loops().filter(|step| step_of(step) > 0);
        let entries: usize = moving.map(|step| step.extent).product();
        let is_read = place.is_some_and(|place| place.space == Space::Parameters);
        entries * usize::from(is_read)
    };
    read(Some(nest.a), |step| step.a) + read(nest.b, |step| step.b)
}

impl LoopProgram {
    /// Multiply-adds of numbers that all points share with a single column of points, and all multiply-adds of a block.
    pub fn products_of_lone_columns(&self) -> (usize, usize) {
        let (mut lone, mut all) = (0, 0);
        for nest in &self.body {
            if let Nest::Contraction(nest) = nest {
                let products = products(nest);
                all += products;
                let shared = nest.a.space != Space::Block && !nest.paired;
                if shared && nest.n.extent == 1 {
                    lone += products;
                }
            }
        }
        (lone, all)
    }
}
