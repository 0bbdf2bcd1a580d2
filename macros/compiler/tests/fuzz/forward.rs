//! Random choices and the fields of a network go in, the text of its `forward` comes out, mostly meant to be right.

use super::formulas::{Known, generate_scalar};
use super::random::Random;

/// A field with layers.
pub struct Layers {
    pub name: &'static str,
    pub width: usize,
    /// How many, if it is an array.
    pub length: Option<usize>,
}

/// The item: all fields are called, and then `output`, which gives so many numbers.
pub fn generate_forward(
    known: &Known,
    layers: &[Layers],
    outputs: usize,
    random: &mut Random,
) -> String {
    let inputs: Vec<&str> = known
        .variables
        .iter()
        .map(|variable| variable.trim_end_matches("[0]"))
        .collect();
    let mut text = format!("let mut u = concat({}); ", inputs.join(", "));
    for layers in layers {
        text += &generate_calls(known, layers, random);
    }
    let factor = match random.once_in(3) {
        true => format!("({}) * ", generate_scalar(known, random, 2)),
        false => String::new(),
    };
    let result = match random.below(4) {
        0 if outputs == 2 => {
            text += "let y = output(u); ";
            "(y[0], y[1..])".to_owned()
        }
        1 => format!("output(u) + {factor}sum(u)"),
        _ => format!("{factor}output(u)"),
    };
    format!("forward = {{ {text}{result} }}")
}

/// Statements that make a new `u` of `u` by all layers of a field.
fn generate_calls(known: &Known, layers: &Layers, random: &mut Random) -> String {
    let Layers {
        name,
        width,
        length,
    } = layers;
    match (length, random.below(8)) {
        (_, 0) => {
            let scalar = generate_scalar(known, random, 2);
            format!("let h = {name}(u); u = h * ({scalar}) + h; ")
        }
        (_, 1) => format!("u = concat(u, 0.5, {name}(u)); "),
        (_, 2) => format!("u = softmax({name}(u)); "),
        (_, 3) => {
            let variable = &known.variables[random.below(known.variables.len())];
            format!("u = {name}(u); u += d(u, {variable}); ")
        }
        (_, 4) => format!("let u_{width} = {name}(u); u = u_{width}[..{width}] / 2; "),
        (Some(_), 5 | 6) => format!("for layer in {name} {{ u = layer(u); }} "),
        (Some(length), _) => {
            format!("for i in 0..{length} {{ u = {name}[i](u); u *= 1.0 + i; }} ")
        }
        (None, _) => format!("u = {name}(u); "),
    }
}
