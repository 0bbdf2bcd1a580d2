//! What emitted code runs: nests over the memory of a call, and transfers in and out of it.

mod arithmetic;
mod caches;
mod columns;
mod contraction;
mod elementwise;
mod gram;
mod memory;
mod nest;
mod odometer;
mod points;
mod relayout;
mod rows;
mod shared;
mod steps;
mod strided;
mod tile;
mod totals;
mod transfer;
mod transpose;
mod workspace;

pub use arithmetic::{Arithmetic, arithmetic};
pub use caches::Pending;
pub use columns::{Columns, unpack_columns};
pub use contraction::{Begin, Contraction, Places, contraction, tiles};
pub use elementwise::{Beside, Code, Elementwise, ElementwiseNest, Read, Walk, elementwise};
#[cfg(feature = "rayon")]
pub use gram::PANEL;
pub use gram::{Panels, mirror, sum_of_squares};
pub use memory::{Memory, Sizes, Space};
pub use nest::{Addend, ContractionNest, LaneAxis, Loop, kind};
pub use points::{Points, take_first};
pub use relayout::{Relaid, Relayout, relayout};
pub use shared::Shared;
pub use totals::{add_lane_totals, clear, drain_totals};
pub use transfer::{Entries, View, Viewed, Zeroed, pack, pack_weights, unpack};
pub use workspace::{Lines, Stack, Workspace};
