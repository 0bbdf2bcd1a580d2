//! The register tile of a contraction: how many rows and columns of results are held at once.

use super::nests::{ContractionNest, LaneAxis};

/// Rows and columns of the tile for each kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// With 32 registers of 512 bits.
    pub wide: (usize, usize),
    /// With 16 registers of 256 bits.
    pub narrow: (usize, usize),
    /// With 16 registers of 128 bits.
    pub narrowest: (usize, usize),
}

/// Sides of a tile are at most this: beyond it code grows and nothing is gained. Of `f32`, a column of so many rows fills a line of the
/// cache, which is then read once.
const LONGEST_SIDE: usize = 16;
/// The same where lanes are added up: of as many rows as there are lanes they are together.
const LONGEST_OF_SUMS: usize = 20;
/// The same where the lanes are few, so that tiles are of few shapes.
const LONGEST_OF_FEW_LANES: usize = 4;
/// Steps that a result waits for the one before it, in multiply-adds that could run meanwhile.
const LATENCY: f64 = 8.0;
/// One more, since no schedule is perfect.
const SLACK: f64 = 1.0;
/// What a load costs beside products that hide it.
const FAR: f64 = 0.4;
/// What each further shape of tile may cost, as a part of the cycles: it is compiled for every instruction set.
const SHAPE: f64 = 0.15;
/// Rows up to which it costs so much; of more rows time is worth more than code.
const FEW_ROWS: f64 = 24.0;

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
        let tile = |lanes, registers, longest| {
            if lane == (LaneAxis::Row, true) {
                return squares(self.rows(lanes), columns.min(lanes), registers);
            }
            best(lane, self.rows(lanes), columns, registers, longest)
        };
        Tile {
            wide: tile(lanes, wide, longest),
            narrow: tile(lanes / 2, 15, LONGEST_SIDE),
            // Without fused multiply-adds a product is in a register before it is added.
            narrowest: tile(lanes / 4, 15, LONGEST_OF_FEW_LANES),
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
fn squares(rows: usize, columns: usize, registers: usize) -> (usize, usize) {
    let fitting = (registers - 1) / (columns + 1);
    let enough = (2.0 * LATENCY) as usize / columns;
    (fitting.min(enough).clamp(1, rows), columns)
}

fn best(
    (lane, symmetric): (LaneAxis, bool),
    rows: usize,
    columns: usize,
    registers: usize,
    longest: usize,
) -> (usize, usize) {
    let mut found = (f64::INFINITY, (1, 1));
    for n in 1..=columns.min(longest) {
        for m in 1..=rows.min(longest) {
            // Factors of a step: those of all rows, if these are vectors, or of all columns, and one of the others after the other.
            let factors = if lane == LaneAxis::Row { m } else { n } + 1;
            if m * n + factors > registers {
                continue;
            }
            if symmetric {
                let cycles = triangle(rows, columns, m, n);
                if cycles < found.0 {
                    found = (cycles, (m, n));
                }
                continue;
            }
            let (mut cycles, mut shapes) = (0.0, 0.0);
            for (tiles_down, height) in [(rows / m, m), (1, rows % m)] {
                for (tiles_across, width) in [(columns / n, n), (1, columns % n)] {
                    if height > 0 && width > 0 {
                        let tiles = (tiles_down * tiles_across) as f64;
                        cycles += tiles * cycles_of_step(height, width, LATENCY + SLACK);
                        shapes += if tiles > 0.0 { 1.0 } else { 0.0 };
                    }
                }
            }
            cycles *= 1.0 + SHAPE * (shapes - 1.0) * (FEW_ROWS / rows as f64).min(1.0);
            if cycles < found.0 {
                found = (cycles, (m, n));
            }
        }
    }
    found.1
}

/// Half cycles of one summed step of a triangle: each column of tiles begins at the diagonal, and rows that fill no tile are done one by
/// one. No slack: taller tiles, which it would favour, leave rows over.
fn triangle(rows: usize, columns: usize, m: usize, n: usize) -> f64 {
    let step = |height, width| cycles_of_step(height, width, LATENCY);
    let begins = (0..columns).step_by(n);
    let column = begins.map(|begin| {
        let (height, width) = (rows.saturating_sub(begin), n.min(columns - begin));
        (height / m) as f64 * step(m, width) + (height % m) as f64 * step(1, width)
    });
    column.sum()
}

/// Half cycles of one summed step of a tile: products, loads, and the wait for the last sum; of tiles that keep up alike the one
/// with fewer loads, which may come from farther than the nearest cache.
fn cycles_of_step(m: usize, n: usize, waits: f64) -> f64 {
    let products = (m * n) as f64;
    let loads = (m + n) as f64;
    products.max(loads).max(waits) + FAR * loads
}
