//! A network and a request of it go in; what is computed comes out as text, for documentation.

use crate::model::{Layer, LayerKind, Meaning, Network, Quantity, RequestKind};
use crate::request::Scheduled;
use proc_macro2::Ident;
use std::collections::BTreeSet;

/// Over inner cuts, formula 7 of the mathematics, for a chain of layers.
const CUTS: &str = "theta_i = J^T theta_j J + sum over l between cuts i and j of T_l^T diag(d_l f''(z_l)) T_l, \
    J = dc_j/dc_i, T_l = dz_l/dc_i, d_l = df/da_l; H = theta_0";

/// The same formula for any function: D²v is the second differential of the operation v.
const CUTS_OF_FUNCTION: &str = "theta_i = J^T theta_j J + sum over v between cuts i and j of d_v D2v[T_v, T_v], \
    J = dc_j/dc_i, T_v = dv/dc_i, d_v = df/dv; H = theta_0";

/// What is derived and how second derivatives are put together.
#[derive(Clone, Copy)]
struct Derivation {
    kind: RequestKind,
    /// By tangents of tangents, or by the forward Laplacian.
    forward: bool,
    /// Over inner cuts.
    mixed: bool,
}

/// The formula of a request: what its function is, then what is derived from it, then the elimination.
pub(super) fn request_formula(network: &Network, request: &Scheduled) -> String {
    let elimination = &request.derived.elimination;
    let derivation = Derivation {
        kind: request.kind,
        forward: elimination.starts_with("forward"),
        // Two widths are the source and the output: more are cuts between them.
        mixed: elimination.matches(" - ").count() > 1,
    };
    let (mut lines, derived) = match request.function {
        None => {
            let mut kinds = network.layers.iter().map(|layer| &layer.kind);
            let derived = if kinds.all(|kind| matches!(kind, LayerKind::Dense(_))) {
                derivation.of_layers()
            } else {
                derivation.of_function()
            };
            (layer_formulas(network), derived.to_owned())
        }
        Some(position) => {
            let lines = function_formulas(network, position);
            let name = network.functions[position].name.to_string();
            let derived = derivation.of_function();
            let derived = match derived {
                "" => String::new(),
                derived => format!("{derived}, f = {name}"),
            };
            (lines, derived)
        }
    };
    if !derived.is_empty() {
        lines.push(derived);
        lines.push(format!("by {elimination}"));
    }
    lines.join("\n")
}

impl Derivation {
    /// For the output of a chain of layers.
    fn of_layers(self) -> &'static str {
        match self.kind {
            RequestKind::Gradient => {
                "g = (dz_1/dx)^T f'(z_1) ... f'(z_L), by the rule of each operation"
            }
            RequestKind::Hessian | RequestKind::Laplacian | RequestKind::AdjointHessian
                if self.mixed =>
            {
                CUTS
            }
            RequestKind::Hessian if !self.forward => {
                "H = sum over l of T_l^T diag(d_l f''(z_l)) T_l, T_l = dz_l/dx, d_l = df/da_l"
            }
            RequestKind::Laplacian if self.forward => {
                "L(z_l) = W_l L(a_(l-1)), L(a_l) = f'(z_l) L(z_l) + f''(z_l) sum over k of T_lk^2, T_l = dz_l/dx"
            }
            RequestKind::Laplacian => {
                "trace H = sum over l of <d_l f''(z_l), sum over k of T_lk^2>, T_l = dz_l/dx, d_l = df/da_l"
            }
            RequestKind::AdjointHessian => {
                "sum over k of w_k H_k = sum over l of T_l^T diag(d_l f''(z_l)) T_l, d_l = d(w f)/da_l"
            }
            _ => self.of_function(),
        }
    }

    /// For any function.
    fn of_function(self) -> &'static str {
        match self.kind {
            RequestKind::Value => "",
            RequestKind::Gradient => "g = df/dx, by the rule of each operation",
            RequestKind::Jacobian => "J = df/dx",
            RequestKind::Hessian if self.forward => {
                "H = d(df/dx)/dx: tangents of tangents through every operation"
            }
            RequestKind::Hessian | RequestKind::Laplacian | RequestKind::AdjointHessian
                if self.mixed =>
            {
                CUTS_OF_FUNCTION
            }
            RequestKind::Hessian => "H = sum over v of d_v D2v[T_v, T_v], T_v = dv/dx, d_v = df/dv",
            RequestKind::Laplacian if self.forward => {
                "L(v) = Dv[L] + sum over k of D2v[T_k, T_k], T_k = dv/dx_k"
            }
            RequestKind::Laplacian => {
                "trace H = sum over v and k of d_v D2v[T_k, T_k], T_k = dv/dx_k, d_v = df/dv"
            }
            RequestKind::AdjointHessian => {
                "sum over k of w_k H_k = sum over v of d_v D2v[T_v, T_v], T_v = dv/dx, d_v = d(w f)/dv"
            }
            RequestKind::Jvp => "J v: one tangent through every operation",
            RequestKind::Vjp => "w^T J: one adjoint through every operation",
            RequestKind::Hvp => "H v: the tangent of the adjoint",
        }
    }
}

/// A named function as it was written, below the functions that it uses and, if it uses the output, the layers.
fn function_formulas(network: &Network, position: usize) -> Vec<String> {
    let mut used = Used::default();
    used.function(network, position);
    let mut lines = Vec::new();
    if used.output {
        lines = layer_formulas(network);
        let names = network.output_parts.iter().map(|part| &part.name);
        let names: Vec<String> = names.map(Ident::to_string).collect();
        let output = match &names[..] {
            [name] => name.clone(),
            names => format!("({})", names.join(", ")),
        };
        lines.push(format!("{output} = a_{}", network.layers.len()));
    }
    for position in used.functions {
        let function = &network.functions[position];
        lines.push(format!("{} = {}", function.name, function.text));
    }
    lines
}

/// What a formula uses, itself included.
#[derive(Default)]
struct Used {
    output: bool,
    functions: BTreeSet<usize>,
}

impl Used {
    fn function(&mut self, network: &Network, position: usize) {
        if self.functions.insert(position) {
            self.quantity(network, &network.functions[position].quantity);
        }
    }

    fn quantity(&mut self, network: &Network, quantity: &Quantity) {
        match &quantity.meaning {
            Meaning::Output(_) => self.output = true,
            Meaning::Function(position) => self.function(network, *position),
            _ => {
                for part in quantity.parts() {
                    self.quantity(network, part);
                }
            }
        }
    }
}

/// One line for each run of equal layers.
pub(super) fn layer_formulas(network: &Network) -> Vec<String> {
    let mut runs: Vec<(String, usize)> = Vec::new();
    for layer in &network.layers {
        let formula = layer_formula(layer);
        match runs.last_mut() {
            Some((known, count)) if *known == formula => *count += 1,
            _ => runs.push((formula, 1)),
        }
    }
    let mut first = 1;
    let mut lines = Vec::new();
    for (formula, count) in runs {
        let range = if count == 1 {
            format!("l = {first}")
        } else {
            format!("l = {first}..{}", first + count - 1)
        };
        let begin = if first == 1 { ", a_0 = x" } else { "" };
        lines.push(format!("{formula}, {range}{begin}"));
        first += count;
    }
    lines
}

/// What a layer computes, whatever its number.
fn layer_formula(layer: &Layer) -> String {
    let z = match &layer.kind {
        LayerKind::Dense(dense) if dense.bias => "W_l a_(l-1) + b_l",
        LayerKind::Dense(_) => "W_l a_(l-1)",
        LayerKind::Graph(graph) => {
            return format!(
                "N_t = f(W_l N_(t-1)) for t = 1..{steps} over {neurons} neurons and their edges, N_0 = f_input((a_(l-1), 0)), a_l = outputs of N_{steps}, width {}",
                layer.output.size(),
                steps = graph.steps,
                neurons = graph.neurons,
            );
        }
    };
    let activated = match layer.kind.activation() {
        Some(activation) if !activation.function.is_identity() => {
            format!("{}(z_l)", activation.function.name())
        }
        _ => "z_l".to_owned(),
    };
    format!(
        "z_l = {z}, a_l = {activated}, width {}",
        layer.output.size()
    )
}
