//! What emitted code runs: nests over the memory of a call, and transfers in and out of it.

mod arithmetic;
mod contraction;
mod elementwise;
mod memory;
mod transfer;
mod workspace;

pub use arithmetic::{Arithmetic, arithmetic};
pub use contraction::{Contraction, ContractionNest, LaneAxis, Loop, contraction, kind, tiles};
pub use elementwise::{Code, Elementwise, ElementwiseNest, Read, Walk, elementwise};
pub use memory::{Memory, Sizes, Space};
pub use transfer::{Entries, View, Viewed, Zeroed, pack, unpack};
pub use workspace::{Stack, Workspace};
