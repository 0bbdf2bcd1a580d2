//! What a definition asks for, with its programs, goes in; what is computed for it comes out: the derived program,
//! scheduled for a batch and for one point.

use derive_network_symbolic::ir::{Output, Program};
use derive_network_symbolic::request::{Derived, Elimination, Request as Asked, derive};
use derive_network_symbolic::schedule::{LoopProgram, Mode, schedule};

use crate::lower::{Lowered, lower};
use crate::model::{Network, Order, Request, RequestKind};

/// A request with everything that the emitter needs.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The function it is asked of, by its position in [`Network::functions`]; the output if there is none.
    pub function: Option<usize>,
    /// What is asked.
    pub kind: RequestKind,
    /// The derived program and how it was found.
    pub derived: Derived,
    /// For blocks of points.
    pub batch: LoopProgram,
    /// For one point.
    pub single: LoopProgram,
}

/// Derives and schedules all that is asked of derivatives in the inputs: of the output, then of each named function.
#[must_use]
pub fn schedule_requests(network: &Network, lowered: &Lowered) -> Vec<Scheduled> {
    let value = lower(network);
    let of_output = network.requests.iter();
    let mut scheduled: Vec<Scheduled> = of_output
        .map(|request| schedule_request(&value, request))
        .collect();
    for (position, value) in function_programs(network, lowered).iter().enumerate() {
        let requests = &network.functions[position].requests;
        scheduled.extend(requests.iter().map(|request| Scheduled {
            function: Some(position),
            ..schedule_request(value, request)
        }));
    }
    scheduled
}

/// The value of each named function as a program of its own. Input 1 is there where the function needs given data.
#[must_use]
pub fn function_programs(network: &Network, lowered: &Lowered) -> Vec<Program> {
    let functions = network.functions.iter().zip(&lowered.functions);
    let programs = functions.map(|(function, node)| {
        let mut program = lowered.program.clone();
        program
            .inputs
            .truncate(if function.needs_given() { 2 } else { 1 });
        program.outputs = vec![Output {
            name: function.name.to_string(),
            node: *node,
        }];
        program
    });
    programs.collect()
}

/// Derives and schedules one request of the output of a program.
#[must_use]
pub fn schedule_request(value: &Program, request: &Request) -> Scheduled {
    let derived = derive(value, asked(request.kind), elimination(request.order));
    Scheduled {
        function: None,
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
