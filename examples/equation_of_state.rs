//! An equation of state from one network: `cargo run --release --example equation_of_state`.
//!
//! All properties of a fluid are derivatives of its Helmholtz energy a(ρ, T). Here a network is the part of it beyond the
//! ideal gas, and pressure (a first derivative) and heat capacity (a second) are fitted together to values on a grid, by
//! Levenberg-Marquardt with the Jacobian of both in the parameters. The values are those of the fluid of Redlich and Kwong,
//! *On the thermodynamics of solutions V*, Chemical Reviews 44, 1949, so that everything else that is derived from the network
//! can be judged: third derivatives, a Maxwell relation, and the critical point, found by Newton's method with fourth
//! derivatives. Density, temperature and pressure are in units of ρ_c, T_c and R ρ_c T_c, so that the critical point is at
//! (1, 1).
//!
//! The drawing goes to `target/equation_of_state.svg` or the path given. With `--quick` the solver stops early.

#[path = "support/arguments.rs"]
mod arguments;
#[path = "support/plot.rs"]
mod plot;

use arguments::{flag, output};
use derive_network::optimise::LeastSquares;
use derive_network::optimise::levenberg_marquardt::LevenbergMarquardt;
use derive_network::prelude::*;
use nalgebra::{Matrix2, Vector2};
use plot::{Axes, Series, draw, draw_series};
use std::error::Error;
use std::path::Path;

/// The molar Helmholtz energy and what follows from it. The part of the network vanishes with the density.
#[derive_network(
    input(rho, t), output(n),
    define = {
        let helmholtz = t * (ln(rho) - 1.0) - 1.5 * t * ln(t) + rho * n;
        let pressure = rho * rho * d(helmholtz, rho);
        let entropy = -d(helmholtz, t);
        let heat_capacity = -t * d(helmholtz, t, t);
        let pressure_slope = d(pressure, rho);
        let pressure_curvature = d(pressure, rho, rho);
        let heat_capacity_slope = d(heat_capacity, rho);
        let entropy_by_density = d(entropy, rho);
        let pressure_by_temperature = d(pressure, t);
    },
    derive(
        pressure(parameter_jacobian),
        heat_capacity(parameter_jacobian),
        pressure_slope(gradient),
        pressure_curvature(gradient),
    ),
)]
struct Fluid {
    hidden: Dense<40, Tanh>,
    output: Dense<1>,
}

type State = Vector2<f64>;

/// States along each axis of the grid.
const GRID: u32 = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let states = states();
    let ftol = if flag("--quick") { 1e-2 } else { 1e-12 };
    println!(
        "Fluid: 2-40-1, tanh, {} parameters, {} states, lanes: {}",
        Fluid::PARAMETERS,
        states.len(),
        Lanes::current()
    );
    let network = fit(&states, ftol)?;

    print_properties(&network);
    print_maxwell_relation(&network);
    print_critical_point(&network)?;
    draw_isotherms(&output("equation_of_state.svg"), &network)
}

/// Densities 0.05 to 2, temperatures 0.8 to 1.8.
fn states() -> Vec<State> {
    let part = |index: u32| f64::from(index) / f64::from(GRID - 1);
    (0..GRID * GRID)
        .map(|index| vector![0.05 + 1.95 * part(index % GRID), 0.8 + part(index / GRID)])
        .collect()
}

/// The fluid of Redlich and Kwong: a = ideal gas - T ln(1 - βρ) - α / (β √T) ln(1 + βρ).
mod redlich_kwong {
    use super::State;

    /// β = 2^(1/3) - 1 and α = 1 / 3β put the critical point to (1, 1).
    fn constants() -> (f64, f64) {
        let beta = 2.0_f64.cbrt() - 1.0;
        ((3.0 * beta).recip(), beta)
    }

    pub fn pressure(state: &State) -> f64 {
        let ((alpha, beta), [rho, t]) = (constants(), (*state).into());
        rho * t / (1.0 - beta * rho) - alpha * rho * rho / (t.sqrt() * (1.0 + beta * rho))
    }

    pub fn entropy(state: &State) -> f64 {
        let ((alpha, beta), [rho, t]) = (constants(), (*state).into());
        let ideal = 2.5 - rho.ln() + 1.5 * t.ln();
        let logarithm = (beta * rho).ln_1p();
        ideal + (-beta * rho).ln_1p() - 0.5 * alpha / beta * t.powf(-1.5) * logarithm
    }

    pub fn heat_capacity(state: &State) -> f64 {
        let ((alpha, beta), [rho, t]) = (constants(), (*state).into());
        1.5 + 0.75 * alpha / beta * t.powf(-1.5) * (beta * rho).ln_1p()
    }

    /// ∂c/∂ρ.
    pub fn heat_capacity_slope(state: &State) -> f64 {
        let ((alpha, beta), [rho, t]) = (constants(), (*state).into());
        0.75 * alpha * t.powf(-1.5) / (1.0 + beta * rho)
    }

    /// ∂p/∂ρ.
    pub fn pressure_slope(state: &State) -> f64 {
        let ((alpha, beta), [rho, t]) = (constants(), (*state).into());
        let repulsion = t / (1.0 - beta * rho).powi(2);
        let attraction = alpha * rho * (2.0 + beta * rho) / (t.sqrt() * (1.0 + beta * rho).powi(2));
        repulsion - attraction
    }
}

/// A network whose pressure and heat capacity are those of the fluid on the grid.
fn fit(states: &[State], ftol: f64) -> Result<Fluid, Box<dyn Error>> {
    let count = states.len();
    let pressures: Vec<f64> = states.iter().map(redlich_kwong::pressure).collect();
    let heat_capacities: Vec<f64> = states.iter().map(redlich_kwong::heat_capacity).collect();
    let problem = LeastSquares::new(
        Fluid::glorot_uniform(1),
        2 * count,
        |network: &Fluid, residuals: &mut [f64], jacobian: &mut [f64]| {
            let (of_pressure, of_heat_capacity) = residuals.split_at_mut(count);
            network.pressure_batch(states, of_pressure)?;
            network.heat_capacity_batch(states, of_heat_capacity)?;
            let measured = pressures.iter().chain(&heat_capacities);
            for (residual, measured) in residuals.iter_mut().zip(measured) {
                *residual -= measured;
            }
            let mut rows = vec![0.0; count * Fluid::PARAMETERS];
            network.pressure_parameter_jacobian(states, &mut rows)?;
            copy_rows(&rows, count, jacobian, 0);
            network.heat_capacity_parameter_jacobian(states, &mut rows)?;
            copy_rows(&rows, count, jacobian, count);
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        },
    );
    // Patience is counted in evaluations per parameter.
    let solver = LevenbergMarquardt::new().with_ftol(ftol).with_patience(2);
    let (problem, report) = solver.minimize(problem);
    println!(
        "fitted to pressure and heat capacity: root mean square {:.1e} after {} evaluations, {:?}\n",
        (report.objective_function / count as f64).sqrt(),
        problem.evaluations(),
        report.termination
    );
    Ok(problem
        .into_network()
        .map_err(|failure| failure.to_string())?)
}

/// Rows of a Jacobian to their place in one of twice as many, both column-major.
fn copy_rows(rows: &[f64], count: usize, jacobian: &mut [f64], first: usize) {
    let columns = jacobian.chunks_exact_mut(2 * count);
    for (from, to) in rows.chunks_exact(count).zip(columns) {
        to[first..first + count].copy_from_slice(from);
    }
}

/// A property: its name, by the network and by the fluid.
type Property = (&'static str, fn(&Fluid, &State) -> f64, fn(&State) -> f64);

/// Properties at states between those of the grid, and their largest errors over many.
fn print_properties(network: &Fluid) {
    let properties: [Property; 5] = [
        ("pressure p", Fluid::pressure, redlich_kwong::pressure),
        ("entropy s", Fluid::entropy, redlich_kwong::entropy),
        (
            "heat capacity c",
            Fluid::heat_capacity,
            redlich_kwong::heat_capacity,
        ),
        (
            "∂p/∂ρ",
            Fluid::pressure_slope,
            redlich_kwong::pressure_slope,
        ),
        (
            "∂c/∂ρ (third order)",
            Fluid::heat_capacity_slope,
            redlich_kwong::heat_capacity_slope,
        ),
    ];
    let gas = vector![0.33, 1.23];
    let liquid = vector![1.7, 0.87];
    println!(
        "                        at ρ = 0.33, T = 1.23     at ρ = 1.7, T = 0.87    largest error"
    );
    println!(
        "                          network       exact      network       exact    in the region"
    );
    for (name, found, exact) in properties {
        let largest = inner_states()
            .map(|state| (found(network, &state) - exact(&state)).abs())
            .fold(0.0, f64::max);
        println!(
            "{name:<20} {:>12.6} {:>11.6} {:>12.6} {:>11.6} {largest:>16.1e}",
            found(network, &gas),
            exact(&gas),
            found(network, &liquid),
            exact(&liquid),
        );
    }
}

/// States inside the region of the fit.
fn inner_states() -> impl Iterator<Item = State> {
    (0..2500_u32).map(|index| {
        let (i, j) = (f64::from(index % 50), f64::from(index / 50));
        vector![0.1 + 1.8 * i / 49.0, 0.85 + 0.9 * j / 49.0]
    })
}

/// ∂s/∂ρ = -(∂p/∂T) / ρ²: it holds by construction, for any parameters.
fn print_maxwell_relation(network: &Fluid) {
    let largest = inner_states()
        .map(|state| {
            let left = network.entropy_by_density(&state);
            let right = -network.pressure_by_temperature(&state) / (state[0] * state[0]);
            ((left - right) / left).abs()
        })
        .fold(0.0, f64::max);
    println!(
        "\nMaxwell's ∂s/∂ρ = -(∂p/∂T)/ρ² holds to {largest:.1e}, relative, in all of 2500 states"
    );
}

/// Where ∂p/∂ρ and ∂²p/∂ρ² vanish, by Newton's method; their gradients have derivatives of a up to the fourth.
fn print_critical_point(network: &Fluid) -> Result<(), Box<dyn Error>> {
    let mut state = vector![0.9, 1.05];
    for _ in 0..12 {
        let (slope, gradient_of_slope) = network.pressure_slope_gradient(&state);
        let (curvature, gradient_of_curvature) = network.pressure_curvature_gradient(&state);
        let jacobian =
            Matrix2::from_columns(&[gradient_of_slope, gradient_of_curvature]).transpose();
        let step = jacobian.lu().solve(&vector![slope, curvature]);
        state -= step.ok_or("the critical point is degenerate")?;
    }
    println!(
        "critical point of the network: ρ = {:.5}, T = {:.5}, p = {:.5}; of the fluid: 1, 1, {:.5}",
        state[0],
        state[1],
        network.pressure(&state),
        redlich_kwong::pressure(&vector![1.0, 1.0])
    );
    Ok(())
}

/// Pressure and heat capacity along isotherms, beside the exact ones.
fn draw_isotherms(path: &Path, network: &Fluid) -> Result<(), Box<dyn Error>> {
    let temperatures = [0.85, 1.0, 1.2, 1.6];
    let densities = || (1..=100).map(|step| f64::from(step) / 50.0);
    let charts: [(Property, &str, f64); 2] = [
        (
            ("p", Fluid::pressure, redlich_kwong::pressure),
            "Pressure",
            3.0,
        ),
        (
            ("c", Fluid::heat_capacity, redlich_kwong::heat_capacity),
            "Heat capacity",
            4.0,
        ),
    ];
    draw(path, 2, |place, area| {
        let ((name, found, exact), title, top) = charts[place];
        let names = temperatures.map(|t| format!("network, T = {t}"));
        let mut series: Vec<Series> = temperatures
            .iter()
            .zip(&names)
            .map(|(&t, name)| Series {
                name,
                points: densities()
                    .map(|rho| (rho, found(network, &vector![rho, t])))
                    .collect(),
                dots: false,
            })
            .collect();
        series.push(Series {
            name: "exact",
            points: temperatures
                .iter()
                .flat_map(|&t| {
                    densities()
                        .step_by(6)
                        .map(move |rho| (rho, exact(&vector![rho, t])))
                })
                .collect(),
            dots: true,
        });
        let axes = Axes {
            title,
            x: ("ρ", 0.0..2.0),
            y: (name, 0.0..top),
        };
        draw_series(area, &axes, &series)
    })
}
