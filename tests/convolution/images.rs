//! Do accessors, initial values, constants and intermediates of these layers say what the language reference says?

use derive_network::prelude::*;

/// A network with one field of each kind.
#[derive_network(
    input(image: [2, 5, 4], bias: 3),
    output(y),
    derive(gradient),
)]
struct BesideAnother {
    hidden: Dense<4, Tanh>,
    norm: LayerNorm,
    output: Dense<1>,
}

#[derive_network(input(image: [2, 5, 4]), output(y), loss(total = sum(y)), derive(intermediates, total(intermediates)))]
#[derive(Clone, Debug, PartialEq, Default)]
struct Pictures {
    /// The features.
    #[layer(kernel = (2, 3))]
    features: Conv2d<6, Tanh>,
    #[layer(kernel = 2, groups = 2, bias = false)]
    arrays: [Conv2d<6>; 1],
    norm: LayerNorm,
    #[layer(kernel = (2, 1), stride = 1)]
    pool: AvgPool2d,
    flatten: Flatten,
    output: Dense<3>,
    shares: Softmax,
}

#[derive_network(input(signal: [2, 9]))]
struct Waves {
    #[layer(kernel = 3)]
    #[frozen]
    waves: [Conv1d<4, Sin>; 2],
}

/// 6 outputs of 2 channels of 2 x 3, and 6 biases.
const FEATURES: usize = 6 * 2 * 6 + 6;
/// 6 outputs of 3 channels of 2 x 2.
const ARRAYS: usize = 6 * 3 * 4;
/// Behind the two convolutions: 4 x 2, then 3 x 1.
const NORM: usize = 6 * 3;

fn counting() -> Pictures {
    let numbers: Vec<f64> = (0..Pictures::PARAMETERS).map(|n| n as f64).collect();
    Pictures::from_parameters(&numbers).unwrap()
}

#[test]
fn sizes_count_all_numbers() {
    assert_eq!(
        (Pictures::INPUTS, Pictures::OUTPUTS, Pictures::IMAGE),
        (40, 3, 0..40)
    );
    assert_eq!(
        Pictures::PARAMETERS,
        FEATURES + ARRAYS + 2 * NORM + 3 * 12 + 3
    );
    assert_eq!((BesideAnother::INPUTS, BesideAnother::BIAS), (43, 40..43));
    assert_eq!(
        (Waves::OUTPUTS, Waves::PARAMETERS),
        (4 * 5, (4 * 6 + 4) + (4 * 12 + 4))
    );
}

#[test]
fn weights_of_convolutions_are_outputs_channels_rows_columns() {
    let mut network = counting();
    assert_eq!(network.features().weight().len(), FEATURES - 6);
    assert_eq!(network.features().weight_at(0, 0, 0, 1), 1.0);
    assert_eq!(network.features().weight_at(0, 0, 1, 0), 3.0);
    assert_eq!(network.features().weight_at(0, 1, 0, 0), 6.0);
    assert_eq!(network.features().weight_at(5, 1, 1, 2), 71.0);
    assert_eq!(network.features().bias()[0], 72.0);
    let start = FEATURES as f64;
    assert_eq!(network.arrays(0).weight_at(1, 0, 0, 0), start + 12.0);
    *network.arrays_mut(0).weight_at_mut(5, 2, 1, 1) = -1.0;
    assert_eq!(network.parameters()[FEATURES + ARRAYS - 1], -1.0);
    network.features_mut().bias_mut()[5] = -2.0;
    network.features_mut().weight_mut()[3] = -3.0;
    assert_eq!(
        (
            network.parameters()[77],
            network.features().weight_at(0, 0, 1, 0)
        ),
        (-2.0, -3.0)
    );
    let start = FEATURES + ARRAYS;
    assert_eq!(network.norm().scale()[1], (start + 1) as f64);
    assert_eq!(network.norm().shift()[1], (start + NORM + 1) as f64);
    network.norm_mut().scale_mut()[0] = 7.0;
    network.norm_mut().shift_mut()[0] = 8.0;
    assert_eq!(
        (
            network.parameters()[start],
            network.parameters()[start + NORM]
        ),
        (7.0, 8.0)
    );
    let mut waves = Waves::from_parameters(&[0.5; Waves::PARAMETERS]).unwrap();
    *waves.waves_mut(1).weight_at_mut(3, 3, 2) = 4.0;
    assert_eq!(waves.parameters()[Waves::PARAMETERS - 5], 4.0);
    assert_eq!(
        (
            waves.waves(1).weight_at(3, 3, 2),
            waves.waves(0).weight().len()
        ),
        (4.0, 24)
    );
    assert_eq!(waves.waves(0).bias()[3], 0.5);
}

#[test]
fn a_weight_outside_panics_and_says_the_shape() {
    let network = counting();
    for (output, channel, row, column) in [(6, 0, 0, 0), (0, 2, 0, 0), (0, 0, 2, 0), (0, 0, 0, 3)] {
        let outside =
            std::panic::catch_unwind(|| network.features().weight_at(output, channel, row, column));
        let message = outside.expect_err("there is no such weight");
        let message = message.downcast_ref::<String>().expect("a message");
        assert!(
            message.contains("the shape is (6, 2) with a kernel of [2, 3]"),
            "{message}"
        );
    }
}

#[test]
fn initial_weights_follow_the_fans_of_windows_and_scales_are_one() {
    let network = Pictures::glorot_uniform(3);
    // Entries of the window of a group, in and out.
    let bound = (6.0 / ((2.0 + 6.0) * 6.0_f64)).sqrt();
    let largest = network
        .features()
        .weight()
        .iter()
        .fold(0.0_f64, |m, w| m.max(w.abs()));
    assert!(
        largest <= bound && largest > 0.9 * bound,
        "{largest} {bound}"
    );
    let bound = (6.0 / ((3.0 + 3.0) * 4.0_f64)).sqrt();
    let largest = network
        .arrays(0)
        .weight()
        .iter()
        .fold(0.0_f64, |m, w| m.max(w.abs()));
    assert!(
        largest <= bound && largest > 0.9 * bound,
        "{largest} {bound}"
    );
    let he = Pictures::he_normal(3);
    let squares: f64 = he.features().weight().iter().map(|w| w * w).sum();
    assert!(
        (squares / 72.0 * 12.0 / 2.0 - 1.0).abs() < 0.35,
        "{squares}"
    );
    for network in [
        network,
        he,
        Pictures::glorot_normal(1),
        Pictures::uniform(1, 2.0..3.0),
    ] {
        assert!(network.norm().scale().iter().all(|scale| *scale == 1.0));
        assert!(network.norm().shift().iter().all(|shift| *shift == 0.0));
    }
    let uniform = Pictures::uniform(1, 2.0..3.0);
    let drawn = |numbers: &[f64]| numbers.iter().all(|number| (2.0..3.0).contains(number));
    assert!(drawn(uniform.features().weight()) && drawn(uniform.output().bias().as_slice()));
}

#[test]
fn intermediates_of_images_are_row_major() {
    let network = Pictures::glorot_uniform(4);
    let x = SVector::from_fn(|index, _| (index as f64).sin());
    let on_the_way = network.intermediates(&x);
    // Channel 2, row 3, column 1 of 6 x 4 x 2.
    let place = (2 * 4 + 3) * 2 + 1;
    let mut z = network.features().bias()[2];
    for channel in 0..2 {
        for row in 0..2 {
            for column in 0..3 {
                let entry = x[(channel * 5 + 3 + row) * 4 + 1 + column];
                z += network.features().weight_at(2, channel, row, column) * entry;
            }
        }
    }
    assert!((on_the_way.features.z[place] - z).abs() < 1e-14);
    assert!((on_the_way.features.a[place] - z.tanh()).abs() < 1e-14);
    assert_eq!(
        on_the_way.flatten.a.as_slice(),
        on_the_way.pool.a.as_slice()
    );
    assert_eq!(on_the_way.shares.a, network.value(&x));
    assert!((on_the_way.shares.a.sum() - 1.0).abs() < 1e-15);
    let of_loss = network.total_intermediates(&[x]).unwrap();
    assert_eq!(of_loss.features.a[0], on_the_way.features.a);
    // What softmax gives sums to one, whatever comes in.
    assert!(of_loss.output.da[0].amax() < 1e-15);
    assert_eq!(of_loss.shares.da[0], vector![1.0, 1.0, 1.0]);
}

#[test]
fn formulas_say_the_windows() {
    assert!(Pictures::FORMULA.contains("z_l = W_l * a_(l-1) + b_l, convolution of 2 x 3, a_l = tanh(z_l), shape 6 x 4 x 2, l = 1, a_0 = x"), "{}", Pictures::FORMULA);
    assert!(
        Pictures::FORMULA.contains("mean of a_(l-1) over windows of 2 x 1"),
        "{}",
        Pictures::FORMULA
    );
    assert!(
        Pictures::FORMULA.contains("2 groups"),
        "{}",
        Pictures::FORMULA
    );
}

#[test]
fn softmax_of_large_scores_is_finite() {
    #[derive_network(input(x: 3), derive(jacobian))]
    struct Shares {
        shares: Softmax,
    }
    let network = Shares::glorot_uniform(0);
    let (value, jacobian) = network.jacobian(&vector![1e4, 0.0, -1e4]);
    assert_eq!(value, vector![1.0, 0.0, 0.0]);
    assert_eq!(jacobian, SMatrix::<f64, 3, 3>::zeros());
}
