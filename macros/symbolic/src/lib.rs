//! The mathematics of derive-network: what is computed, what its derivatives are, in which loops.
//!
//! [`ir`] holds tensor programs; [`differentiate`] maps programs to programs; [`simplify`] keeps them
//! cheap; [`schedule`] turns them into loop nests; [`interpret`] says what both mean; [`functions`] are
//! the elementwise functions. There is no token and no span here, and no dependency.

pub mod differentiate;
pub mod functions;
pub mod interpret;
pub mod ir;
pub mod parameter_request;
pub mod request;
pub mod schedule;
pub mod simplify;
