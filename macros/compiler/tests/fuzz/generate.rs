//! Random choices go in, the text of a small definition comes out, mostly meant to be right.

use super::formulas::{Known, generate_define, generate_losses};
use super::forward::{Layers, generate_forward};
use super::images::Image;
use super::random::Random;
use std::fmt::Write;

const ACTIVATIONS: [&str; 13] = [
    "Identity",
    "Sigmoid",
    "Tanh",
    "Relu",
    "LeakyRelu",
    "Elu",
    "Softplus",
    "Silu",
    "Gelu",
    "GeluTanh",
    "Sin",
    "LogCosh2",
    "Swish",
];
pub const FUNCTIONS: [&str; 19] = [
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "gelu",
    "gelu_tanh",
    "sin",
    "log_cosh2",
    "exp",
    "exp_m1",
    "ln",
    "sqrt",
    "erf",
    "cos",
    "tan",
    "abs",
];
pub const REQUESTS: [&str; 9] = [
    "value",
    "gradient",
    "jacobian",
    "hessian",
    "laplacian",
    "adjoint_hessian",
    "jvp",
    "vjp",
    "hvp",
];

const PARAMETER_REQUESTS: [&str; 4] = [
    "parameter_gradient",
    "parameter_jacobian",
    "pullback",
    "gauss_newton",
];
const LOSS_REQUESTS: [&str; 4] = [
    "gradient",
    "parameter_hessian",
    "parameter_hvp",
    "intermediates",
];

/// The text of an attribute and of the item below it.
pub fn generate(random: &mut Random) -> (String, String) {
    let mut known = Known::default();
    let image = random.once_in(4).then(|| Image::generate(random));
    let mut items = vec![match &image {
        Some(image) => image.input(),
        None => generate_inputs(&mut known, random),
    }];
    let parameters = generate_parameters(&mut known, random);
    let outputs = if random.once_in(4) { 2 } else { 1 };
    let layers = generate_layers(random);
    let has_forward = image.is_none() && random.once_in(2);
    if has_forward {
        items.push(generate_forward(&known, &layers, outputs, random));
    }
    if !random.once_in(3) {
        items.push(generate_outputs(&mut known, outputs, random));
    }
    if random.once_in(2) {
        let size = random.once_in(2).then_some(outputs);
        items.push(format!("given({}, weight)", known.declare("target", size)));
        known.scalars.push("weight".to_owned());
    }
    let (mut functions, mut losses) = (Vec::new(), Vec::new());
    if random.once_in(2) {
        let (define, names) = generate_define(&mut known, random);
        items.push(define);
        functions = names;
    }
    if random.once_in(2) {
        let (list, names) = generate_losses(&known, random);
        items.push(list);
        losses = names;
    }
    if !random.once_in(4) {
        items.push(generate_requests(outputs, &functions, &losses, random));
    }
    if random.once_in(3) {
        items.push(format!("scalar = {}", random.pick(&["f32", "f64"])));
    }
    if random.once_in(6) {
        items.push(format!("storage = {}", random.pick(&["inline", "boxed"])));
    }
    if !random.once_in(5) {
        items.push("allow(kinks)".to_owned());
    }
    let formula = generate_formula(random, 4);
    if !random.once_in(3) {
        items.push(format!("activation(Swish = |z| {formula})"));
    }
    let position = random.below(items.len());
    items.swap(0, position);
    (
        items.join(", "),
        generate_struct(image, &layers, has_forward, &parameters, outputs, random),
    )
}

fn generate_inputs(known: &mut Known, random: &mut Random) -> String {
    let names = ["x", "t", "wind_speed", "r#type", "ξ"];
    let count = 1 + random.below(3);
    let inputs: Vec<String> = names[..count]
        .iter()
        .map(|name| {
            if random.once_in(2) {
                known.variables.push((*name).to_owned());
                known.declare(name, None)
            } else {
                let size = 1 + random.below(4);
                known.variables.push(format!("{name}[0]"));
                known.vector_variables.push((*name).to_owned());
                known.declare(name, Some(size))
            }
        })
        .collect();
    format!("input({})", inputs.join(", "))
}

fn generate_outputs(known: &mut Known, outputs: usize, random: &mut Random) -> String {
    match (outputs, random.below(3)) {
        (1, 0) => format!("output({})", known.declare("u", Some(1))),
        (1, _) => format!("output({})", known.declare("u", None)),
        (_, 0) => {
            known.declare("u", Some(outputs));
            "output(u)".to_owned()
        }
        (_, 1) => format!("output({})", known.declare("u", Some(outputs))),
        _ => {
            let (u, v) = (known.declare("u", None), known.declare("v", None));
            format!("output({u}, {v})")
        }
    }
}

/// Fields of type `Parameter`.
fn generate_parameters(known: &mut Known, random: &mut Random) -> Vec<String> {
    let mut fields = Vec::new();
    if random.once_in(3) {
        known.declare("nu", None);
        fields.push("nu: Parameter,".to_owned());
    }
    if random.once_in(5) {
        let size = 1 + random.below(3);
        known.declare("shift", Some(size));
        fields.push(format!("shift: Parameter<{size}>,"));
    }
    if random.once_in(5) {
        let (rows, columns) = (1 + random.below(3), 1 + random.below(3));
        known.matrices.push(("tensor".to_owned(), rows, columns));
        fields.push(format!("tensor: Parameter<{rows}, {columns}>,"));
    }
    fields
}

fn generate_requests(
    outputs: usize,
    functions: &[(String, bool)],
    losses: &[String],
    random: &mut Random,
) -> String {
    let mut requests = generate_function_requests(outputs == 1, 8, random);
    if random.once_in(8) {
        requests.push("intermediates".to_owned());
    }
    for (function, is_scalar) in functions {
        if random.once_in(2) {
            let nested = generate_function_requests(*is_scalar, 12, random);
            requests.push(format!("{function}({})", nested.join(", ")));
        }
    }
    for loss in losses {
        if random.once_in(2) {
            let nested = LOSS_REQUESTS.into_iter().filter(|_| random.once_in(3));
            let nested: Vec<&str> = nested.collect();
            requests.push(format!("{loss}({})", nested.join(", ")));
        }
    }
    format!("derive({})", requests.join(", "))
}

/// Requests of the output or of a function, each once in so many times.
fn generate_function_requests(is_scalar: bool, times: usize, random: &mut Random) -> Vec<String> {
    let mut requests: Vec<String> = Vec::new();
    for name in REQUESTS.into_iter().chain(PARAMETER_REQUESTS) {
        let needs_scalar = ["gradient", "hvp", "parameter_gradient"].contains(&name);
        if !random.once_in(times) || (needs_scalar && !is_scalar && !random.once_in(4)) {
            continue;
        }
        let order = random.pick(&["automatic", "contraction", "recursion", "mixed", "forward"]);
        let takes_order =
            ["hessian", "laplacian", "adjoint_hessian"].contains(&name) && random.once_in(2);
        requests.push(if takes_order {
            format!("{name}(order = {order})")
        } else {
            name.to_owned()
        });
    }
    requests
}

fn generate_formula(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.once_in(4) {
        return random
            .pick(&["z", "z", "z", "1.0", "0.5", "2", "PI", "1e-3"])
            .to_owned();
    }
    let mut part = || generate_formula(random, depth - 1);
    let (left, right) = (part(), part());
    match random.below(7) {
        0 => format!("{left} + {right}"),
        1 => format!("({left}) * ({right})"),
        2 => format!("({left} - {right})"),
        3 => format!("({left}) / (1.0 + exp({right}))"),
        4 => format!("-({left})"),
        5 => format!("powi({left}, {})", random.below(5)),
        _ => format!("{}({left})", random.pick(&FUNCTIONS)),
    }
}

/// Fields with layers before the last one.
fn generate_layers(random: &mut Random) -> Vec<Layers> {
    let names = ["first", "second", "third", "r#fn"];
    let count = 1 + random.below(3);
    let layers = names[..count].iter().map(|name| Layers {
        name,
        width: 1 + random.below(4),
        length: random.once_in(3).then(|| 1 + random.below(3)),
    });
    layers.collect()
}

fn generate_struct(
    image: Option<Image>,
    layers: &[Layers],
    has_forward: bool,
    parameters: &[String],
    outputs: usize,
    random: &mut Random,
) -> String {
    let mut text = String::new();
    for line in [
        "/// A network.",
        "#[derive(Clone, Debug)]",
        "#[derive(PartialEq)]",
        "#[must_use]",
        "pub(crate)",
    ] {
        if random.once_in(3) {
            writeln!(text, "{line}").unwrap();
        }
    }
    writeln!(text, "struct Network {{").unwrap();
    if let Some(image) = image {
        text.push_str(&image.fields(random));
    }
    for layers in layers {
        if random.once_in(5) {
            writeln!(text, "/// A layer.").unwrap();
        }
        if random.once_in(5) {
            let bias = random.once_in(2);
            let option = random.pick(&["", ", weight = softplus", ", weight = swish"]);
            writeln!(text, "#[layer(bias = {bias}{option})]").unwrap();
        }
        if random.once_in(5) {
            writeln!(text, "#[frozen]").unwrap();
        }
        if random.once_in(10) {
            let graph = generate_graph(random, layers.width);
            writeln!(text, "{graph}\n{}: Graph,", layers.name).unwrap();
            continue;
        }
        let (name, layer) = (layers.name, generate_layer(random, layers.width));
        match layers.length {
            Some(length) => writeln!(text, "{name}: [{layer}; {length}],").unwrap(),
            None => writeln!(text, "{name}: {layer},").unwrap(),
        }
        // A field that `forward` does not call is a mistake.
        if !has_forward && random.once_in(8) {
            let layer = random.pick(&["LayerNorm", "Softmax"]);
            writeln!(text, "{}_{name}: {layer},", layer.to_lowercase()).unwrap();
        }
    }
    for parameter in parameters {
        if random.once_in(3) {
            writeln!(text, "#[frozen]").unwrap();
        }
        writeln!(text, "{parameter}").unwrap();
    }
    writeln!(text, "output: {},\n}}", generate_layer(random, outputs)).unwrap();
    text
}

fn generate_layer(random: &mut Random, width: usize) -> String {
    if random.once_in(3) {
        format!("Dense<{width}>")
    } else {
        format!("Dense<{width}, {}>", random.pick(&ACTIVATIONS))
    }
}

/// Edges between random neurons, and sometimes all there can be, of as many neurons as any layer before has outputs and more.
fn generate_graph(random: &mut Random, outputs: usize) -> String {
    let neurons = 16 + random.below(3);
    let mut edges = Vec::new();
    if random.once_in(2) {
        edges.push(format!("0..{neurons} => 0..{neurons}"));
    } else {
        for _ in 0..1 + random.below(6) {
            let mut stretch = || {
                let (a, b) = (random.below(neurons), random.below(neurons));
                match random.below(4) {
                    0 => format!("{a}"),
                    1 => format!("[{a}, {b}]"),
                    2 => format!("0..{}", a + 1),
                    _ => format!("{}..{}", a.min(b), a.max(b) + 1),
                }
            };
            edges.push(format!("{} => {}", stretch(), stretch()));
        }
    }
    let mut options = vec![
        format!("neurons = {neurons}"),
        format!("outputs = {outputs}"),
        format!("steps = {}", 1 + random.below(3)),
        format!("edges({})", edges.join(", ")),
    ];
    for group in ["input", "hidden", "output"] {
        if random.once_in(3) {
            options.push(format!("{group} = {}", random.pick(&ACTIVATIONS)));
        }
    }
    if random.once_in(3) {
        options.push(format!("weights = {}", random.pick(&["matrix", "edges"])));
    }
    format!("#[graph({})]", options.join(", "))
}
