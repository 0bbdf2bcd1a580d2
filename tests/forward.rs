//! Do networks whose value is written in `forward` compute what it says: 25-digit reference values, dual numbers, the interpreter?

#[path = "support/face.rs"]
mod face;
#[path = "support/oracles.rs"]
mod oracles;
#[path = "forward/potential.rs"]
mod potential;
