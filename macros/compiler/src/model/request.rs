//! What can be asked of a network: names of requests and orders of elimination, each spelled once.

use proc_macro2::Span;

/// Something asked of a network by `derive(...)`.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// What is asked.
    pub kind: RequestKind,
    /// The order of elimination the user fixed; without one the cost model picks.
    pub order: Option<Order>,
    /// Where it was written; the attribute itself for the value, which nobody needs to write.
    pub span: Span,
}

/// The kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestKind {
    /// y = f(x).
    Value,
    /// y and ∇f, of one output.
    Gradient,
    /// y and J.
    Jacobian,
    /// y, J and the Hessian of each output.
    Hessian,
    /// y, J and the trace of the Hessian of each output.
    Laplacian,
    /// y, J and Σ w_k ∇²f_k.
    AdjointHessian,
    /// y and J v.
    Jvp,
    /// y and wᵀ J.
    Vjp,
    /// y, ∇f and H v, of one output.
    Hvp,
}

/// How a derivative of second order is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// No inner cut: tangents of every layer are contracted at the input.
    Contraction,
    /// A cut at every layer: the chained layer recursion.
    Recursion,
    /// Cuts along the cheapest path.
    Mixed,
    /// Second-order tangents along directions.
    Forward,
}

impl RequestKind {
    /// All kinds, in the order in which documentation lists them.
    pub const ALL: [Self; 9] = [
        Self::Value,
        Self::Gradient,
        Self::Jacobian,
        Self::Hessian,
        Self::Laplacian,
        Self::AdjointHessian,
        Self::Jvp,
        Self::Vjp,
        Self::Hvp,
    ];

    /// The name by which it is asked, which is also the name of its method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Gradient => "gradient",
            Self::Jacobian => "jacobian",
            Self::Hessian => "hessian",
            Self::Laplacian => "laplacian",
            Self::AdjointHessian => "adjoint_hessian",
            Self::Jvp => "jvp",
            Self::Vjp => "vjp",
            Self::Hvp => "hvp",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The highest derivative of an activation that it needs.
    #[must_use]
    pub const fn derivative_order(self) -> u8 {
        match self {
            Self::Value => 0,
            Self::Gradient | Self::Jacobian | Self::Jvp | Self::Vjp => 1,
            Self::Hessian | Self::Laplacian | Self::AdjointHessian | Self::Hvp => 2,
        }
    }

    /// Whether an order of elimination can be chosen for it.
    #[must_use]
    pub const fn has_order(self) -> bool {
        matches!(self, Self::Hessian | Self::Laplacian | Self::AdjointHessian)
    }

    /// Whether it has a meaning for one output only.
    #[must_use]
    pub const fn needs_one_output(self) -> bool {
        matches!(self, Self::Gradient | Self::Hvp)
    }
}

impl Order {
    /// All orders, in the order in which documentation lists them.
    pub const ALL: [Self; 4] = [
        Self::Contraction,
        Self::Recursion,
        Self::Mixed,
        Self::Forward,
    ];

    /// The name by which it is asked.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contraction => "contraction",
            Self::Recursion => "recursion",
            Self::Mixed => "mixed",
            Self::Forward => "forward",
        }
    }

    /// The order of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }
}
