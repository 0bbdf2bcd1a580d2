//! The laws of losses and of derivatives in the parameters: sums over points, weights, frozen parameters, lengths, memory.

#[path = "support/counting.rs"]
mod counting;
#[path = "support/face.rs"]
mod face;
#[path = "losses/frozen.rs"]
mod frozen;
#[path = "losses/gauss_newton.rs"]
mod gauss_newton;
#[path = "losses/memory.rs"]
mod memory;
#[path = "losses/networks.rs"]
mod networks;
#[path = "losses/precision.rs"]
mod precision;
#[path = "support/random.rs"]
mod random;
#[path = "losses/second.rs"]
mod second;
#[path = "losses/sums.rs"]
mod sums;
