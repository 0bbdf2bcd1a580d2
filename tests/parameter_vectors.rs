//! Do losses, derivatives in the parameters and what is pulled back give the 25-digit reference values, on all lanes?
//!
//! A test has to compare every tensor of its file, and prints the worst error.

#[path = "parameter_vectors/burgers.rs"]
mod burgers;
#[path = "support/comparison.rs"]
mod comparison;
#[path = "support/face.rs"]
mod face;
#[path = "parameter_vectors/layers.rs"]
mod layers;
#[path = "parameter_vectors/one_input.rs"]
mod one_input;
#[path = "support/oracles.rs"]
mod oracles;
#[path = "parameter_vectors/squares.rs"]
mod squares;
