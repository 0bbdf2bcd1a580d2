//! The nests that emitted code is made of.

mod contraction;
mod memory;

pub use contraction::{Contraction, Initial, LaneAxis, Loop, Places, contraction};
pub use memory::{Memory, Place};
