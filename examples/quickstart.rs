//! A network's derivatives beside three other ways to get them: `cargo run --release --example quickstart`.
//!
//! The network is 2-20-20-20-1 with sigmoids everywhere, the weights and the values of 25 digits are those of
//! `tests/oracles/s4_fnn_sigmoid_2_20_20_20_1.json`. With `--quick` the timings are shorter.

use derive_network::prelude::*;
use nalgebra::{Matrix2, Vector2};
use num_dual::DualNum;
use serde_json::Value;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// u(x): three hidden layers of twenty.
#[derive_network(input(x: 2), derive(gradient, hessian, laplacian))]
#[derive(Clone)]
pub struct Surrogate {
    hidden: [Dense<20, Sigmoid>; 3],
    output: Dense<1, Sigmoid>,
}

const ORACLE: &str = include_str!("../tests/oracles/s4_fnn_sigmoid_2_20_20_20_1.json");
const NAMES: [&str; 7] = [
    "u",
    "∂u/∂x₁",
    "∂u/∂x₂",
    "∂²u/∂x₁²",
    "∂²u/∂x₁∂x₂",
    "∂²u/∂x₂²",
    "Δu",
];
const BATCH: usize = 8192;

/// The value, the gradient, the Hessian's upper triangle and the Laplacian: a row for each of [`NAMES`].
type Column = [f64; 7];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let oracle: Value = serde_json::from_str(ORACLE)?;
    let network = Surrogate::from_parameters(&flat_parameters(&oracle))?;
    let x = vector![0.15, 0.1];

    let reference = reference_texts(&oracle["expected"]);
    let exact = reference.clone().map(|text| number(&text));
    let (differences, steps) = best_differences(&network, &x, &exact);
    let columns = [
        ("generated", generated(&network, &x)),
        ("dual numbers", dual_numbers(&network, &x)),
        ("central differences", differences),
    ];

    println!(
        "Surrogate: 2-20-20-20-1, sigmoid, {} parameters, f64",
        Surrogate::PARAMETERS
    );
    println!("Point:     x = ({}, {})\n", x[0], x[1]);
    print_values(&columns, &reference);
    print_differences(&columns, &exact);
    println!(
        "Central differences use the best of the steps 2^-1 to 2^-26, which only the reference can tell:"
    );
    println!(
        "2^-{} for first derivatives, 2^-{} for second ones.\n",
        steps[0], steps[1]
    );
    print_derivation();
    print_timings(&network, quick);
    Ok(())
}

/// Weights as the generated methods take them: `kernel[in][out]` in a row is W of shape (out, in), column-major.
fn flat_parameters(oracle: &Value) -> Vec<f64> {
    let mut flat = Vec::new();
    for layer in items(&oracle["parameters"]["layers"]) {
        flat.extend(items(&layer["kernel"]).iter().flat_map(items).map(scalar));
        flat.extend(items(&layer["bias"]).iter().map(scalar));
    }
    flat
}

fn reference_texts(expected: &Value) -> [String; 7] {
    let [value, gradient, hessian, laplacian] =
        ["value", "gradient", "hessian", "laplacian"].map(|name| &expected[name][0]);
    let entries = [
        value,
        &gradient[0],
        &gradient[1],
        &hessian[0][0],
        &hessian[0][1],
        &hessian[1][1],
        laplacian,
    ];
    entries.map(|entry| {
        entry
            .as_str()
            .expect("expected values are texts")
            .to_owned()
    })
}

fn items(list: &Value) -> &[Value] {
    list.as_array().expect("a list of the reference file")
}

fn scalar(entry: &Value) -> f64 {
    entry.as_f64().expect("a number of the reference file")
}

fn number(text: &str) -> f64 {
    text.parse().expect("a decimal of the reference file")
}

fn generated(network: &Surrogate, x: &Vector2<f64>) -> Column {
    let (value, gradient, hessian) = network.hessian(x);
    let (_, _, laplacian) = network.laplacian(x);
    column(value, &gradient, &hessian, laplacian)
}

fn dual_numbers(network: &Surrogate, x: &Vector2<f64>) -> Column {
    let (value, gradient, hessian) = num_dual::hessian(|x| forward(network, x), x);
    column(value, &gradient, &hessian, hessian.trace())
}

fn column(value: f64, gradient: &Vector2<f64>, hessian: &Matrix2<f64>, laplacian: f64) -> Column {
    let (g, h) = (gradient, hessian);
    [
        value,
        g[0],
        g[1],
        h[(0, 0)],
        h[(0, 1)],
        h[(1, 1)],
        laplacian,
    ]
}

/// The network by hand, over any numbers: what dual numbers need.
fn forward<D: DualNum<f64> + Copy>(network: &Surrogate, x: Vector2<D>) -> D {
    let mut state = [D::from(0.0); 20];
    state[..2].copy_from_slice(x.as_slice());
    let mut width = 2;
    for layer in [network.hidden(0), network.hidden(1), network.hidden(2)] {
        state = dense(
            &state[..width],
            layer.weight().data.into_slice(),
            layer.bias().data.into_slice(),
        );
        width = 20;
    }
    let output = network.output();
    let [value] = dense(
        &state,
        output.weight().data.into_slice(),
        output.bias().data.into_slice(),
    );
    value
}

/// A layer, its weight column-major.
fn dense<D: DualNum<f64> + Copy, const O: usize>(
    state: &[D],
    weight: &[f64],
    bias: &[f64],
) -> [D; O] {
    let mut sums: [D; O] = std::array::from_fn(|row| D::from(bias[row]));
    for (entry, column) in state.iter().zip(weight.chunks_exact(O)) {
        for (sum, weight) in sums.iter_mut().zip(column) {
            *sum += *entry * *weight;
        }
    }
    sums.map(sigmoid)
}

fn sigmoid<D: DualNum<f64> + Copy>(z: D) -> D {
    ((-z).exp() + 1.0).recip()
}

/// Central differences of the generated value at their best, and the binary exponents of their steps.
fn best_differences(network: &Surrogate, x: &Vector2<f64>, exact: &Column) -> (Column, [usize; 2]) {
    let tried: Vec<Column> = (1..=26)
        .map(|k| differences(network, x, 0.5_f64.powi(k)))
        .collect();
    let best = |rows: std::ops::Range<usize>| {
        let worst = |column: &Column| {
            let errors = rows.clone().map(|row| relative(column[row], exact[row]));
            errors.fold(0.0, f64::max)
        };
        (0..tried.len())
            .min_by(|a, b| worst(&tried[*a]).total_cmp(&worst(&tried[*b])))
            .expect("there are steps")
    };
    let (first, second) = (best(1..3), best(3..7));
    let mut column = tried[second];
    column[1..3].copy_from_slice(&tried[first][1..3]);
    (column, [first + 1, second + 1])
}

fn differences(network: &Surrogate, x: &Vector2<f64>, h: f64) -> Column {
    let u = |i: f64, j: f64| network.value(&(x + vector![i, j] * h));
    let gradient = vector![u(1.0, 0.0) - u(-1.0, 0.0), u(0.0, 1.0) - u(0.0, -1.0)] / (2.0 * h);
    let center = u(0.0, 0.0);
    let first = (u(1.0, 0.0) - 2.0 * center + u(-1.0, 0.0)) / (h * h);
    let second = (u(0.0, 1.0) - 2.0 * center + u(0.0, -1.0)) / (h * h);
    let mixed = (u(1.0, 1.0) - u(1.0, -1.0) - u(-1.0, 1.0) + u(-1.0, -1.0)) / (4.0 * h * h);
    let hessian = Matrix2::new(first, mixed, mixed, second);
    column(center, &gradient, &hessian, first + second)
}

fn relative(found: f64, exact: f64) -> f64 {
    ((found - exact) / exact).abs()
}

fn print_values(columns: &[(&str, Column)], reference: &[String; 7]) {
    print!("{:11}", "");
    for (name, _) in columns {
        print!(" {name:>22}");
    }
    println!(" {:>31}", "reference, 25 digits");
    for (row, name) in NAMES.iter().enumerate() {
        print!("{name:11}");
        for (_, column) in columns {
            print!(" {:>22.15e}", column[row]);
        }
        println!(" {:>31}", scientific(&reference[row]));
    }
    println!();
}

/// `-0.00123` as `-1.23e-3`, all digits kept; the texts are decimals below 1.
fn scientific(text: &str) -> String {
    let (sign, magnitude) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let digits = magnitude.trim_start_matches("0.");
    let significant = digits.trim_start_matches('0');
    let (lead, rest) = significant.split_at(1);
    format!(
        "{sign}{lead}.{rest}e-{}",
        digits.len() - significant.len() + 1
    )
}

fn print_differences(columns: &[(&str, Column)], exact: &Column) {
    println!("relative difference to the reference");
    for (row, name) in NAMES.iter().enumerate() {
        print!("{name:11}");
        for (_, column) in columns {
            print!(" {:>22.1e}", relative(column[row], exact[row]));
        }
        println!();
    }
    println!();
}

fn print_derivation() {
    println!("What the macro derived for `hessian`:");
    for line in Surrogate::HESSIAN_FORMULA.lines() {
        println!("  {line}");
    }
    println!(
        "  {} flops a point, {} bytes of scratch, nothing allocated\n",
        Surrogate::HESSIAN_FLOPS,
        Surrogate::HESSIAN_WORKSPACE_BYTES,
    );
}

fn print_timings(network: &Surrogate, quick: bool) {
    let time = Duration::from_millis(if quick { 20 } else { 300 });
    let coordinate = |index: usize| (index as f64 + 0.5) / 64.0 - 1.0;
    let points: Vec<Vector2<f64>> = (0..BATCH)
        .map(|index| vector![coordinate(index % 128), 2.0 * coordinate(index / 128)])
        .collect();
    let mut values = vec![0.0; BATCH];
    let mut gradients = vec![Vector2::zeros(); BATCH];
    let mut hessians = vec![Matrix2::zeros(); BATCH];
    let rows = [
        (
            "generated, a batch of 8192",
            nanoseconds(time, BATCH, || {
                network
                    .hessian_batch(&points, &mut values, &mut gradients, &mut hessians)
                    .expect("slices are as long as the batch");
            }),
        ),
        (
            "generated, one point a call",
            each(time, &points, |x| network.hessian(x)),
        ),
        (
            "dual numbers, one point a call",
            each(time, &points, |x| {
                num_dual::hessian(|x| forward(network, x), x)
            }),
        ),
    ];
    println!(
        "Value, gradient and Hessian on one core, lanes: {}",
        Lanes::current()
    );
    for (name, nanoseconds) in rows {
        println!("  {name:31} {nanoseconds:8.0} ns a point");
    }
}

fn each<R>(time: Duration, points: &[Vector2<f64>], call: impl Fn(&Vector2<f64>) -> R) -> f64 {
    let points = &points[..512];
    nanoseconds(time, points.len(), || {
        for x in points {
            black_box(call(black_box(x)));
        }
    })
}

/// The fastest of the runs that fit into `time`, per point.
fn nanoseconds(time: Duration, points: usize, mut run: impl FnMut()) -> f64 {
    run();
    let mut fastest = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed() < time {
        let begin = Instant::now();
        run();
        fastest = fastest.min(begin.elapsed().as_secs_f64());
    }
    fastest * 1e9 / points as f64
}
