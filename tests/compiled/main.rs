//! Networks compiled through the macro, asked by laws and by what they do to memory: one set of networks, compiled once.

#[path = "../support/counting.rs"]
mod counting;
#[path = "../support/face.rs"]
mod face;
#[path = "../support/laws.rs"]
mod interpreted;
mod laws;
mod memory;
mod networks;
mod random;
