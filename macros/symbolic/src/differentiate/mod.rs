//! Transforms from programs to programs: forward, reverse, Hessians, Laplacians, partial derivatives.
//!
//! Each works on any graph, its own results included, and knows operations only by `rules`.

mod cuts;
mod forward;
mod laplacian;
mod partial;
mod reverse;
mod rules;
mod second_order;
mod tail;

pub use forward::{Tangents, forward};
pub use laplacian::forward_laplacian;
pub use partial::{gradient_of, laplacian_of, partial};
pub use reverse::{Adjoints, reverse};
pub use second_order::{Form, Path, SecondOrder, second_order};
pub(crate) use tail::Tail;
