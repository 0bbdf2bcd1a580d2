//! Passes that keep the meaning of a program and lower its cost.

pub(crate) mod collapse;
pub mod cost;
pub(crate) mod increments;
pub(crate) mod order;
mod rebuild;
