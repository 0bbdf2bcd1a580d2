//! Lanes: vectors of reals whose width the machine decides at run time.
//!
//! In goes code written once, generic in the scalar ([`Real`]) and in the instruction set ([`Isa`]); out comes that
//! code run on the widest instruction set of the machine, or on the one asked for ([`dispatch()`], [`with_lanes`]).

mod dispatch;
mod isa;
mod real;

pub use dispatch::{Lanes, dispatch, with_lanes};
pub use isa::{Isa, OnLanes};
pub use real::Real;
