//! A sum over points as sums over parts of them, each in a thread.

use crate::Failure;
use derive_network::nalgebra::Vector2;
use std::thread;

/// How many parts there are, whatever the machine: the order of a sum is part of its bits.
const PARTS: usize = 4;

/// What the function makes of each part, in their order.
pub fn in_parts<R: Send>(
    points: &[Vector2<f64>],
    function: impl Fn(&[Vector2<f64>]) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let function = &function;
    thread::scope(|scope| {
        let threads: Vec<_> = points
            .chunks(points.len().div_ceil(PARTS))
            .map(|part| scope.spawn(move || function(part)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a thread has panicked")?)
            .collect()
    })
}
