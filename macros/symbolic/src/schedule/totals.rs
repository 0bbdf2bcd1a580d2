//! Sums over the points of a block: products go in, nests that add them to numbers come out.
//!
//! Points run along the lanes, several products that walk alike together: lanes are added up for every result, or, if sums are few enough
//! to stay in the caches, kept apart until all points are done. Or rows of the result run along the lanes, for which the factor that has
//! them is laid out anew.

use super::contraction::{IndexSteps, Operands, Role, assemble, merge, of_role, sum_nest};
use super::nests::{
    Addend, ContractionNest, LaneAxis, LaneTotals, Loop, Nest, Place, Relayout, Space, Vectors,
};
use super::touched::touched_by;

/// Rows of a copy are padded to whole vectors of any instruction set.
const WHOLE_VECTORS: usize = 16;
/// The cost of laying out a vector of points anew, measured in multiply-adds.
const RELAYOUT: usize = 6;
/// The same of adding up the lanes of a sum over the points, as many sums together as there are lanes.
const TOTAL: usize = 5;
/// The same of a vector that is loaded to be added to and stored again.
const APART: usize = 3;

/// The most products that are added up in one nest.
const MOST_ADDENDS: usize = 16;

/// A product that is to be added to its sum over the points.
#[derive(Clone, Debug)]
pub(crate) struct Total {
    pub indices: Vec<IndexSteps>,
    pub operands: Operands,
    /// Whether each factor moves along the points.
    pub moves: [bool; 2],
}

impl Total {
    /// The same with the factor that has the contiguous axis of the result first, if one has it alone; the indices of the result in one
    /// order, the summed ones behind them.
    fn normal(&self) -> Self {
        let mut total = self.clone();
        let indices = total.indices.iter().filter(|index| index.extent != 1);
        let summed = |index: &&IndexSteps| index.role() == Role::Summed;
        let (sums, results): (Vec<_>, Vec<_>) = indices.partition(summed);
        let mut results = merge(results.into_iter().copied().collect());
        results.sort_by_key(|index| (index.out, index.init, index.extent));
        let contiguous = results.iter().find(|index| index.role() != Role::Shared);
        let exchange = contiguous.is_some_and(|index| index.role() == Role::Column);
        total.indices = results
            .into_iter()
            .chain(sums.into_iter().copied())
            .collect();
        if let Some(b) = self.operands.b.filter(|_| exchange) {
            total.indices = total
                .indices
                .iter()
                .map(|index| index.exchanged())
                .collect();
            (total.operands.a, total.operands.b) = (b, Some(self.operands.a));
            total.moves.reverse();
        }
        total
    }

    /// The indices of the result.
    fn results(&self) -> &[IndexSteps] {
        let is_result = |index: &IndexSteps| index.role() != Role::Summed;
        let count = self.indices.iter().take_while(|index| is_result(index));
        &self.indices[..count.count()]
    }

    /// Steps of the summed indices.
    fn products(&self) -> usize {
        let summed = &self.indices[self.results().len()..];
        summed.iter().map(|index| index.extent).product()
    }

    /// Where the factors begin at each of these steps.
    fn beginnings(&self) -> Vec<(usize, usize)> {
        let first = |place: Option<Place>| place.map_or(0, |place| place.offset);
        let mut found = vec![(first(Some(self.operands.a)), first(self.operands.b))];
        for index in &self.indices[self.results().len()..] {
            let step = index.steps();
            let moved = |(a, b): (usize, usize)| {
                (0..step.extent).map(move |number| (a + number * step.a, b + number * step.b))
            };
            found = found.into_iter().flat_map(moved).collect();
        }
        found
    }

    /// Whether the factors of both walk alike, to the same results.
    fn resembles(&self, other: &Total) -> bool {
        let spaces = |operands: &Operands| (operands.a.space, operands.b.map(|b| b.space));
        let (here, there) = (&self.operands, &other.operands);
        self.results() == other.results()
            && self.moves == other.moves
            && spaces(here) == spaces(there)
            && (here.out, here.init, here.initial_columns)
                == (there.out, there.init, there.initial_columns)
    }

    fn points(&self, vectors: usize) -> Loop {
        let [a, b] = self.moves.map(usize::from);
        Loop {
            extent: vectors,
            a,
            b,
            ..Loop::ONCE
        }
    }
}

/// Nests that add products to their sums over the points: those whose factors walk alike from different beginnings in one nest where
/// that is cheaper; the others each by itself. If sums may be `apart`, each lane has its own where its total lies, but in the block.
pub(crate) fn totals(
    totals: &[Total],
    vectors: Vectors,
    apart: bool,
    behind: usize,
) -> Vec<(Option<Relayout>, ContractionNest)> {
    let mut left: Vec<Total> = totals.iter().map(Total::normal).collect();
    let mut nests = Vec::new();
    while let Some(first) = left.first().cloned() {
        let (alike, others): (Vec<Total>, Vec<Total>) =
            left.into_iter().partition(|total| total.resembles(&first));
        let alone: Vec<_> = alike
            .iter()
            .map(|total| total_nests(total, vectors, apart, behind))
            .collect();
        let mut cost: usize = alone.iter().map(|(cost, _)| cost).sum();
        // What several read is copied once.
        let copies: Vec<&Relayout> = alone
            .iter()
            .filter_map(|(_, nest)| nest.0.as_ref())
            .collect();
        for (position, copy) in copies.iter().enumerate() {
            if copies[..position].contains(copy) {
                cost -= copying(copy);
            }
        }
        match joined(&alike, vectors.count, apart) {
            Some((joined, nest)) if joined < cost => nests.push((None, nest)),
            _ => nests.extend(alone.into_iter().map(|(_, nest)| nest)),
        }
        left = others;
    }
    nests
}

/// Puts sums of lanes, which lie at the numbers of their totals, behind so many elements of the block.
pub(crate) fn place_lane_totals(nests: &mut [Nest], behind: usize) -> LaneTotals {
    let apart = |nest: &Nest| match nest {
        Nest::Contraction(nest) => nest.is_apart(),
        _ => false,
    };
    let writes = nests.iter().filter(|nest| apart(nest));
    let writes: Vec<_> = writes.flat_map(|nest| touched_by(nest).writes).collect();
    let first = writes.iter().map(|write| write.first).min();
    let last = writes.iter().map(|write| write.last).max();
    let Some((first, last)) = first.zip(last) else {
        return LaneTotals::default();
    };
    for nest in nests {
        if let Nest::Contraction(nest) = nest
            && nest.is_apart()
        {
            nest.out.offset = nest.out.offset - first + behind;
            nest.init = Some(nest.out);
        }
    }
    LaneTotals {
        first,
        count: last + 1 - first,
        block: behind,
    }
}

/// One nest for products whose factors walk alike, and its cost. None if there is but one product or there are too many.
fn joined(totals: &[Total], vectors: usize, apart: bool) -> Option<(usize, ContractionNest)> {
    let count: usize = totals.iter().map(Total::products).sum();
    if !(2..=MOST_ADDENDS).contains(&count) {
        return None;
    }
    let products = totals.iter().flat_map(|total| {
        let beginnings = total.beginnings().into_iter();
        beginnings.map(|(a, b)| (a, b, total.operands.scale))
    });
    let products: Vec<(usize, usize, f64)> = products.collect();
    let [a, b] = [
        products.iter().map(|(a, ..)| *a).min()?,
        products.iter().map(|(_, b, _)| *b).min()?,
    ];
    let addends = products.iter().map(|(first, second, scale)| Addend {
        a: first - a,
        b: second - b,
        weight: 0,
        scale: *scale,
    });
    let addends: Vec<Addend> = addends.collect();
    let at = |place: Place, offset: usize| Place { offset, ..place };
    let operands = Operands {
        a: at(totals[0].operands.a, a),
        b: totals[0].operands.b.map(|place| at(place, b)),
        scale: 1.0,
        ..totals[0].operands
    };
    let results: usize = totals[0]
        .results()
        .iter()
        .map(|index| index.extent)
        .product();
    let cost = results * (addends.len() * vectors + ending(apart));
    let nest = along_lanes(totals[0].results(), operands, apart);
    let nest = over_points(nest, totals[0].points(vectors));
    Some((cost, ContractionNest { addends, ..nest }))
}

/// What a sum costs beside its products.
fn ending(apart: bool) -> usize {
    if apart { APART } else { TOTAL }
}

/// The nest of a sum whose points run along the lanes.
fn along_lanes(indices: &[IndexSteps], operands: Operands, apart: bool) -> ContractionNest {
    let mut nest = sum_nest(indices, operands, None);
    if apart {
        nest.out.space = Space::Block;
        nest.init = Some(nest.out);
    }
    nest
}

/// Forms the nest that adds a product to its sum over the points, with its cost.
///
/// Points may run along the lanes, or rows of the result, for which the factor that has them is laid out anew behind the block, from
/// element `behind` on.
fn total_nests(
    total: &Total,
    vectors: Vectors,
    apart: bool,
    behind: usize,
) -> (usize, (Option<Relayout>, ContractionNest)) {
    let operands = total.operands;
    let indices = merge(
        total
            .indices
            .iter()
            .copied()
            .filter(|index| index.extent != 1)
            .collect(),
    );
    let volume: usize = indices.iter().map(|index| index.extent).product();
    let results: usize = indices
        .iter()
        .filter(|index| index.role() != Role::Summed)
        .map(|index| index.extent)
        .product();
    let Vectors {
        count: vectors,
        lanes,
        ..
    } = vectors;
    let points = total.points(vectors);
    let nest = along_lanes(&indices, operands, apart);
    let mut cheapest = volume * vectors + ending(apart) * results;
    let mut found = (None, over_points(nest, points));
    let (Some(b), [true, true]) = (operands.b, total.moves) else {
        return (cheapest, found);
    };
    for exchange in [false, true] {
        let mut operands = operands;
        let mut indices = indices.clone();
        if exchange {
            indices = indices.iter().map(|index| index.exchanged()).collect();
            (operands.a, operands.b) = (b, Some(operands.a));
        }
        for (position, index) in indices.iter().enumerate() {
            let contiguous = index.role() == Role::Row && !index.meets && index.out == Some(1);
            if !contiguous || !matches!(index.init, None | Some(1)) {
                continue;
            }
            let (relayout, indices) = relayout(&indices, position, operands.a, vectors, behind);
            let vectors_of_rows = volume / index.extent * index.extent.div_ceil(lanes);
            let cost = lanes * vectors * vectors_of_rows + copying(&relayout);
            if cost < cheapest {
                let operands = Operands {
                    a: relayout.to,
                    ..operands
                };
                let column = of_role(&indices, Role::Column).first().copied();
                let lane = LaneAxis::Row;
                let nest = assemble(&indices, operands, lane, Some(position), column, None);
                let points = Loop {
                    a: relayout.stride,
                    ..points
                };
                cheapest = cost;
                found = (Some(relayout), over_points(nest, points));
            }
        }
    }
    (cheapest, found)
}

/// The nest with its innermost sum over the points.
fn over_points(nest: ContractionNest, points: Loop) -> ContractionNest {
    ContractionNest {
        k: points,
        over_points: true,
        ..nest
    }
}

/// What a copy costs.
fn copying(relayout: &Relayout) -> usize {
    RELAYOUT * relayout.vectors * relayout.stride
}

/// The first factor laid out anew with one of its indices as rows, and the indices with its steps there.
fn relayout(
    indices: &[IndexSteps],
    row: usize,
    from: Place,
    vectors: usize,
    behind: usize,
) -> (Relayout, Vec<IndexSteps>) {
    let mut indices = indices.to_vec();
    let rows = (indices[row].extent, indices[row].a.unwrap_or(0));
    indices[row].a = Some(1);
    let mut stride = rows.0.next_multiple_of(WHOLE_VECTORS);
    let mut others = Vec::new();
    for (position, index) in indices.iter_mut().enumerate() {
        if let (Some(step), true) = (index.a, position != row) {
            others.push([index.extent, step, stride]);
            index.a = Some(stride);
            stride *= index.extent;
        }
    }
    let to = Place {
        offset: behind,
        ..from
    };
    let relayout = Relayout {
        from,
        to,
        rows,
        others,
        stride,
        vectors,
    };
    (relayout, indices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Space;

    /// `scale` times the sum over the points of a tensor of three, from `offset` on.
    fn total(offset: usize, scale: f64) -> Total {
        let place = |space, offset| Place { space, offset };
        Total {
            indices: vec![IndexSteps {
                extent: 3,
                out: Some(1),
                a: Some(1),
                b: None,
                init: Some(1),
                symmetric: false,
                meets: false,
            }],
            operands: Operands {
                out: place(Space::Scratch, 0),
                a: place(Space::Block, offset),
                b: None,
                init: Some(place(Space::Scratch, 0)),
                initial_columns: usize::MAX,
                scale,
            },
            moves: [true, false],
        }
    }

    #[test]
    fn each_product_has_its_factor() {
        let (_, nest) = joined(&[total(6, 1.0), total(3, 4.0), total(0, 1e-9)], 1, false).unwrap();
        let found: Vec<_> = nest.addends.iter().map(|sum| (sum.a, sum.scale)).collect();
        assert_eq!(found, [(6, 1.0), (3, 4.0), (0, 1e-9)]);
    }
}
