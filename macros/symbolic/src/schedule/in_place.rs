//! Nests go in, the same come out, with results where operands were: a line of the cache that was loaded is stored to again, where one more
//! would be brought from a cache that is farther, and drive a third one out.
//!
//! The layout keeps most operands and results apart, since elementwise work that is joined later may read the ones when the others are
//! written. Here it is joined.

use std::ops::Range;

use super::nests::{ContractionNest, ElementwiseNest, Nest, Operand, Place, Space, View};
use super::touched::{Span, span, touched_by};

/// Steps of a nest that are gone through one by one.
const MOST_STEPS: usize = 1 << 14;
/// How often what lies between tensors side by side is taken with them.
const MOST_WIDENED: usize = 4;

/// Puts results of elementwise nests where their operands are that nobody reads any more, in a block of so many elements. `outputs` are read
/// after the last nest.
pub(crate) fn in_place(nests: &mut [Nest], block: usize, outputs: &[View]) {
    let mut body = Body {
        accesses: nests.iter().map(Accesses::of).collect(),
        outputs: outputs.iter().filter_map(of_output).collect(),
        nests,
        block,
    };
    for position in 0..body.nests.len() {
        // A result that has its place is read there, so that it stays.
        for _ in 0..body.accesses[position].writes.len() {
            let Some(moved) = body.moved_from(position) else {
                break;
            };
            body.apply(position, &moved);
        }
    }
}

fn of_output(view: &View) -> Option<Access> {
    let is_read = view.space == Space::Block && !view.shape.contains(&0);
    is_read.then(|| Access::of(&span(view.place(), &view.shape, &view.strides)))
}

struct Body<'a> {
    nests: &'a mut [Nest],
    accesses: Vec<Accesses>,
    outputs: Vec<Access>,
    block: usize,
}

/// Elements of the block that a nest reads or writes as one tensor.
struct Access {
    /// All of them, and what lies between.
    elements: Range<usize>,
    runs: Vec<Range<usize>>,
}

impl Access {
    fn of(span: &Span) -> Self {
        let runs = span.walk.runs().into_iter();
        Access {
            elements: elements(span),
            runs: runs.map(|(first, length)| first..first + length).collect(),
        }
    }
}

/// All that a nest touches of the block.
struct Accesses {
    reads: Vec<Access>,
    writes: Vec<Access>,
}

impl Accesses {
    fn of(nest: &Nest) -> Self {
        let touched = touched_by(nest);
        let of_block = |spans: Vec<Span>| {
            let spans = spans.iter();
            let spans = spans.filter(|span| span.walk.place.space == Space::Block);
            spans.map(Access::of).collect()
        };
        Accesses {
            reads: of_block(touched.reads),
            writes: of_block(touched.writes),
        }
    }
}

/// Elements that go elsewhere, as long as what is written to them is read.
struct Move {
    elements: Range<usize>,
    to: usize,
    /// The last nest that reads them.
    last: usize,
}

impl Move {
    /// The elements that they go to.
    fn target(&self) -> Range<usize> {
        self.to..self.to + self.elements.len()
    }

    fn takes(&self, place: Place) -> bool {
        place.space == Space::Block && self.elements.contains(&place.offset)
    }
}

/// Why a move cannot be made as it is.
enum Obstacle {
    /// A nest further behind reads the elements.
    ReadBy(usize),
    /// A nest reads or writes these as one with them.
    Within(Range<usize>),
    /// It cannot be made at all.
    Refused,
}

impl Body<'_> {
    /// A move of results of a nest to where an operand of it is.
    fn moved_from(&self, position: usize) -> Option<Move> {
        let Nest::Elementwise(nest) = &self.nests[position] else {
            return None;
        };
        for (result, along) in &nest.results {
            let elements = elements(&span(*result, &nest.loops, along));
            for operand in &nest.operands {
                let Operand::Tensor { place, steps } = operand else {
                    continue;
                };
                let both = [place, result].map(|place| place.space);
                if both == [Space::Block; 2] && steps == along && place != result {
                    let found = self.move_to(position, elements.clone(), place.offset);
                    if found.is_some() {
                        return found;
                    }
                }
            }
        }
        None
    }

    /// The move of elements that a nest writes, and of what lies between them, to where the first of them would be at `to`.
    fn move_to(&self, position: usize, elements: Range<usize>, to: usize) -> Option<Move> {
        let mut moved = Move {
            elements,
            to,
            last: position,
        };
        let mut widened = 0;
        loop {
            match self.obstacle(position, &mut moved) {
                None => return Some(moved),
                Some(Obstacle::ReadBy(nest)) => moved.last = nest,
                Some(Obstacle::Within(wider)) if widened < MOST_WIDENED => {
                    widened += 1;
                    let start = wider.start.min(moved.elements.start);
                    let end = wider.end.max(moved.elements.end);
                    moved.to = moved.to.checked_sub(moved.elements.start - start)?;
                    moved.elements = start..end;
                    moved.last = position;
                }
                Some(Obstacle::Within(_) | Obstacle::Refused) => return None,
            }
        }
    }

    /// Goes through the nests from the one that writes first: what comes from it, and what was where it goes. The last nest is one further
    /// behind if nothing is in between.
    fn obstacle(&self, position: usize, moved: &mut Move) -> Option<Obstacle> {
        let (from, target) = (&moved.elements.clone(), &moved.target());
        if target.end > self.block || meet(from, target) {
            return Some(Obstacle::Refused);
        }
        // What the nests up to the last wrote, and what is lost in the target as they write there.
        let mut written = vec![false; from.len()];
        let mut lost = vec![false; from.len()];
        // Whether a nest behind the last touched the one or the other.
        let mut has_met = false;
        for (number, accesses) in self.accesses.iter().enumerate().skip(position) {
            let is_read = accesses
                .reads
                .iter()
                .any(|read| meet(&read.elements, from) && holds(&written, from.start, read, false));
            if number > moved.last && is_read {
                if has_met {
                    return Some(Obstacle::ReadBy(number));
                }
                moved.last = number;
            }
            let moves = number <= moved.last;
            if !moves && !written.contains(&true) && !lost.contains(&true) {
                return None;
            }
            let (mut reads_target, mut writes_target) = (false, false);
            for read in &accesses.reads {
                let span = &read.elements;
                if meet(span, from) {
                    if moves && !is_within(span, from) {
                        return Some(Obstacle::Within(span.clone()));
                    } else if moves && !holds(&written, from.start, read, true) {
                        return Some(Obstacle::Refused);
                    }
                    has_met |= !moves;
                }
                if meet(span, target) {
                    reads_target = true;
                    has_met |= !moves;
                    if holds(&lost, target.start, read, false) {
                        return Some(Obstacle::Refused);
                    }
                }
            }
            for write in &accesses.writes {
                let span = &write.elements;
                if meet(span, from) {
                    if moves && !is_within(span, from) {
                        return Some(Obstacle::Within(span.clone()));
                    }
                    has_met |= !moves;
                    set(&mut written, from.start, write, moves);
                    if moves {
                        set(&mut lost, from.start, write, true);
                    }
                    writes_target |= moves;
                }
                if meet(span, target) {
                    if moves {
                        return Some(Obstacle::Refused);
                    }
                    has_met = true;
                    set(&mut lost, target.start, write, false);
                }
            }
            let nest = &self.nests[number];
            let is_mixed = reads_target && writes_target && !is_step_by_step(nest, moved);
            if is_mixed || moves && !is_whole(nest, moved) {
                return Some(Obstacle::Refused);
            }
        }
        let is_read = self.outputs.iter().any(|output| {
            holds(&written, from.start, output, false) || holds(&lost, target.start, output, false)
        });
        is_read.then_some(Obstacle::Refused)
    }

    fn apply(&mut self, position: usize, moved: &Move) {
        let shift = |place: &mut Place| {
            if moved.takes(*place) {
                place.offset = place.offset + moved.to - moved.elements.start;
            }
        };
        for number in position..=moved.last {
            match &mut self.nests[number] {
                Nest::Elementwise(nest) => {
                    nest.results.iter_mut().for_each(|(place, _)| shift(place));
                    for operand in &mut nest.operands {
                        if let Operand::Tensor { place, .. } = operand {
                            shift(place);
                        }
                    }
                }
                Nest::Contraction(nest) => {
                    shift(&mut nest.out);
                    shift(&mut nest.a);
                    nest.b.iter_mut().for_each(shift);
                    nest.init.iter_mut().for_each(shift);
                    nest.weight.iter_mut().for_each(|(place, _)| shift(place));
                }
                Nest::Relayout(nest) => {
                    shift(&mut nest.from);
                    shift(&mut nest.to);
                }
            }
            self.accesses[number] = Accesses::of(&self.nests[number]);
        }
    }
}

fn elements(span: &Span) -> Range<usize> {
    span.first..span.last + 1
}

fn meet(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn is_within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The runs of an access among the states of elements from `first` on.
fn runs(states: usize, first: usize, access: &Access) -> impl Iterator<Item = Range<usize>> {
    access.runs.iter().filter_map(move |run| {
        let end = run.end.saturating_sub(first).min(states);
        let start = run.start.saturating_sub(first);
        (start < end).then_some(start..end)
    })
}

/// Whether all, or else any, of the elements of an access are in a state.
fn holds(states: &[bool], first: usize, access: &Access, all: bool) -> bool {
    let mut runs = runs(states.len(), first, access);
    if all {
        runs.all(|run| !states[run].contains(&false))
    } else {
        runs.any(|run| states[run].contains(&true))
    }
}

fn set(states: &mut [bool], first: usize, access: &Access, state: bool) {
    for run in runs(states.len(), first, access) {
        states[run].fill(state);
    }
}

/// Whether a nest reads, at each of its steps, what was where its results go before another step writes there.
fn is_step_by_step(nest: &Nest, moved: &Move) -> bool {
    let Nest::Elementwise(nest) = nest else {
        return false;
    };
    let target = moved.target();
    let results = || nest.results.iter().filter(|(place, _)| moved.takes(*place));
    // No element is written twice: what is where a result goes is read by the step that writes it.
    let is_of_a_result = |place: &Place, steps: &Vec<usize>| {
        let mut results = results();
        results.any(|(result, along)| {
            place.offset + moved.elements.start == result.offset + moved.to && steps == along
        })
    };
    let others = nest.operands.iter().filter_map(|operand| match operand {
        Operand::Tensor { place, steps } if place.space == Space::Block => {
            let span = span(*place, &nest.loops, steps);
            let is_other = meet(&elements(&span), &target) && !is_of_a_result(place, steps);
            is_other.then_some((place, steps))
        }
        Operand::Tensor { .. } | Operand::Delta(..) => None,
    });
    let others: Vec<(&Place, &Vec<usize>)> = others.collect();
    if others.is_empty() {
        return true;
    }
    let steps: usize = nest.loops.iter().product();
    if steps > MOST_STEPS {
        return false;
    }
    let mut writer = vec![None; target.len()];
    for (place, along) in results() {
        for (step, distance) in distances(nest, along).enumerate() {
            writer[place.offset + distance - moved.elements.start] = Some(step);
        }
    }
    others.into_iter().all(|(place, along)| {
        distances(nest, along).enumerate().all(|(step, distance)| {
            let element = place.offset + distance;
            !target.contains(&element)
                || writer[element - target.start].is_none_or(|writer| writer == step)
        })
    })
}

/// How far a tensor is from its first element at each step of a nest, in their order.
fn distances(nest: &ElementwiseNest, along: &[usize]) -> impl Iterator<Item = usize> {
    let mut distances = vec![0];
    for (extent, step) in nest.loops.iter().zip(along) {
        let inner = 0..*extent;
        let outer = distances.iter();
        distances = outer
            .flat_map(|distance| inner.clone().map(move |index| distance + index * step))
            .collect();
    }
    distances.into_iter()
}

/// Whether all products of a contraction begin within the elements that its places move with.
fn is_whole(nest: &Nest, moved: &Move) -> bool {
    let Nest::Contraction(nest) = nest else {
        return true;
    };
    let ContractionNest { a, b, weight, .. } = nest;
    let as_first = |place: Place, first: Place| moved.takes(place) == moved.takes(first);
    let factors = nest.factors();
    let mut weights = nest.weights().into_iter();
    factors.iter().all(|(first, second)| {
        as_first(*first, *a) && second.zip(*b).is_none_or(|(p, q)| as_first(p, q))
    }) && weights.all(|(place, _)| weight.is_some_and(|(first, _)| as_first(place, first)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::StraightLineBuilder;
    use crate::schedule::nests::{LaneAxis, Loop};

    const ROWS: usize = 10;
    const OPERAND: usize = 100;
    const RESULT: usize = 300;
    const SUM: usize = 600;
    const BLOCK: usize = 1000;

    fn block(offset: usize) -> Place {
        Place {
            space: Space::Block,
            offset,
        }
    }

    /// The products of two tensors, each with a place and a step from row to row, as so many results.
    fn products(operands: [(usize, usize); 2], results: &[(usize, usize)]) -> Nest {
        let mut builder = StraightLineBuilder::new();
        let [first, second] = [0, 1].map(|operand| builder.operand(operand));
        let product = builder.multiply(first, second);
        let tensor = |(offset, step): (usize, usize)| Operand::Tensor {
            place: block(offset),
            steps: vec![step],
        };
        let result = |(offset, step): &(usize, usize)| (block(*offset), vec![*step]);
        Nest::Elementwise(ElementwiseNest {
            lane: LaneAxis::Points,
            loops: vec![ROWS],
            vectors: 1,
            operands: operands.map(tensor).to_vec(),
            results: results.iter().map(result).collect(),
            body: builder.finish(&vec![product; results.len()]),
        })
    }

    /// The sum of so many elements side by side.
    fn sum(from: usize, elements: usize) -> Nest {
        Nest::Contraction(ContractionNest {
            k: Loop {
                extent: elements,
                a: 1,
                ..Loop::ONCE
            },
            out: block(SUM),
            a: block(from),
            ..ContractionNest::ONCE
        })
    }

    /// Where the results of the first nest are, and what a second one sums, if `read` is read in the end.
    fn places(mut nests: Vec<Nest>, read: usize) -> (Vec<usize>, usize) {
        let output = View::numbers(Space::Block, read, 1);
        in_place(&mut nests, BLOCK, &[output]);
        match &nests[..] {
            [Nest::Elementwise(first), Nest::Contraction(second), ..] => {
                let results = first.results.iter();
                let results = results.map(|(place, _)| place.offset).collect();
                (results, second.a.offset)
            }
            _ => unreachable!("a product and a sum"),
        }
    }

    #[test]
    fn a_result_takes_the_place_of_an_operand_that_is_read_no_more() {
        let product = products([(0, 1), (OPERAND, 1)], &[(RESULT, 1)]);
        let found = places(vec![product.clone(), sum(RESULT, ROWS)], SUM);
        assert_eq!(found, (vec![0], 0));
        // Of two operands that which is dead.
        let nests = vec![product, sum(RESULT, ROWS), sum(0, ROWS)];
        assert_eq!(places(nests, SUM), (vec![OPERAND], OPERAND));
    }

    #[test]
    fn a_result_stays_where_an_operand_is_read_again() {
        let square = products([(OPERAND, 1), (OPERAND, 1)], &[(RESULT, 1)]);
        let nests = vec![square.clone(), sum(RESULT, ROWS), sum(OPERAND, ROWS)];
        assert_eq!(places(nests, SUM), (vec![RESULT], RESULT));
        let nests = vec![square, sum(RESULT, ROWS)];
        assert_eq!(places(nests, OPERAND), (vec![RESULT], RESULT));
    }

    #[test]
    fn a_result_that_is_read_in_the_end_stays() {
        let square = products([(OPERAND, 1), (OPERAND, 1)], &[(RESULT, 1)]);
        let nests = vec![square, sum(RESULT, ROWS)];
        assert_eq!(places(nests, RESULT), (vec![RESULT], RESULT));
    }

    #[test]
    fn a_result_stays_where_another_step_reads_the_operand() {
        let next = products([(OPERAND, 1), (OPERAND + 1, 1)], &[(RESULT, 1)]);
        let nests = vec![next, sum(RESULT, ROWS)];
        assert_eq!(places(nests, SUM), (vec![RESULT], RESULT));
    }

    #[test]
    fn a_result_stays_where_something_else_is_put_meanwhile() {
        let square = |from, to| products([(from, 1), (from, 1)], &[(to, 1)]);
        let nests = vec![
            square(OPERAND, RESULT),
            sum(0, ROWS),
            square(0, OPERAND),
            sum(RESULT, ROWS),
            sum(OPERAND, ROWS),
        ];
        assert_eq!(places(nests, SUM).0, [RESULT]);
    }

    #[test]
    fn results_side_by_side_move_together() {
        let both = [(RESULT, 2), (RESULT + 1, 2)];
        let product = products([(OPERAND, 2), (OPERAND + 1, 2)], &both);
        let nests = vec![product, sum(RESULT, 2 * ROWS)];
        assert_eq!(places(nests, SUM), (vec![OPERAND, OPERAND + 1], OPERAND));
    }

    #[test]
    fn the_place_lasts_as_long_as_the_result() {
        let square = products([(OPERAND, 1), (OPERAND, 1)], &[(RESULT, 1)]);
        let again = products([(0, 1), (0, 1)], &[(RESULT, 1)]);
        let mut nests = vec![square, sum(RESULT, ROWS), again, sum(RESULT, ROWS)];
        in_place(&mut nests, BLOCK, &[View::numbers(Space::Block, SUM, 1)]);
        let read = nests.iter().filter_map(|nest| match nest {
            Nest::Contraction(nest) => Some(nest.a.offset),
            _ => None,
        });
        assert_eq!(read.collect::<Vec<usize>>(), [OPERAND, 0]);
    }
}
