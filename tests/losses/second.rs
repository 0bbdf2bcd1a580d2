//! Are Hessians in the parameters symmetric, their products products with them, and differences of gradients near them?

use derive_network::nalgebra::{DMatrix, DVector};

use crate::networks::{P, Physics, close, largest, physics, vectors};
use crate::random::Random;

#[test]
fn products_are_products_with_the_hessian_and_differences_of_gradients() {
    let (network, mut random) = (physics(), Random(29));
    let points = vectors::<3>(&mut random, 21);
    let mut hessian = vec![f64::NAN; P * P];
    let loss = network
        .physics_parameter_hessian(&points, &mut hessian)
        .unwrap();
    let beside = network.physics(&points).unwrap();
    close("loss", &[loss], &[beside], 1e-14 * beside);
    let matrix = DMatrix::from_column_slice(P, P, &hessian);
    close(
        "transposed",
        matrix.transpose().as_slice(),
        &hessian,
        1e-13 * largest(&hessian),
    );

    // Frozen parameters do not vary.
    let free = |parameter: usize| {
        !crate::networks::FROZEN
            .iter()
            .any(|range| range.contains(&parameter))
    };
    let v: Vec<f64> = random
        .numbers(P)
        .into_iter()
        .enumerate()
        .map(|(at, v)| if free(at) { v } else { 0.0 })
        .collect();
    let mut product = vec![f64::NAN; P];
    network
        .physics_parameter_hvp(&points, &v, &mut product)
        .unwrap();
    let wanted = &matrix * DVector::from_column_slice(&v);
    close(
        "product",
        &product,
        wanted.as_slice(),
        1e-13 * largest(&hessian),
    );

    let gradient = |step: f64| {
        let moved = network
            .parameters()
            .iter()
            .zip(&v)
            .map(|(parameter, v)| parameter + step * v);
        let moved = Physics::from_parameters(&moved.collect::<Vec<_>>()).unwrap();
        let mut gradient = vec![f64::NAN; P];
        moved.physics_gradient(&points, &mut gradient).unwrap();
        gradient
    };
    // The error of a central difference falls as h²: a quarter for half of the step.
    let error = |step: f64| {
        let (ahead, behind) = (gradient(step), gradient(-step));
        let differences = ahead
            .iter()
            .zip(behind)
            .map(|(ahead, behind)| (ahead - behind) / (2.0 * step));
        let errors: Vec<f64> = differences
            .zip(&product)
            .map(|(found, wanted)| found - wanted)
            .collect();
        largest(&errors)
    };
    let ratio = error(4e-3) / error(2e-3);
    assert!((3.9..4.1).contains(&ratio), "{ratio}");
}
