//! What can be asked of derivatives in the parameters: of the output and of named functions, and of losses.

use proc_macro2::Span;

/// Something asked of the output or of a named function.
#[derive(Clone, Copy, Debug)]
pub struct ParameterRequest {
    /// What is asked.
    pub kind: ParameterRequestKind,
    /// Where it was written.
    pub span: Span,
}

/// What is asked of the output or of a named function f with parameters θ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ParameterRequestKind {
    /// f and ∂f/∂θ at a point, of one output.
    ParameterGradient,
    /// ∂f/∂θ at points, row by row.
    ParameterJacobian,
    /// f, and for weights w of its outputs wᵀ ∂f/∂x and wᵀ ∂f/∂θ.
    Pullback,
    /// Jᵀf and JᵀJ over points, with J = ∂f/∂θ.
    GaussNewton,
    /// Pre-activations and activations of each layer; of the output only.
    Intermediates,
}

/// Something asked of a loss.
#[derive(Clone, Copy, Debug)]
pub struct LossRequest {
    /// What is asked.
    pub kind: LossRequestKind,
    /// Where it was written; the loss itself for what nobody needs to write.
    pub span: Span,
}

/// What is asked of a loss J with parameters θ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LossRequestKind {
    /// J.
    Value,
    /// J and ∂J/∂θ.
    Gradient,
    /// J, ∂J/∂θ and ∂²J/∂θ².
    ParameterHessian,
    /// J, ∂J/∂θ and ∂²J/∂θ² v.
    ParameterHvp,
    /// Pre-activations and activations of each layer with the derivatives of J in them.
    Intermediates,
}

impl ParameterRequestKind {
    /// All kinds, in the order in which documentation lists them.
    pub const ALL: [Self; 5] = [
        Self::ParameterGradient,
        Self::ParameterJacobian,
        Self::Pullback,
        Self::GaussNewton,
        Self::Intermediates,
    ];

    /// The name by which it is asked.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ParameterGradient => "parameter_gradient",
            Self::ParameterJacobian => "parameter_jacobian",
            Self::Pullback => "pullback",
            Self::GaussNewton => "gauss_newton",
            Self::Intermediates => "intermediates",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many derivatives in the inputs, and in the parameters, it takes together.
    #[must_use]
    pub const fn orders(self) -> &'static [(usize, usize)] {
        match self {
            Self::Intermediates => &[(0, 0)],
            Self::Pullback => &[(1, 0), (0, 1)],
            _ => &[(0, 1)],
        }
    }

    /// Whether it has a meaning for one output only.
    #[must_use]
    pub const fn needs_one_output(self) -> bool {
        matches!(self, Self::ParameterGradient)
    }
}

impl LossRequestKind {
    /// All kinds, in the order in which documentation lists them.
    pub const ALL: [Self; 5] = [
        Self::Value,
        Self::Gradient,
        Self::ParameterHessian,
        Self::ParameterHvp,
        Self::Intermediates,
    ];

    /// The name by which it is asked.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Gradient => "gradient",
            Self::ParameterHessian => "parameter_hessian",
            Self::ParameterHvp => "parameter_hvp",
            Self::Intermediates => "intermediates",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many derivatives in the inputs, and in the parameters, it takes together.
    #[must_use]
    pub const fn orders(self) -> &'static [(usize, usize)] {
        match self {
            Self::Value => &[(0, 0)],
            Self::Gradient => &[(0, 1)],
            Self::ParameterHessian | Self::ParameterHvp => &[(0, 2)],
            Self::Intermediates => &[(1, 0), (0, 1)],
        }
    }

    /// The names of its methods for a loss of that name.
    #[must_use]
    pub fn methods(self, loss: &str) -> Vec<String> {
        let names = match self {
            Self::Value => vec![loss.to_owned()],
            Self::Gradient => vec![format!("{loss}_gradient"), format!("add_{loss}_gradient")],
            _ => vec![format!("{loss}_{}", self.name())],
        };
        let with = |name: String| [format!("{name}_with"), name];
        names.into_iter().flat_map(with).collect()
    }
}
