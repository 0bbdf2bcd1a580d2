//! Long sums as several nests, each of a piece that stays in the nearest cache.
//!
//! Each tile of a product of a matrix with tensors of the points reads all terms of some columns of these, and the tile of the next rows reads them
//! again. Where they leave the nearest cache, it waits for the second one; of a piece they are loaded once. Each nest adds to what the
//! one before has written.

use super::nests::{ContractionNest, LaneAxis, Loop, LoopProgram, Nest, Place, Space};

/// The most vectors of points that a tile reads of a whole sum: 32 kB of AVX2, as much as many processors have in the nearest cache.
const LONGEST: usize = 1024;
/// The same of a piece. Lines of the matrix, one for each term, are beside them.
const PIECE: usize = 384;
/// The fewest terms of a piece, whose results are loaded and stored.
const LEAST_TERMS: usize = 64;
/// The fewest rows: so many tiles read each piece again.
const LEAST_ROWS: usize = 32;
/// The columns of a tile where there are as many or more.
const COLUMNS: usize = 4;

impl LoopProgram {
    /// The same with long sums in pieces. Whether they are long does not depend on the vectors of a block, so that results have the same
    /// bits.
    #[must_use]
    pub fn in_pieces(mut self) -> LoopProgram {
        let vectors = self.vectors;
        let pieces = |nest| match nest {
            Nest::Contraction(nest) => {
                let count = count_of_pieces(&nest, vectors);
                (0..count)
                    .map(|number| Nest::Contraction(piece(&nest, number, count)))
                    .collect()
            }
            other => vec![other],
        };
        self.body = self.body.into_iter().flat_map(pieces).collect();
        self
    }
}

/// In how many pieces the sum is.
fn count_of_pieces(nest: &ContractionNest, vectors: usize) -> usize {
    let is_plain = nest.lane == LaneAxis::Points
        && nest.weight.is_none()
        && nest.sums.is_empty()
        && nest.addends.is_empty()
        && !(nest.paired || nest.over_points || nest.symmetric);
    let (Some(b), true) = (nest.b, is_plain) else {
        return 1;
    };
    // A matrix that all points share, as either factor.
    let (rows, step_of_points): (Loop, fn(&Loop) -> usize) = match (nest.a.space, b.space) {
        (Space::Block, Space::Block) => return 1,
        (Space::Block, _) => (nest.n, |step| step.a),
        (_, Space::Block) => (nest.m, |step| step.b),
        _ => return 1,
    };
    let loops = nest.outer.iter().chain([&nest.m, &nest.n]);
    let columns = loops.filter(|step| step_of_points(step) > 0);
    let columns = columns.map(|step| step.extent).product::<usize>() / vectors;
    let read = nest.k.extent * columns.clamp(1, COLUMNS);
    if rows.extent < LEAST_ROWS || read <= LONGEST {
        return 1;
    }
    read.div_ceil(PIECE).min(nest.k.extent / LEAST_TERMS).max(1)
}

/// One of so many pieces of a nest: the first begins as the nest does, the others with what is there.
fn piece(nest: &ContractionNest, number: usize, count: usize) -> ContractionNest {
    if count == 1 {
        return nest.clone();
    }
    let ends = |number: usize| number * nest.k.extent / count;
    let first = ends(number);
    let behind = |place: Place, step: usize| place.behind(first * step);
    let mut piece = ContractionNest {
        k: Loop {
            extent: ends(number + 1) - first,
            ..nest.k
        },
        a: behind(nest.a, nest.k.a),
        b: nest.b.map(|place| behind(place, nest.k.b)),
        whole: Some(nest.k.extent),
        ..nest.clone()
    };
    if number > 0 {
        piece.init = Some(nest.out);
        piece.initial_columns = nest.n.extent;
        let around = piece.outer.iter_mut();
        for step in around.chain([&mut piece.m, &mut piece.n]) {
            step.init = step.out;
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use crate::interpret::interpret_loops;
    use crate::ir::{Graph, Output, Product, Program};
    use crate::schedule::{LoopProgram, Mode, Nest, Space, Vectors, schedule, schedule_blocks};

    /// Half of a matrix times so many columns, added to the columns of another input.
    fn product([rows, summed, columns]: [usize; 3]) -> Program {
        let mut graph = Graph::default();
        let x = graph.input(0, &[summed, columns]);
        let added = graph.input(1, &[rows, columns]);
        let matrix = graph.parameter(0, &[rows, summed]);
        let mut product = Product {
            extents: vec![rows, columns, summed],
            factors: Vec::new(),
        };
        product.tensor(matrix, &[0, 2]);
        product.tensor(x, &[2, 1]);
        let node = graph.contract(product, &[0, 1]);
        let node = graph.sum(&[(1.0, added), (0.5, node)], &[rows, columns]);
        Program {
            graph,
            inputs: vec![vec![summed, columns], vec![rows, columns]],
            parameters: rows * summed,
            outputs: vec![Output {
                name: "y".to_string(),
                node,
            }],
            totals: Vec::new(),
            gradient: 0,
        }
    }

    /// Terms of the sums of each contraction.
    fn terms(program: &LoopProgram) -> Vec<usize> {
        let nests = program.body.iter().filter_map(|nest| match nest {
            Nest::Contraction(nest) => Some(nest.k.extent),
            Nest::Elementwise(_) | Nest::Relayout(_) => None,
        });
        nests.collect()
    }

    #[test]
    fn a_long_sum_is_that_of_its_pieces() {
        let program = product([32, 345, 3]);
        let whole = schedule(&program, Mode::Batch);
        let pieces = whole.clone().in_pieces();
        pieces.verify().expect("a sound schedule");
        assert_eq!((terms(&whole), terms(&pieces)), (vec![345], vec![115; 3]));
        let numbers = |count: usize| -> Vec<f64> {
            (0..count).map(|number| (number % 7) as f64 - 3.0).collect()
        };
        let inputs = [numbers(345 * 3), numbers(32 * 3)];
        let parameters = numbers(program.parameters);
        // Of small whole numbers and their halves sums are exact.
        assert_eq!(
            interpret_loops(&pieces, &inputs, &parameters),
            interpret_loops(&whole, &inputs, &parameters)
        );
    }

    #[test]
    fn blocks_of_two_vectors_have_the_same_pieces() {
        for columns in [3, 4, 40] {
            let program = product([32, 345, columns]);
            let two = Vectors {
                count: 2,
                ..Vectors::ONE
            };
            let one = schedule(&program, Mode::Batch).in_pieces();
            // Where columns are more than rows, the points are the first factor.
            let is_exchanged = |nest: &Nest| matches!(nest, Nest::Contraction(nest) if nest.a.space == Space::Block);
            assert_eq!(one.body.iter().any(is_exchanged), columns == 40);
            let one = terms(&one);
            assert!(one.len() > 1);
            assert_eq!(terms(&schedule_blocks(&program, two).in_pieces()), one);
        }
    }

    #[test]
    fn sums_that_stay_in_the_nearest_cache_or_of_few_rows_are_whole() {
        for sizes in [[32, 341, 3], [31, 345, 3], [64, 256, 16]] {
            let program = schedule(&product(sizes), Mode::Batch);
            assert_eq!(program.clone().in_pieces(), program);
        }
    }
}
