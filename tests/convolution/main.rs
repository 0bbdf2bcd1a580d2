//! Do convolutions, pooling, normalisation and softmax, compiled through the macro, compute what they mean?

#[path = "../support/agreement.rs"]
mod agreement;
#[path = "../support/comparison.rs"]
mod comparison;
#[path = "../support/face.rs"]
mod face;
mod images;
mod in_parameters;
#[path = "../support/interpreted.rs"]
mod interpreted;
mod laws;
mod networks;
#[path = "../support/oracles.rs"]
mod oracles;
#[path = "../support/plain.rs"]
mod plain;
#[path = "../support/random.rs"]
mod random;
mod vectors;
