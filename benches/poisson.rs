//! How long do the loss of a Poisson residual with its parameter gradient, and the residual's Jacobian in the parameters, take?
//! 2-20-20-20-1, tanh, f32, 1,000 points, one core; `benches/peers/poisson.py` times JAX and folx on the same and then runs this.

use std::hint::black_box;
use std::time::Instant;

use derive_network::prelude::*;

/// u(x, y) with u_xx + u_yy + f = 0.
#[derive_network(
    input(x, y), output(u), given(f), scalar = f32,
    define = { let residual = d(u, x, x) + d(u, y, y) + f; },
    loss(physics = mean_square(residual)),
    derive(residual(parameter_jacobian, gauss_newton)),
)]
pub struct Poisson {
    hidden: [Dense<20, Tanh>; 3],
    output: Dense<1>,
}

const POINTS: usize = 1000;
const PASSES: usize = 61;

fn main() {
    let network = Poisson::glorot_uniform(7);
    let points: Vec<SVector<f32, 2>> = (0..POINTS)
        .map(|p| vector![(p as f32 * 0.7).sin(), (p as f32 * 1.3).cos()])
        .collect();
    let given: Vec<SVector<f32, 1>> = points.iter().map(|x| vector![x[0] * x[1]]).collect();
    let count = Poisson::PARAMETERS;
    let mut gradient = vec![0.0; count];
    let mut jacobian = vec![0.0; POINTS * count];
    let mut squares = vec![0.0; count * count];
    let mut workspace = Poisson::workspace();
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            let loss = time(|| {
                let loss =
                    network.physics_gradient_with(&mut workspace, &points, &given, &mut gradient);
                black_box(loss.is_ok());
            });
            let rows = time(|| {
                let done = network.residual_parameter_jacobian_with(
                    &mut workspace,
                    &points,
                    &given,
                    &mut jacobian,
                );
                black_box(done.is_ok());
            });
            let products = time(|| {
                let sum =
                    network.residual_gauss_newton(&points, &given, &mut gradient, &mut squares);
                black_box(sum.is_ok());
            });
            let lines = [
                ("loss + parameter gradient", loss),
                ("residual Jacobian", rows),
                ("Gauss-Newton, its products", products),
            ];
            for (what, time) in lines {
                println!("{:<56} {time}", format!("here, {lanes}, {what}"));
            }
        });
    }
}

/// Median and least time of a pass, in milliseconds.
fn time(mut pass: impl FnMut()) -> String {
    let mut times: Vec<f64> = (0..PASSES)
        .map(|_| {
            let start = Instant::now();
            pass();
            1e3 * start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("{:8.3} ({:.3})", times[PASSES / 2], times[0])
}
