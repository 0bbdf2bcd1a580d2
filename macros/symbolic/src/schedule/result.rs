//! A large result is computed where the caller wants it, not in the scratch to be copied from there.
//!
//! One point writes it by its last nest. A block of points has it as a vector of points an element, of which most leave the caches before
//! they are taken out: so the last product, of a matrix that all points share with a small tensor of each, is left to each point by itself,
//! with rows along the lanes, once the small tensors have been copied so that the entries of each point lie side by side.

use super::nests::{
    ContractionNest, LaneAxis, Loop, LoopProgram, Mode, Nest, Place, PointResult, Relayout, Space,
    View,
};
use super::touched::{Span, conflict, overlap, span, touched_by};

/// The fewest numbers of a result that is computed in place: as many vectors fill the nearest cache.
const LEAST_NUMBERS: usize = 576;
/// A block copies at most one number for so many of its result.
const LEAST_FOR_A_COPY: usize = 2;
/// Bytes of results that are computed in scratch before they are stored past the caches, two at least: what stays in the second, beside a block.
const MOST_STAGED: usize = 512 << 10;
/// Columns of a result that are a multiple of so many bytes apart share one set of the nearest cache, and lines of it are driven out half written:
/// 512 inputs take half as long again on AVX2.
const PAGE: usize = 4096;
/// Bytes of a vector on the widest lanes.
const VECTOR: usize = 64;
/// A copy has at most so many axes beside its rows.
const MOST_LOOPS: usize = 3;
/// Lanes for which squares are counted.
const LANES: usize = 8;
/// Rows of a copy that are a multiple of so many numbers would share few sets of the nearest cache from one step of the sum to the next.
const COLLIDING: usize = 128;
/// Rows of a copy fill vectors of at most so many lanes.
const MOST_LANES: usize = 16;

impl LoopProgram {
    /// The program with its largest result where the caller wants it, if that is large and the last nest that writes it can;
    /// `bytes` are those of a number.
    #[must_use]
    pub fn with_result_in_place(self, bytes: usize) -> LoopProgram {
        let numbers = |view: &View| view.shape.iter().product::<usize>();
        if self.totals > 0 {
            return self;
        }
        let outputs = self.outputs.iter().enumerate();
        let largest = outputs.max_by_key(|(_, view)| numbers(view));
        let Some((output, view)) = largest.filter(|(_, view)| numbers(view) >= LEAST_NUMBERS)
        else {
            return self;
        };
        let view = view.clone();
        let placed = self.last_nest_of(output, &view).and_then(|position| {
            let Nest::Contraction(nest) = &self.body[position] else {
                return None;
            };
            match self.mode {
                Mode::Single => self.at_once(output, nest, &view),
                Mode::Batch => self.point_by_point(output, nest, &view, bytes),
            }
            .map(|placed| (position, placed))
        });
        match placed {
            Some((position, placed)) => self.placed(position, placed, &view.shape, bytes),
            None => self,
        }
    }

    /// The position of the only nest that writes all of an output at once, if it may as well be the last of all nests.
    fn last_nest_of(&self, output: usize, view: &View) -> Option<usize> {
        let whole = span_of(view);
        let position = self.body.iter().rposition(|nest| {
            let mut writes = touched_by(nest).writes.into_iter();
            writes.any(|written| overlap(&written, &whole))
        })?;
        let touched = touched_by(&self.body[position]);
        let [written] = &touched.writes[..] else {
            return None;
        };
        let is_whole = written.first == whole.first
            && written.last == whole.last
            && written.walk.runs() == whole.walk.runs();
        let is_new = !touched.reads.iter().any(|read| overlap(read, &whole));
        let mut behind = self.body[position + 1..].iter().map(touched_by);
        let mut others = self.outputs.iter().enumerate();
        let is_last = behind.all(|later| !conflict(&touched, &later))
            && others.all(|(other, view)| other == output || !overlap(&span_of(view), &whole));
        (is_whole && is_new && is_last).then_some(position)
    }

    /// The nest of one point writes the result, if it has the caller's order.
    fn at_once(&self, output: usize, nest: &ContractionNest, view: &View) -> Option<PointResult> {
        let mut run = 1;
        for (extent, stride) in view.shape.iter().zip(&view.strides) {
            if *extent > 1 && *stride != run {
                return None;
            }
            run *= extent;
        }
        Some(PointResult {
            output,
            numbers: run,
            nests: vec![Nest::Contraction(ContractionNest {
                out: Place {
                    space: Space::Result,
                    offset: 0,
                },
                ..nest.clone()
            })],
            copies: 0,
            copied: 0,
            stage: 0,
        })
    }

    /// The nest of a block as one of each point: of a matrix of parameters with a tensor of the points, an index of which lies along the lanes
    /// and is the first of the result.
    fn point_by_point(
        &self,
        output: usize,
        nest: &ContractionNest,
        view: &View,
        bytes: usize,
    ) -> Option<PointResult> {
        let is_plain = self.vectors == 1
            && nest.lane == LaneAxis::Points
            && nest.outer.len() < MOST_LOOPS
            && nest.sums.is_empty()
            && nest.addends.is_empty()
            && nest.weight.is_none()
            && nest.init.is_none()
            && !nest.paired;
        let (a, b) = (nest.a, nest.b.filter(|_| is_plain)?);
        let is_shared = |place: Place| place.space == Space::Parameters;
        let nest = match (is_shared(a), is_shared(b)) {
            (true, false) => exchanged(nest),
            (false, true) => nest.clone(),
            _ => return None,
        };
        // The first factor is the tensor of the points.
        let mut rows = nest.m.extent.next_multiple_of(MOST_LANES);
        if rows.is_multiple_of(COLLIDING) {
            rows += MOST_LANES;
        }
        let mut copied = rows * nest.k.extent;
        let mut others = vec![[nest.k.extent, nest.k.a, rows]];
        let mut outer = Vec::new();
        for step in &nest.outer {
            let out = step_of_caller(view, step.out)?;
            let a = if step.a > 0 { copied } else { 0 };
            outer.push(Loop { out, a, ..*step });
            if step.a > 0 {
                others.push([step.extent, step.a, copied]);
                copied *= step.extent;
            }
        }
        let numbers: usize = view.shape.iter().product();
        let steps = [nest.m.out, nest.n.out].map(|out| step_of_caller(view, out));
        let is_in_order = match steps {
            [Some(1), Some(_)] => true,
            [Some(_), Some(1)] => nest.symmetric,
            _ => false,
        };
        let down = steps.into_iter().flatten().max()?;
        let is_worth_it = LEAST_FOR_A_COPY * copied <= numbers
            && !(nest.symmetric && squares_exceed_triangle(nest.m.extent))
            && !(down * bytes).is_multiple_of(PAGE);
        if !(is_in_order && is_worth_it) {
            return None;
        }
        let beginning = |space| Place { space, offset: 0 };
        let relayout = Relayout {
            from: nest.a,
            to: beginning(Space::Block),
            rows: (nest.m.extent, nest.m.a),
            others,
            stride: copied,
            vectors: 1,
        };
        let by_point = ContractionNest {
            lane: LaneAxis::Row,
            outer,
            m: Loop {
                out: 1,
                a: 1,
                ..nest.m
            },
            n: Loop {
                out: down,
                ..nest.n
            },
            k: Loop { a: rows, ..nest.k },
            out: beginning(Space::Result),
            a: beginning(Space::Point),
            ..nest
        };
        Some(PointResult {
            output,
            numbers,
            nests: vec![Nest::Relayout(relayout), Nest::Contraction(by_point)],
            copies: 0,
            copied,
            stage: 0,
        })
    }

    /// The program without the nest of a result, which is computed in place.
    fn placed(
        mut self,
        position: usize,
        mut result: PointResult,
        shape: &[usize],
        bytes: usize,
    ) -> LoopProgram {
        self.body.remove(position);
        let mut strides = vec![1];
        strides.extend(shape.iter().scan(1, |stride, extent| {
            *stride *= extent;
            Some(*stride)
        }));
        strides.truncate(shape.len());
        self.outputs[result.output] = View {
            space: Space::Result,
            offset: 0,
            shape: shape.to_vec(),
            strides,
        };
        self.shrink(&result.nests);
        if let Nest::Relayout(relayout) = &mut result.nests[0] {
            result.copies = self.block;
            relayout.to.offset = self.block;
            result.stage = self.block + result.copied;
            self.block = result.stage;
            // So many vectors hold the results of as many points as there are lanes.
            let most = MOST_STAGED / VECTOR;
            if 2 * bytes * result.numbers <= MOST_STAGED {
                self.block += result.numbers.min(most);
            }
            self.body.push(result.nests.remove(0));
        }
        self.result = Some(result);
        self
    }

    /// Gives up what is behind all that is still written, or read by these nests too.
    fn shrink(&mut self, behind: &[Nest]) {
        let nests = self.prologue.iter().chain(&self.body);
        let touched = nests.map(touched_by);
        let touched = touched.flat_map(|touched| touched.reads.into_iter().chain(touched.writes));
        let touched = touched.chain(behind.iter().flat_map(|nest| touched_by(nest).reads));
        let views = self.inputs.iter().chain(&self.outputs);
        let views = views.filter(|view| !view.shape.contains(&0));
        let spans: Vec<Span> = touched.chain(views.map(span_of)).collect();
        let end = |space| {
            let spans = spans.iter().filter(|span| span.walk.place.space == space);
            spans.map(|span| span.last + 1).max().unwrap_or(0)
        };
        self.scratch = end(Space::Scratch).max(self.totals);
        self.block = end(Space::Block);
    }
}

/// Whether squares of lanes have more than half as many numbers again as a triangle of so many rows.
fn squares_exceed_triangle(rows: usize) -> bool {
    let squares = rows.div_ceil(LANES);
    LANES * LANES * squares * (squares + 1) > 3 * rows * (rows + 1) / 2
}

/// The same nest with its factors, and so its rows and columns, exchanged.
fn exchanged(nest: &ContractionNest) -> ContractionNest {
    let exchanged = |step: &Loop| Loop {
        a: step.b,
        b: step.a,
        ..*step
    };
    ContractionNest {
        outer: nest.outer.iter().map(exchanged).collect(),
        m: exchanged(&nest.n),
        n: exchanged(&nest.m),
        k: exchanged(&nest.k),
        a: nest.b.unwrap_or(nest.a),
        b: Some(nest.a),
        ..nest.clone()
    }
}

/// How far the caller's entries are apart along the axis of a view in which its elements are so far apart.
fn step_of_caller(view: &View, stride: usize) -> Option<usize> {
    let axis = (0..view.shape.len())
        .find(|axis| view.shape[*axis] > 1 && view.strides[*axis] == stride)?;
    Some(view.shape[..axis].iter().product())
}

fn span_of(view: &View) -> Span {
    let place = Place {
        space: view.space,
        offset: view.offset,
    };
    span(place, &view.shape, &view.strides)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::interpret_loops;
    use crate::ir::{Graph, NodeId, Output, Product, Program};
    use crate::schedule::schedule;

    /// `y[i, j]`, or its transpose, is the sum over `k` of a tensor of points and a matrix of parameters; all that `and` makes of it are outputs.
    fn product(
        [rows, columns, summed]: [usize; 3],
        in_order: bool,
        and: impl Fn(&mut Graph, NodeId) -> Vec<NodeId>,
    ) -> Program {
        let mut graph = Graph::default();
        let x = graph.input(0, &[rows, summed]);
        let matrix = graph.parameter(0, &[summed, columns]);
        let [i, j] = if in_order { [0, 1] } else { [1, 0] };
        let mut product = Product {
            extents: if in_order {
                vec![rows, columns, summed]
            } else {
                vec![columns, rows, summed]
            },
            factors: Vec::new(),
        };
        product.tensor(x, &[i, 2]);
        product.tensor(matrix, &[2, j]);
        let node = graph.contract(product, &[0, 1]);
        let nodes = and(&mut graph, node);
        let outputs = nodes.into_iter().map(|node| Output {
            name: "y".to_string(),
            node,
        });
        Program {
            inputs: vec![vec![rows, summed]],
            parameters: summed * columns,
            outputs: outputs.collect(),
            totals: Vec::new(),
            gradient: 0,
            graph,
        }
    }

    fn alone(_: &mut Graph, node: NodeId) -> Vec<NodeId> {
        vec![node]
    }

    fn is_in_place(program: &Program, mode: Mode) -> bool {
        let scheduled = schedule(program, mode);
        let placed = scheduled.clone().with_result_in_place(8);
        placed.verify().expect("a sound schedule");
        let numbers =
            |count: usize| -> Vec<f64> { (0..count).map(|number| (number as f64).sin()).collect() };
        let entries = program.inputs[0].iter().product();
        let (inputs, parameters) = ([numbers(entries)], numbers(program.parameters));
        assert_eq!(
            interpret_loops(&placed, &inputs, &parameters),
            interpret_loops(&scheduled, &inputs, &parameters)
        );
        placed.result.is_some()
    }

    #[test]
    fn a_large_product_is_computed_in_place() {
        for mode in [Mode::Batch, Mode::Single] {
            assert!(is_in_place(&product([24, 25, 3], true, alone), mode));
            assert!(!is_in_place(&product([23, 25, 3], true, alone), mode));
        }
    }

    #[test]
    fn a_block_holds_copies_of_its_points_and_results_behind_them() {
        let scheduled = schedule(&product([24, 25, 3], true, alone), Mode::Batch);
        let placed = scheduled.with_result_in_place(8);
        let result = placed.result.expect("it is in place");
        // Rows of a copy fill whole vectors.
        assert_eq!(result.stage, result.copies + 32 * 3);
        assert_eq!(placed.block, result.stage + 24 * 25);
    }

    #[test]
    fn a_block_whose_copies_are_as_large_as_its_result_keeps_it() {
        let program = product([32, 32, 17], true, alone);
        assert!(!is_in_place(&program, Mode::Batch));
        assert!(is_in_place(&program, Mode::Single));
    }

    #[test]
    fn a_block_whose_points_lie_along_the_second_index_keeps_it() {
        assert!(!is_in_place(
            &product([24, 25, 3], false, alone),
            Mode::Batch
        ));
    }

    #[test]
    fn a_result_that_is_read_stays_in_scratch() {
        let total = |graph: &mut Graph, node: NodeId| {
            let mut sum = Product {
                extents: vec![24, 25],
                factors: Vec::new(),
            };
            sum.tensor(node, &[0, 1]);
            vec![node, graph.contract(sum, &[0])]
        };
        for mode in [Mode::Batch, Mode::Single] {
            assert!(!is_in_place(&product([24, 25, 3], true, total), mode));
        }
    }
}
