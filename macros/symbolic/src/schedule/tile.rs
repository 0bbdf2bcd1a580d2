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

/// Sides of a tile are at most this: beyond it code grows and nothing is gained.
const LONGEST_SIDE: usize = 8;
/// Steps that a result waits for the one before it, in multiply-adds that could run meanwhile.
const LATENCY: f64 = 8.0;

impl ContractionNest {
    /// The tile that needs the fewest cycles for the whole result.
    pub fn tile(&self) -> Tile {
        let rows = |lanes: usize| match self.lane {
            LaneAxis::Row => self.m.extent.div_ceil(lanes),
            _ => self.m.extent,
        };
        // A row along the lanes is masked, not cut: its tiles are alike.
        let masked = self.lane == LaneAxis::Row;
        Tile {
            wide: best(rows(8), self.n.extent, 28, masked),
            narrow: best(rows(4), self.n.extent, 15, masked),
        }
    }
}

fn best(rows: usize, columns: usize, registers: usize, masked: bool) -> (usize, usize) {
    let mut found = (f64::INFINITY, (1, 1));
    for n in 1..=columns.min(LONGEST_SIDE) {
        for m in 1..=rows.min(LONGEST_SIDE) {
            if m * n + n + 1 > registers {
                continue;
            }
            let down = if masked {
                [(rows.div_ceil(m), m), (0, 0)]
            } else {
                [(rows / m, m), (1, rows % m)]
            };
            let mut cycles = 0.0;
            for (tiles_down, height) in down {
                for (tiles_across, width) in [(columns / n, n), (1, columns % n)] {
                    if height > 0 && width > 0 {
                        cycles += (tiles_down * tiles_across) as f64 * step(height, width);
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
