//! Do formulas, lowered and interpreted, give the values that they say?
//!
//! The network is u = sin(z) with z = 0.3 t - 0.7 x₀ + 1.1 x₁ + 0.2, or two of them, so that every derivative has a
//! closed form.

use derive_network_compiler::lower::{Lowered, lower_definition};
use derive_network_compiler::model::Network;
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{NodeId, Output};

/// A point (t, x₀, x₁).
const POINT: [f64; 3] = [0.4, -0.9, 0.6];

/// Given data: target, then weights.
const GIVEN: [f64; 3] = [0.25, 2.0, -3.0];

/// Weight and bias of u.
const U: [f64; 4] = [0.3, -0.7, 1.1, 0.2];

/// `nu`, `vector`, `matrix` column by column.
const PARAMETERS: [f64; 9] = [0.05, 1.5, -0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

/// Fields of the network u and of the parameters.
const FIELDS: &str =
    "output: Dense<1, Sin>, nu: Parameter, vector: Parameter<2>, matrix: Parameter<3, 2>";

fn lowered(attribute: &str, fields: &str) -> (Network, Lowered) {
    let item = format!("struct Network {{ {fields} }}");
    let model = derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap());
    let network = model.unwrap_or_else(|mistakes| panic!("{}", mistakes[0].text()));
    let lowered = lower_definition(&network);
    (network, lowered)
}

/// The values of nodes at [`POINT`].
fn values(lowered: &Lowered, nodes: &[NodeId], parameters: &[f64]) -> Vec<Vec<f64>> {
    let mut program = lowered.program.clone();
    let outputs = nodes.iter().map(|node| Output {
        name: String::new(),
        node: *node,
    });
    program.outputs = outputs.collect();
    program.verify().unwrap();
    let inputs = [POINT.to_vec(), GIVEN.to_vec()];
    let tensors = interpret(&program, &inputs, parameters);
    tensors.into_iter().map(|tensor| tensor.entries).collect()
}

/// The value of a formula of t, x, u, target, weights and the parameters.
fn value(formula: &str) -> Vec<f64> {
    let attribute = format!(
        "input(t, x: 2), output(u), given(target, weights: 2), define = {{ let f = {formula}; }}, \
         activation(Swish = |z| z * sigmoid(z))"
    );
    let (_, lowered) = lowered(&attribute, FIELDS);
    let parameters = [U.as_slice(), &PARAMETERS].concat();
    values(&lowered, &lowered.functions, &parameters).remove(0)
}

fn check(formula: &str, expected: &[f64]) {
    let found = value(formula);
    assert_eq!(found.len(), expected.len(), "{formula}");
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs() / expected.abs().max(1.0);
        assert!(error < 1e-13, "{formula}: {found}, expected {expected}");
    }
}

fn z() -> f64 {
    U[3] + POINT.iter().zip(U).map(|(x, w)| x * w).sum::<f64>()
}

#[test]
fn names_and_arithmetic() {
    let [t, x, y] = POINT;
    let u = z().sin();
    check("u", &[u]);
    check(
        "t + 2 * u - nu / 4.0 + PI - E",
        &[t + 2.0 * u - 0.0125 + std::f64::consts::PI - std::f64::consts::E],
    );
    check("-(x - 3.0) * t", &[(3.0 - x) * t, (3.0 - y) * t]);
    check(
        "1.0 - x / vector + vector / x",
        &[1.0 - x / 1.5 + 1.5 / x, 1.0 - y / -0.5 + -0.5 / y],
    );
    check("u / x", &[u / x, u / y]);
    check("weights * x + target", &[2.0 * x + 0.25, -3.0 * y + 0.25]);
    check("2.0 * 3.0 - 1.0 / 4.0", &[5.75]);
}

#[test]
fn vectors_and_matrices() {
    let [t, x, y] = POINT;
    let product = [x + 4.0 * y, 2.0 * x + 5.0 * y, 3.0 * x + 6.0 * y];
    check("matrix * x", &product);
    check("(matrix * x)[1..]", &product[1..]);
    check("(2 * matrix - matrix) * x", &product);
    check(
        "dot(x, vector) + (matrix * x)[2]",
        &[1.5 * x - 0.5 * y + product[2]],
    );
    check(
        "sum(matrix * x) + mean(x) * t",
        &[product.iter().sum::<f64>() + (x + y) / 2.0 * t],
    );
    check("x[1] - weights[0..2]", &[y - 2.0, y + 3.0]);
    check("x[0..=0]", &[x]);
}

#[test]
fn functions() {
    let [t, x, y] = POINT;
    let swish = |z: f64| z / (1.0 + (-z).exp());
    check(
        "exp(x) + ln(x[1]) + sqrt(t)",
        &[x.exp() + y.ln() + t.sqrt(), y.exp() + y.ln() + t.sqrt()],
    );
    check(
        "sin(t) * cos(t) + tanh(t) - abs(x[0]) + tan(t)",
        &[t.sin() * t.cos() + t.tanh() - x.abs() + t.tan()],
    );
    check(
        "powi(x, 3) + powi(t, -2) + powi(t, 0) + powi(t, 1)",
        &[
            x.powi(3) + t.powi(-2) + 1.0 + t,
            y.powi(3) + t.powi(-2) + 1.0 + t,
        ],
    );
    check(
        "swish(t) + sigmoid(t) + exp(2.0)",
        &[swish(t) + 1.0 / (1.0 + (-t).exp()) + 2.0_f64.exp()],
    );
}

#[test]
fn derivatives() {
    let [t, ..] = POINT;
    let [a, b, c, _] = U;
    let (sin, cos) = z().sin_cos();
    check("d(u, t)", &[a * cos]);
    check("d(u, x[1], x[1])", &[-c * c * sin]);
    check("d(u, x[0], t, x[0])", &[-a * b * b * cos]);
    check("d(d(u, t, t), x[1], x[1])", &[a * a * c * c * sin]);
    check("laplacian(u, x)", &[-(b * b + c * c) * sin]);
    check("laplacian(u, t, x)", &[-(a * a + b * b + c * c) * sin]);
    check(
        "laplacian(laplacian(u, x), x)",
        &[(b * b + c * c).powi(2) * sin],
    );
    check("gradient(u, x)", &[b * cos, c * cos]);
    check("gradient(u, x[1..2])", &[c * cos]);
    check("d(gradient(u, x), t)", &[-a * b * sin, -a * c * sin]);
    check(
        "d(u, t) + u * d(u, x[0]) - nu * d(u, x[0], x[0])",
        &[a * cos + sin * b * cos + 0.05 * b * b * sin],
    );
    check("d(exp(u * t), t)", &[(sin * t).exp() * (sin + t * a * cos)]);
    check(
        "d(t * t * u, t, t)",
        &[2.0 * sin + 4.0 * t * a * cos - t * t * a * a * sin],
    );
    check("d(nu * target, t)", &[0.0]);
}

#[test]
fn functions_use_earlier_ones() {
    let (_, lowered) = lowered(
        "input(t, x: 2), output(u), define = { let a = d(u, t); let b = a * a; let c = d(b + a, x[0]); }",
        "output: Dense<1, Sin>",
    );
    let (sin, cos) = z().sin_cos();
    let a = U[0] * cos;
    let slope = -U[0] * U[1] * sin;
    let found = values(&lowered, &lowered.functions, &U);
    for (found, expected) in found.iter().zip([a, a * a, 2.0 * a * slope + slope]) {
        assert!((found[0] - expected).abs() < 1e-14, "{found:?} {expected}");
    }
}

#[test]
fn losses_are_densities_of_a_point() {
    let (network, lowered) = lowered(
        "input(t, x: 2), output(y: 2), given(target, weights: 2), \
         loss( \
             a = sum(x) + 2 * sum_square(x) - mean(x) / 4.0, \
             b = mse(y, weights), \
             c = half_mse(y, target) + half_mse(target, y), \
             e = mean_square(x) - 3.0 * PI * mean(t), \
             f = -(sum(t) - sum(t * t)), \
         )",
        "output: Dense<2, Sin>",
    );
    let parameters = [0.3, 0.1, -0.7, 0.4, 1.1, -0.2, 0.2, 0.9];
    let [t, x, y] = POINT;
    let u = z().sin();
    let v = (0.1 * t + 0.4 * x - 0.2 * y + 0.9).sin();
    let square = |a: f64| a * a;
    let expected = [
        (Some(x + y + 2.0 * (x * x + y * y)), Some(-(x + y) / 8.0)),
        (None, Some((square(u - 2.0) + square(v + 3.0)) / 2.0)),
        (None, Some(square(u - 0.25) + square(v - 0.25))),
        (
            None,
            Some((x * x + y * y) / 2.0 - 3.0 * std::f64::consts::PI * t),
        ),
        (Some(t * t - t), None),
    ];
    assert_eq!(lowered.losses.len(), expected.len());
    for ((loss, densities), expected) in network.losses.iter().zip(&lowered.losses).zip(expected) {
        for (density, expected) in [
            (densities.sum_part, expected.0),
            (densities.mean_part, expected.1),
        ] {
            assert_eq!(density.is_some(), expected.is_some(), "{}", loss.name);
            let (Some(density), Some(expected)) = (density, expected) else {
                continue;
            };
            assert!(
                lowered.program.graph.shape(density).is_empty(),
                "{}",
                loss.name
            );
            let found = values(&lowered, &[density], &parameters)[0][0];
            assert!(
                (found - expected).abs() < 1e-13,
                "{}: {found} {expected}",
                loss.name
            );
        }
    }
}

#[test]
fn layers_are_intermediates() {
    let (_, lowered) = lowered(
        "input(t, x: 2)",
        "hidden: [Dense<1, Sin>; 2], #[layer(bias = false)] output: Dense<2, Tanh>",
    );
    let parameters = [U.as_slice(), &[0.5, 0.1], &[2.0, -3.0]].concat();
    let names: Vec<&str> = lowered
        .intermediates
        .iter()
        .map(|layer| layer.name.as_str())
        .collect();
    assert_eq!(names, ["hidden[0]", "hidden[1]", "output"]);
    let nodes: Vec<NodeId> = lowered
        .intermediates
        .iter()
        .flat_map(|layer| [layer.z, layer.a])
        .collect();
    let first = z().sin();
    let second = (0.5 * first + 0.1).sin();
    let expected = [
        vec![z()],
        vec![first],
        vec![0.5 * first + 0.1],
        vec![second],
        vec![2.0 * second, -3.0 * second],
        vec![(2.0 * second).tanh(), (-3.0 * second).tanh()],
    ];
    for (found, expected) in values(&lowered, &nodes, &parameters)
        .concat()
        .iter()
        .zip(expected.concat())
    {
        assert!((found - expected).abs() < 1e-15, "{found} {expected}");
    }
}
