//! Does an expanded struct hold its parameters as its documentation says: order, views, constants, initial values, errors?

#![forbid(unsafe_code)]
#![deny(missing_docs, warnings)]

use approx::assert_relative_eq;
use derive_network::prelude::*;
use nalgebra::{DMatrix, SMatrix};
use std::error::Error;

/// Two inputs of different kinds, an array whose first layer differs, a layer without bias.
#[derive_network(input(t, x: 2), output(u))]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Small {
    /// The hidden layers.
    hidden: [Dense<4, Tanh>; 3],
    #[layer(bias = false)]
    pub r#type: Dense<2, Sigmoid>,
    output: Dense<1>,
}

/// Boxed by size: 1,000 x 1,000 + 1,000 + 1,001 numbers.
#[derive_network(input(x: 1000), scalar = f32)]
#[derive(Clone, Debug, PartialEq)]
struct Large {
    wide: Dense<1000, Relu>,
    output: Dense<1>,
}

/// Boxed by request, in a module of its own with private types.
mod inner {
    use derive_network::derive_network;

    /// Small, and boxed all the same.
    #[derive_network(storage = boxed, input(x: 2), activation(Swish = |z| z * sigmoid(z)))]
    #[derive(Clone)]
    pub(super) struct Boxed {
        only: Dense<3, Swish>,
    }
}

const HIDDEN: usize = (4 * 3 + 4) + 2 * (4 * 4 + 4);

fn counting() -> Vec<f64> {
    (0..Small::PARAMETERS).map(|index| index as f64).collect()
}

#[test]
fn constants_say_the_sizes() {
    assert_eq!(
        (Small::INPUTS, Small::OUTPUTS, Small::PARAMETERS),
        (3, 1, HIDDEN + 8 + 3)
    );
    assert_eq!((Small::T, Small::X), (0..1, 1..3));
    assert_eq!(inner::Boxed::PARAMETERS, 9);
    assert_eq!(Large::PARAMETERS, 1_002_001);
}

#[test]
fn the_flat_view_is_fields_in_order_weight_column_major_then_bias() -> Result<(), Box<dyn Error>> {
    let flat = counting();
    let network = Small::from_parameters(&flat)?;
    assert_eq!(network.parameters(), flat);
    assert_eq!(
        network.hidden(0).weight(),
        SMatrix::<f64, 4, 3>::from_fn(|row, column| (row + 4 * column) as f64)
    );
    assert_eq!(network.hidden(0).bias(), vector![12.0, 13.0, 14.0, 15.0]);
    assert_eq!(
        network.hidden(2).weight(),
        DMatrix::from_fn(4, 4, |row, column| (36 + row + 4 * column) as f64)
    );
    assert_eq!(network.hidden(2).bias()[3], (HIDDEN - 1) as f64);
    assert_eq!(network.r#type().weight()[(1, 3)], (HIDDEN + 7) as f64);
    assert_eq!(network.output().weight(), matrix![64.0, 65.0]);
    assert_eq!(network.output().bias(), vector![66.0]);
    Ok(())
}

#[test]
fn a_layer_can_be_written_to() {
    let mut network = Small::default();
    network.hidden_mut(1).weight_mut()[(0, 0)] = 5.0;
    network.type_mut().weight_mut().fill(2.0);
    network.output_mut().bias_mut()[0] = 7.0;
    assert_eq!(network.parameters()[16], 5.0);
    assert_eq!(network.parameters_mut()[HIDDEN..HIDDEN + 8], [2.0; 8]);
    assert_eq!(network.parameters().last(), Some(&7.0));
}

#[test]
fn another_number_of_parameters_is_an_error_that_says_both() {
    let error = Small::from_parameters(&[1.0; 5]).unwrap_err();
    assert_eq!(
        error,
        ParameterCountError {
            expected: 67,
            found: 5
        }
    );
    assert!(
        error
            .to_string()
            .starts_with("expected 67 parameters, found 5: the flat slice holds"),
        "{error}"
    );
    let error = BatchLengthError {
        name: "gradients",
        expected: 3,
        found: 2,
    };
    assert!(
        error
            .to_string()
            .starts_with("expected `gradients` to have one entry for each of the 3 points"),
        "{error}"
    );
}

#[test]
fn an_array_has_no_layer_behind_its_last() {
    let network = Small::default();
    let outcome = std::panic::catch_unwind(|| network.hidden(3).bias()[0]);
    let message = *outcome.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(
        message,
        "layer index 3 is out of range: `hidden` has 3 layers"
    );
}

#[test]
fn initial_values_are_reproducible_and_have_the_stated_spread() {
    let network = Large::glorot_uniform(7);
    assert_eq!(network, Large::glorot_uniform(7));
    assert_ne!(network, Large::glorot_uniform(8));
    assert_eq!(network.wide().bias().amax(), 0.0);
    let bound = (6.0_f32 / 2000.0).sqrt();
    let wide = network.wide();
    let weights = wide.weight();
    assert!(weights.amax() <= bound && weights.amax() > 0.999 * bound);
    assert!(weights.mean().abs() < 1e-3 * bound);
    for (network, variance) in [
        (Large::glorot_normal(7), 2.0 / 2000.0),
        (Large::he_normal(7), 2.0 / 1000.0),
    ] {
        assert_relative_eq!(
            network.wide().weight().variance(),
            variance,
            max_relative = 1e-2
        );
        assert_eq!(network.output().bias()[0], 0.0);
    }
    let network = Small::uniform(7, -0.5..1.5);
    assert!(
        network
            .parameters()
            .iter()
            .all(|parameter| (-0.5..1.5).contains(parameter))
    );
    assert!(network.output().bias()[0] != 0.0);
}

#[test]
fn the_first_initial_values_never_change() {
    let first = |network: Small| network.parameters()[..3].to_vec();
    assert_eq!(
        first(Small::glorot_uniform(7)),
        [
            -0.203_995_666_672_720_23,
            -0.894_734_218_742_414_4,
            0.742_064_586_608_760_8
        ]
    );
    let normal = [
        -0.034_081_811_123_670_56,
        -0.149_484_364_773_233_74,
        0.715_644_122_766_216_7,
    ];
    for (found, expected) in first(Small::he_normal(7)).into_iter().zip(normal) {
        // The expected numbers were computed in another language, with the logarithm of its system.
        assert_relative_eq!(found, expected, max_relative = 4.0 * f64::EPSILON);
    }
}

#[test]
fn traits_written_below_and_comparisons_of_approx_work() {
    let network = Small::glorot_normal(3);
    let copy = network;
    assert_relative_eq!(network, copy);
    assert!(format!("{network:?}").starts_with("Small { parameters: ["));
    assert_eq!(
        inner::Boxed::he_normal(1).clone().only().weight().shape(),
        (3, 2)
    );
}
