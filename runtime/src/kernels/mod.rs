//! What emitted code runs: nests over the memory of a call, and transfers in and out of it.

mod arithmetic;
mod contraction;
mod elementwise;
mod memory;
mod transfer;
mod workspace;

pub use arithmetic::{Arithmetic, arithmetic};
pub use contraction::{Contraction, LaneAxis, Loop, Tiles, contraction};
pub use elementwise::{Elementwise, Read, elementwise};
pub use memory::{Memory, Space};
pub use transfer::{Entries, View, Zeroed, pack, unpack};
pub use workspace::{Stack, Workspace};
