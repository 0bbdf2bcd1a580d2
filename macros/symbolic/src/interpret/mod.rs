//! What programs and loop programs mean, written as plainly as possible.

mod loops;
mod program;

pub use loops::{interpret_loops, interpret_points};
pub use program::{Tensor, interpret};
