//! Nests go in, fewer come out: contractions that follow each other and add to the same result become one, if their factors walk alike from
//! different beginnings.
//!
//! So the Hessian of a network, a sum of products with one term for each layer, stays in registers from the first layer to the last.

use super::nests::{Addend, ContractionNest, LaneAxis, Loop, Nest, Place};
use super::touched::{overlap, touched_by};

/// Joins neighbours.
pub(crate) fn join_sums(nests: Vec<Nest>) -> Vec<Nest> {
    let mut joined: Vec<Nest> = Vec::new();
    for nest in nests {
        let together = joined.last().and_then(|latest| both(latest, &nest));
        match together {
            Some(together) => {
                joined.pop();
                joined.push(Nest::Contraction(together));
            }
            None => joined.push(nest),
        }
    }
    joined
}

/// The products of both nests as one, if the later one adds to what the earlier one writes.
fn both(earlier: &Nest, later: &Nest) -> Option<ContractionNest> {
    let (Nest::Contraction(first), Nest::Contraction(second)) = (earlier, later) else {
        return None;
    };
    let begins_there = second.init == Some(second.out)
        && second.out == first.out
        && second.initial_columns >= second.n.extent
        && loops(second).all(|step| step.init == step.out);
    if !begins_there || !walk_alike(first, second) {
        return None;
    }
    // A tile is written before the next one is read.
    let unread = ContractionNest {
        init: None,
        ..second.clone()
    };
    let (written, read) = (
        touched_by(earlier).writes,
        touched_by(&Nest::Contraction(unread)).reads,
    );
    if read.iter().any(|read| overlap(&written[0], read)) {
        return None;
    }
    Some(added(first, second))
}

fn loops(nest: &ContractionNest) -> impl Iterator<Item = &Loop> {
    nest.outer.iter().chain([&nest.m, &nest.n])
}

/// Whether two nests differ only in where their factors begin and in what they begin with.
fn walk_alike(first: &ContractionNest, second: &ContractionNest) -> bool {
    let steps = |step: &Loop| (step.extent, step.out, step.a, step.b);
    let spaces = |nest: &ContractionNest| {
        let weight = nest.weight.map(|(weight, step)| (weight.space, step));
        (nest.a.space, nest.b.map(|b| b.space), weight)
    };
    let form = |nest: &ContractionNest| (nest.lane, nest.paired, nest.symmetric, steps(&nest.k));
    first.lane != LaneAxis::Row
        && !first.over_points
        && !second.over_points
        && first.sums.is_empty()
        && second.sums.is_empty()
        && first.b.is_some()
        && first.scale == second.scale
        && form(first) == form(second)
        && spaces(first) == spaces(second)
        && loops(first).map(steps).eq(loops(second).map(steps))
}

/// The products of the second nest added to those of the first.
fn added(first: &ContractionNest, second: &ContractionNest) -> ContractionNest {
    let beginnings = |nest: &ContractionNest| -> Vec<[usize; 3]> {
        let (factors, weights) = (nest.factors(), nest.weights());
        let offset = |place: Option<Place>| place.map_or(0, |place| place.offset);
        let products = factors.iter().enumerate();
        let beginnings = products.map(|(position, (a, b))| {
            let weight = weights.get(position).map(|(weight, _)| *weight);
            [Some(*a), *b, weight].map(offset)
        });
        beginnings.collect()
    };
    let all = [beginnings(first), beginnings(second)].concat();
    let least = |operand: usize| {
        let begins = all.iter().map(|begins| begins[operand]);
        begins.min().unwrap_or(0)
    };
    let [a, b, weight] = [0, 1, 2].map(least);
    let at = |place: Place, offset: usize| Place { offset, ..place };
    let addends = all.iter().map(|begins| Addend {
        a: begins[0] - a,
        b: begins[1] - b,
        weight: begins[2] - weight,
        scale: 1.0,
    });
    ContractionNest {
        addends: addends.collect(),
        a: at(first.a, a),
        b: first.b.map(|place| at(place, b)),
        weight: first.weight.map(|(place, step)| (at(place, weight), step)),
        ..first.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::nests::Space;
    use super::*;

    fn place(offset: usize) -> Place {
        Place {
            space: Space::Block,
            offset,
        }
    }

    /// `[0..9] += factor[3, 4] weight[4] factor[3, 4]`, from a factor and a weight.
    fn product(factor: usize, weight: usize) -> ContractionNest {
        let side = |a, b, out| Loop {
            extent: 3,
            out,
            a,
            b,
            init: out,
        };
        ContractionNest {
            m: side(4, 0, 1),
            n: side(0, 4, 3),
            k: Loop {
                extent: 4,
                a: 1,
                b: 1,
                ..Loop::ONCE
            },
            a: place(factor),
            b: Some(place(factor)),
            weight: Some((place(weight), 1)),
            init: Some(place(0)),
            initial_columns: 3,
            scale: 0.5,
            symmetric: true,
            ..ContractionNest::ONCE
        }
    }

    fn join(nests: &[ContractionNest]) -> Vec<ContractionNest> {
        let nests = nests.iter().cloned().map(Nest::Contraction).collect();
        let joined = join_sums(nests).into_iter();
        let contractions = joined.filter_map(|nest| match nest {
            Nest::Contraction(nest) => Some(nest),
            _ => None,
        });
        contractions.collect()
    }

    #[test]
    fn products_that_add_to_one_result_are_one_nest() {
        let mut begin = product(40, 100);
        begin.init = Some(place(300));
        let [nest] = &join(&[begin, product(20, 110), product(60, 90)])[..] else {
            panic!("one nest is left");
        };
        assert_eq!(nest.init, Some(place(300)));
        assert_eq!((nest.a, nest.weight), (place(20), Some((place(90), 1))));
        let found: Vec<_> = nest.addends.iter().map(|sum| (sum.a, sum.weight)).collect();
        assert_eq!(found, [(20, 10), (0, 20), (40, 0)]);
    }

    #[test]
    fn what_differs_or_reads_the_result_is_a_nest_of_its_own() {
        let other_scale = ContractionNest {
            scale: 1.0,
            ..product(20, 110)
        };
        let other_begin = ContractionNest {
            init: Some(place(300)),
            ..product(20, 110)
        };
        for second in [other_scale, other_begin, product(5, 110)] {
            let nests = [product(40, 100), second];
            assert_eq!(join(&nests), nests);
        }
    }
}
