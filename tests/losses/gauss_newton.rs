//! Are the products of Gauss-Newton those of the parameter Jacobian?

use derive_network::nalgebra::{DMatrix, DVector, SVector};
use derive_network::{Lanes, with_lanes};

use crate::networks::{LENGTHS, P, Pair, close, largest, physics, vectors};
use crate::random::Random;

/// Relative to the largest entry.
const TOLERANCE: f64 = 1e-12;

/// Rows of a Jacobian, the values in them, and what was streamed: rᵀr, Jᵀr, JᵀJ.
fn check(what: &str, rows: &[f64], values: &[f64], streamed: (f64, &[f64], &[f64])) {
    let jacobian = DMatrix::from_column_slice(values.len(), streamed.1.len(), rows);
    let values = DVector::from_column_slice(values);
    let (projections, squares) = (jacobian.tr_mul(&values), jacobian.tr_mul(&jacobian));
    let near =
        |found: &[f64], wanted: &[f64]| close(what, found, wanted, TOLERANCE * largest(wanted));
    near(&[streamed.0], &[values.norm_squared()]);
    near(streamed.1, projections.as_slice());
    near(streamed.2, squares.as_slice());
    for row in 0..streamed.1.len() {
        for column in 0..row {
            let at = |row: usize, column: usize| streamed.2[row + column * streamed.1.len()];
            assert_eq!(at(row, column), at(column, row), "{what} is symmetric");
        }
    }
}

#[test]
fn of_functions() {
    let (network, mut random) = (physics(), Random(19));
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for length in LENGTHS {
                let (points, given) = (
                    vectors::<3>(&mut random, length),
                    vectors::<2>(&mut random, length),
                );
                let mut rows = vec![f64::NAN; length * P];
                let (mut projections, mut squares) = (vec![f64::NAN; P], vec![f64::NAN; P * P]);

                network
                    .residual_parameter_jacobian(&points, &mut rows)
                    .unwrap();
                let values: Vec<f64> = points
                    .iter()
                    .map(|x| {
                        network
                            .residual_parameter_gradient(x, &mut [0.0; P])
                            .unwrap()
                    })
                    .collect();
                let sum = network
                    .residual_gauss_newton(&points, &mut projections, &mut squares)
                    .unwrap();
                check(
                    &format!("residual, {length} on {lanes}"),
                    &rows,
                    &values,
                    (sum, &projections, &squares),
                );

                network
                    .misfit_parameter_jacobian(&points, &given, &mut rows)
                    .unwrap();
                let misfits = points.iter().zip(&given);
                let values: Vec<f64> = misfits
                    .map(|(x, given)| given[1] * (network.value(x) - given[0]))
                    .collect();
                let sum = network
                    .misfit_gauss_newton(&points, &given, &mut projections, &mut squares)
                    .unwrap();
                check(
                    &format!("misfit, {length} on {lanes}"),
                    &rows,
                    &values,
                    (sum, &projections, &squares),
                );
            }
        });
    }
}

/// Rows are those of the first point, then of the next.
#[test]
fn of_two_outputs() {
    const P: usize = Pair::PARAMETERS;
    let mut random = Random(23);
    let network = Pair::from_parameters(&random.numbers(P)).unwrap();
    for length in LENGTHS {
        let points = vectors::<3>(&mut random, length);
        let mut rows = vec![f64::NAN; 2 * length * P];
        network.parameter_jacobian(&points, &mut rows).unwrap();
        let values: Vec<f64> = points
            .iter()
            .flat_map(|x| network.value(x).data.0[0])
            .collect();
        let (mut projections, mut squares) = (vec![f64::NAN; P], vec![f64::NAN; P * P]);
        let sum = network
            .gauss_newton(&points, &mut projections, &mut squares)
            .unwrap();
        check(
            &format!("{length} points"),
            &rows,
            &values,
            (sum, &projections, &squares),
        );
        for (point, x) in points.iter().enumerate() {
            for entry in 0..2 {
                let mut weights = SVector::<f64, 2>::zeros();
                weights[entry] = 1.0;
                let mut gradient = [0.0; P];
                network.pullback(x, &weights, &mut gradient).unwrap();
                let row: Vec<f64> = rows
                    .iter()
                    .skip(2 * point + entry)
                    .step_by(2 * length)
                    .copied()
                    .collect();
                close("a row", &row, &gradient, TOLERANCE * largest(&gradient));
            }
        }
    }
}
