//! Loops of a contraction: indices with the step of each operand go in, a nest comes out.
//!
//! An index is a row of the result (the second factor does not carry it), a column (the first does
//! not), shared by both, or summed. The tile takes one row and one column index; one index, or the
//! points, run along the lanes.

use super::nests::{Addend, ContractionNest, LaneAxis, Loop, Mode, Place, Relayout, Vectors};

/// Lanes that a choice is priced for, and the cost of adding up lanes at the end.
const LANES: usize = 8;
const REDUCTION: usize = 4;
/// Rows of a copy are padded to whole vectors of any instruction set.
const WHOLE_VECTORS: usize = 16;
/// The cost of laying out a vector of points anew, measured in multiply-adds.
const RELAYOUT: usize = 6;
/// The same of adding up the lanes of a sum over the points, as many sums together as there are lanes.
const TOTAL: usize = 5;

/// The most products that are added up in one nest.
const MOST_ADDENDS: usize = 16;
/// The most that sums are multiplied or divided by between two of them.
const MOST_SCALE: f64 = 1e6;

/// An index and the step of each operand along it; none: the operand does not carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IndexSteps {
    pub extent: usize,
    pub out: Option<usize>,
    pub a: Option<usize>,
    pub b: Option<usize>,
    pub init: Option<usize>,
    /// One of the two axes in which the result is symmetric.
    pub symmetric: bool,
    /// Several of its steps write to one place, one after the other.
    pub meets: bool,
}

impl IndexSteps {
    fn steps(self) -> Loop {
        Loop {
            extent: self.extent,
            out: self.out.unwrap_or(0),
            a: self.a.unwrap_or(0),
            b: self.b.unwrap_or(0),
            init: self.init.unwrap_or(0),
        }
    }

    fn role(self) -> Role {
        match (self.out.is_some(), self.a.is_some(), self.b.is_some()) {
            (false, ..) => Role::Summed,
            (true, true, true) => Role::Shared,
            (true, _, false) => Role::Row,
            (true, false, true) => Role::Column,
        }
    }

    fn exchanged(self) -> Self {
        IndexSteps {
            a: self.b,
            b: self.a,
            ..self
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Row,
    Column,
    Shared,
    Summed,
}

/// Operands of a contraction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operands {
    pub out: Place,
    pub a: Place,
    pub b: Option<Place>,
    pub init: Option<Place>,
    /// How many columns start from `init`; beyond any extent: all.
    pub initial_columns: usize,
    pub scale: f64,
}

/// Forms the nest.
pub(crate) fn contraction_nest(
    indices: &[IndexSteps],
    operands: Operands,
    mode: Mode,
    points: bool,
) -> ContractionNest {
    let indices = merge(
        indices
            .iter()
            .copied()
            .filter(|index| index.extent != 1)
            .collect(),
    );
    let on_points = mode == Mode::Batch && points;
    let mut plans: Vec<(usize, ContractionNest)> = Vec::new();
    for exchange in [false, true] {
        let (indices, operands) = match operands.b {
            // An initial value for some columns only ties the roles.
            Some(_) if exchange && operands.initial_columns != usize::MAX => continue,
            Some(b) if exchange => (
                indices.iter().map(|index| index.exchanged()).collect(),
                Operands {
                    a: b,
                    b: Some(operands.a),
                    ..operands
                },
            ),
            None if exchange => continue,
            _ => (indices.clone(), operands),
        };
        if on_points {
            plans.push(points_nest(&indices, operands));
        } else {
            plans.extend(row_nests(&indices, operands));
            plans.extend(sum_nests(&indices, operands));
        }
    }
    if plans.is_empty() {
        // Nothing is contiguous: the longest sum is gathered.
        let sum = of_role(&indices, Role::Summed).first().copied();
        plans.push((0, sum_nest(&indices, operands, sum)));
    }
    let cheapest = plans.into_iter().min_by_key(|(cost, _)| *cost);
    cheapest.expect("there is a plan").1
}

/// Joins indices that every operand walks through as if they were one.
fn merge(mut indices: Vec<IndexSteps>) -> Vec<IndexSteps> {
    let continues = |inner: Option<usize>, outer: Option<usize>, extent: usize| match (inner, outer)
    {
        (None, None) => true,
        (Some(inner), Some(outer)) => inner * extent == outer,
        _ => false,
    };
    'again: loop {
        for inner in 0..indices.len() {
            for outer in 0..indices.len() {
                let (x, y) = (indices[inner], indices[outer]);
                let mergeable = inner != outer
                    && !(x.symmetric || y.symmetric || x.meets || y.meets)
                    && x.role() == y.role()
                    && continues(x.out, y.out, x.extent)
                    && continues(x.a, y.a, x.extent)
                    && continues(x.b, y.b, x.extent)
                    && continues(x.init, y.init, x.extent);
                if mergeable {
                    indices[inner].extent *= y.extent;
                    indices.remove(outer);
                    continue 'again;
                }
            }
        }
        return indices;
    }
}

/// The positions of a role's indices that a tile may take, largest extent first, axes of symmetry before others.
fn of_role(indices: &[IndexSteps], role: Role) -> Vec<usize> {
    let mut found: Vec<usize> = (0..indices.len())
        .filter(|i| indices[*i].role() == role && !indices[*i].meets)
        .collect();
    found.sort_by_key(|i| {
        (
            !indices[*i].symmetric,
            std::cmp::Reverse(indices[*i].extent),
        )
    });
    found
}

/// Assembles a nest from the indices chosen for rows, columns and the innermost sum.
fn assemble(
    indices: &[IndexSteps],
    operands: Operands,
    lane: LaneAxis,
    row: Option<usize>,
    column: Option<usize>,
    sum: Option<usize>,
) -> ContractionNest {
    let step = |index: Option<usize>| index.map_or(Loop::ONCE, |index| indices[index].steps());
    let paired = row.is_some_and(|row| indices[row].role() == Role::Shared);
    let column = column.filter(|_| !paired);
    let mut outer = Vec::new();
    let mut sums = Vec::new();
    for (position, index) in indices.iter().enumerate() {
        if [row, column, sum].contains(&Some(position)) {
            continue;
        }
        match index.role() {
            Role::Summed => sums.push(index.steps()),
            _ => outer.push(index.steps()),
        }
    }
    let is_symmetric = |index: Option<usize>| index.is_some_and(|index| indices[index].symmetric);
    let symmetric = lane != LaneAxis::Row && is_symmetric(row) && is_symmetric(column);
    ContractionNest {
        lane,
        outer,
        m: step(row),
        n: step(column),
        sums,
        k: step(sum),
        out: operands.out,
        a: operands.a,
        b: operands.b,
        addends: Vec::new(),
        weight: None,
        init: operands.init,
        initial_columns: operands.initial_columns,
        paired,
        scale: operands.scale,
        symmetric,
        over_points: false,
    }
}

/// Points along the lanes: the largest row and column index make the tile.
fn points_nest(indices: &[IndexSteps], operands: Operands) -> (usize, ContractionNest) {
    let rows = of_role(indices, Role::Row);
    let columns = of_role(indices, Role::Column);
    let shared = of_role(indices, Role::Shared);
    let sum = of_role(indices, Role::Summed).first().copied();
    let row = match (rows.first(), columns.first()) {
        (Some(row), _) => Some(*row),
        (None, Some(_)) => None,
        (None, None) => shared.first().copied(),
    };
    let nest = assemble(
        indices,
        operands,
        LaneAxis::Points,
        row,
        columns.first().copied(),
        sum,
    );
    // More rows than columns: a row costs a load in each step, a column holds its load.
    let cost = if nest.m.extent >= nest.n.extent { 0 } else { 1 };
    (cost, nest)
}

/// A row index, or one that both factors share, along the lanes.
fn row_nests(indices: &[IndexSteps], operands: Operands) -> Vec<(usize, ContractionNest)> {
    let mut plans = Vec::new();
    let volume: usize = indices.iter().map(|index| index.extent).product();
    for (position, index) in indices.iter().enumerate() {
        let contiguous = !index.meets
            && index.out == Some(1)
            && index.a == Some(1)
            && matches!(index.b, None | Some(1))
            && matches!(index.init, None | Some(1));
        if !contiguous {
            continue;
        }
        let column = of_role(indices, Role::Column).first().copied();
        let sum = of_role(indices, Role::Summed).first().copied();
        let nest = assemble(
            indices,
            operands,
            LaneAxis::Row,
            Some(position),
            column,
            sum,
        );
        plans.push((volume / index.extent * index.extent.div_ceil(LANES), nest));
    }
    plans
}

/// A summed index along the lanes.
fn sum_nests(indices: &[IndexSteps], operands: Operands) -> Vec<(usize, ContractionNest)> {
    let mut plans = Vec::new();
    let volume: usize = indices.iter().map(|index| index.extent).product();
    let results: usize = indices
        .iter()
        .filter(|index| index.out.is_some())
        .map(|index| index.extent)
        .product();
    for (position, index) in indices.iter().enumerate() {
        let carried = |step: Option<usize>, present: bool| !present || step == Some(1);
        let contiguous = index.role() == Role::Summed
            && carried(index.a, true)
            && carried(index.b, operands.b.is_some());
        if !contiguous {
            continue;
        }
        let nest = sum_nest(indices, operands, Some(position));
        let cost = volume / index.extent * index.extent.div_ceil(LANES) + REDUCTION * results;
        plans.push((cost, nest));
    }
    // Without a summed index one lane is used.
    if indices.iter().all(|index| index.role() != Role::Summed) {
        plans.push((volume * (1 + REDUCTION), sum_nest(indices, operands, None)));
    }
    plans
}

/// Forms the nest that adds a product to its sum over the points, with its cost.
///
/// Points may run along the lanes, which are added up for every result; or rows of the result, for which the factor that has them
/// is laid out anew behind the block, from element `behind` on.
fn total_nests(
    total: &Total,
    vectors: Vectors,
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
    } = vectors;
    let points = total.points(vectors);
    let nest = sum_nest(&indices, operands, None);
    let mut cheapest = volume * vectors + TOTAL * results;
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
/// that is cheaper, whose lanes are added up once; the others each by itself.
pub(crate) fn totals(
    totals: &[Total],
    vectors: Vectors,
    behind: usize,
) -> Vec<(Option<Relayout>, ContractionNest)> {
    let mut left: Vec<Total> = totals.iter().map(Total::normal).collect();
    let mut nests = Vec::new();
    while let Some(first) = left.first().cloned() {
        let (alike, others): (Vec<Total>, Vec<Total>) =
            left.into_iter().partition(|total| total.resembles(&first));
        let apart: Vec<_> = alike
            .iter()
            .map(|total| total_nests(total, vectors, behind))
            .collect();
        let mut cost: usize = apart.iter().map(|(cost, _)| cost).sum();
        // What several read is copied once.
        let copies: Vec<&Relayout> = apart
            .iter()
            .filter_map(|(_, nest)| nest.0.as_ref())
            .collect();
        for (position, copy) in copies.iter().enumerate() {
            if copies[..position].contains(copy) {
                cost -= copying(copy);
            }
        }
        match joined(&alike, vectors.count) {
            Some((joined, nest)) if joined < cost => nests.push((None, nest)),
            _ => nests.extend(apart.into_iter().map(|(_, nest)| nest)),
        }
        left = others;
    }
    nests
}

/// One nest for products whose factors walk alike, and its cost. None if there is but one product or there are too many.
fn joined(totals: &[Total], vectors: usize) -> Option<(usize, ContractionNest)> {
    let count: usize = totals.iter().map(Total::products).sum();
    if !(2..=MOST_ADDENDS).contains(&count) {
        return None;
    }
    let products = totals.iter().flat_map(|total| {
        let beginnings = total.beginnings().into_iter();
        beginnings.map(|(a, b)| (a, b, total.operands.scale))
    });
    let mut products: Vec<(usize, usize, f64)> = products.collect();
    // Neighbours with one factor need no multiplication between them, and behind the last there is none if its factor is one.
    products.sort_by(|(.., left), (.., right)| {
        (*left == 1.0)
            .cmp(&(*right == 1.0))
            .then(left.total_cmp(right))
    });
    let [a, b] = [
        products.iter().map(|(a, ..)| *a).min()?,
        products.iter().map(|(_, b, _)| *b).min()?,
    ];
    let scales = products.iter().map(|(.., scale)| *scale);
    let next = scales.clone().skip(1).chain([1.0]);
    let addends = products.iter().zip(scales.zip(next));
    let addends: Vec<Addend> = addends
        .map(|((first, second, _), (scale, next))| Addend {
            a: first - a,
            b: second - b,
            scale: scale / next,
        })
        .collect();
    // Sums that are multiplied by more could leave the range of a scalar, though no product with its own factor does.
    let within = |addend: &Addend| (1.0 / MOST_SCALE..=MOST_SCALE).contains(&addend.scale.abs());
    if !addends.iter().all(within) {
        return None;
    }
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
    let cost = results * addends.len() * vectors + TOTAL * results;
    let nest = sum_nest(totals[0].results(), operands, None);
    let nest = over_points(nest, totals[0].points(vectors));
    Some((cost, ContractionNest { addends, ..nest }))
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

/// The nest with a summed index along the lanes.
fn sum_nest(indices: &[IndexSteps], operands: Operands, sum: Option<usize>) -> ContractionNest {
    let row = of_role(indices, Role::Row).first().copied();
    let column = of_role(indices, Role::Column).first().copied();
    let shared = of_role(indices, Role::Shared).first().copied();
    let row = if row.is_none() && column.is_none() {
        shared
    } else {
        row
    };
    assemble(indices, operands, LaneAxis::Sum, row, column, sum)
}
