//! The register tile of a contraction: how many rows and columns of results are held at once.

use super::nests::{ContractionNest, LaneAxis};

/// The tiles for each kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// With 32 registers of 512 bits.
    pub wide: Shape,
    /// With 16 registers of 256 bits.
    pub narrow: Shape,
    /// With 16 registers of 128 bits.
    pub narrowest: Shape,
}

/// Rows and columns of tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of a tile, or vectors of them where they run along the lanes.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
    /// Rows of the narrower tiles of the last columns, where `columns` does not divide them all. They may be more: a tile of one column loads
    /// more than it multiplies, the least where it is tall.
    pub rows_of_last: usize,
}

/// Sides of a tile are at most this: beyond it code grows and nothing is gained. Of `f32`, a column of so many rows fills a line of the
/// cache, which is then read once.
const LONGEST_SIDE: usize = 16;
/// The same where lanes are added up: of as many rows as there are lanes they are together.
const LONGEST_OF_SUMS: usize = 20;
/// The same where the lanes are few, so that tiles are of few shapes.
const LONGEST_OF_FEW_LANES: usize = 4;
/// Results that are added to one after the other without a wait: two a cycle, and each takes four.
const LATENCY: f64 = 8.0;
/// What each further shape of tile may cost, as a part of the cycles: it is compiled for every instruction set.
const SHAPE: f64 = 0.1;
/// Rows up to which it costs so much; of more rows time is worth more than code.
const FEW_ROWS: f64 = 24.0;

/// What a load costs that products hide, from the nearest cache.
const NEAR: f64 = 0.2;
/// The same of more data than stay there.
const FAR: f64 = 0.4;
/// Steps of sums for which they do not: of a matrix and some columns of 32 bytes.
const MANY_STEPS: usize = 256;
/// Results of a tile that begins at once, while the one before it still adds up.
const BEGIN_AT_ONCE: f64 = LATENCY + 1.0;
/// Half cycles that a tile of more results takes to begin: measured with 16 registers (Zen 3), where sums are of 16 to 64 steps.
const STARTUP: f64 = 28.0;
/// Steps over which these are spread at least: of shorter sums nothing is known.
const FEW_STEPS: usize = 16;

/// What one summed step of a tile takes.
#[derive(Clone, Copy)]
struct Step {
    /// Half cycles at least, since each result waits for its last product.
    waits: f64,
    /// Half cycles more for each load, though products hide it.
    load: f64,
    /// The step's part of the half cycles that a large tile takes to begin.
    startup: f64,
    /// Whether each second factor is multiplied by a weight.
    weighted: bool,
    /// Whether there are as many second factors as rows, not as columns.
    paired: bool,
}

/// Tiles in which rows run along the lanes.
const OF_ROWS: Step = Step {
    waits: LATENCY,
    load: NEAR,
    startup: 0.0,
    weighted: false,
    paired: false,
};
/// Tiles whose lanes are added up. A step more of waiting, since sums are short; matrices are read as vectors, most of them from farther, which
/// hides products with weights.
const OF_SUMS: Step = Step {
    waits: LATENCY + 1.0,
    load: FAR,
    startup: 0.0,
    weighted: false,
    paired: false,
};

impl Step {
    /// Half cycles: products, loads, and the wait for the last sum; of tiles that keep up alike the one with fewer loads takes the least.
    fn cycles(self, m: usize, n: usize) -> f64 {
        let results = (m * n) as f64;
        let weights = usize::from(self.weighted);
        let second = if self.paired { m } else { n };
        let products = results + (second * weights) as f64;
        let loads = (m + second + weights) as f64;
        let startup = if results > BEGIN_AT_ONCE {
            self.startup
        } else {
            0.0
        };
        products.max(loads).max(self.waits) + self.load * loads + startup
    }
}

impl ContractionNest {
    /// The tiles that need the fewest cycles for the whole result; `lanes` in a vector of 512 bits.
    pub fn tile(&self, lanes: usize) -> Tile {
        let (lane, columns) = ((self.lane, self.symmetric), self.n.extent);
        let longest = if self.lane == LaneAxis::Sum && !self.over_points {
            LONGEST_OF_SUMS
        } else {
            LONGEST_SIDE
        };
        // A weight is in a register too.
        let wide = 29 - usize::from(self.weight.is_some());
        let around: usize = self.sums.iter().map(|step| step.extent).product();
        let steps = self.k.extent * around * self.addends.len().max(1);
        let step = |startup: f64| match self.lane {
            LaneAxis::Sum => OF_SUMS,
            LaneAxis::Row => OF_ROWS,
            LaneAxis::Points => Step {
                waits: LATENCY,
                load: if steps < MANY_STEPS { NEAR } else { FAR },
                startup: startup / steps.max(FEW_STEPS) as f64,
                weighted: self.weight.is_some(),
                paired: self.paired,
            },
        };
        let tile = |lanes, registers, longest, step| {
            if lane == (LaneAxis::Row, true) {
                return squares(self.rows(lanes), columns.min(lanes), registers);
            }
            best(lane, self.rows(lanes), columns, registers, longest, step)
        };
        Tile {
            wide: tile(lanes, wide, longest, step(0.0)),
            narrow: tile(lanes / 2, 15, LONGEST_SIDE, step(STARTUP)),
            // Without fused multiply-adds a product is in a register before it is added.
            narrowest: tile(lanes / 4, 15, LONGEST_OF_FEW_LANES, step(0.0)),
        }
    }

    /// Rows, or vectors of them where they run along the lanes.
    pub fn rows(&self, lanes: usize) -> usize {
        match self.lane {
            LaneAxis::Row => self.m.extent.div_ceil(lanes),
            LaneAxis::Points | LaneAxis::Sum => self.m.extent,
        }
    }
}

/// Vectors of rows, each with as many columns as it has lanes: a square, whose mirror image is vectors too. As many as fit and as keep up; more
/// would be left over. The last columns are of one vector of rows.
fn squares(rows: usize, columns: usize, registers: usize) -> Shape {
    let fitting = (registers - 1) / (columns + 1);
    let enough = (2.0 * LATENCY) as usize / columns;
    Shape {
        rows: fitting.min(enough).clamp(1, rows),
        columns,
        rows_of_last: 1,
    }
}

fn best(
    (lane, symmetric): (LaneAxis, bool),
    rows: usize,
    columns: usize,
    registers: usize,
    longest: usize,
    step: Step,
) -> Shape {
    // Factors of a step: those of all rows, if these are vectors, or of all columns, and one of the others after the other.
    let fits = |m: usize, n: usize| {
        let factors = if lane == LaneAxis::Row { m } else { n } + 1;
        m * n + factors <= registers
    };
    let heights = |n: usize| (1..=rows.min(longest)).filter(move |&m| fits(m, n));
    let shape = |rows, columns, rows_of_last| Shape {
        rows,
        columns,
        rows_of_last,
    };
    let mut found = (f64::INFINITY, shape(1, 1, 1));
    let mut consider = |cycles: f64, shapes: usize, shape: Shape| {
        let cycles = cycles * cost_of_shapes(shapes, rows);
        if cycles < found.0 {
            found = (cycles, shape);
        }
    };
    for n in 1..=columns.min(longest) {
        let left = columns % n;
        let of_last = heights(left).filter(|_| left > 0 && !symmetric);
        let of_last = of_last.map(|last| (last, column_of_tiles(rows, last, left, step)));
        let of_last: Vec<_> = of_last.collect();
        for m in heights(n) {
            if symmetric {
                let (cycles, shapes) = triangle(rows, m, n, step);
                consider(cycles, shapes, shape(m, n, m));
                continue;
            }
            let (column, shapes) = column_of_tiles(rows, m, n, step);
            let cycles = (columns / n) as f64 * column;
            if left == 0 {
                consider(cycles, shapes, shape(m, n, m));
            }
            for (last, (column, more)) in &of_last {
                consider(cycles + column, shapes + more, shape(m, n, *last));
            }
        }
    }
    found.1
}

/// Half cycles of one summed step of a column of tiles, and how many shapes they are of.
fn column_of_tiles(rows: usize, m: usize, n: usize, step: Step) -> (f64, usize) {
    let (full, left) = (rows / m, rows % m);
    let cycles = full as f64 * step.cycles(m, n);
    if left == 0 {
        (cycles, 1)
    } else {
        (cycles + step.cycles(left, n), 2)
    }
}

/// By how much further shapes lengthen the time, since they are compiled.
fn cost_of_shapes(shapes: usize, rows: usize) -> f64 {
    1.0 + SHAPE * (shapes as f64 - 1.0) * (FEW_ROWS / rows as f64).min(1.0)
}

/// Half cycles of one summed step of a triangle, and about how many shapes it is of: each column of tiles begins at the diagonal, with a tile
/// that is compiled by itself. Loads count as `FAR` and no sum as waiting longer, whatever the lanes: else taller tiles would be favoured, which
/// leave rows over in every column.
fn triangle(rows: usize, m: usize, n: usize, step: Step) -> (f64, usize) {
    let step = Step {
        waits: LATENCY,
        load: FAR,
        ..step
    };
    let mut cycles = 0.0;
    let mut shapes = vec![(m, n)];
    for begin in (0..rows).step_by(n) {
        let (height, width) = (rows - begin, n.min(rows - begin));
        let (column, _) = column_of_tiles(height, m, width, step);
        cycles += column;
        for shape in [(m.min(height), width), (height % m, width)] {
            if shape.0 > 0 && !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
    }
    (cycles, shapes.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of points, where sums are of so many steps; of 256 bits.
    fn of_points(steps: usize) -> Step {
        Step {
            startup: STARTUP / steps as f64,
            ..OF_ROWS
        }
    }

    fn sides(shape: Shape) -> (usize, usize, usize) {
        (shape.rows, shape.columns, shape.rows_of_last)
    }

    #[test]
    fn the_last_column_has_taller_tiles_than_those_beside_it() {
        let kind = (LaneAxis::Points, false);
        let shape = best(kind, 16, 9, 15, LONGEST_SIDE, of_points(16));
        assert_eq!(sides(shape), (4, 2, 8));
    }

    #[test]
    fn tiles_that_take_long_to_begin_are_for_long_sums() {
        let columns_of_20 = |steps| {
            let kind = (LaneAxis::Points, false);
            sides(best(kind, 20, 4, 15, LONGEST_SIDE, of_points(steps)))
        };
        assert_eq!(
            [columns_of_20(20), columns_of_20(2000)],
            [(4, 2, 4), (5, 2, 5)]
        );
    }

    #[test]
    fn weights_make_triangles_of_few_columns() {
        let shape = |weighted| {
            let step = Step {
                weighted,
                ..of_points(16)
            };
            best((LaneAxis::Points, true), 16, 16, 15, LONGEST_SIDE, step)
        };
        let columns = [false, true].map(|weighted| shape(weighted).columns);
        assert_eq!(columns, [4, 2]);
    }

    #[test]
    fn results_and_factors_of_each_tile_fit_the_registers() {
        for lane in [LaneAxis::Points, LaneAxis::Row, LaneAxis::Sum] {
            for (rows, columns) in (1..40).flat_map(|rows| (1..40).map(move |n| (rows, n))) {
                for registers in [15, 28, 29] {
                    let symmetric = rows == columns && lane != LaneAxis::Row;
                    for symmetric in [false, symmetric] {
                        let kind = (lane, symmetric);
                        let shape = best(kind, rows, columns, registers, LONGEST_SIDE, OF_ROWS);
                        let left = columns % shape.columns;
                        for (m, n) in [(shape.rows, shape.columns), (shape.rows_of_last, left)] {
                            let factors = if lane == LaneAxis::Row { m } else { n } + 1;
                            assert!(m <= rows && n <= columns);
                            assert!(n == 0 || m * n + factors <= registers, "{rows} {columns}");
                        }
                    }
                }
            }
        }
    }
}
