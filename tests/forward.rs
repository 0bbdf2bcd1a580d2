//! Do networks whose value is written in `forward` compute what it says: 25-digit reference values, dual numbers, the interpreter?

#[path = "forward/architectures.rs"]
mod architectures;
#[path = "forward/duals.rs"]
mod duals;
#[path = "support/face.rs"]
mod face;
#[path = "support/interpreted.rs"]
mod interpreted;
#[path = "support/oracles.rs"]
mod oracles;
#[path = "forward/potential.rs"]
mod potential;
#[path = "support/random.rs"]
mod random;
