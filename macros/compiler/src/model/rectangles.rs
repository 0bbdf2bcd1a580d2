//! Pairs of neurons go in as rectangles, the same pairs, or those that are left, come out as few rectangles.

use std::ops::Range;

/// All pairs of a source and a target of two stretches of neurons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// The first of each pair.
    pub sources: Range<usize>,
    /// The second of each pair.
    pub targets: Range<usize>,
}

/// What two stretches share.
pub fn shared(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

impl Rectangle {
    /// The pairs of both.
    #[must_use]
    pub fn shared(&self, sources: &Range<usize>, targets: &Range<usize>) -> Option<Self> {
        let shared = Self {
            sources: shared(&self.sources, sources),
            targets: shared(&self.targets, targets),
        };
        (!shared.sources.is_empty() && !shared.targets.is_empty()).then_some(shared)
    }

    fn transposed(&self) -> Self {
        Self {
            sources: self.targets.clone(),
            targets: self.sources.clone(),
        }
    }
}

/// The pairs of rectangles that share none, in fewer of them: targets with equal sources are taken together, or sources with equal
/// targets, whichever gives less.
pub fn cover(rectangles: &[Rectangle]) -> Vec<Rectangle> {
    let transposed: Vec<Rectangle> = rectangles.iter().map(Rectangle::transposed).collect();
    let (a, b) = (cover_by_targets(rectangles), cover_by_targets(&transposed));
    if b.len() < a.len() {
        b.iter().map(Rectangle::transposed).collect()
    } else {
        a
    }
}

fn cover_by_targets(rectangles: &[Rectangle]) -> Vec<Rectangle> {
    let end = rectangles.iter().map(|rectangle| rectangle.targets.end);
    let mut covered = Vec::new();
    for (targets, sources) in by_targets(rectangles, end.max().unwrap_or(0)) {
        covered.extend(sources.into_iter().map(|sources| Rectangle {
            sources,
            targets: targets.clone(),
        }));
    }
    covered
}

/// Stretches of targets of equally many pairs, each with how many its neurons have.
pub fn in_degrees(rectangles: &[Rectangle], neurons: usize) -> Vec<(Range<usize>, usize)> {
    let mut degrees: Vec<(Range<usize>, usize)> = Vec::new();
    for (targets, sources) in by_targets(rectangles, neurons) {
        let degree = sources.iter().map(Range::len).sum();
        match degrees.last_mut() {
            Some((last, same)) if *same == degree => last.end = targets.end,
            _ => degrees.push((targets, degree)),
        }
    }
    degrees
}

/// Stretches of sources of equally many pairs, each with how many its neurons have.
pub fn out_degrees(rectangles: &[Rectangle], neurons: usize) -> Vec<(Range<usize>, usize)> {
    let transposed: Vec<Rectangle> = rectangles.iter().map(Rectangle::transposed).collect();
    in_degrees(&transposed, neurons)
}

/// Stretches of targets with equal sources, and these, ascending and apart from each other.
fn by_targets(rectangles: &[Rectangle], neurons: usize) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
    let ends = rectangles
        .iter()
        .flat_map(|rectangle| [rectangle.targets.start, rectangle.targets.end]);
    let mut found: Vec<(Range<usize>, Vec<Range<usize>>)> = Vec::new();
    for targets in pieces(ends.chain([0, neurons]).collect()) {
        let joined = rectangles
            .iter()
            .filter(|rectangle| rectangle.targets.contains(&targets.start));
        let mut sources: Vec<Range<usize>> = joined.map(|r| r.sources.clone()).collect();
        sources.sort_by_key(|sources| sources.start);
        sources.dedup_by(|next, last| {
            let adjacent = next.start == last.end;
            if adjacent {
                last.end = next.end;
            }
            adjacent
        });
        match found.last_mut() {
            Some((last, same)) if *same == sources => last.end = targets.end,
            _ => found.push((targets, sources)),
        }
    }
    found
}

/// The stretches between neighbouring ends.
pub fn pieces(mut ends: Vec<usize>) -> Vec<Range<usize>> {
    ends.sort_unstable();
    ends.dedup();
    ends.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Rectangle, cover};
    use std::ops::Range;

    fn rectangle(sources: Range<usize>, targets: Range<usize>) -> Rectangle {
        Rectangle { sources, targets }
    }

    #[test]
    fn single_pairs_become_rectangles() {
        let pairs: Vec<Rectangle> = (0..3)
            .flat_map(|source| (5..8).map(move |target| (source, target)))
            .map(|(source, target)| rectangle(source..source + 1, target..target + 1))
            .collect();
        assert_eq!(cover(&pairs), [rectangle(0..3, 5..8)]);
    }

    #[test]
    fn the_shorter_cover_is_taken() {
        // Three targets with different sources, but all of one source.
        let star = [
            rectangle(0..1, 1..4),
            rectangle(5..6, 1..2),
            rectangle(7..8, 3..4),
        ];
        assert_eq!(cover(&star).len(), 3);
    }

    #[test]
    fn a_cover_has_each_pair_once() {
        let written = [
            rectangle(0..3, 4..9),
            rectangle(5..6, 4..5),
            rectangle(3..9, 7..8),
        ];
        let counts = |rectangles: &[Rectangle]| {
            let mut counts = [[0; 9]; 9];
            for found in rectangles {
                for source in found.sources.clone() {
                    for target in found.targets.clone() {
                        counts[source][target] += 1;
                    }
                }
            }
            counts
        };
        assert_eq!(counts(&cover(&written)), counts(&written));
    }
}
