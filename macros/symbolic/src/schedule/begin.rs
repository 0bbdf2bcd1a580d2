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
        let zeros = zeros(nests, view).into_iter();
        let run = |(begin, length)| View::numbers(view.space, view.offset + begin, length);
        zeros.map(run).collect::<Vec<View>>()
    });
    cleared.collect()
}

/// The sums of a view that begin as zeros, in runs: the first and how many.
fn zeros(nests: &mut [Nest], sums: &View) -> Vec<(usize, usize)> {
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
                let of =
                    begin.saturating_sub(first)..(begin + length).saturating_sub(first).min(count);
                for known in &mut states[of] {
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
