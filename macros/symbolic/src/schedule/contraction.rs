//! Loops of a contraction: indices with the step of each operand go in, a nest comes out.
//!
//! An index is a row of the result (the second factor does not carry it), a column (the first does
//! not), shared by both, or summed. The tile takes one row and one column index; one index, or the
//! points, run along the lanes.

use super::nests::{ContractionNest, LaneAxis, Loop, Mode, Place};

/// Lanes that a choice is priced for, and the cost of adding up lanes at the end.
const LANES: usize = 8;
const REDUCTION: usize = 4;
/// The fewest rows along the lanes of which one triangle is computed, in squares of lanes: of fewer, most squares lie on the diagonal.
const LEAST_IN_SQUARES: usize = 24;

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
    pub fn steps(self) -> Loop {
        Loop {
            extent: self.extent,
            out: self.out.unwrap_or(0),
            a: self.a.unwrap_or(0),
            b: self.b.unwrap_or(0),
            init: self.init.unwrap_or(0),
        }
    }

    pub fn role(self) -> Role {
        match (self.out.is_some(), self.a.is_some(), self.b.is_some()) {
            (false, ..) => Role::Summed,
            (true, true, true) => Role::Shared,
            (true, _, false) => Role::Row,
            (true, false, true) => Role::Column,
        }
    }

    pub fn exchanged(self) -> Self {
        IndexSteps {
            a: self.b,
            b: self.a,
            ..self
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
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
pub(crate) fn merge(mut indices: Vec<IndexSteps>) -> Vec<IndexSteps> {
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
pub(crate) fn of_role(indices: &[IndexSteps], role: Role) -> Vec<usize> {
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
pub(crate) fn assemble(
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
    let is_small = lane == LaneAxis::Row && step(row).extent < LEAST_IN_SQUARES;
    let symmetric = !is_small && is_symmetric(row) && is_symmetric(column);
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
        begins: false,
        whole: None,
    }
}

/// Rows and columns of the tile: the largest index of each role. Where they are few beside an index that both factors share, that makes the
/// rows, so that tiles are large.
fn rows_and_columns(indices: &[IndexSteps]) -> (Option<usize>, Option<usize>) {
    let largest = |role: Role| of_role(indices, role).first().copied();
    let extent = |index: Option<usize>| index.map_or(1, |index| indices[index].extent);
    let (row, column) = (largest(Role::Row), largest(Role::Column));
    let shared = largest(Role::Shared);
    let is_symmetric = |index: Option<usize>| index.is_some_and(|index| indices[index].symmetric);
    let few = 2 * extent(row) * extent(column) < extent(shared) && !is_symmetric(row);
    if few || row.is_none() && column.is_none() {
        (shared, None)
    } else {
        (row, column)
    }
}

/// Points along the lanes.
fn points_nest(indices: &[IndexSteps], operands: Operands) -> (usize, ContractionNest) {
    let sum = of_role(indices, Role::Summed).first().copied();
    let (row, column) = rows_and_columns(indices);
    let nest = assemble(indices, operands, LaneAxis::Points, row, column, sum);
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
        let vectors = index.extent.div_ceil(LANES);
        let mut cost = volume / index.extent * vectors;
        if nest.symmetric {
            cost = cost * (vectors + 1) / (2 * vectors);
        }
        plans.push((cost, nest));
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

/// The nest with a summed index along the lanes.
pub(crate) fn sum_nest(
    indices: &[IndexSteps],
    operands: Operands,
    sum: Option<usize>,
) -> ContractionNest {
    let (row, column) = rows_and_columns(indices);
    assemble(indices, operands, LaneAxis::Sum, row, column, sum)
}
