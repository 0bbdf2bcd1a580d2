//! Random choices go in, the text of a small definition comes out, mostly meant to be right.

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
const FUNCTIONS: [&str; 18] = [
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

/// The text of an attribute and of the item below it.
pub fn generate(random: &mut Random) -> (String, String) {
    let mut items = vec![generate_inputs(random)];
    if !random.once_in(4) {
        items.push(generate_requests(random));
    }
    if random.once_in(3) {
        items.push(format!("scalar = {}", random.pick(&["f32", "f64"])));
    }
    if random.once_in(6) {
        items.push(format!("storage = {}", random.pick(&["inline", "boxed"])));
    }
    if !random.once_in(3) {
        items.push("allow(kinks)".to_owned());
    }
    let formula = generate_formula(random, 4);
    if !random.once_in(3) {
        items.push(format!("activation(Swish = |z| {formula})"));
    }
    if random.once_in(6) {
        items.push("output(u)".to_owned());
    }
    let position = random.below(items.len());
    items.swap(0, position);
    (items.join(", "), generate_struct(random))
}

fn generate_inputs(random: &mut Random) -> String {
    let names = ["x", "t", "wind_speed", "r#type", "ξ"];
    let count = 1 + random.below(3);
    let inputs: Vec<String> = names[..count]
        .iter()
        .map(|name| {
            if random.once_in(2) {
                (*name).to_owned()
            } else {
                format!("{name}: {}", 1 + random.below(4))
            }
        })
        .collect();
    format!("input({})", inputs.join(", "))
}

fn generate_requests(random: &mut Random) -> String {
    let mut requests: Vec<String> = Vec::new();
    for name in REQUESTS {
        if random.once_in(8) {
            let order = random.pick(&["automatic", "contraction", "recursion", "mixed", "forward"]);
            let takes_order =
                ["hessian", "laplacian", "adjoint_hessian"].contains(&name) && random.once_in(2);
            requests.push(if takes_order {
                format!("{name}(order = {order})")
            } else {
                name.to_owned()
            });
        }
    }
    format!("derive({})", requests.join(", "))
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

fn generate_struct(random: &mut Random) -> String {
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
    let names = ["first", "second", "third", "r#fn"];
    let count = 1 + random.below(3);
    for name in &names[..count] {
        if random.once_in(5) {
            writeln!(text, "/// A layer.").unwrap();
        }
        if random.once_in(5) {
            writeln!(text, "#[layer(bias = {})]", random.once_in(2)).unwrap();
        }
        let width = 1 + random.below(4);
        let layer = generate_layer(random, width);
        if random.once_in(3) {
            writeln!(text, "{name}: [{layer}; {}],", 1 + random.below(3)).unwrap();
        } else {
            writeln!(text, "{name}: {layer},").unwrap();
        }
    }
    let outputs = if random.once_in(4) { 2 } else { 1 };
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
