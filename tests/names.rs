//! May a struct be called what generated code calls its own things, may a network be nothing but a formula, and does the text of a formula say all?

use derive_network::prelude::*;

macro_rules! networks {
    ($($name:ident)+) => {$(
        #[derive_network(input(x: 2), derive(hessian))]
        struct $name {
            only: Dense<1, Tanh>,
        }
    )+};
}

networks! { P H B T S C At }

#[test]
fn single_letters_are_free() {
    let parameters = [0.5, -0.25, 0.125];
    let x = vector![0.3, 0.7];
    let expected = P::from_parameters(&parameters).unwrap().hessian(&x);
    macro_rules! same {
        ($($name:ident)+) => {$(
            assert_eq!($name::from_parameters(&parameters).unwrap().hessian(&x), expected);
        )+};
    }
    same!(H B T S C At);
}

#[derive_network(
    input(x: 2), output(u),
    forward = { 0.5 * dot(x, a * x) + dot(c, x) },
    loss(total = sum(u)),
    derive(hessian, laplacian),
)]
struct Quadratic {
    a: Parameter<2, 2>,
    c: Parameter<2>,
}

#[test]
fn a_network_may_have_no_layers() {
    let network = Quadratic::from_parameters(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    let x = vector![1.0, 2.0];
    let (value, gradient, hessian) = network.hessian(&x);
    assert_eq!((value, gradient), (30.5, vector![11.0, 16.5]));
    assert_eq!(hessian, matrix![1.0, 2.5; 2.5, 4.0]);
    assert_eq!(network.laplacian(&x).2, 5.0);
    let mut in_parameters = [0.0; 6];
    network.total_gradient(&[x], &mut in_parameters).unwrap();
    assert_eq!(in_parameters, [0.5, 1.0, 1.0, 2.0, 1.0, 2.0]);
}

#[derive_network(
    input(image: [1, 3, 3], x: 2),
    forward = { sum(flatten(features(image))) + sum(net(x)) },
)]
struct Mixed {
    #[layer(kernel = 2)]
    features: Conv2d<2, Tanh>,
    flatten: Flatten,
    #[graph(neurons = 3, outputs = 1, steps = 1, edges(0..2 => 2), output = Sigmoid)]
    net: Graph,
}

#[test]
fn formulas_of_fields_say_windows_shapes_and_steps() {
    let lines: Vec<&str> = Mixed::FORMULA.lines().collect();
    assert_eq!(
        lines[0],
        "features(a) = tanh(W * a + b), convolution of 2 x 2, shape 2 x 2 x 2"
    );
    assert!(
        lines[2].starts_with("net(a) = N_t = f(W N_(t-1))"),
        "{}",
        lines[2]
    );
    assert!(!lines[2].contains("sigmoid("), "{}", lines[2]);
}
