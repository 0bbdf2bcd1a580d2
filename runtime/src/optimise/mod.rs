//! Networks as problems for optimisers of the ecosystem; there is no optimiser here.
//!
//! | problem | feature | for |
//! |---|---|---|
//! | [`Objective`]: a loss and its gradient | `argmin` | solvers of [`argmin`] that ask for cost and gradient, such as L-BFGS |
//! | [`LeastSquares`]: residuals and their Jacobian | `levenberg-marquardt` | [`levenberg_marquardt`] |
//!
//! Solvers ask for parts of a result one by one; both problems compute them together, once for each distinct point.
//! Parameters that are frozen have zero derivatives, and neither kind of solver moves them.

mod evaluations;
#[cfg(feature = "levenberg-marquardt")]
mod least_squares;
#[cfg(feature = "argmin")]
mod objective;

/// The optimisers that [`Objective`] is for.
#[cfg(feature = "argmin")]
pub use argmin;
pub use evaluations::Failure;
#[cfg(feature = "levenberg-marquardt")]
pub use least_squares::LeastSquares;
/// The optimiser that [`LeastSquares`] is for.
#[cfg(feature = "levenberg-marquardt")]
pub use levenberg_marquardt;
#[cfg(feature = "argmin")]
pub use objective::Objective;
