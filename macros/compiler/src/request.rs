//! What a definition asks for, with the value program, goes in; what is computed for it comes out:
//! the derived program, scheduled for a batch and for one point.

use derive_network_symbolic::ir::Program;
use derive_network_symbolic::request::{Derived, Elimination, Request as Asked, derive};
use derive_network_symbolic::schedule::{LoopProgram, Mode, schedule};

use crate::model::{Order, Request, RequestKind};

/// A request with everything that the emitter needs.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// What is asked.
    pub kind: RequestKind,
    /// The derived program and how it was found.
    pub derived: Derived,
    /// For blocks of points.
    pub batch: LoopProgram,
    /// For one point.
    pub single: LoopProgram,
}

/// Derives and schedules one request.
#[must_use]
pub fn schedule_request(value: &Program, request: &Request) -> Scheduled {
    let derived = derive(value, asked(request.kind), elimination(request.order));
    Scheduled {
        kind: request.kind,
        batch: schedule(&derived.program, Mode::Batch),
        single: schedule(&derived.program, Mode::Single),
        derived,
    }
}

/// The request in the words of the mathematics.
#[must_use]
pub fn asked(kind: RequestKind) -> Asked {
    match kind {
        RequestKind::Value => Asked::Value,
        RequestKind::Gradient => Asked::Gradient,
        RequestKind::Jacobian => Asked::Jacobian,
        RequestKind::Hessian => Asked::Hessian,
        RequestKind::Laplacian => Asked::Laplacian,
        RequestKind::AdjointHessian => Asked::AdjointHessian,
        RequestKind::Jvp => Asked::Jvp,
        RequestKind::Vjp => Asked::Vjp,
        RequestKind::Hvp => Asked::Hvp,
    }
}

/// The elimination that an order names.
#[must_use]
pub fn elimination(order: Option<Order>) -> Elimination {
    match order {
        None => Elimination::Automatic,
        Some(Order::Contraction) => Elimination::Contraction,
        Some(Order::Recursion) => Elimination::Recursion,
        Some(Order::Mixed) => Elimination::ShortestPath,
        Some(Order::Forward) => Elimination::Forward,
    }
}
