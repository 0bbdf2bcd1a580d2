//! How long do value, gradient and Hessian of 2-20-20-20-1 take, beside the floor, dual numbers and
//! the notebook's recursion? Prints one table; run it on a quiet core.

use std::hint::black_box;
use std::time::Instant;

use derive_network::prelude::*;
use nalgebra::{DMatrix, DVector};
use num_dual::{Dual2SVec64, DualNum, hessian};

/// The notebook's network, sigmoid in every layer.
#[derive_network(input(x: 2), derive(hessian))]
pub struct Fnn {
    hidden: [Dense<20, Sigmoid>; 3],
    output: Dense<1, Sigmoid>,
}

const WIDTHS: [usize; 5] = [2, 20, 20, 20, 1];
const BATCH: usize = 8192;
/// Passes over the work; the median and the least of them are printed.
const PASSES: usize = 31;

fn main() {
    let network = Fnn::glorot_uniform(7);
    let points: Vec<SVector<f64, 2>> = (0..BATCH)
        .map(|i| {
            let t = i as f64 / BATCH as f64;
            vector![2.0 * t - 1.0, (37.0 * t).sin()]
        })
        .collect();
    println!(
        "value + gradient + Hessian of 2-20-20-20-1, sigmoid, f64; ns a point, median (least)\n"
    );
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            let (batch, single) = (
                time_batch(&network, &points),
                time_single(&network, &points),
            );
            println!("{:<34} {batch:>18}", format!("batch of {BATCH}, {lanes}"));
            println!("{:<34} {single:>18}", format!("one point a call, {lanes}"));
        });
    }
    let some = &points[..256];
    println!(
        "{:<34} {:>18}",
        "num-dual, static, one point",
        time(some.len(), || {
            for point in some {
                black_box(hessian(
                    |x| value_of_duals(network.parameters(), x),
                    black_box(point),
                ));
            }
        })
    );
    println!(
        "{:<34} {:>18}",
        "the notebook's recursion, nalgebra",
        time(some.len(), || {
            for point in some {
                black_box(recursion(network.parameters(), black_box(point)));
            }
        })
    );
    println!(
        "\nflops a point, elementary functions counted as one: {}",
        Fnn::HESSIAN_FLOPS
    );
}

/// Median and least time of a pass, in nanoseconds per point.
fn time(points: usize, mut pass: impl FnMut()) -> String {
    pass();
    let mut times: Vec<f64> = (0..PASSES)
        .map(|_| {
            let start = Instant::now();
            pass();
            start.elapsed().as_nanos() as f64 / points as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("{:.0} ({:.0})", times[PASSES / 2], times[0])
}

fn time_batch(network: &Fnn, points: &[SVector<f64, 2>]) -> String {
    let mut workspace = Fnn::workspace();
    let mut values = vec![0.0; points.len()];
    let mut gradients = vec![SVector::<f64, 2>::zeros(); points.len()];
    let mut hessians = vec![SMatrix::<f64, 2, 2>::zeros(); points.len()];
    time(points.len(), || {
        let lengths = network.hessian_batch_with(
            &mut workspace,
            points,
            &mut values,
            &mut gradients,
            &mut hessians,
        );
        black_box(lengths.is_ok());
    })
}

fn time_single(network: &Fnn, points: &[SVector<f64, 2>]) -> String {
    let some = &points[..1024];
    time(some.len(), || {
        for point in some {
            black_box(network.hessian(black_box(point)));
        }
    })
}

fn value_of_duals(parameters: &[f64], x: SVector<Dual2SVec64<2>, 2>) -> Dual2SVec64<2> {
    let mut state: Vec<Dual2SVec64<2>> = x.iter().copied().collect();
    let mut start = 0;
    for layer in WIDTHS.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        let bias = start + inputs * outputs;
        let neuron = |o: usize| {
            let mut sum = Dual2SVec64::<2>::from(parameters[bias + o]);
            for (i, entry) in state.iter().enumerate() {
                sum += *entry * parameters[start + i * outputs + o];
            }
            ((-sum).exp() + 1.0).recip()
        };
        state = (0..outputs).map(neuron).collect();
        start = bias + outputs;
    }
    state[0]
}

/// The chained layer recursion with matrices of dynamic size, as the notebook writes it.
fn recursion(parameters: &[f64], x: &SVector<f64, 2>) -> (f64, DVector<f64>, DMatrix<f64>) {
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let mut state = DVector::from_column_slice(x.as_slice());
    let mut layers = Vec::new();
    let mut start = 0;
    for layer in WIDTHS.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        let weight = DMatrix::from_column_slice(
            outputs,
            inputs,
            &parameters[start..start + inputs * outputs],
        );
        start += inputs * outputs;
        let bias = DVector::from_column_slice(&parameters[start..start + outputs]);
        start += outputs;
        state = (&weight * state + bias).map(sigmoid);
        layers.push((weight, state.clone()));
    }
    let mut delta = DVector::from_element(1, 1.0);
    let mut theta = DMatrix::zeros(1, 1);
    for (weight, a) in layers.iter().rev() {
        let first = a.map(|a| a * (1.0 - a));
        let second = a.map(|a| a * (1.0 - a) * (1.0 - 2.0 * a));
        let slope = DMatrix::from_diagonal(&first);
        let inner = DMatrix::from_diagonal(&delta.component_mul(&second)) + &slope * theta * &slope;
        theta = weight.transpose() * inner * weight;
        delta = weight.transpose() * first.component_mul(&delta);
    }
    (state[0], delta, theta)
}
