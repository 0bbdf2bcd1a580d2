//! Nests go in, fewer come out: a product with a weight that one contraction reads becomes the weight of that contraction.
//!
//! `sum over k of a[m, k] (w[k] y[n, k])` multiplies as it reads, where the product would be stored and loaded again.

use crate::functions::Step;

use super::live::Live;
use super::nests::{
    ContractionNest, ElementwiseNest, LaneAxis, Loop, Nest, Operand, Place, Space, View,
};
use super::touched::{Span, conflict, overlap, span, touched_by};

/// A weight multiplies each column again for each tile of rows; a stored product costs so many of that. Of paired factors each is multiplied
/// once.
const MOST_TILES: usize = 3;
/// Lanes for which tiles are counted.
const LANES: usize = 8;

/// Gives contractions their weights. `outputs` are read after the last nest.
pub(crate) fn absorb(mut nests: Vec<Nest>, outputs: &[View]) -> Vec<Nest> {
    let mut live = Live::default();
    live.read_outputs(outputs);
    let mut reader = nests.len();
    while reader > 0 {
        reader -= 1;
        if let Some((product, weighted)) = weighted(&nests, reader, &live) {
            nests[reader] = Nest::Contraction(weighted);
            nests.remove(product);
            reader -= 1;
        }
        live.pass(&touched_by(&nests[reader]));
    }
    nests
}

/// The product that a contraction can absorb, and the contraction then. `live` is what is read after it.
fn weighted(nests: &[Nest], reader: usize, live: &Live) -> Option<(usize, ContractionNest)> {
    let Nest::Contraction(nest) = &nests[reader] else {
        return None;
    };
    let takes = weight_space(nest).is_some()
        && nest.sums.is_empty()
        && nest.k.extent > 1
        && nest.weight.is_none()
        && (nest.paired || tiles_of_rows(nest) <= MOST_TILES);
    let b = nest.b.filter(|_| takes)?;
    for (place, first) in [(b, false), (nest.a, true)] {
        for position in (0..reader).rev() {
            let Nest::Elementwise(product) = &nests[position] else {
                continue;
            };
            if product.results.len() == 1
                && product.results[0].0 == place
                && let Some(weighted) = replaced(nest, product, first)
                && is_apart(nests, position, reader, &weighted, live)
            {
                return Some((position, weighted));
            }
        }
    }
    None
}

/// Where the weights of a contraction lie: beside its factors, with what they multiply along the lanes.
fn weight_space(nest: &ContractionNest) -> Option<Space> {
    match nest.lane {
        LaneAxis::Points => Some(Space::Block),
        LaneAxis::Sum if !nest.over_points => Some(Space::Scratch),
        LaneAxis::Sum | LaneAxis::Row => None,
    }
}

/// Tiles of rows that multiply each column.
fn tiles_of_rows(nest: &ContractionNest) -> usize {
    let tiles = nest.m.extent.div_ceil(nest.tile(LANES).wide.rows);
    // Of a triangle half of them.
    if nest.symmetric {
        tiles.div_ceil(2)
    } else {
        tiles
    }
}

/// The contraction that reads the factors of a product instead of the product, its first or its second factor.
fn replaced(
    nest: &ContractionNest,
    product: &ElementwiseNest,
    first: bool,
) -> Option<ContractionNest> {
    let [Step::Operand(0), Step::Operand(1), Step::Multiply(0, 1)] = product.body.steps[..] else {
        return None;
    };
    let [
        Operand::Tensor {
            place: x,
            steps: along_x,
        },
        Operand::Tensor {
            place: y,
            steps: along_y,
        },
    ] = &product.operands[..]
    else {
        return None;
    };
    let steps = |step: &Loop| if first { step.a } else { step.b };
    let mut loops: Vec<Loop> = nest.outer.clone();
    loops.extend([nest.m, nest.n, nest.k]);
    // Each loop of the product is one of the contraction's, and the other way round.
    let result = &product.results[0].1;
    let mut same = vec![None; loops.len()];
    for (number, (extent, step)) in product.loops.iter().zip(result).enumerate() {
        if *extent > 1 {
            let mut positions = loops.iter().zip(&same).enumerate();
            let (position, _) = positions.find(|(_, (known, taken))| {
                taken.is_none() && known.extent == *extent && steps(known) == *step
            })?;
            same[position] = Some(number);
        }
    }
    let moves = |known: &Loop| known.extent > 1 && steps(known) > 0;
    let mut matches = loops.iter().zip(&same);
    if matches.any(|(known, number)| moves(known) != number.is_some()) {
        return None;
    }
    let along = |steps: &[usize]| -> Vec<usize> {
        same.iter()
            .map(|number| number.map_or(0, |number| steps[number]))
            .collect()
    };
    let (along_x, along_y) = (along(along_x), along(along_y));
    let k = loops.len() - 1;
    // Along the lanes both are contiguous.
    let in_sum = nest.lane == LaneAxis::Sum;
    let is_weight = |place: &Place, along: &[usize]| {
        Some(place.space) == weight_space(nest)
            && (if in_sum { along[k] == 1 } else { along[k] > 0 })
            && along[..k].iter().all(|step| *step == 0)
    };
    let (weight, factor, along) = if is_weight(x, &along_x) {
        ((*x, along_x[k]), *y, along_y)
    } else if is_weight(y, &along_y) {
        ((*y, along_y[k]), *x, along_x)
    } else {
        return None;
    };
    // So is the other factor: a kernel with weights gathers nothing.
    let other = if first { nest.k.b } else { nest.k.a };
    if in_sum && [along[k], other] != [1; 2] {
        return None;
    }
    let moved = |step: Loop, along: usize| {
        if first {
            Loop { a: along, ..step }
        } else {
            Loop { b: along, ..step }
        }
    };
    let outer = nest.outer.iter().zip(&along);
    let outer = outer.map(|(step, along)| moved(*step, *along)).collect();
    Some(ContractionNest {
        outer,
        m: moved(nest.m, along[k - 2]),
        n: moved(nest.n, along[k - 1]),
        k: moved(nest.k, along[k]),
        a: if first { factor } else { nest.a },
        b: if first { nest.b } else { Some(factor) },
        weight: Some(weight),
        ..nest.clone()
    })
}

/// Whether a product is read by the contraction alone, and its factors are still there, also while that writes.
fn is_apart(
    nests: &[Nest],
    position: usize,
    reader: usize,
    weighted: &ContractionNest,
    live: &Live,
) -> bool {
    let Nest::Elementwise(product) = &nests[position] else {
        return false;
    };
    let (place, steps) = &product.results[0];
    let result = span(*place, &product.loops, steps);
    let mut read = touched_by(&nests[position]);
    read.writes.clear();
    let meets = |spans: &[Span]| spans.iter().filter(|other| overlap(other, &result)).count();
    let mut between = nests[position + 1..reader].iter().map(touched_by);
    let own = touched_by(&nests[reader]);
    let mut written = touched_by(&Nest::Contraction(weighted.clone()));
    written.reads.clear();
    between.all(|nest| !conflict(&read, &nest) && meets(&nest.reads) + meets(&nest.writes) == 0)
        && meets(&own.reads) == 1
        && !live.any(&result.walk)
        && !conflict(&read, &written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::StraightLineBuilder;

    const EXTENT: usize = 20;
    const COLUMNS: usize = 2;
    const WEIGHT: usize = 100;
    const FACTOR: usize = 200;
    const PRODUCT: usize = 300;

    fn block(offset: usize) -> Place {
        Place {
            space: Space::Block,
            offset,
        }
    }

    /// `product[k, n] = weight[k] factor[k, n]`.
    fn product() -> Nest {
        let mut builder = StraightLineBuilder::new();
        let [weight, factor] = [0, 1].map(|operand| builder.operand(operand));
        let result = builder.multiply(weight, factor);
        let tensor = |offset, steps| Operand::Tensor {
            place: block(offset),
            steps,
        };
        Nest::Elementwise(ElementwiseNest {
            lane: LaneAxis::Points,
            loops: vec![EXTENT, COLUMNS],
            vectors: 1,
            operands: vec![tensor(WEIGHT, vec![1, 0]), tensor(FACTOR, vec![3, 1])],
            results: vec![(block(PRODUCT), vec![COLUMNS, 1])],
            body: builder.finish(&[result]),
        })
    }

    /// Sums over `k` of so many rows of a matrix and the product, written from `out` on.
    fn sum(rows: usize, out: usize) -> Nest {
        let step = |extent, out, a, b| Loop {
            extent,
            out,
            a,
            b,
            init: 0,
        };
        Nest::Contraction(ContractionNest {
            m: step(rows, COLUMNS, 1, 0),
            n: step(COLUMNS, 1, 0, 1),
            k: step(EXTENT, 0, rows, COLUMNS),
            out: block(out),
            a: Place {
                space: Space::Parameters,
                offset: 0,
            },
            b: Some(block(PRODUCT)),
            ..ContractionNest::ONCE
        })
    }

    /// The weights of the contractions among the nests that are left.
    fn weights(nests: Vec<Nest>, output: usize) -> Vec<Option<(Place, usize)>> {
        let output = View {
            space: Space::Block,
            offset: output,
            shape: vec![EXTENT],
            strides: vec![1],
        };
        let nests = absorb(nests, &[output]);
        let weights = nests.iter().map(|nest| match nest {
            Nest::Contraction(nest) => nest.weight,
            _ => None,
        });
        weights.collect()
    }

    #[test]
    fn a_product_for_one_contraction_becomes_its_weight() {
        let left = weights(vec![product(), sum(4, 0)], 0);
        assert_eq!(left, [Some((block(WEIGHT), 1))]);
        let [Nest::Contraction(nest)] = &absorb(vec![product(), sum(4, 0)], &[])[..] else {
            panic!("one contraction is left");
        };
        assert_eq!((nest.b, nest.k.b, nest.n.b), (Some(block(FACTOR)), 3, 1));
    }

    #[test]
    fn a_product_that_is_read_again_is_stored() {
        assert_eq!(
            weights(vec![product(), sum(4, 0), sum(4, 50)], 0),
            [None; 3]
        );
        assert_eq!(weights(vec![product(), sum(4, 0)], PRODUCT), [None; 2]);
    }

    #[test]
    fn a_product_whose_factors_are_written_over_is_stored() {
        assert_eq!(weights(vec![product(), sum(4, WEIGHT)], WEIGHT), [None; 2]);
        let other = sum(4, FACTOR);
        let Nest::Contraction(other) = other else {
            unreachable!("it is a contraction");
        };
        let other = Nest::Contraction(ContractionNest {
            b: Some(block(0)),
            ..other
        });
        assert_eq!(weights(vec![product(), other, sum(4, 500)], 500), [None; 3]);
    }

    /// The same nest for one point, whose numbers lie along the lanes where the sum runs.
    fn along_the_sum(mut nest: Nest) -> Nest {
        let scratch = |place: &mut Place| place.space = Space::Scratch;
        match &mut nest {
            Nest::Elementwise(product) => {
                product.lane = LaneAxis::Row;
                for operand in &mut product.operands {
                    if let Operand::Tensor { place, .. } = operand {
                        scratch(place);
                    }
                }
                product
                    .results
                    .iter_mut()
                    .for_each(|(place, _)| scratch(place));
            }
            Nest::Contraction(sum) => {
                sum.lane = LaneAxis::Sum;
                scratch(&mut sum.out);
                sum.b.iter_mut().for_each(scratch);
            }
            Nest::Relayout(_) => unreachable!("it is of points"),
        }
        nest
    }

    /// The weight for one point, where the entries of the factor, the product and the other factor are so far apart along the sum.
    fn weight_along_the_sum(factor: usize, stored: usize, other: usize) -> Option<Place> {
        let mut nests = [along_the_sum(product()), along_the_sum(sum(4, 0))];
        if let [Nest::Elementwise(product), Nest::Contraction(sum)] = &mut nests {
            if let Operand::Tensor { steps, .. } = &mut product.operands[1] {
                *steps = vec![factor, EXTENT];
            }
            product.results[0].1 = vec![stored, EXTENT];
            (sum.k.a, sum.k.b) = (other, stored);
            sum.n.b = EXTENT;
        }
        let left = absorb(nests.to_vec(), &[]);
        left.iter().find_map(|nest| match nest {
            Nest::Contraction(nest) => nest.weight.map(|(weight, _)| weight),
            _ => None,
        })
    }

    #[test]
    fn a_weight_along_the_lanes_is_contiguous_and_so_are_both_factors() {
        let place = Place {
            space: Space::Scratch,
            offset: WEIGHT,
        };
        assert_eq!(weight_along_the_sum(1, 1, 1), Some(place));
        assert_eq!(weight_along_the_sum(3, 1, 1), None);
        assert_eq!(weight_along_the_sum(1, 1, 4), None);
    }

    #[test]
    fn a_product_that_many_tiles_would_multiply_again_is_stored() {
        assert_eq!(weights(vec![product(), sum(400, 400)], 400), [None; 2]);
    }

    /// `out[m] = sum over k of (weight[k] factor[k, m]) scratch[m, k]`.
    #[test]
    fn a_product_for_paired_factors_becomes_their_weight_however_many_rows_there_are() {
        const ROWS: usize = 400;
        let Nest::Elementwise(mut product) = product() else {
            unreachable!("it is elementwise");
        };
        product.loops = vec![EXTENT, ROWS];
        let [factor, result] = [1, 2].map(|part| block(part * 100 * ROWS));
        product.results[0] = (result, vec![ROWS, 1]);
        product.operands[1] = Operand::Tensor {
            place: factor,
            steps: vec![ROWS + 1, 1],
        };
        let Nest::Contraction(sum) = sum(ROWS, 300 * ROWS) else {
            unreachable!("it is a contraction");
        };
        let paired = |a: Place, b: Place, steps: [[usize; 2]; 2]| {
            let [[a_row, b_row], [a_step, b_step]] = steps;
            Nest::Contraction(ContractionNest {
                m: Loop {
                    out: 1,
                    a: a_row,
                    b: b_row,
                    ..sum.m
                },
                n: Loop { extent: 1, ..sum.n },
                k: Loop {
                    a: a_step,
                    b: b_step,
                    ..sum.k
                },
                a,
                b: Some(b),
                paired: true,
                ..sum.clone()
            })
        };
        let shared = Place {
            space: Space::Scratch,
            offset: 0,
        };
        let is_first = paired(result, shared, [[1, EXTENT], [ROWS, 1]]);
        let is_second = paired(shared, result, [[EXTENT, 1], [1, ROWS]]);
        let of_factor = (factor, 1, ROWS + 1);
        let of_shared = (shared, EXTENT, 1);
        for (nest, factors) in [
            (is_first, [of_factor, of_shared]),
            (is_second, [of_shared, of_factor]),
        ] {
            let nests = absorb(vec![Nest::Elementwise(product.clone()), nest], &[]);
            let [Nest::Contraction(nest)] = &nests[..] else {
                panic!("one contraction is left");
            };
            assert_eq!(nest.weight, Some((block(WEIGHT), 1)));
            let second = nest.b.expect("a second factor");
            let found = [(nest.a, nest.m.a, nest.k.a), (second, nest.m.b, nest.k.b)];
            assert_eq!(found, factors);
        }
    }
}
