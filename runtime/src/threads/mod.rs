//! Calls over many points go in, their chunks come out: done one after the other, or over rayon's current pool within
//! [`in_parallel`].
//!
//! What the chunks are depends on the number of points and on constants of the definition, never on the threads; each has whole
//! blocks of points, so a point is computed as it would be without chunks; and what chunks contribute to a sum is added in
//! their order. So results have the same bits on any number of threads, and those of a call outside of [`in_parallel`].

mod chunks;
mod jacobian;
mod over_points;
#[cfg(feature = "rayon")]
mod pool;
mod slices;
#[cfg(feature = "rayon")]
mod split;

pub use jacobian::{gauss_newton, jacobian};
pub use over_points::{OverPoints, Scratch, over_points};
#[cfg(feature = "rayon")]
pub use pool::in_parallel;
