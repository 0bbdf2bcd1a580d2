//! A scheduled request goes in; its constants and the documentation of its methods come out.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Network, RequestKind};
use crate::request::Scheduled;

use super::nests::scratch;
use super::signature::number;

/// What the documentation of a request states.
pub(super) struct Figures {
    kind: RequestKind,
    formula: String,
    flops: usize,
    workspace: usize,
    results: usize,
}

impl Figures {
    pub fn of(network: &Network, request: &Scheduled, widest: usize) -> Self {
        let bytes = network.scalar.bytes();
        let scratch = scratch(&request.batch, widest)
            .0
            .max(scratch(&request.single, widest).0);
        let outputs = request.derived.program.outputs.iter();
        let sizes = outputs.map(|output| request.derived.program.graph.node(output.node).size());
        Figures {
            kind: request.kind,
            formula: formula(network, request),
            flops: request.derived.cost.flops() as usize,
            workspace: scratch * bytes,
            results: sizes.sum::<usize>() * bytes,
        }
    }

    /// Bytes that a call by value puts on the stack: scratch, and results twice, since they move.
    pub fn stack_bytes(&self, scratch: usize) -> usize {
        scratch + 2 * self.results
    }

    /// The constants that are named after the request.
    pub fn constants(&self) -> TokenStream {
        let upper = self.kind.name().to_uppercase();
        let [formula_name, flops_name, workspace_name] =
            ["FORMULA", "FLOPS", "WORKSPACE_BYTES"].map(|suffix| format_ident!("{upper}_{suffix}"));
        let (formula, flops, workspace) =
            (&self.formula, number(self.flops), number(self.workspace));
        let name = self.kind.name();
        let docs = [
            format!(" What `{name}` computes and how it is eliminated."),
            format!(
                " Floating-point operations of `{name}` per point, an elementary function counted as one."
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
fn summary(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Value => "The value f(x)",
        RequestKind::Gradient => "The value and the gradient in x",
        RequestKind::Jacobian => "The value and the Jacobian in x, of shape (outputs, inputs)",
        RequestKind::Hessian => {
            "The value, the first derivative and the Hessian in x of each output"
        }
        RequestKind::Laplacian => {
            "The value, the first derivative and the Laplacian in x of each output"
        }
        RequestKind::AdjointHessian => {
            "The value, the Jacobian and the Hessian of the outputs weighted by `w`"
        }
        RequestKind::Jvp => "The value and the Jacobian times `v`",
        RequestKind::Vjp => "The value and `w` times the Jacobian",
        RequestKind::Hvp => "The value, the gradient and the Hessian times `v`",
    }
}

/// Documentation of the four forms: one point, a batch, and both with a workspace.
pub(super) fn document(request: &Scheduled, figures: &Figures) -> [TokenStream; 4] {
    let what = summary(request.kind);
    let cost = format!(
        " {} flops a point; {} bytes of scratch.",
        figures.flops, figures.workspace
    );
    let formula: Vec<String> = figures
        .formula
        .lines()
        .map(|line| format!(" {line}"))
        .collect();
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
            #errors
        }
    })
}

/// The recursion over inner cuts, formula 7 of the mathematics.
const CUTS: &str = "theta_i = J^T theta_j J + sum over l between cuts i and j of T_l^T diag(d_l f''(z_l)) T_l, \
    J = dc_j/dc_i, T_l = dz_l/dc_i, d_l = df/da_l; H = theta_0";

/// The formula of a request: the layers, then what is derived from them, then the elimination.
fn formula(network: &Network, request: &Scheduled) -> String {
    let mut lines = layer_formulas(network);
    let elimination = &request.derived.elimination;
    let forward = elimination.starts_with("forward");
    // Two widths are the source and the output: more are cuts between them.
    let mixed = elimination.matches(" - ").count() > 1;
    let derived = match request.kind {
        RequestKind::Value => "",
        RequestKind::Gradient => {
            "g = (dz_1/dx)^T f'(z_1) ... f'(z_L), by the rule of each operation"
        }
        RequestKind::Jacobian => "J = df/dx",
        RequestKind::Hessian if forward => {
            "H = d(df/dx)/dx: tangents of tangents through every operation"
        }
        RequestKind::Hessian | RequestKind::Laplacian | RequestKind::AdjointHessian if mixed => {
            CUTS
        }
        RequestKind::Hessian => {
            "H = sum over l of T_l^T diag(d_l f''(z_l)) T_l, T_l = dz_l/dx, d_l = df/da_l"
        }
        RequestKind::Laplacian if forward => {
            "L(z_l) = W_l L(a_(l-1)), L(a_l) = f'(z_l) L(z_l) + f''(z_l) sum over k of T_lk^2, T_l = dz_l/dx"
        }
        RequestKind::Laplacian => {
            "trace H = sum over l of <d_l f''(z_l), sum over k of T_lk^2>, T_l = dz_l/dx, d_l = df/da_l"
        }
        RequestKind::AdjointHessian => {
            "sum over k of w_k H_k = sum over l of T_l^T diag(d_l f''(z_l)) T_l, d_l = d(w f)/da_l"
        }
        RequestKind::Jvp => "J v: one tangent through every operation",
        RequestKind::Vjp => "w^T J: one adjoint through every operation",
        RequestKind::Hvp => "H v: the tangent of the adjoint",
    };
    if !derived.is_empty() {
        lines.push(derived.to_owned());
        lines.push(format!("by {}", request.derived.elimination));
    }
    lines.join("\n")
}

/// One line for each run of equal layers.
pub(super) fn layer_formulas(network: &Network) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut first = 0;
    while first < network.layers.len() {
        let layer = &network.layers[first];
        let alike = network.layers[first..].iter().take_while(|other| {
            other.function == layer.function
                && other.bias == layer.bias
                && other.outputs == layer.outputs
        });
        let count = alike.count();
        let bias = if layer.bias { " + b_l" } else { "" };
        let range = if count == 1 {
            format!("l = {}", first + 1)
        } else {
            format!("l = {}..{}", first + 1, first + count)
        };
        let name = layer.function.name();
        let activated = if layer.function.is_identity() {
            "z_l".to_owned()
        } else {
            format!("{name}(z_l)")
        };
        lines.push(format!(
            "z_l = W_l a_(l-1){bias}, a_l = {activated}, width {}, {range}",
            layer.outputs
        ));
        first += count;
    }
    lines[0].push_str(", a_0 = x");
    lines
}
