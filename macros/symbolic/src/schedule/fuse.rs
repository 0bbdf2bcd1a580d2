//! Fewer elementwise nests: short loops are unrolled, nests over the same loops are joined, and
//! stores that nobody reads are dropped.
//!
//! A nest costs its entry and each tensor a load; what runs over the same loops shares both.

use crate::functions::{Step, StepId, StraightLineBuilder};

use super::absorb::absorb;
use super::joint::join_sums;
use super::live::Live;
use super::nests::{ElementwiseNest, LaneAxis, Nest, Operand, Place, Space, View};
use super::touched::{Touched, Walk, conflict, overlap, touched_by, touched_by_elementwise};

/// Loops of at most this many steps are unrolled.
pub(crate) const SHORT: usize = 4;
/// A nest keeps its operands and results in registers: it has at most so many of each.
const MOST_OPERANDS: usize = 14;
const MOST_RESULTS: usize = 10;

/// Joins what can be joined, for blocks of so many vectors of points. `outputs` are read after the last nest.
pub(crate) fn fuse(nests: Vec<Nest>, vectors: usize, outputs: &[View]) -> Vec<Nest> {
    let written_out = |nest| match nest {
        Nest::Elementwise(nest) => Nest::Elementwise(unroll(vectors_inside(nest, vectors))),
        Nest::Contraction(_) | Nest::Relayout(_) => nest,
    };
    let mut fused: Vec<Nest> = absorb(nests, outputs)
        .into_iter()
        .map(written_out)
        .collect();
    // Stores that nobody reads any more make room for more nests.
    loop {
        let count = fused.len();
        fused = join_elementwise(fused);
        drop_unread(&mut fused, outputs);
        if fused.len() == count {
            break;
        }
    }
    for nest in &mut fused {
        if let Nest::Elementwise(nest) = nest {
            vectors_as_entries(nest);
        }
    }
    join_sums(fused)
}

/// Vectors of points up to which their loop may be one with another: of more, straight-line code takes all at each step.
const MOST_AS_ENTRIES: usize = 2;

/// Makes one loop of entries and of their vectors of points, if these lie side by side: the code is then that of blocks of one vector. So
/// is any code with elementary functions, which is long.
fn vectors_as_entries(nest: &mut ElementwiseNest) {
    let [.., entries, vectors] = nest.loops[..] else {
        return;
    };
    let is_apart = nest.vectors > 1 && (vectors <= MOST_AS_ENTRIES || has_elementary(nest));
    if !is_apart {
        return;
    }
    let in_operands = nest.operands.iter().map(|operand| match operand {
        Operand::Tensor { steps, .. } => Some(steps),
        Operand::Delta(..) => None,
    });
    let in_results = nest.results.iter().map(|(_, steps)| Some(steps));
    let inner = nest.loops.len() - 1;
    let follow = |steps: Option<&Vec<usize>>| {
        steps.is_some_and(|steps| entries == 1 || steps[inner - 1] == vectors * steps[inner])
    };
    if in_operands.chain(in_results).all(follow) {
        nest.loops[inner] *= entries;
        nest.vectors = 1;
        nest.remove_loop(inner - 1);
    }
}

/// Joins each elementwise nest with the latest one that it can be moved up to.
fn join_elementwise(nests: Vec<Nest>) -> Vec<Nest> {
    let mut joined = Vec::new();
    for nest in nests {
        match nest {
            Nest::Elementwise(nest) => place_elementwise(&mut joined, nest),
            Nest::Contraction(_) | Nest::Relayout(_) => joined.push(nest),
        }
    }
    joined
}

/// Joins a nest with the latest one that it can be moved up to, or with one that can be moved down to it, or appends it.
fn place_elementwise(fused: &mut Vec<Nest>, nest: ElementwiseNest) {
    let touched = touched_by_elementwise(&nest);
    for position in (0..fused.len()).rev() {
        if let Nest::Elementwise(earlier) = &fused[position]
            && let Some(joined) = join_in_any_loops(earlier, &nest)
        {
            fused[position] = Nest::Elementwise(joined);
            return;
        }
        if conflict(&touched_by(&fused[position]), &touched) {
            break;
        }
    }
    let moved = take_down(fused, &nest, &touched);
    fused.push(Nest::Elementwise(moved.unwrap_or(nest)));
}

/// How many nests another one is moved down behind at most.
const MOST_PASSED: usize = 8;

/// A nest joined with one of the latest before it, which is taken out: one whose results it reads and that no nest in between has to
/// follow.
fn take_down(
    fused: &mut Vec<Nest>,
    nest: &ElementwiseNest,
    touched: &Touched,
) -> Option<ElementwiseNest> {
    let mut between: Vec<Touched> = Vec::new();
    for position in (0..fused.len()).rev().take(MOST_PASSED) {
        let own = touched_by(&fused[position]);
        if let Nest::Elementwise(earlier) = &fused[position]
            && own
                .writes
                .iter()
                .any(|write| touched.reads.iter().any(|read| overlap(write, read)))
            && !between.iter().any(|later| conflict(&own, later))
            && let Some(joined) = join_in_any_loops(earlier, nest)
        {
            fused.remove(position);
            return Some(joined);
        }
        between.push(own);
    }
    None
}

/// Makes the loop over the vectors of points in a block the last one. Where it was joined with another it is taken apart.
fn vectors_inside(mut nest: ElementwiseNest, vectors: usize) -> ElementwiseNest {
    if vectors == 1 || nest.lane != LaneAxis::Points {
        return nest;
    }
    let operands = nest.operands.iter().filter_map(|operand| match operand {
        Operand::Tensor { place, steps } => Some((place, steps)),
        Operand::Delta(..) => None,
    });
    let results = nest.results.iter().map(|(place, steps)| (place, steps));
    let walks: Vec<(&Place, &Vec<usize>)> = operands.chain(results).collect();
    let runs = |axis: &usize| {
        let mut walks = walks.iter();
        walks.all(|(place, steps)| steps[*axis] == usize::from(place.space == Space::Block))
    };
    let Some(axis) = (0..nest.loops.len()).find(runs) else {
        return nest;
    };
    let others = nest.loops[axis] / vectors;
    if others * vectors != nest.loops[axis] {
        return nest;
    }
    // The others stay where they are, with steps of whole elements.
    let apart = |place: &Place, steps: &mut Vec<usize>| {
        let step = steps[axis];
        steps[axis] = step * vectors * usize::from(others > 1);
        steps.push(usize::from(place.space == Space::Block));
    };
    for operand in &mut nest.operands {
        if let Operand::Tensor { place, steps } = operand {
            apart(place, steps);
        }
    }
    for (place, steps) in &mut nest.results {
        apart(place, steps);
    }
    nest.loops[axis] = others;
    nest.loops.push(vectors);
    nest.vectors = vectors;
    if others == 1 && nest.loops.len() > 2 {
        nest.remove_loop(axis);
    }
    let inner = nest.loops.len() - 1;
    let longest = (0..inner).max_by_key(|axis| nest.loops[*axis]);
    nest.exchange_loops(longest.unwrap_or(0), inner - 1);
    nest
}

/// Writes short loops out, as long as one loop and room for the results remain.
fn unroll(mut nest: ElementwiseNest) -> ElementwiseNest {
    loop {
        let in_delta = |axis: usize| {
            let mut operands = nest.operands.iter();
            operands
                .any(|operand| matches!(operand, Operand::Delta(a, b) if *a == axis || *b == axis))
        };
        let inside = nest.loops.len() - usize::from(nest.vectors > 1);
        let lanes = |axis: usize| nest.lane != LaneAxis::Points && axis == inside - 1;
        let room = |axis: usize| {
            let extent = nest.loops[axis];
            extent * nest.results.len() <= MOST_RESULTS
                && extent * nest.operands.len() <= MOST_OPERANDS
        };
        let short = (0..inside).find(|axis| {
            inside > 1
                && nest.loops[*axis] <= SHORT
                && nest.loops[..inside]
                    .iter()
                    .any(|extent| *extent > nest.loops[*axis])
                && room(*axis)
                && !in_delta(*axis)
                && !lanes(*axis)
        });
        match short {
            Some(axis) => nest = unroll_loop(&nest, axis),
            None => return nest,
        }
    }
}

fn unroll_loop(nest: &ElementwiseNest, axis: usize) -> ElementwiseNest {
    let without = |steps: &[usize]| -> Vec<usize> {
        let kept = steps
            .iter()
            .enumerate()
            .filter(|(position, _)| *position != axis);
        kept.map(|(_, step)| *step).collect()
    };
    let mut writer = Joiner::default();
    let mut results = Vec::new();
    for index in 0..nest.loops[axis] {
        let moved = |place: &Place, steps: &[usize]| Place {
            offset: place.offset + index * steps[axis],
            ..*place
        };
        let operands = nest.operands.iter().map(|operand| match operand {
            Operand::Tensor { place, steps } => Operand::Tensor {
                place: moved(place, steps),
                steps: without(steps),
            },
            Operand::Delta(a, b) => {
                let shifted = |counter: usize| if counter > axis { counter - 1 } else { counter };
                Operand::Delta(shifted(*a), shifted(*b))
            }
        });
        let operands: Vec<Operand> = operands.collect();
        let values = writer.inline(nest, &operands);
        for ((place, steps), value) in nest.results.iter().zip(values) {
            results.push((moved(place, steps), without(steps), value));
        }
    }
    writer.finish(nest, without(&nest.loops), results)
}

/// Both nests as one, if need be with the one loop of either taken apart into the loops of the other.
fn join_in_any_loops(
    earlier: &ElementwiseNest,
    later: &ElementwiseNest,
) -> Option<ElementwiseNest> {
    let together = || join(earlier, later);
    let mut later_apart = in_two_loops(later, &earlier.loops);
    let mut earlier_apart = in_two_loops(earlier, &later.loops);
    together()
        .or_else(|| later_apart.find_map(|later| join(earlier, &later)))
        .or_else(|| earlier_apart.find_map(|earlier| join(&earlier, later)))
}

/// A nest of points with one loop, in both ways that two loops of these extents can run through the same.
fn in_two_loops(nest: &ElementwiseNest, loops: &[usize]) -> impl Iterator<Item = ElementwiseNest> {
    let inside = nest.loops.len() - usize::from(nest.vectors > 1);
    let is_apart = nest.lane == LaneAxis::Points
        && inside == 1
        && loops.len() == nest.loops.len() + 1
        && loops[0] * loops[1] == nest.loops[0]
        && loops[2..] == nest.loops[1..]
        && !nest
            .operands
            .iter()
            .any(|operand| matches!(operand, Operand::Delta(..)));
    let orders = is_apart.then(|| [[loops[1], 1], [1, loops[0]]]);
    orders.into_iter().flatten().map(|[outer, inner]| {
        let apart = |steps: &mut Vec<usize>| {
            steps.insert(0, steps[0] * outer);
            steps[1] *= inner;
        };
        let mut nest = nest.clone();
        nest.loops = loops.to_vec();
        for operand in &mut nest.operands {
            if let Operand::Tensor { steps, .. } = operand {
                apart(steps);
            }
        }
        nest.results.iter_mut().for_each(|(_, steps)| apart(steps));
        nest
    })
}

/// Whether the code of a nest has an elementary function.
fn has_elementary(nest: &ElementwiseNest) -> bool {
    let mut steps = nest.body.steps.iter();
    steps.any(|step| matches!(step, Step::Primitive(..)))
}

/// Both nests as one, if their loops agree and the later one reads nothing of the earlier one but
/// at the same step.
fn join(earlier: &ElementwiseNest, later: &ElementwiseNest) -> Option<ElementwiseNest> {
    let around = |nest: &ElementwiseNest| (nest.lane, nest.vectors);
    if around(earlier) != around(later) || earlier.loops != later.loops {
        return None;
    }
    let (before, behind) = (
        touched_by_elementwise(earlier),
        touched_by_elementwise(later),
    );
    let is_written = |operand: &Operand| match operand {
        Operand::Tensor { place, steps } => earlier
            .results
            .iter()
            .position(|(other, other_steps)| other == place && other_steps == steps),
        Operand::Delta(..) => None,
    };
    // What is read behind what was written must be the very same walk.
    let tensors = later
        .operands
        .iter()
        .filter(|operand| matches!(operand, Operand::Tensor { .. }));
    for (operand, read) in tensors.zip(&behind.reads) {
        let meets = before.writes.iter().any(|write| overlap(write, read));
        if meets && is_written(operand).is_none() {
            return None;
        }
    }
    // What is written over was read at the same step, by whoever reads it.
    let walks = earlier.operands.iter().filter_map(|operand| match operand {
        Operand::Tensor { place, steps } => Some((place, steps)),
        Operand::Delta(..) => None,
    });
    let walks: Vec<(&Place, &Vec<usize>)> = walks.collect();
    // What was written is written over at the same step: it need not be stored.
    let mut is_stored = vec![true; earlier.results.len()];
    for ((place, steps), write) in later.results.iter().zip(&behind.writes) {
        let mut reads = walks.iter().zip(&before.reads);
        let written_early =
            reads.any(|(walk, read)| overlap(read, write) && *walk != (place, steps));
        if written_early {
            return None;
        }
        for (number, other) in before.writes.iter().enumerate() {
            let (other_place, other_steps) = &earlier.results[number];
            if (other_place, other_steps) == (place, steps) {
                is_stored[number] = false;
            } else if overlap(other, write) {
                return None;
            }
        }
    }
    let mut writer = Joiner::default();
    let first = writer.inline(earlier, &earlier.operands);
    let operands: Vec<Result<StepId, Operand>> = later
        .operands
        .iter()
        .map(|operand| {
            is_written(operand).map_or_else(|| Err(operand.clone()), |result| Ok(first[result]))
        })
        .collect();
    let second = writer.inline_forwarded(later, &operands);
    let mut is_stored = is_stored.into_iter();
    let first = earlier.results.iter().zip(first);
    let first = first.filter(|_| is_stored.next() == Some(true));
    let results = first.chain(later.results.iter().zip(second));
    let results = results.map(|((place, steps), value)| (*place, steps.clone(), value));
    let results: Vec<_> = results.collect();
    if writer.operands.len() > MOST_OPERANDS || results.len() > MOST_RESULTS {
        return None;
    }
    Some(writer.finish(earlier, earlier.loops.clone(), results))
}

/// Collects code and operands of several bodies.
#[derive(Default)]
struct Joiner {
    builder: StraightLineBuilder,
    operands: Vec<Operand>,
}

impl Joiner {
    fn operand(&mut self, operand: &Operand) -> StepId {
        let known = self.operands.iter().position(|known| known == operand);
        let index = known.unwrap_or_else(|| {
            self.operands.push(operand.clone());
            self.operands.len() - 1
        });
        self.builder.operand(index)
    }

    fn inline(&mut self, nest: &ElementwiseNest, operands: &[Operand]) -> Vec<StepId> {
        let steps: Vec<StepId> = operands
            .iter()
            .map(|operand| self.operand(operand))
            .collect();
        self.builder.inline(&nest.body, &steps)
    }

    /// Operands that are known values are used as they are.
    fn inline_forwarded(
        &mut self,
        nest: &ElementwiseNest,
        operands: &[Result<StepId, Operand>],
    ) -> Vec<StepId> {
        let mut steps = Vec::new();
        for operand in operands {
            steps.push(match operand {
                Ok(step) => *step,
                Err(operand) => self.operand(operand),
            });
        }
        self.builder.inline(&nest.body, &steps)
    }

    /// A nest like another, with these loops.
    fn finish(
        self,
        like: &ElementwiseNest,
        loops: Vec<usize>,
        results: Vec<(Place, Vec<usize>, StepId)>,
    ) -> ElementwiseNest {
        let values: Vec<StepId> = results.iter().map(|(_, _, value)| *value).collect();
        ElementwiseNest {
            lane: like.lane,
            loops,
            vectors: like.vectors,
            operands: self.operands,
            results: results
                .into_iter()
                .map(|(place, steps, _)| (place, steps))
                .collect(),
            body: self.builder.finish(&values),
        }
    }
}

/// Drops results that no later nest and no output reads.
fn drop_unread(nests: &mut [Nest], outputs: &[View]) {
    let mut live = Live::default();
    live.read_outputs(outputs);
    for nest in nests.iter_mut().rev() {
        if let Nest::Elementwise(nest) = nest {
            let kept: Vec<usize> = (0..nest.results.len())
                .filter(|result| {
                    let (place, steps) = &nest.results[*result];
                    live.any(&Walk::new(*place, &nest.loops, steps))
                })
                .collect();
            if kept.len() < nest.results.len() && !kept.is_empty() {
                let mut writer = Joiner::default();
                let values = writer.inline(nest, &nest.operands);
                let results = kept.iter().map(|result| {
                    let (place, steps) = nest.results[*result].clone();
                    (place, steps, values[*result])
                });
                let results = results.collect();
                *nest = writer.finish(nest, nest.loops.clone(), results);
            }
        }
        live.pass(&touched_by(nest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: usize = 20;
    const STREAMS: usize = 3;

    fn place(offset: usize) -> Place {
        Place {
            space: Space::Block,
            offset,
        }
    }

    /// The square of what is read at `from`, written at `to`, both entries of interleaved streams.
    fn square(from: usize, to: usize) -> Nest {
        Nest::Elementwise(square_of(from, to))
    }

    fn square_of(from: usize, to: usize) -> ElementwiseNest {
        let mut builder = StraightLineBuilder::new();
        let operand = builder.operand(0);
        let result = builder.multiply(operand, operand);
        ElementwiseNest {
            lane: LaneAxis::Points,
            loops: vec![EXTENT],
            vectors: 1,
            operands: vec![Operand::Tensor {
                place: place(from),
                steps: vec![STREAMS],
            }],
            results: vec![(place(to), vec![STREAMS])],
            body: builder.finish(&[result]),
        }
    }

    /// Copies of what is read at `from` in all places of `to`, side by side.
    fn copies(from: usize, to: &[usize]) -> Nest {
        let mut builder = StraightLineBuilder::new();
        let operand = builder.operand(0);
        Nest::Elementwise(ElementwiseNest {
            lane: LaneAxis::Points,
            loops: vec![EXTENT],
            vectors: 1,
            operands: vec![Operand::Tensor {
                place: place(from),
                steps: vec![1],
            }],
            results: to.iter().map(|to| (place(*to), vec![1])).collect(),
            body: builder.finish(&vec![operand; to.len()]),
        })
    }

    /// How many results are written by a nest whose second result is at 200, where so many entries from `again` on are written anew
    /// before 200 is read.
    fn results_left(again: usize) -> usize {
        let mut nests = vec![copies(0, &[100, 200]), copies(300, &[again])];
        let output = |offset| View {
            space: Space::Block,
            offset,
            shape: vec![EXTENT],
            strides: vec![1],
        };
        drop_unread(&mut nests, &[output(100), output(200)]);
        match &nests[0] {
            Nest::Elementwise(nest) => nest.results.len(),
            _ => 0,
        }
    }

    #[test]
    fn what_is_written_anew_before_it_is_read_is_not_written() {
        assert_eq!(results_left(200), 1);
        assert_eq!(results_left(201), 2);
    }

    /// How many nests are left of one that writes the stream at 100, and one that reads it and writes at `to`.
    fn nests_left(to: usize) -> usize {
        let outputs = [100, to].map(|offset| View {
            space: Space::Block,
            offset,
            shape: vec![EXTENT],
            strides: vec![STREAMS],
        });
        fuse(vec![square(0, 100), square(100, to)], 1, &outputs).len()
    }

    #[test]
    fn what_the_same_step_writes_over_is_not_stored() {
        let joined = join(&square_of(0, 100), &square_of(100, 100)).expect("one nest");
        assert_eq!(joined.results, [(place(100), vec![STREAMS])]);
        assert_eq!(joined.body.results.len(), 1);
        // At another step.
        assert_eq!(
            join(&square_of(0, 100), &square_of(200, 100 + STREAMS)),
            None
        );
    }

    #[test]
    fn results_that_only_the_next_nest_reads_leave_room_for_more() {
        let links = MOST_RESULTS + 3;
        let chain = (0..links).map(|link| square(100 * link, 100 * (link + 1)));
        let output = View {
            space: Space::Block,
            offset: 100 * links,
            shape: vec![EXTENT],
            strides: vec![STREAMS],
        };
        assert_eq!(fuse(chain.collect(), 1, &[output]).len(), 1);
    }

    #[test]
    fn streams_that_are_interleaved_are_written_by_one_nest() {
        assert_eq!(nests_left(101), 1);
        assert_eq!(nests_left(102), 1);
        assert_eq!(nests_left(200), 1);
    }

    /// The nest that is left of a square over rows and columns, written at 1000, and a square of that in one loop, written at 2000, where
    /// the last entries of the rows or of the columns follow each other.
    fn joined(rows: usize, columns: usize, steps: [usize; 2]) -> ElementwiseNest {
        let Nest::Elementwise(mut first) = square(0, 1000) else {
            unreachable!("a square is elementwise");
        };
        first.loops = vec![rows, columns];
        first.operands = vec![Operand::Tensor {
            place: place(0),
            steps: vec![1, 0],
        }];
        first.results[0].1 = steps.to_vec();
        let Nest::Elementwise(mut second) = square(1000, 2000) else {
            unreachable!("a square is elementwise");
        };
        second.loops = vec![rows * columns];
        let along = |steps: &mut Vec<usize>| *steps = vec![1];
        for operand in &mut second.operands {
            if let Operand::Tensor { steps, .. } = operand {
                along(steps);
            }
        }
        along(&mut second.results[0].1);
        let output = View {
            space: Space::Block,
            offset: 2000,
            shape: vec![rows * columns],
            strides: vec![1],
        };
        let nests = [Nest::Elementwise(first), Nest::Elementwise(second)];
        let [Nest::Elementwise(nest)] = &fuse(nests.to_vec(), 1, &[output])[..] else {
            panic!("one nest is left");
        };
        nest.clone()
    }

    #[test]
    fn one_loop_is_taken_apart_into_those_of_the_nest_that_it_reads() {
        for steps in [[6, 1], [1, 5]] {
            let nest = joined(5, 6, steps);
            assert_eq!(nest.loops, [5, 6]);
            assert_eq!(nest.results, [(place(2000), steps.to_vec())]);
        }
    }

    /// Loops and steps of a nest in a block of four vectors.
    fn in_four_vectors(loops: &[usize], steps: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let Nest::Elementwise(mut nest) = square(0, 100) else {
            unreachable!("a square is elementwise");
        };
        nest.loops = loops.to_vec();
        for operand in &mut nest.operands {
            if let Operand::Tensor { steps: known, .. } = operand {
                *known = steps.to_vec();
            }
        }
        nest.results[0].1 = steps.to_vec();
        let nest = vectors_inside(nest, 4);
        assert_eq!(nest.vectors, 4);
        (nest.loops, nest.results[0].1.clone())
    }

    #[test]
    fn vectors_of_points_are_the_last_loop() {
        assert_eq!(in_four_vectors(&[80], &[1]), (vec![20, 4], vec![4, 1]));
        let moved = (vec![2, 20, 4], vec![8, 16, 1]);
        assert_eq!(in_four_vectors(&[4, 20, 2], &[1, 16, 8]), moved);
        assert_eq!(in_four_vectors(&[4], &[1]), (vec![1, 4], vec![0, 1]));
    }

    #[test]
    fn two_vectors_side_by_side_are_entries() {
        let as_entries = |loops: &[usize], steps: &[usize]| {
            let Nest::Elementwise(mut nest) = square(0, 100) else {
                unreachable!("a square is elementwise");
            };
            nest.loops = loops.to_vec();
            nest.vectors = loops[loops.len() - 1];
            nest.operands = vec![Operand::Tensor {
                place: place(0),
                steps: steps.to_vec(),
            }];
            nest.results[0].1 = steps.to_vec();
            vectors_as_entries(&mut nest);
            (nest.loops, nest.results[0].1.clone(), nest.vectors)
        };
        assert_eq!(as_entries(&[20, 2], &[2, 1]), (vec![40], vec![1], 1));
        assert_eq!(as_entries(&[1, 2], &[0, 1]), (vec![2], vec![1], 1));
        let inner = (vec![3, 40], vec![50, 1], 1);
        assert_eq!(as_entries(&[3, 20, 2], &[50, 2, 1]), inner);
        // Entries that are apart, and more vectors.
        let kept = (vec![20, 2], vec![6, 1], 2);
        assert_eq!(as_entries(&[20, 2], &[6, 1]), kept);
        let kept = (vec![20, 4], vec![4, 1], 4);
        assert_eq!(as_entries(&[20, 4], &[4, 1]), kept);
    }

    /// How many nests are left of a square of what is at 0, one in other loops that reads at `from` and writes at `to`, and one that reads
    /// what both wrote.
    fn nests_left_around(from: usize, to: usize) -> usize {
        let mut between = square_of(from, to);
        between.loops = vec![EXTENT / 2];
        let mut last = square_of(100, 700);
        last.operands.push(Operand::Tensor {
            place: place(to),
            steps: vec![0],
        });
        let mut builder = StraightLineBuilder::new();
        let [square, other] = [0, 1].map(|operand| builder.operand(operand));
        let sum = builder.add(square, other);
        last.body = builder.finish(&[sum]);
        let output = View {
            space: Space::Block,
            offset: 700,
            shape: vec![EXTENT],
            strides: vec![STREAMS],
        };
        let nests = [square_of(0, 100), between, last].map(Nest::Elementwise);
        fuse(nests.to_vec(), 1, &[output]).len()
    }

    #[test]
    fn a_nest_comes_down_to_the_one_that_reads_it_unless_another_is_in_its_way() {
        assert_eq!(nests_left_around(300, 600), 2);
        // It reads what the nest wrote, and writes what that reads.
        assert_eq!(nests_left_around(100, 600), 3);
        assert_eq!(nests_left_around(300, 0), 3);
    }

    #[test]
    fn what_is_written_over_at_another_step_keeps_its_nest() {
        assert_eq!(nests_left(103), 2);
    }
}
