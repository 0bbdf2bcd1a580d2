//! How sums over the points begin: with what the first block adds to them, where one nest adds it all, else as zeros.

use super::nests::{ContractionNest, Loop, Nest, View};
use super::touched::touched_by;

/// Sums that begin as zeros are cleared in at most so many runs; where they are more, all that lies between them is cleared too.
const MOST_RUNS: usize = 4;

/// What has happened to a sum.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Untouched,
    /// A nest that adds once to it was the first.
    Begun,
    Added,
}

/// Marks the nests with which sums begin, of those that each view has side by side. Returns the sums that begin as zeros; some of the
/// others may be among them.
pub(crate) fn begin(nests: &mut [Nest], sums: &[View]) -> Vec<View> {
    let cleared = sums.iter().flat_map(|view| {
        let zeros = begin_view(nests, view).into_iter();
        let run = |(begin, length)| View::numbers(view.space, view.offset + begin, length);
        zeros.map(run).collect::<Vec<View>>()
    });
    cleared.collect()
}

/// The same for one view: runs of the sums that begin as zeros, the first and how many.
fn begin_view(nests: &mut [Nest], sums: &View) -> Vec<(usize, usize)> {
    let (first, count) = (sums.offset, sums.shape[0]);
    let mut states = vec![State::Untouched; count];
    for nest in nests {
        for write in touched_by(nest).writes {
            if write.walk.place.space != sums.space
                || write.last < first
                || first + count <= write.first
            {
                continue;
            }
            let mut runs = write.walk.runs();
            runs.sort_unstable();
            let is_first = |(begin, length): &(usize, usize)| {
                let run = begin.checked_sub(first).map(|begin| begin..begin + length);
                let run = run.and_then(|run| states.get(run));
                run.is_some_and(|run| run.iter().all(|state| *state == State::Untouched))
            };
            let state = match nest {
                Nest::Contraction(nest) if adds_once(nest, &runs) && runs.iter().all(is_first) => {
                    nest.begins = true;
                    State::Begun
                }
                _ => State::Added,
            };
            for (begin, length) in runs {
                let touched =
                    begin.saturating_sub(first)..(begin + length).saturating_sub(first).min(count);
                for known in &mut states[touched] {
                    if *known == State::Untouched {
                        *known = state;
                    }
                }
            }
        }
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for sum in (0..count).filter(|sum| states[*sum] != State::Begun) {
        match runs.last_mut() {
            Some((begin, length)) if *begin + *length == sum => *length += 1,
            _ => runs.push((sum, 1)),
        }
    }
    match (runs.first(), runs.last()) {
        (Some((first, _)), Some((last, length))) if runs.len() > MOST_RUNS => {
            vec![(*first, last + length - first)]
        }
        _ => runs,
    }
}

/// Whether a nest adds to what is there, once to each of the elements of these runs, which are in order.
fn adds_once(nest: &ContractionNest, runs: &[(usize, usize)]) -> bool {
    let results = || nest.outer.iter().chain([&nest.m, &nest.n]);
    let in_place = |step: &Loop| step.extent == 1 || step.init == step.out;
    let volume: usize = results().map(|step| step.extent).product();
    let elements: usize = runs.iter().map(|(_, length)| length).sum();
    nest.init == Some(nest.out)
        && nest.initial_columns >= nest.n.extent
        && results().all(in_place)
        && elements == volume
        && runs
            .windows(2)
            .all(|pair| pair[0].0 + pair[0].1 <= pair[1].0)
}

#[cfg(test)]
mod tests {
    use super::super::nests::{LaneAxis, Place, Space};
    use super::*;

    /// Adds to `count` sums from `offset` on, `step` apart.
    fn adds(offset: usize, count: usize, step: usize) -> Nest {
        let at = |space| Place { space, offset };
        Nest::Contraction(ContractionNest {
            lane: LaneAxis::Row,
            m: Loop {
                extent: count,
                out: step,
                a: 1,
                b: 0,
                init: step,
            },
            out: at(Space::Gradient),
            a: at(Space::Parameters),
            init: Some(at(Space::Gradient)),
            initial_columns: 1,
            ..ContractionNest::ONCE
        })
    }

    /// Which nests begin their sums, and the runs that are cleared, of twenty sums.
    fn found(mut nests: Vec<Nest>) -> (Vec<bool>, Vec<(usize, usize)>) {
        let cleared = begin(&mut nests, &[View::numbers(Space::Gradient, 0, 20)]);
        let begins = |nest: &Nest| matches!(nest, Nest::Contraction(nest) if nest.begins);
        let runs = cleared.iter().map(|view| (view.offset, view.shape[0]));
        (nests.iter().map(begins).collect(), runs.collect())
    }

    #[test]
    fn the_first_nest_that_adds_begins() {
        let nests = vec![adds(0, 12, 1), adds(0, 12, 1), adds(12, 8, 1)];
        assert_eq!(found(nests), (vec![true, false, true], vec![]));
    }

    #[test]
    fn a_nest_that_meets_another_in_part_adds_to_zeros() {
        let nests = vec![adds(0, 12, 1), adds(8, 8, 1)];
        assert_eq!(found(nests), (vec![true, false], vec![(12, 8)]));
    }

    #[test]
    fn a_nest_that_adds_to_a_sum_again_does_not_begin_it() {
        assert_eq!(found(vec![adds(0, 20, 0)]), (vec![false], vec![(0, 20)]));
        let mut behind = adds(0, 20, 1);
        if let Nest::Contraction(nest) = &mut behind {
            nest.initial_columns = 0;
        }
        assert_eq!(found(vec![behind]), (vec![false], vec![(0, 20)]));
    }

    #[test]
    fn many_runs_are_cleared_as_one() {
        assert_eq!(found(vec![adds(0, 3, 5)]).1, [(1, 4), (6, 4), (11, 9)]);
        assert_eq!(found(vec![adds(0, 10, 2)]), (vec![true], vec![(1, 19)]));
    }
}
