//! Are derivatives in frozen parameters zero, to the bit, and all others not?

use derive_network::prelude::*;

use crate::networks::{FROZEN, P, physics, vectors};
use crate::random::Random;

const POINTS: usize = 13;

fn is_frozen(parameter: usize) -> bool {
    FROZEN.iter().any(|range| range.contains(&parameter))
}

/// A derivative for each parameter.
fn check(what: &str, derivatives: &[f64]) {
    assert_eq!(derivatives.len(), P, "{what}");
    for (parameter, derivative) in derivatives.iter().enumerate() {
        assert_eq!(
            *derivative == 0.0,
            is_frozen(parameter),
            "{what}: {parameter} is {derivative:e}"
        );
    }
}

#[test]
fn in_gradients() {
    let (network, mut random) = (physics(), Random(3));
    let (points, given) = (
        vectors::<3>(&mut random, POINTS),
        vectors::<2>(&mut random, POINTS),
    );
    let mut gradient = [f64::NAN; P];
    network
        .mix_gradient(&points, &given, &mut gradient)
        .unwrap();
    check("mix", &gradient);
    network
        .parameter_gradient(&points[0], &mut gradient)
        .unwrap();
    // The output bias is the only parameter in which the output is linear with a known slope.
    assert_eq!(gradient[48], 1.0);
    check("output", &gradient);
    let mut pulled = [0.0; P];
    network
        .pullback(&points[0], &vector![2.0], &mut pulled)
        .unwrap();
    check("pulled back", &pulled);
}

/// What is derived in x loses the output bias, unless u stands in the formula itself.
#[test]
fn in_residuals() {
    let (network, mut random) = (physics(), Random(3));
    let points = vectors::<3>(&mut random, POINTS);
    let mut gradient = [f64::NAN; P];
    network.physics_gradient(&points, &mut gradient).unwrap();
    check("physics", &gradient);
    let mut jacobian = vec![f64::NAN; POINTS * P];
    network
        .residual_parameter_jacobian(&points, &mut jacobian)
        .unwrap();
    for point in 0..POINTS {
        let row: Vec<f64> = jacobian
            .iter()
            .skip(point)
            .step_by(POINTS)
            .copied()
            .collect();
        check("residual", &row);
    }
    let (mut projections, mut squares) = ([f64::NAN; P], vec![f64::NAN; P * P]);
    network
        .residual_gauss_newton(&points, &mut projections, &mut squares)
        .unwrap();
    check("projections", &projections);
    check_matrix("squares", &squares);
}

fn check_matrix(what: &str, matrix: &[f64]) {
    assert_eq!(matrix.len(), P * P, "{what}");
    for (place, entry) in matrix.iter().enumerate() {
        if is_frozen(place / P) || is_frozen(place % P) {
            assert_eq!(
                *entry,
                0.0,
                "{what}: row {} and column {}",
                place % P,
                place / P
            );
        }
    }
    let diagonal: Vec<f64> = matrix.iter().step_by(P + 1).copied().collect();
    assert!(diagonal.iter().any(|entry| *entry != 0.0), "{what} is zero");
}

#[test]
fn in_hessians() {
    let (network, mut random) = (physics(), Random(3));
    let (points, given) = (
        vectors::<3>(&mut random, POINTS),
        vectors::<2>(&mut random, POINTS),
    );
    let mut hessian = vec![f64::NAN; P * P];
    network
        .physics_parameter_hessian(&points, &mut hessian)
        .unwrap();
    check_matrix("physics", &hessian);
    network
        .mix_parameter_hessian(&points, &given, &mut hessian)
        .unwrap();
    check_matrix("mix", &hessian);
    let mut along_frozen = [0.0; P];
    FROZEN
        .into_iter()
        .flatten()
        .for_each(|parameter| along_frozen[parameter] = 1.0);
    let mut product = [f64::NAN; P];
    network
        .physics_parameter_hvp(&points, &along_frozen, &mut product)
        .unwrap();
    assert_eq!(product, [0.0; P]);
}

/// A frozen parameter is no constant: it is used.
#[test]
fn a_frozen_parameter_acts() {
    let (mut network, mut random) = (physics(), Random(3));
    let points = vectors::<3>(&mut random, POINTS);
    let before = network.physics(&points).unwrap();
    network.parameters_mut()[P - 1] += 1.0;
    assert_ne!(network.physics(&points).unwrap(), before);
}
