//! Do the problems for optimisers compute each distinct point once, pass errors on, and lead solvers to the minimum?

#![forbid(unsafe_code)]
#![deny(warnings)]

#[path = "../examples/support/checkpoint.rs"]
mod checkpoint;

use argmin::core::{CostFunction, Executor, Gradient};
use argmin::solver::linesearch::{HagerZhangLineSearch, MoreThuenteLineSearch};
use argmin::solver::quasinewton::LBFGS;
use checkpoint::Checkpoint;
use derive_network::optimise::levenberg_marquardt::{
    LeastSquaresProblem, LevenbergMarquardt, TerminationReason,
};
use derive_network::optimise::{LeastSquares, Objective, argmin};
use derive_network::{Network, ParameterCountError};
use nalgebra::DVector;
use std::cell::RefCell;
use std::collections::HashSet;
use std::error::Error;
use std::fs;

/// N numbers that are their own parameters.
struct Numbers<const N: usize>([f64; N]);

impl<const N: usize> Network for Numbers<N> {
    type Scalar = f64;
    const PARAMETERS: usize = N;

    fn parameters(&self) -> &[f64] {
        &self.0
    }

    fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.0
    }
}

/// Rosenbrock's function, a sum of squares: its minimum is 0, at (1, 1).
fn rosenbrock(numbers: &Numbers<2>, gradient: &mut [f64]) -> Result<f64, ParameterCountError> {
    let [x, y] = numbers.0;
    let valley = y - x * x;
    gradient.copy_from_slice(&[2.0 * (x - 1.0) - 400.0 * valley * x, 200.0 * valley]);
    Ok((1.0 - x) * (1.0 - x) + 100.0 * valley * valley)
}

/// The residuals of Rosenbrock's function; x and y are two of the parameters.
fn rosenbrock_residuals<const N: usize>(
    numbers: &Numbers<N>,
    residuals: &mut [f64],
    jacobian: &mut [f64],
    [x, y]: [usize; 2],
) {
    let (at_x, at_y) = (numbers.0[x], numbers.0[y]);
    residuals.copy_from_slice(&[1.0 - at_x, 10.0 * (at_y - at_x * at_x)]);
    jacobian[2 * x..2 * x + 2].copy_from_slice(&[-1.0, -20.0 * at_x]);
    jacobian[2 * y..2 * y + 2].copy_from_slice(&[0.0, 10.0]);
}

/// Minimises Rosenbrock's function by L-BFGS and compares calls with distinct points.
macro_rules! assert_lbfgs_evaluates_points_once {
    ($line_search:expr) => {{
        let (calls, points) = (RefCell::new(0), RefCell::new(HashSet::new()));
        let objective = Objective::new(Numbers([-1.2, 1.0]), |numbers, gradient: &mut [f64]| {
            *calls.borrow_mut() += 1;
            points.borrow_mut().insert(numbers.0.map(f64::to_bits));
            rosenbrock(numbers, gradient)
        });
        let mut result = Executor::new(&objective, LBFGS::new($line_search, 5))
            .configure(|state| state.param(objective.parameters()).max_iters(100))
            .run()?;
        let best = result.state.take_best_param().expect("a best point");
        let asked = result.problem.counts["cost_count"] + result.problem.counts["gradient_count"];
        assert_eq!(objective.evaluations(), *calls.borrow());
        assert_eq!(*calls.borrow(), points.borrow().len());
        assert!(asked >= 2 * points.borrow().len() as u64, "{asked}");
        let minimum = objective.into_network(best.as_slice())?;
        for coordinate in minimum.0 {
            assert!((coordinate - 1.0).abs() < 1e-6, "{coordinate}");
        }
    }};
}

#[test]
fn lbfgs_with_more_thuente_evaluates_each_distinct_point_once() -> Result<(), argmin::core::Error> {
    assert_lbfgs_evaluates_points_once!(MoreThuenteLineSearch::new());
    Ok(())
}

#[test]
fn lbfgs_with_hager_zhang_evaluates_each_distinct_point_once() -> Result<(), argmin::core::Error> {
    assert_lbfgs_evaluates_points_once!(HagerZhangLineSearch::new());
    Ok(())
}

#[test]
fn points_that_differ_in_a_bit_are_distinct() -> Result<(), argmin::core::Error> {
    let objective = Objective::new(Numbers([0.0, 0.0]), rosenbrock);
    let evaluations = [
        [0.0, 1.0],
        [-0.0, 1.0],
        [0.0, 1.0_f64.next_up()],
        [0.0, 1.0],
    ]
    .map(|point| {
        let cost = (&objective).cost(&DVector::from_row_slice(&point));
        cost.map(|_| objective.evaluations())
    });
    for (found, expected) in evaluations.into_iter().zip([1, 2, 3, 3]) {
        assert_eq!(found?, expected);
    }
    Ok(())
}

#[test]
fn the_gradient_is_that_of_the_point_that_is_asked_for() -> Result<(), argmin::core::Error> {
    let objective = Objective::new(Numbers([0.0, 0.0]), rosenbrock);
    let points = [[0.5, 0.5], [2.0, 1.0]].map(|point| DVector::from_row_slice(&point));
    for point in &points {
        (&objective).cost(point)?;
    }
    for point in &points {
        let mut expected = DVector::zeros(2);
        rosenbrock(&Numbers([point[0], point[1]]), expected.as_mut_slice())?;
        assert_eq!((&objective).gradient(point)?, expected);
    }
    Ok(())
}

#[test]
fn an_error_of_the_loss_reaches_the_caller() {
    let objective = Objective::new(Numbers([0.0]), |_, _: &mut [f64]| {
        Err::<f64, _>("no data of this day")
    });
    let error = Executor::new(&objective, LBFGS::new(MoreThuenteLineSearch::new(), 5))
        .configure(|state| state.param(objective.parameters()).max_iters(3))
        .run()
        .err()
        .map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("no data of this day"));
}

#[test]
fn an_error_in_a_line_search_is_kept() -> Result<(), argmin::core::Error> {
    let objective = Objective::new(Numbers([-1.2, 1.0]), |numbers, gradient: &mut [f64]| {
        if numbers.0 == [-1.2, 1.0] {
            return rosenbrock(numbers, gradient).map_err(|error| error.to_string());
        }
        Err("only the start is known".to_owned())
    });
    Executor::new(&objective, LBFGS::new(MoreThuenteLineSearch::new(), 5))
        .configure(|state| state.param(objective.parameters()).max_iters(3))
        .run()?;
    assert_eq!(
        objective
            .failure()
            .map(|failure| failure.to_string())
            .as_deref(),
        Some("only the start is known")
    );
    Ok(())
}

#[test]
fn a_wrong_number_of_parameters_is_an_error() {
    let objective = Objective::new(Numbers([0.0, 0.0]), rosenbrock);
    let expected = ParameterCountError {
        expected: 2,
        found: 3,
    };
    let error = (&objective).cost(&DVector::zeros(3)).err();
    assert_eq!(
        error.map(|error| error.to_string()),
        Some(expected.to_string())
    );
    assert_eq!(objective.into_network(&[0.0; 3]).err(), Some(expected));
}

#[test]
fn levenberg_marquardt_evaluates_each_distinct_point_once() -> Result<(), Box<dyn Error>> {
    let (calls, points) = (RefCell::new(0), RefCell::new(HashSet::new()));
    let problem = LeastSquares::new(
        Numbers([-1.2, 1.0]),
        2,
        |numbers, residuals: &mut [f64], jacobian: &mut [f64]| {
            *calls.borrow_mut() += 1;
            points.borrow_mut().insert(numbers.0.map(f64::to_bits));
            rosenbrock_residuals(numbers, residuals, jacobian, [0, 1]);
            Ok::<_, ParameterCountError>(())
        },
    );
    let (problem, report) = LevenbergMarquardt::new().minimize(problem);
    assert!(report.termination.was_successful(), "{report:?}");
    assert_eq!(problem.evaluations(), report.number_of_evaluations);
    assert_eq!(
        (problem.evaluations(), *calls.borrow()),
        (points.borrow().len(), points.borrow().len())
    );
    let minimum = problem
        .into_network()
        .map_err(|failure| failure.to_string())?;
    for coordinate in minimum.0 {
        assert!((coordinate - 1.0).abs() < 1e-12, "{coordinate}");
    }
    Ok(())
}

#[test]
fn parameters_with_zero_columns_stay_and_leave_the_minimum_where_it_is()
-> Result<(), Box<dyn Error>> {
    let free = LeastSquares::new(Numbers([-1.2, 1.0]), 2, |numbers, residuals, jacobian| {
        rosenbrock_residuals(numbers, residuals, jacobian, [0, 1]);
        Ok::<_, ParameterCountError>(())
    });
    let frozen = Numbers([7.5, -1.2, 0.0, 1.0, -3.0]);
    let frozen = LeastSquares::new(frozen, 2, |numbers, residuals, jacobian| {
        rosenbrock_residuals(numbers, residuals, jacobian, [1, 3]);
        Ok::<_, ParameterCountError>(())
    });
    let solver = LevenbergMarquardt::new();
    let (free, _) = solver.minimize(free);
    let (frozen, report) = solver.minimize(frozen);
    assert!(report.termination.was_successful(), "{report:?}");
    let free = free.into_network().map_err(|failure| failure.to_string())?;
    let frozen = frozen
        .into_network()
        .map_err(|failure| failure.to_string())?;
    assert_eq!([frozen.0[0], frozen.0[2], frozen.0[4]], [7.5, 0.0, -3.0]);
    for (found, expected) in [frozen.0[1], frozen.0[3]].iter().zip(free.0) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    Ok(())
}

#[test]
fn an_error_of_the_residuals_ends_the_run_and_is_kept() {
    let problem = LeastSquares::new(Numbers([1.0]), 1, |numbers, residuals, jacobian| {
        if numbers.0 != [1.0] {
            return Err("only the start is known");
        }
        residuals.fill(1.0);
        jacobian.fill(1.0);
        Ok(())
    });
    let (problem, report) = LevenbergMarquardt::new().minimize(problem);
    assert_eq!(report.termination, TerminationReason::User("residuals"));
    let error = problem.into_network().err();
    assert_eq!(
        error.map(|error| error.to_string()).as_deref(),
        Some("only the start is known")
    );
}

#[test]
fn setting_parameters_back_gives_the_residuals_of_there() {
    let mut problem = LeastSquares::new(Numbers([1.0, 2.0]), 2, |numbers, residuals, jacobian| {
        rosenbrock_residuals(numbers, residuals, jacobian, [0, 1]);
        Ok::<_, ParameterCountError>(())
    });
    let start = problem.params();
    let residuals = problem.residuals();
    problem.set_params(&DVector::from_element(2, 5.0));
    assert_ne!(problem.residuals(), residuals);
    problem.set_params(&start);
    assert_eq!(problem.residuals(), residuals);
}

#[test]
fn a_checkpoint_has_all_bits() -> Result<(), Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("checkpoint-{}.bits", std::process::id()));
    let saved = Checkpoint {
        iterations: 1_000,
        loss: 0.1 + 0.2,
        parameters: vec![-0.0, f64::MIN_POSITIVE / 2.0, 1.0_f64.next_up(), f64::NAN],
    };
    saved.save(&path)?;
    let restored = Checkpoint::restore(&path, 4);
    let refused = Checkpoint::restore(&path, 5).err();
    fs::remove_file(&path)?;
    let bits = |checkpoint: &Checkpoint| -> Vec<u64> {
        let numbers = checkpoint.parameters.iter().chain([&checkpoint.loss]);
        numbers.map(|number| number.to_bits()).collect()
    };
    let restored = restored?;
    assert_eq!(bits(&restored), bits(&saved));
    assert_eq!(restored.iterations, saved.iterations);
    let message = refused.map(|error| error.to_string()).unwrap_or_default();
    assert!(
        message.ends_with("has 48 bytes, which is no checkpoint of 5 parameters"),
        "{message}"
    );
    Ok(())
}
