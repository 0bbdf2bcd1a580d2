//! A network and a request of it go in; what is computed comes out as text, for documentation.

use crate::model::{
    Field, Graph, Layer, LayerKind, Meaning, Network, Quantity, Reduction, RequestKind, Shape,
    Window, crossed,
};
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
            let is_dense = kinds.all(|kind| matches!(kind, LayerKind::Dense(_)));
            let derived = match network.forward.text {
                None if is_dense => derivation.of_layers(),
                _ => derivation.of_function(),
            };
            (value_formulas(network), derived.to_owned())
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

/// A named function as it was written, below the functions that it uses, the layers that it calls and, if it uses the
/// output, how that is computed.
fn function_formulas(network: &Network, position: usize) -> Vec<String> {
    let mut used = Used::default();
    used.function(network, position);
    let mut lines = Vec::new();
    if used.output {
        lines = value_formulas(network);
        if network.forward.text.is_none() {
            let name = output_name(network).unwrap_or_default();
            lines.push(format!("{name} = a_{}", network.layers.len()));
        }
    }
    for field in &used.fields {
        let line = field_formula(network, &network.fields[*field]);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    for position in used.functions {
        let function = &network.functions[position];
        lines.push(format!("{} = {}", function.name, function.text));
    }
    lines
}

/// The output by its names, if it has any.
fn output_name(network: &Network) -> Option<String> {
    let names = network.output_parts.iter().map(|part| &part.name);
    let names: Vec<String> = names.map(Ident::to_string).collect();
    match &names[..] {
        [] => None,
        [name] => Some(name.clone()),
        names => Some(format!("({})", names.join(", "))),
    }
}

/// What a formula uses, itself included.
#[derive(Default)]
struct Used {
    output: bool,
    functions: BTreeSet<usize>,
    /// Fields whose layers it calls.
    fields: BTreeSet<usize>,
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
            Meaning::Layers(layers, _) => {
                let layers = &network.layers[layers.clone()];
                self.fields.extend(layers.iter().map(|layer| layer.field));
            }
            _ => {}
        }
        for part in quantity.parts() {
            self.quantity(network, part);
        }
    }
}

/// How the output is computed: the chain of its layers, or `forward` as it was written below the layers that it calls.
pub(super) fn value_formulas(network: &Network) -> Vec<String> {
    let Some(text) = &network.forward.text else {
        return chain_formulas(network);
    };
    let mut used = Used::default();
    for quantity in network
        .forward
        .locals
        .iter()
        .chain([&network.forward.output])
    {
        used.quantity(network, quantity);
    }
    let fields = used.fields.into_iter();
    let mut lines: Vec<String> = fields
        .map(|field| field_formula(network, &network.fields[field]))
        .collect();
    lines.extend(text.lines().map(str::to_owned));
    // The last line is the result.
    if let Some(result) = lines.last_mut() {
        let name = output_name(network).unwrap_or_else(|| "f(x)".to_owned());
        *result = format!("{name} = {result}");
    }
    lines
}

/// What the layers of a field compute: `hidden[i](a) = tanh(W a + b), i = 0..3, width 20`.
fn field_formula(network: &Network, field: &Field) -> String {
    let layer = &network.layers[field.layers.start];
    let z = pre_activation(layer, "", "a");
    let activated = activated(layer, &z).unwrap_or(z);
    let (how, shape) = (describe_kind(&layer.kind), describe_output(layer));
    let name = &field.name;
    match field.array {
        Some(length) => format!("{name}[i](a) = {activated}{how}, i = 0..{length}, {shape}"),
        None => format!("{name}(a) = {activated}{how}, {shape}"),
    }
}

/// One line for each run of equal layers.
fn chain_formulas(network: &Network) -> Vec<String> {
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

/// What a layer of the chain computes, whatever its number.
fn layer_formula(layer: &Layer) -> String {
    if let LayerKind::Graph(graph) = &layer.kind {
        let propagated = propagation(graph, "_l", "a_(l-1)");
        return format!("{propagated}, a_l = outputs, width {}", layer.output.size());
    }
    let z = pre_activation(layer, "_l", "a_(l-1)");
    let activated = activated(layer, "z_l").unwrap_or_else(|| "z_l".to_owned());
    let how = describe_kind(&layer.kind);
    let shape = describe_output(layer);
    format!("z_l = {z}{how}, a_l = {activated}, {shape}")
}

/// What a layer makes of what comes in, before its activation; its weights with their number.
fn pre_activation(layer: &Layer, number: &str, of: &str) -> String {
    let plus = |bias: bool| {
        if bias {
            format!(" + b{number}")
        } else {
            String::new()
        }
    };
    match &layer.kind {
        LayerKind::Dense(dense) => {
            let weight = match &dense.weight_map {
                Some(map) => format!("{}(W{number})", map.name),
                None => format!("W{number}"),
            };
            format!("{weight} {of}{}", plus(dense.bias))
        }
        LayerKind::Convolution(convolution) => {
            format!("W{number} * {of}{}", plus(convolution.bias))
        }
        LayerKind::Pool(pool) => {
            let reduction = match pool.reduction {
                Reduction::Max => "max",
                Reduction::Mean => "mean",
            };
            let windows = describe_windows(&pool.windows);
            format!("{reduction} of {of} over windows of {windows}")
        }
        LayerKind::Flatten => format!("{of} as a vector"),
        LayerKind::LayerNorm(norm) => format!(
            "g{number} ({of} - mean) / sqrt(variance + {:e}) + b{number}",
            norm.epsilon
        ),
        LayerKind::Softmax => format!("exp({of}) / sum of exp({of})"),
        LayerKind::Graph(graph) => propagation(graph, number, of),
    }
}

/// Neurons that step along edges.
fn propagation(graph: &Graph, number: &str, of: &str) -> String {
    format!(
        "N_t = f(W{number} N_(t-1)) for t = 1..{} over {} neurons and their edges, N_0 = f_input(({of}, 0))",
        graph.steps, graph.neurons
    )
}

/// The size of what a layer gives.
fn describe_output(layer: &Layer) -> String {
    match layer.output {
        Shape::Scalar | Shape::Vector(_) => format!("width {}", layer.output.size()),
        shape => format!("shape {}", shape.extents()),
    }
}

/// What the formula of a layer does not say.
fn describe_kind(kind: &LayerKind) -> String {
    let LayerKind::Convolution(convolution) = kind else {
        return String::new();
    };
    let groups = match convolution.groups {
        1 => String::new(),
        groups => format!(", {groups} groups"),
    };
    let windows = describe_windows(&convolution.windows);
    format!(", convolution of {windows}{groups}")
}

/// Kernel, stride, padding and dilation, as far as they say something.
fn describe_windows(windows: &[Window]) -> String {
    let all = |of: fn(&Window) -> usize| -> Vec<usize> { windows.iter().map(of).collect() };
    let mut text = crossed(&all(|window| window.kernel));
    let said = [
        ("stride", all(|window| window.stride), 1),
        ("padding", all(|window| window.padding), 0),
        ("dilation", all(|window| window.dilation), 1),
    ];
    for (what, sizes, default) in said {
        if sizes.iter().any(|size| *size != default) {
            text = format!("{text}, {what} {}", crossed(&sizes));
        }
    }
    text
}

/// The activation of a layer; nothing if that is the identity.
fn activated(layer: &Layer, z: &str) -> Option<String> {
    // Every step of a graph applies its own, so its formula has them.
    if matches!(layer.kind, LayerKind::Graph(_)) {
        return None;
    }
    let activation = layer.kind.activation()?;
    let is_identity = activation.function.is_identity();
    (!is_identity).then(|| format!("{}({z})", activation.function.name()))
}
