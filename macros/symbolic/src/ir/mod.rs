//! The tensor IR: a hash-consed graph of few operations, closed under differentiation.

mod build;
mod canonical;
mod contract;
mod cut;
mod graph;
mod maximum;
mod monomial;
mod print;
mod product;
mod program;
mod scales;
mod structure;
mod symmetry;
mod ties;
mod windows;

pub use contract::{Contract, Factor, Index, Product, Window};
pub use graph::{Binding, CalledFor, Coefficient, FunctionId, Graph, Node, NodeId, Op};
pub use program::{Output, Program, Total};
