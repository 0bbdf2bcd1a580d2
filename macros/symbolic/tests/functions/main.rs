//! Elementwise functions, asked by two ways of computing them: term by term and by straight-line code.

mod accuracy;
mod code;
mod formulas;
#[path = "../support/oracle.rs"]
mod oracle;
mod tails;

use derive_network_symbolic::functions::{Call, Formula, Function};

fn builtin(name: &str) -> Function {
    let name = if name == "logcosh2" {
        "log_cosh2"
    } else {
        name
    };
    let call = Call::parse(name).unwrap_or_else(|| panic!("no function {name}"));
    let formula = Formula::Call(call, Box::new(Formula::Argument));
    Function::custom(name, &formula).expect("it has no constants")
}

/// Derivatives of orders `0..orders` at `x`, term by term and by straight-line code.
fn both(function: &Function, orders: usize, x: f64) -> [Vec<f64>; 2] {
    let all: Vec<usize> = (0..orders).collect();
    let direct = all
        .iter()
        .map(|&order| function.evaluate(order, x))
        .collect();
    [direct, function.lower(&all).evaluate(&[x])]
}
