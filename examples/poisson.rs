//! A physics-informed network for Poisson's equation: `cargo run --release --example poisson`.
//!
//! -Δu = 2π² sin(πx) sin(πy) on the unit square, u = 0 on its boundary; the solution is sin(πx) sin(πy). The boundary values
//! hold by construction. Each point gives one residual, and Levenberg-Marquardt gets the Jacobian of all residuals in all
//! parameters, derived from the definition. The drawing goes to `target/poisson.svg` or the path given. With `--quick` the
//! solver stops where it becomes slow.

// The multiples of π in formulas are literals in the expansion, which look like slips to this lint.

#[path = "support/arguments.rs"]
mod arguments;
#[path = "support/heat_map.rs"]
mod heat_map;
#[path = "support/plot.rs"]
mod plot;

use arguments::{flag, output};
use derive_network::optimise::LeastSquares;
use derive_network::optimise::levenberg_marquardt::LevenbergMarquardt;
use derive_network::prelude::*;
use heat_map::draw_heat_map;
use nalgebra::Vector2;
use plot::{Axes, Series, draw, draw_series};
use std::cell::RefCell;
use std::error::Error;
use std::f64::consts::PI;
use std::path::Path;
use std::time::Instant;

/// u(x, y), and what is left of the equation.
#[derive_network(
    input(x, y), output(n),
    define = {
        let u = x * (1.0 - x) * y * (1.0 - y) * n;
        let residual = laplacian(u, x, y) + 2.0 * PI * PI * sin(PI * x) * sin(PI * y);
    },
    derive(residual(parameter_jacobian)),
)]
struct Poisson {
    hidden: Dense<64, Tanh>,
    output: Dense<1>,
}

/// Points of the residual along an axis.
const GRID: u32 = 24;

fn main() -> Result<(), Box<dyn Error>> {
    // `ftol` is the relative reduction of the loss at which the solver stops; patience is counted in evaluations per parameter.
    let ftol = if flag("--quick") { 1e-1 } else { 1e-12 };
    let solver = LevenbergMarquardt::new().with_ftol(ftol).with_patience(1);
    let centre = |cell: u32| (f64::from(cell) + 0.5) / f64::from(GRID);
    let points: Vec<Vector2<f64>> = (0..GRID * GRID)
        .map(|cell| vector![centre(cell % GRID), centre(cell / GRID)])
        .collect();
    println!(
        "Poisson: 2-64-1, tanh, {} parameters, {} residuals, lanes: {}",
        Poisson::PARAMETERS,
        points.len(),
        Lanes::current()
    );

    let start = Instant::now();
    let losses = RefCell::new(Vec::new());
    let problem = LeastSquares::new(
        Poisson::glorot_uniform(1),
        points.len(),
        |network: &Poisson, residuals: &mut [f64], jacobian: &mut [f64]| {
            network.residual_batch(&points, residuals)?;
            network.residual_parameter_jacobian(&points, jacobian)?;
            let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
            losses.borrow_mut().push(squares / residuals.len() as f64);
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        },
    );
    let (problem, report) = solver.minimize(problem);
    println!(
        "{} evaluations in {:.1} s, mean square of the residual {:.2e}, {:?}",
        problem.evaluations(),
        start.elapsed().as_secs_f64(),
        2.0 * report.objective_function / points.len() as f64,
        report.termination
    );
    let network = problem
        .into_network()
        .map_err(|failure| failure.to_string())?;

    println!("\n    x     y    exact u(x, y)          network");
    for (x, y) in [(0.5, 0.5), (0.25, 0.5), (0.1, 0.9), (0.01, 0.3)] {
        println!(
            "{x:>5} {y:>5} {:>16.9} {:>16.9}",
            exact(x, y),
            network.u(&vector![x, y])
        );
    }
    println!(
        "largest error over 201 x 201 points: {:.2e}",
        largest_error(&network)
    );
    draw_solution(&output("poisson.svg"), &network, &losses.into_inner())
}

fn exact(x: f64, y: f64) -> f64 {
    (PI * x).sin() * (PI * y).sin()
}

fn largest_error(network: &Poisson) -> f64 {
    let coordinates = || (0..=200).map(|step| f64::from(step) / 200.0);
    coordinates()
        .flat_map(|x| coordinates().map(move |y| (x, y)))
        .map(|(x, y)| (network.u(&vector![x, y]) - exact(x, y)).abs())
        .fold(0.0, f64::max)
}

/// The error over the square, and the loss over evaluations.
fn draw_solution(path: &Path, network: &Poisson, losses: &[f64]) -> Result<(), Box<dyn Error>> {
    let largest = largest_error(network);
    let title = format!("Error of u(x, y): blue -{largest:.1e}, red {largest:.1e}");
    let points: Vec<(f64, f64)> = (1..)
        .map(f64::from)
        .zip(losses.iter().map(|loss| loss.log10()))
        .collect();
    let extreme = |pick: fn(f64, f64) -> f64| {
        points
            .iter()
            .map(|point| point.1)
            .reduce(pick)
            .unwrap_or_default()
    };
    let (least, most) = (extreme(f64::min), extreme(f64::max));
    draw(path, 2, |place, area| {
        if place == 0 {
            let axes = Axes {
                title: &title,
                x: ("x", 0.0..1.0),
                y: ("y", 0.0..1.0),
            };
            draw_heat_map(area, &axes, &(-largest..largest), |x, y| {
                network.u(&vector![x, y]) - exact(x, y)
            })
        } else {
            let axes = Axes {
                title: "Levenberg-Marquardt",
                x: ("evaluations", 0.0..losses.len() as f64),
                y: (
                    "log10 of the mean square of the residual",
                    least - 0.5..most + 0.5,
                ),
            };
            let series = Series {
                name: "loss",
                points: points.clone(),
                dots: false,
            };
            draw_series(area, &axes, &[series])
        }
    })
}
