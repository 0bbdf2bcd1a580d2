//! The points of a call go in, chunks of them come out, each large enough to be worth a task of its own.

use super::slices::Slices;

/// The fewest points of a chunk. With all chunks powers of two, each has whole blocks: the largest are of four vectors of 16 lanes.
const FEWEST: usize = 128;
/// The most points of a chunk.
const MOST: usize = 1 << 20;
/// Operations of a chunk at least: some tens of microseconds, beside which handing it to a thread does not count.
const OPERATIONS: usize = 1 << 20;
/// Operations of a chunk at least for each number that it sums up: clearing it and adding it to the others costs a hundredth of them.
const OPERATIONS_A_SUM: usize = 1 << 10;

/// Points of a chunk, where a point takes so many operations and so many numbers are summed up.
pub fn points_of_chunk(operations: usize, sums: usize) -> usize {
    let least = OPERATIONS.max(sums.saturating_mul(OPERATIONS_A_SUM));
    least
        .div_ceil(operations.max(1))
        .clamp(FEWEST, MOST)
        .next_power_of_two()
}

/// Chunks of so many points; the last one has what is left. None of no points.
pub struct Chunks<D> {
    rest: Option<D>,
    points: usize,
}

impl<D: Slices> Chunks<D> {
    pub fn of(slices: D, points: usize) -> Self {
        Chunks {
            rest: (slices.points() > 0).then_some(slices),
            points,
        }
    }
}

impl<D: Slices> Iterator for Chunks<D> {
    type Item = D;

    fn next(&mut self) -> Option<D> {
        let rest = self.rest.take()?;
        if rest.points() <= self.points {
            return Some(rest);
        }
        let (chunk, rest) = rest.split_at(self.points);
        self.rest = Some(rest);
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_have_whole_blocks_and_enough_to_do() {
        for operations in [0, 1, 99, 7_700, 1 << 20, usize::MAX] {
            for sums in [0, 1, 921, 100_000, usize::MAX] {
                let points = points_of_chunk(operations, sums);
                assert!(points.is_power_of_two() && (FEWEST..=MOST).contains(&points));
                let done = points.saturating_mul(operations);
                let sums = sums.saturating_mul(OPERATIONS_A_SUM);
                assert!(points == MOST || done >= OPERATIONS.max(sums));
            }
        }
    }

    #[test]
    fn chunks_are_all_points_in_their_order() {
        let numbers: Vec<u8> = (0..100).collect();
        for (count, lengths) in [
            (0, vec![]),
            (7, vec![7]),
            (32, vec![32]),
            (100, vec![32, 32, 32, 4]),
        ] {
            let chunks: Vec<&[u8]> = Chunks::of(&numbers[..count], 32).collect();
            assert_eq!(chunks.concat(), numbers[..count]);
            let found: Vec<usize> = chunks.iter().map(|chunk| chunk.len()).collect();
            assert_eq!(found, lengths);
        }
    }
}
