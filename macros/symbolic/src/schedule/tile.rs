//! The register tile of a contraction: how many rows and columns of results are held at once.

use super::nests::{ContractionNest, LaneAxis};

/// A tile for machines with 32 vector registers or more, and one for fewer: rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// With 32 registers.
    pub wide: (usize, usize),
    /// With 16 registers.
    pub narrow: (usize, usize),
}

/// The tiles that the runtime's kernel has: sides at most these, and at most so many results.
const MOST_ROWS: usize = 8;
const MOST_COLUMNS: usize = 4;
const MOST_RESULTS: usize = 24;
/// Steps that a result waits for the one before it, in multiply-adds that could run meanwhile.
const LATENCY: f64 = 8.0;

impl ContractionNest {
    /// The tile that needs the fewest cycles for the whole result.
    pub fn tile(&self) -> Tile {
        let rows = |lanes: usize| match self.lane {
            LaneAxis::Row => self.m.extent.div_ceil(lanes),
            _ => self.m.extent,
        };
        Tile {
            wide: best(rows(8), self.n.extent, 28),
            narrow: best(rows(4), self.n.extent, 14),
        }
    }
}

fn best(rows: usize, columns: usize, registers: usize) -> (usize, usize) {
    let mut found = (f64::INFINITY, (1, 1));
    for n in 1..=columns.min(MOST_COLUMNS) {
        for m in 1..=rows.min(MOST_ROWS) {
            if m * n > MOST_RESULTS || m * n + n + 1 > registers {
                continue;
            }
            let sides = |extent: usize, side: usize| [(extent / side, side), (1, extent % side)];
            let mut cycles = 0.0;
            for (down, height) in sides(rows, m) {
                for (across, width) in sides(columns, n) {
                    if height > 0 && width > 0 {
                        cycles += (down * across) as f64 * step(height, width);
                    }
                }
            }
            if cycles < found.0 {
                found = (cycles, (m, n));
            }
        }
    }
    found.1
}

/// Half cycles of one summed step of a tile: products, loads, and the wait for the last sum.
fn step(m: usize, n: usize) -> f64 {
    let products = (m * n) as f64;
    let loads = (m + n) as f64;
    products.max(loads).max(LATENCY)
}
