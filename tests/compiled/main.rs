//! Networks compiled through the macro, asked by laws and by what they do to memory: one set of networks, compiled once.

#[path = "../support/agreement.rs"]
mod agreement;
#[path = "../support/counting.rs"]
mod counting;
#[path = "../support/face.rs"]
mod face;
#[path = "../support/interpreted.rs"]
mod interpreted;
mod laws;
mod memory;
mod networks;
#[path = "../support/plain.rs"]
mod plain;
#[path = "../support/random.rs"]
mod random;
