//! What emitted code runs: nests over the memory of a call, and transfers in and out of it.

mod arithmetic;
mod contraction;
mod elementwise;
mod enter;
mod memory;
mod transfer;
mod workspace;

pub use arithmetic::{Arithmetic, arithmetic};
pub use contraction::{Checked, Contraction, Isa, LaneAxis, Loop};
pub use elementwise::{Elementwise, Read, elementwise};
pub use enter::{Enter, WithIsa};
pub use memory::{Memory, Space};
pub use transfer::{Entries, View, Zeroed, pack, unpack};
pub use workspace::{Stack, Workspace};
