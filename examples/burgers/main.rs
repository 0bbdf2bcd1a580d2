//! A physics-informed network for Burgers' equation: `cargo run --release --example burgers`.
//!
//! u_t + u u_x = (0.01/π) u_xx for -1 < x < 1 and 0 < t < 1, with u(x, 0) = -sin(πx) and u(±1, t) = 0: a wave that steepens into
//! a shock of width 0.01. The residual is written once, in the definition; its loss over 10,000 points and the gradient
//! in the parameters are derived from it, and L-BFGS of argmin minimises the loss. Steps of Levenberg and Marquardt finish it, with
//! Gauss-Newton's products, which are derived as well. Points are split over all cores. Initial and boundary values hold by
//! construction. The result is compared with the exact solution, and drawn in `target/burgers.svg` or the path given.
//!
//! After each round the parameters are saved, in `burgers.checkpoint` beside the drawing. `--resume` goes on from there,
//! with the loss of then to the last bit. `--quick` does short rounds on fewer points, which does not reach the shock.

// The multiples of π in formulas are literals in the expansion, which look like slips to this lint.

#[path = "../support/arguments.rs"]
mod arguments;
#[path = "../support/checkpoint.rs"]
mod checkpoint;
mod cole_hopf;
mod gauss_newton;
#[path = "../support/heat_map.rs"]
mod heat_map;
#[path = "../support/plot.rs"]
mod plot;
#[path = "../support/points.rs"]
mod points;
#[path = "../support/progress.rs"]
mod progress;

use arguments::{flag, output};
use checkpoint::Checkpoint;
use cole_hopf::ColeHopf;
use derive_network::in_parallel;
use derive_network::optimise::Objective;
use derive_network::optimise::argmin::core::Executor;
use derive_network::optimise::argmin::core::observers::ObserverMode;
use derive_network::optimise::argmin::solver::linesearch::MoreThuenteLineSearch;
use derive_network::optimise::argmin::solver::quasinewton::LBFGS;
use derive_network::prelude::*;
use heat_map::draw_heat_map;
use nalgebra::Vector2;
use plot::{Axes, Series, draw, draw_series};
use points::quasi_random;
use progress::Progress;
use std::error::Error;
use std::f64::consts::PI;
use std::path::Path;
use std::time::Instant;

/// u(t, x): four hidden layers of twenty, and the residual of the equation.
#[derive_network(
    input(t, x), output(n),
    define = {
        let u = -sin(PI * x) + t * (1.0 - x * x) * n;
        let residual = d(u, t) + u * d(u, x) - nu * d(u, x, x);
    },
    loss(physics = mean_square(residual)),
    derive(residual(gauss_newton)),
)]
#[derive(Clone)]
struct Burgers {
    hidden: [Dense<20, Tanh>; 4],
    output: Dense<1>,
    #[frozen]
    nu: Parameter,
}

const VISCOSITY: f64 = 0.01 / PI;
/// How many steps L-BFGS remembers.
const MEMORY: usize = 50;

/// What goes wrong.
type Failure = Box<dyn Error + Send + Sync>;

/// How much is done.
///
/// Each round begins without memory of those before, so that parameters are all that a checkpoint needs, and an
/// interrupted run takes the steps of an uninterrupted one.
struct Plan {
    points: usize,
    /// L-BFGS: all iterations, and those of a round.
    quasi_newton: (u64, u64),
    /// Levenberg-Marquardt after it: all steps, and those of a round.
    gauss_newton: (u64, u64),
}

const FULL: Plan = Plan {
    points: 10_000,
    quasi_newton: (2_000, 1_000),
    gauss_newton: (200, 20),
};
const QUICK: Plan = Plan {
    points: 1_000,
    quasi_newton: (100, 50),
    gauss_newton: (10, 10),
};

fn main() -> Result<(), Failure> {
    in_parallel(run)
}

fn run() -> Result<(), Failure> {
    let plan = if flag("--quick") { QUICK } else { FULL };
    let path = output("burgers.svg");
    let saved = path.with_file_name("burgers.checkpoint");
    let points = quasi_random(plan.points, &(0.0..1.0), &(-1.0..1.0));
    let exact = Exact::new();

    let mut network = Burgers::glorot_uniform(1);
    *network.nu_mut() = VISCOSITY;
    let mut iterations = 0;
    println!(
        "Burgers: 2-20-20-20-20-1, tanh, {} parameters, {} points, lanes: {}",
        Burgers::PARAMETERS,
        points.len(),
        Lanes::current()
    );
    if flag("--resume") {
        (network, iterations) = resume(&saved, &points)?;
    }

    let start = Instant::now();
    let total = plan.quasi_newton.0 + plan.gauss_newton.0;
    while iterations < total {
        let (loss, used, unit);
        if iterations < plan.quasi_newton.0 {
            let progress = Progress::new(start, iterations, plan.quasi_newton.0);
            (network, loss, used) = train(network, &points, plan.quasi_newton.1, progress)?;
            iterations += plan.quasi_newton.1;
            unit = "evaluations";
        } else {
            (network, used) = gauss_newton::train(network, &points, plan.gauss_newton.1)?;
            // The products add up the squares in another order than the loss, which `--resume` compares to the last bit.
            loss = network.physics_gradient(&points, &mut vec![0.0; Burgers::PARAMETERS])?;
            iterations += plan.gauss_newton.1;
            unit = "steps taken";
        }
        println!(
            "{iterations:>6} iterations  loss {loss:.3e}  relative L2 error {:.2e}  {used} {unit}  {:.1} s",
            exact.relative_error(&network),
            start.elapsed().as_secs_f64(),
        );
        let parameters = network.parameters().to_vec();
        Checkpoint {
            iterations,
            loss,
            parameters,
        }
        .save(&saved)?;
    }

    println!("\n        x     exact u(x, 1)         network");
    for x in [0.01, 0.02, 0.05, 0.25, 0.5, 0.75] {
        let (expected, found) = (exact.solution.at(x, 1.0), network.u(&vector![1.0, x]));
        println!("{x:>9} {expected:>17.6} {found:>15.6}");
    }
    println!(
        "relative L2 error over {} points: {:.2e}",
        exact.values.len(),
        exact.relative_error(&network)
    );
    draw_solution(&path, &network, &exact.solution).map_err(|error| error.to_string())?;
    Ok(())
}

/// The network of a checkpoint, and how many iterations it has had.
fn resume(path: &Path, points: &[Vector2<f64>]) -> Result<(Burgers, u64), Failure> {
    let checkpoint = Checkpoint::restore(path, Burgers::PARAMETERS)?;
    let network = Burgers::from_parameters(&checkpoint.parameters)?;
    let loss = network.physics_gradient(points, &mut vec![0.0; Burgers::PARAMETERS])?;
    if loss.to_bits() != checkpoint.loss.to_bits() {
        return Err(format!(
            "the loss is {loss:e} and was {:e} when it was saved: by other points, or on other lanes",
            checkpoint.loss
        )
        .into());
    }
    println!(
        "resumed after {} iterations, with the same loss to the last bit: {loss:e}",
        checkpoint.iterations
    );
    Ok((network, checkpoint.iterations))
}

/// A round of L-BFGS: the network after it, its loss, and how many points in parameter space were evaluated.
fn train(
    network: Burgers,
    points: &[Vector2<f64>],
    iterations: u64,
    progress: Progress,
) -> Result<(Burgers, f64, usize), Failure> {
    let objective = Objective::new(network, |network: &Burgers, gradient: &mut [f64]| {
        network.physics_gradient(points, gradient)
    });
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY)
        .with_tolerance_grad(0.0)?
        .with_tolerance_cost(0.0)?;
    let mut result = Executor::new(&objective, solver)
        .configure(|state| state.param(objective.parameters()).max_iters(iterations))
        .add_observer(progress, ObserverMode::Always)
        .run()?;
    if let Some(failure) = objective.failure() {
        return Err(failure.to_string().into());
    }
    let loss = result.state.get_best_cost();
    let best = result
        .state
        .take_best_param()
        .ok_or("L-BFGS found no parameters")?;
    let evaluations = objective.evaluations();
    Ok((objective.into_network(best.as_slice())?, loss, evaluations))
}

/// The exact solution, and its values on a grid that is fine where the shock is.
struct Exact {
    solution: ColeHopf,
    values: Vec<(Vector2<f64>, f64)>,
}

impl Exact {
    fn new() -> Self {
        let solution = ColeHopf::new(VISCOSITY, 120);
        let values = (1..=50)
            .flat_map(|step| {
                (-127..128).map(move |cell| (f64::from(step) / 50.0, f64::from(cell) / 128.0))
            })
            .map(|(t, x)| (vector![t, x], solution.at(x, t)))
            .collect();
        Self { solution, values }
    }

    /// ‖u - exact‖ / ‖exact‖ over the grid.
    fn relative_error(&self, network: &Burgers) -> f64 {
        let (mut difference, mut norm) = (0.0, 0.0);
        for (point, exact) in &self.values {
            difference += (network.u(point) - exact).powi(2);
            norm += exact * exact;
        }
        (difference / norm).sqrt()
    }
}

/// The solution over t and x, and at four times beside the exact one.
fn draw_solution(path: &Path, network: &Burgers, exact: &ColeHopf) -> Result<(), Box<dyn Error>> {
    let times = [0.25, 0.5, 0.75, 1.0];
    let names = times.map(|t| format!("network, t = {t}"));
    let coordinates = || (-200..=200).map(|step| f64::from(step) / 200.0);
    let mut series: Vec<Series> = times
        .iter()
        .zip(&names)
        .map(|(&t, name)| Series {
            name,
            points: coordinates()
                .map(|x| (x, network.u(&vector![t, x])))
                .collect(),
            dots: false,
        })
        .collect();
    series.push(Series {
        name: "exact",
        points: times
            .iter()
            .flat_map(|&t| coordinates().step_by(8).map(move |x| (x, exact.at(x, t))))
            .collect(),
        dots: true,
    });
    draw(path, 2, |place, area| {
        if place == 0 {
            let axes = Axes {
                title: "u(x, t) of the network",
                x: ("t", 0.0..1.0),
                y: ("x", -1.0..1.0),
            };
            draw_heat_map(area, &axes, &(-1.0..1.0), |t, x| network.u(&vector![t, x]))
        } else {
            let axes = Axes {
                title: "u(x, t) at four times",
                x: ("x", -1.0..1.0),
                y: ("u", -1.1..1.1),
            };
            draw_series(area, &axes, &series)
        }
    })
}
