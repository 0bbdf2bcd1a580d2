//! Which elements of the memory a nest reads and writes.

use super::nests::{ContractionNest, ElementwiseNest, Loop, Nest, Operand, Place, Relayout, Space};

/// The elements of a tensor: its first one, and extent and step of each loop that moves, the smallest step first.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    pub place: Place,
    pub moving: Vec<(usize, usize)>,
}

impl Walk {
    pub fn new(place: Place, extents: &[usize], steps: &[usize]) -> Self {
        let loops = extents.iter().copied().zip(steps.iter().copied());
        let mut moving: Vec<(usize, usize)> = loops
            .filter(|(extent, step)| *extent > 1 && *step > 0)
            .collect();
        moving.sort_unstable_by_key(|(_, step)| *step);
        Walk { place, moving }
    }

    /// The length of the runs that the elements lie in, and the loops from run to run.
    fn run(&self) -> (usize, &[(usize, usize)]) {
        let mut moving = &self.moving[..];
        let mut length = 1;
        while let [(extent, step), rest @ ..] = moving
            && *step <= length
        {
            length += (extent - 1) * step;
            moving = rest;
        }
        (length, moving)
    }

    /// The elements as runs, in no order: first element and length.
    pub fn runs(&self) -> Vec<(usize, usize)> {
        let (length, moving) = self.run();
        let mut runs = vec![(self.place.offset, length)];
        for (extent, step) in moving {
            let moved = |run: &(usize, usize), index: usize| (run.0 + index * step, run.1);
            runs = (0..*extent)
                .flat_map(|index| runs.iter().map(move |run| moved(run, index)))
                .collect();
        }
        runs
    }
}

/// Elements of a space: some of an interval, in runs that begin a multiple of `apart` from each other; zero: there is one.
pub(crate) struct Span {
    space: Space,
    pub first: usize,
    pub last: usize,
    run: usize,
    apart: usize,
    /// Which they are.
    pub walk: Walk,
}

/// What a nest reads and writes.
pub(crate) struct Touched {
    pub reads: Vec<Span>,
    pub writes: Vec<Span>,
}

/// Whether both may have an element in common. Tensors that are interleaved have none.
pub(crate) fn overlap(a: &Span, b: &Span) -> bool {
    if a.space != b.space || a.first > b.last || b.first > a.last {
        return false;
    }
    let apart = greatest_common_divisor(a.apart, b.apart);
    if apart == 0 {
        return true;
    }
    // Where the runs of the second begin behind those of the first.
    let behind = (b.first % apart + apart - a.first % apart) % apart;
    behind < a.run || behind + b.run > apart
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// Whether two nests must keep their order.
pub(crate) fn conflict(earlier: &Touched, later: &Touched) -> bool {
    let meet = |a: &[Span], b: &[Span]| a.iter().any(|a| b.iter().any(|b| overlap(a, b)));
    meet(&earlier.writes, &later.reads)
        || meet(&earlier.reads, &later.writes)
        || meet(&earlier.writes, &later.writes)
}

pub(crate) fn span(place: Place, extents: &[usize], steps: &[usize]) -> Span {
    let walk = Walk::new(place, extents, steps);
    let (run, between) = walk.run();
    let apart = between
        .iter()
        .fold(0, |apart, (_, step)| greatest_common_divisor(apart, *step));
    let moving = walk.moving.iter();
    let length: usize = moving.map(|(extent, step)| (extent - 1) * step).sum();
    Span {
        space: place.space,
        first: place.offset,
        last: place.offset + length,
        run,
        apart,
        walk,
    }
}

pub(crate) fn touched_by(nest: &Nest) -> Touched {
    match nest {
        Nest::Elementwise(nest) => touched_by_elementwise(nest),
        Nest::Contraction(nest) => touched_by_contraction(nest),
        Nest::Relayout(nest) => touched_by_relayout(nest),
    }
}

pub(crate) fn touched_by_elementwise(nest: &ElementwiseNest) -> Touched {
    let reads = nest.operands.iter().filter_map(|operand| match operand {
        Operand::Tensor { place, steps } => Some(span(*place, &nest.loops, steps)),
        Operand::Delta(..) => None,
    });
    let writes = nest
        .results
        .iter()
        .map(|(place, steps)| span(*place, &nest.loops, steps));
    Touched {
        reads: reads.collect(),
        writes: writes.collect(),
    }
}

fn touched_by_relayout(nest: &Relayout) -> Touched {
    let mut extents = vec![nest.vectors, nest.rows.0];
    let mut steps = vec![1, nest.rows.1];
    for [extent, step, _] in &nest.others {
        extents.push(*extent);
        steps.push(*step);
    }
    Touched {
        reads: vec![span(nest.from, &extents, &steps)],
        writes: vec![span(nest.to, &[nest.vectors * nest.stride], &[1])],
    }
}

fn touched_by_contraction(nest: &ContractionNest) -> Touched {
    let mut loops: Vec<Loop> = nest.outer.clone();
    loops.extend([nest.m, nest.n, nest.k]);
    loops.extend(&nest.sums);
    let extents: Vec<usize> = loops.iter().map(|step| step.extent).collect();
    let whole = |place: Place, of: fn(&Loop) -> usize| {
        let steps: Vec<usize> = loops.iter().map(of).collect();
        span(place, &extents, &steps)
    };
    let mut reads = Vec::new();
    for (a, b) in nest.factors() {
        reads.push(whole(a, |step| step.a));
        reads.extend(b.map(|b| whole(b, |step| step.b)));
    }
    reads.extend(nest.init.map(|init| whole(init, |step| step.init)));
    let weights = nest.weights().into_iter();
    reads.extend(weights.map(|(weight, step)| span(weight, &[nest.k.extent], &[step])));
    Touched {
        reads,
        writes: vec![whole(nest.out, |step| step.out)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether runs of so many elements, 16 apart, from these elements on have one in common.
    fn meet(first: (usize, usize), second: (usize, usize)) -> bool {
        let runs = |(offset, length)| {
            let space = Space::Block;
            span(Place { space, offset }, &[20, length], &[16, 1])
        };
        overlap(&runs(first), &runs(second))
    }

    #[test]
    fn runs_that_are_interleaved_have_nothing_in_common() {
        assert!(!meet((100, 4), (104, 12)));
        assert!(!meet((104, 12), (100, 4)));
        assert!(!meet((100, 4), (120, 4)));
        assert!(meet((100, 4), (103, 4)));
        assert!(meet((103, 4), (100, 4)));
        assert!(meet((104, 13), (100, 4)));
    }
}
