//! A scheduled request goes in; its constants and the documentation of its methods come out.

use derive_network_symbolic::schedule::LoopProgram;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{NamedFunction, Network, RequestKind};
use crate::request::Scheduled;

use super::formula::request_formula;
use super::nests::scratch;
use super::parameters::describe_inputs;
use super::signature::number;

/// What the documentation of a request states.
pub(super) struct Figures {
    kind: RequestKind,
    /// The name of its method for one point.
    method: String,
    formula: String,
    flops: usize,
    /// Scalars of scratch.
    scratch: usize,
    /// The same without copies of matrices, which are never on the stack.
    stack: usize,
    /// Scalars of all results.
    results: usize,
    /// Of a scalar.
    bytes: usize,
}

impl Figures {
    pub fn of(network: &Network, request: &Scheduled, method: &str, widest: usize) -> Self {
        let length = |program: &LoopProgram| scratch(program, widest).0;
        let stack = request.without_copies().map(length).max().unwrap_or(0);
        let outputs = request.derived.program.outputs.iter();
        let sizes = outputs.map(|output| request.derived.program.graph.node(output.node).size());
        Figures {
            kind: request.kind,
            method: method.to_owned(),
            formula: request_formula(network, request),
            flops: request.derived.cost.flops() as usize,
            scratch: request.copies.as_ref().map_or(0, length).max(stack),
            stack,
            results: sizes.sum(),
            bytes: network.scalar.bytes(),
        }
    }

    /// Scalars of scratch that a call by value keeps on the stack.
    pub fn stack(&self) -> usize {
        self.stack.max(1)
    }

    /// Scalars of scratch that a batch by value allocates: those that are too many for the stack.
    pub fn allocated(&self) -> Option<usize> {
        (self.scratch > self.stack).then_some(self.scratch)
    }

    /// Bytes that a call by value puts on the stack: scratch, and results twice, since they move.
    pub fn stack_bytes(&self) -> usize {
        (self.stack() + 2 * self.results) * self.bytes
    }

    fn workspace_bytes(&self) -> usize {
        self.scratch * self.bytes
    }

    /// The constants that are named after the request.
    pub fn constants(&self) -> TokenStream {
        let name = &self.method;
        let upper = name.to_uppercase();
        let [formula_name, flops_name, workspace_name] =
            ["FORMULA", "FLOPS", "WORKSPACE_BYTES"].map(|suffix| format_ident!("{upper}_{suffix}"));
        let (formula, flops, workspace) = (
            &self.formula,
            number(self.flops),
            number(self.workspace_bytes()),
        );
        let docs = [
            format!(" What `{name}` computes and how it is eliminated."),
            format!(
                " Floating-point operations of `{name}` per point of many, an elementary function counted as one."
            ),
            format!(
                " Bytes of scratch that `{name}` uses, for one point or a batch of any length."
            ),
        ];
        let [formula_doc, flops_doc, workspace_doc] = docs;
        quote! {
            #[doc = #formula_doc]
            pub const #formula_name: &'static str = #formula;
            #[doc = #flops_doc]
            pub const #flops_name: usize = #flops;
            #[doc = #workspace_doc]
            pub const #workspace_name: usize = #workspace;
        }
    }
}

/// What the results are, for the first line of the documentation.
fn summary(kind: RequestKind, function: Option<&NamedFunction>) -> String {
    let name = function.map(|function| format!("`{}`", function.name));
    let (of, each, all) = match (&name, function) {
        (Some(name), Some(function)) if function.width() > 1 => {
            let each = format!("each entry of {name}");
            (
                format!(" of {name}"),
                each,
                format!("the entries of {name}"),
            )
        }
        (Some(name), _) => (format!(" of {name}"), name.clone(), name.clone()),
        _ => (String::new(), "each output".into(), "the outputs".into()),
    };
    match kind {
        RequestKind::Value if of.is_empty() => "The value f(x)".to_owned(),
        RequestKind::Value => format!("The value{of}"),
        RequestKind::Gradient => format!("The value and the gradient in x{of}"),
        RequestKind::Jacobian => {
            format!("The value and the Jacobian in x{of}, of shape (outputs, inputs)")
        }
        RequestKind::Hessian => {
            format!("The value, the first derivative and the Hessian in x of {each}")
        }
        RequestKind::Laplacian => {
            format!("The value, the first derivative and the Laplacian in x of {each}")
        }
        RequestKind::AdjointHessian => {
            format!("The value, the Jacobian and the Hessian of {all} weighted by `w`")
        }
        RequestKind::Jvp => format!("The value{of} and the Jacobian times `v`"),
        RequestKind::Vjp => format!("The value{of} and `w` times the Jacobian"),
        RequestKind::Hvp => format!("The value, the gradient and the Hessian{of} times `v`"),
    }
}

/// Documentation of the four forms: one point, a batch, and both with a workspace.
pub(super) fn document(
    network: &Network,
    function: Option<&NamedFunction>,
    figures: &Figures,
) -> [TokenStream; 4] {
    let what = summary(figures.kind, function);
    let cost = format!(
        " {} flops a point; {} bytes of scratch.",
        figures.flops,
        figures.workspace_bytes()
    );
    let formula: Vec<String> = figures
        .formula
        .lines()
        .map(|line| format!(" {line}"))
        .collect();
    let given = function.filter(|function| function.needs_given()).map(|_| {
        let list = describe_inputs(&network.given);
        let doc = format!(" `given` has, for each point, {list}.");
        quote! {
            #[doc = ""]
            #[doc = #doc]
        }
    });
    let forms = [
        (format!(" {what}, at one point."), ""),
        (
            format!(" {what}, at each of `points`; an empty batch is fine."),
            "batch",
        ),
        (
            format!(
                " {what}, at one point, written to references; scratch is taken from the workspace."
            ),
            "",
        ),
        (
            format!(" {what}, at each of `points`; scratch is taken from the workspace."),
            "batch",
        ),
    ];
    forms.map(|(line, form)| {
        let errors = (form == "batch").then(|| {
            quote! {
                #[doc = ""]
                #[doc = " # Errors"]
                #[doc = ""]
                #[doc = " If a slice is not as long as `points`; then nothing is written."]
            }
        });
        quote! {
            #[doc = #line]
            #[doc = ""]
            #[doc = " ```text"]
            #(#[doc = #formula])*
            #[doc = " ```"]
            #[doc = ""]
            #[doc = #cost]
            #given
            #errors
        }
    })
}
