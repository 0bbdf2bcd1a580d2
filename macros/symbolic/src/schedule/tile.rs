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
    /// Rows of the tiles of the columns that are left over, which may be more: of a column alone, whose loads hide no products, tall
    /// tiles load the least.
    pub rest: usize,
}

/// Sides of a tile are at most this: beyond it code grows and nothing is gained. Of `f32`, a column of so many rows fills a line of the
/// cache, which is then read once.
const LONGEST_SIDE: usize = 16;
/// The same where lanes are added up: of as many rows as there are lanes they are together.
const LONGEST_OF_SUMS: usize = 20;
/// The same where the lanes are few, so that tiles are of few shapes.
const LONGEST_OF_FEW_LANES: usize = 4;
/// Multiply-adds that could run while a result waits for the one before it.
const LATENCY: f64 = 8.0;
/// What each further shape of tile may cost, as a part of the cycles: it is compiled for every instruction set.
const SHAPE: f64 = 0.1;
/// Rows up to which it costs so much; of more rows time is worth more than code.
const FEW_ROWS: f64 = 24.0;

/// What one summed step of a tile takes.
#[derive(Clone, Copy)]
struct Step {
    /// In half cycles at least, since a sum waits for the one before it.
    waits: f64,
    /// More for each load, though products hide it.
    load: f64,
    /// A tile's beginning, its part for each step, where the tile is of more results than must wait.
    begins: f64,
    /// Whether each column is multiplied by a weight before it is a factor.
    weighted: bool,
}

/// Results in all lanes: measured, tiles of eight results keep up, since the next tile begins while they wait.
const OF_RESULTS: Step = Step {
    waits: LATENCY,
    load: NEAR,
    begins: 0.0,
    weighted: false,
};
/// What a load costs beside products that hide it: of what stays in the nearest cache, and of what a long sum reads from farther.
const NEAR: f64 = 0.2;
const FAR: f64 = 0.4;
/// Steps of a long sum.
const MANY_STEPS: usize = 256;
/// Results that are the sums of lanes: of fewer steps, and all loads are vectors, most of matrices, which come from farther and hide weights.
const OF_SUMS: Step = Step {
    waits: LATENCY + 1.0,
    load: FAR,
    begins: 0.0,
    weighted: false,
};
/// Half cycles that tiles of more than nine results take to begin, measured with 16 registers and sums of 16 to 64 steps.
const BEGINS: f64 = 28.0;
/// Steps below which it is not known to matter more.
const FEW_STEPS: usize = 16;

impl Step {
    /// Half cycles: products, loads, and the wait for the last sum; of tiles that keep up alike the one with fewer loads, which may come
    /// from farther than the nearest cache, takes the least.
    fn cycles(self, m: usize, n: usize) -> f64 {
        let results = (m * n) as f64;
        let weights = usize::from(self.weighted);
        let products = results + (n * weights) as f64;
        let loads = (m + n + weights) as f64;
        let begins = if results > LATENCY + 1.0 {
            self.begins
        } else {
            0.0
        };
        products.max(loads).max(self.waits) + self.load * loads + begins
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
        let around = self.sums.iter().map(|step| step.extent).product::<usize>();
        let steps = self.k.extent * around * self.addends.len().max(1);
        let step = |begins: f64| match self.lane {
            LaneAxis::Sum => OF_SUMS,
            LaneAxis::Row => OF_RESULTS,
            LaneAxis::Points => Step {
                load: if steps < MANY_STEPS { NEAR } else { FAR },
                begins: begins / steps.max(FEW_STEPS) as f64,
                weighted: self.weight.is_some(),
                ..OF_RESULTS
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
            narrow: tile(lanes / 2, 15, LONGEST_SIDE, step(BEGINS)),
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
/// would be left over.
fn squares(rows: usize, columns: usize, registers: usize) -> Shape {
    let fitting = (registers - 1) / (columns + 1);
    let enough = (2.0 * LATENCY) as usize / columns;
    let rows = fitting.min(enough).clamp(1, rows);
    Shape {
        rows,
        columns,
        rest: rows,
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
    let mut found = (f64::INFINITY, [1; 3]);
    for n in 1..=columns.min(longest) {
        for m in heights(n) {
            if symmetric {
                let (cycles, shapes) = triangle(rows, m, n, step);
                found = least(found, cycles * cost_of_shapes(shapes, rows), [m, n, m]);
                continue;
            }
            let (main, shapes) = column_of_tiles(rows, m, n, step);
            let main = (columns / n) as f64 * main;
            let left = columns % n;
            if left == 0 {
                let cycles = main * cost_of_shapes(shapes, rows);
                found = least(found, cycles, [m, n, m]);
                continue;
            }
            for rest in heights(left) {
                let (beside, more) = column_of_tiles(rows, rest, left, step);
                let cycles = (main + beside) * cost_of_shapes(shapes + more, rows);
                found = least(found, cycles, [m, n, rest]);
            }
        }
    }
    let [rows, columns, rest] = found.1;
    Shape {
        rows,
        columns,
        rest,
    }
}

/// What needs fewer cycles, of equal ones the first.
fn least(found: (f64, [usize; 3]), cycles: f64, shape: [usize; 3]) -> (f64, [usize; 3]) {
    if cycles < found.0 {
        (cycles, shape)
    } else {
        found
    }
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

/// Half cycles of one summed step of a triangle, and how many shapes it is of: each column of tiles begins at the diagonal with one that is
/// compiled by itself. Sums of lanes wait no longer than other results: taller tiles, which that would favour, leave rows over.
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

    #[test]
    fn a_column_left_over_has_taller_tiles_than_those_beside_it() {
        let shape = best(
            (LaneAxis::Points, false),
            16,
            9,
            15,
            LONGEST_SIDE,
            OF_RESULTS,
        );
        let expected = Shape {
            rows: 4,
            columns: 2,
            rest: 8,
        };
        assert_eq!(shape, expected);
    }

    #[test]
    fn weights_make_triangles_of_few_columns() {
        let shape = |weighted| {
            let step = Step {
                weighted,
                ..OF_RESULTS
            };
            let shape = best((LaneAxis::Points, true), 16, 16, 15, LONGEST_SIDE, step);
            (shape.rows, shape.columns)
        };
        assert_eq!([shape(false), shape(true)], [(2, 4), (4, 2)]);
    }

    #[test]
    fn results_and_factors_of_each_tile_fit_the_registers() {
        for lane in [LaneAxis::Points, LaneAxis::Row, LaneAxis::Sum] {
            for (rows, columns) in (1..40).flat_map(|rows| (1..40).map(move |n| (rows, n))) {
                for (symmetric, registers) in [(false, 15), (true, 15), (false, 29), (true, 29)] {
                    let symmetric = symmetric && rows == columns;
                    let shape = best(
                        (lane, symmetric),
                        rows,
                        columns,
                        registers,
                        LONGEST_SIDE,
                        OF_RESULTS,
                    );
                    let left = columns % shape.columns;
                    for (m, n) in [(shape.rows, shape.columns), (shape.rest, left)] {
                        let factors = if lane == LaneAxis::Row { m } else { n } + 1;
                        assert!(n == 0 || m * n + factors <= registers, "{rows} {columns}");
                    }
                }
            }
        }
    }
}
