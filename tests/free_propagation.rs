//! Do graphs of neurons give the 25-digit reference values of free propagation, with derivatives in all pairs of neurons?

#[path = "free_propagation/face.rs"]
mod face;
#[path = "free_propagation/initial.rs"]
mod initial;
#[path = "support/oracles.rs"]
mod oracles;
#[path = "free_propagation/reference.rs"]
mod reference;
#[path = "free_propagation/states.rs"]
mod states;
