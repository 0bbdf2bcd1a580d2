//! Matrices one after the other, as chains and layer by layer: a sub-chain is a struct of its own.

use derive_network::nalgebra::SVector;
use derive_network::prelude::*;

use crate::comparison::{Comparison, divided, repeated, vectors};
use crate::face::Entries;
use crate::oracles::{numbers, rows};

type Rows = Vec<Vec<f64>>;

/// What comes back for samples with weights of their values.
struct Pulled {
    values: Rows,
    inputs: Rows,
    parameters: Vec<f64>,
}

/// Pulls back sample by sample; derivatives in the parameters add up.
fn pull<const I: usize, V: Entries, E: std::fmt::Debug>(
    samples: &[SVector<f64, I>],
    parameters: usize,
    call: impl Fn(usize, &SVector<f64, I>, &mut [f64]) -> Result<(V, SVector<f64, I>), E>,
) -> Pulled {
    let mut sum = vec![0.0; parameters];
    let pulled = samples.iter().enumerate().map(|(sample, x)| {
        let (value, dx) = call(sample, x, &mut sum).unwrap();
        (value.numbers(), dx.numbers())
    });
    let (values, inputs) = pulled.unzip();
    Pulled {
        values,
        inputs,
        parameters: sum,
    }
}

/// A part of a chain: samples and weights of the values go in.
trait Stage {
    fn pull(parameters: &[f64], samples: &[Vec<f64>], weights: &[Vec<f64>]) -> Pulled;
}

macro_rules! stages {
    ($($name:ident)+) => {$(
        impl Stage for $name {
            fn pull(parameters: &[f64], samples: &[Vec<f64>], weights: &[Vec<f64>]) -> Pulled {
                let network = $name::from_parameters(parameters).unwrap();
                let weights = vectors::<{ $name::OUTPUTS }>(weights);
                let samples = vectors::<{ $name::INPUTS }>(samples);
                let pulled = pull(&samples, $name::PARAMETERS, |sample, x, sum| {
                    network.pullback(x, &weights[sample], sum)
                });
                for (x, value) in samples.iter().zip(&pulled.values) {
                    assert_eq!(&network.value(x).numbers(), value);
                }
                pulled
            }
        }
    )+};
}

/// One layer without bias.
macro_rules! layers {
    ($($name:ident $inputs:tt $outputs:tt $activation:ident)+) => {$(
        #[derive_network(input(x: $inputs), derive(pullback))]
        struct $name {
            #[layer(bias = false)]
            weight: Dense<$outputs, $activation>,
        }
    )+};
}

layers! {
    Linear3To5 3 5 Identity
    Linear4To3 4 3 Identity
    Linear5To2 5 2 Identity
    Rectified3To3 3 3 Relu
    Rectified2To2 2 2 Relu
}

/// Layers without bias, with the losses that need no target.
macro_rules! chains {
    ($($name:ident $count:tt)+) => {$(
        #[derive_network(
            input(x: 3), output(y),
            define = { let y_mean = mean(y); let y_sum = sum(y); },
            loss(average = mean(y), total = sum(y)),
            derive(intermediates, pullback, y_mean(pullback), y_sum(pullback), average(intermediates)),
        )]
        struct $name {
            #[layer(bias = false)]
            chain: [Dense<3>; $count],
        }
    )+};
}

chains! {
    Linear3To3 1
    Three 3
    Six 6
}

/// Fields, with the squared errors against a target.
macro_rules! against_targets {
    ($($name:ident $inputs:tt [$($target:tt)*] { $($fields:tt)* })+) => {$(
        #[derive_network(
            input(x: $inputs), output(y), given($($target)*),
            define = {
                let error = target - y;
                let squared = powi(error, 2);
                let squared_sum = sum(squared);
                let squared_mean = mean(powi(y - target, 2));
            },
            loss(half = half_mse(y, target), whole = mse(target, y), keras = sum(squared_mean)),
            derive(
                error(pullback), squared(pullback), squared_sum(pullback), squared_mean(pullback),
                intermediates, half(intermediates), whole(intermediates), keras(intermediates),
            ),
        )]
        struct $name { $($fields)* }
    )+};
}

against_targets! {
    Rectified 3 [target] {
        #[layer(bias = false)] hidden: [Dense<3>; 2],
        #[layer(bias = false)] output: Dense<3, Relu>,
    }
    Mixed 4 [target: 2] {
        #[layer(bias = false)] first: Dense<3>,
        #[layer(bias = false)] second: Dense<5>,
        #[layer(bias = false)] output: Dense<2, Relu>,
    }
    Target3 3 [target] { #[layer(bias = false)] identity: Dense<3> }
    Target2 2 [target: 2] { #[layer(bias = false)] identity: Dense<2> }
}

stages!(Linear3To3 Linear3To5 Linear4To3 Linear5To2 Rectified3To3 Rectified2To2 Three Six);

fn flat<const N: usize>(vectors: &[SVector<f64, N>]) -> Vec<f64> {
    vectors.iter().flat_map(Entries::numbers).collect()
}

fn identity(width: usize) -> Vec<f64> {
    (0..width * width)
        .map(|entry| f64::from(u8::from(entry % (width + 1) == 0)))
        .collect()
}

fn scaled(of: &[Vec<f64>], by: f64) -> Rows {
    of.iter().map(|row| divided(row, 1.0 / by)).collect()
}

fn ones(samples: usize, width: usize) -> Rows {
    vec![vec![1.0; width]; samples]
}

impl Comparison {
    fn matrix(&self, name: &str) -> Vec<f64> {
        numbers(self.oracle.at(&format!("/parameters/{name}")))
    }

    fn samples(&self, name: &str) -> Rows {
        rows(self.oracle.at(&format!("/inputs/{name}")))
    }
}

/// A linear layer, with the gradient in its values as data.
#[derive_network(input(x: 2), derive(pullback))]
struct Linear {
    only: Dense<5>,
}

stages!(Linear);

#[test]
fn a_linear_layer_with_bias() {
    Comparison::on_all_lanes("s1_linear_10x2_to_5", |file| {
        let (samples, weights) = (file.samples("x"), file.samples("dL_dy"));
        let pulled = Linear::pull(&file.oracle.parameters(), &samples, &weights);
        file.rows("y", &pulled.values);
        file.rows("dL_dx", &pulled.inputs);
        let (weight, bias) = pulled.parameters.split_at(10);
        file.tensor("dL_dW", weight);
        file.tensor("dL_db", bias);
        file.tensor("dL_dW_with_bias_row", &[bias, weight].concat());
    });
}

/// The two losses over as many times the samples, of each copy, and their gradients.
macro_rules! averages {
    ($network:expr, $parameters:expr, $samples:expr) => {
        [1, 2, 5].map(|copies| {
            let (samples, copies) = (repeated($samples, copies), copies as f64);
            let mut gradients = [vec![f64::NAN; $parameters], vec![f64::NAN; $parameters]];
            let [mean, sum] = &mut gradients;
            let means = [
                $network.average(&samples).unwrap(),
                $network.average_gradient(&samples, mean).unwrap(),
            ];
            let sums = [
                $network.total(&samples).unwrap(),
                $network.total_gradient(&samples, sum).unwrap(),
            ];
            let sum = divided(sum, copies);
            (means, divided(&sums, copies), mean.clone(), sum)
        })
    };
}

#[test]
fn means_and_sums_of_one_layer() {
    Comparison::on_all_lanes("s3_cell1_mean_sum", |file| {
        let (rows, weight) = (file.samples("X"), file.matrix("W"));
        let samples = vectors::<3>(&rows);
        let count = samples.len();
        let network = Linear3To3::from_parameters(&weight).unwrap();
        let pulled = Linear3To3::pull(&weight, &rows, &ones(count, 3));
        file.rows("Y", &pulled.values);
        file.tensor("dY_dW", &pulled.parameters);
        for (mean, sum, mean_gradient, sum_gradient) in averages!(network, 9, &samples) {
            for (mean, sum) in mean.iter().zip(&sum) {
                file.tensor("loss1_mean", &[*mean]);
                file.tensor("loss2_sum", &[*sum]);
            }
            file.tensor("dJ1_dW", &mean_gradient);
            file.tensor("dJ2_dW", &sum_gradient);
        }
        let weight = vector![1.0 / count as f64];
        let mean = |network: &Linear3To3, samples: &[SVector<f64, 3>]| {
            pull(samples, 9, |_, x, sum| {
                network.y_mean_pullback(x, &weight, sum)
            })
            .inputs
        };
        let sum = |network: &Linear3To3, samples: &[SVector<f64, 3>]| {
            pull(samples, 9, |_, x, sum| {
                network.y_sum_pullback(x, &vector![1.0], sum)
            })
            .inputs
        };
        file.rows("dJ1_dX", &mean(&network, &samples));
        file.rows("dJ2_dX", &sum(&network, &samples));
        let (reduction, outputs) = (
            Linear3To3::from_parameters(&identity(3)).unwrap(),
            vectors(&pulled.values),
        );
        file.rows("dJ1_dY", &mean(&reduction, &outputs));
        file.rows("dJ2_dY", &sum(&reduction, &outputs));
    });
}

/// What goes forward and back layer by layer: before and behind each layer, and the derivatives in its matrix.
struct Backpropagation {
    /// The values before the first layer, and behind each.
    values: Vec<Rows>,
    /// The derivatives there.
    adjoints: Vec<Rows>,
    parameters: Vec<Vec<f64>>,
}

type PullStage = fn(&[f64], &[Vec<f64>], &[Vec<f64>]) -> Pulled;

/// Layers with their matrices, from what a loss is in the last values.
fn backpropagate(
    layers: &[(PullStage, Vec<f64>, usize)],
    samples: &[Vec<f64>],
    last: impl Fn(&[Vec<f64>]) -> Rows,
) -> Backpropagation {
    let mut values = vec![samples.to_vec()];
    for (stage, matrix, width) in layers {
        let before = values.last().unwrap();
        values.push(stage(matrix, before, &ones(before.len(), *width)).values);
    }
    let (mut adjoints, mut parameters) = (vec![last(values.last().unwrap())], Vec::new());
    for ((stage, matrix, _), before) in layers.iter().zip(&values).rev() {
        let pulled = stage(matrix, before, adjoints.last().unwrap());
        adjoints.push(pulled.inputs);
        parameters.push(pulled.parameters);
    }
    adjoints.reverse();
    parameters.reverse();
    Backpropagation {
        values,
        adjoints,
        parameters,
    }
}

/// The derivatives of a mean over samples and entries in its values.
fn of_a_mean(values: &[Vec<f64>]) -> Rows {
    let network = Linear3To3::from_parameters(&identity(3)).unwrap();
    let weight = vector![1.0 / values.len() as f64];
    pull(&vectors(values), 9, |_, x, sum| {
        network.y_mean_pullback(x, &weight, sum)
    })
    .inputs
}

#[test]
fn a_mean_behind_three_layers() {
    Comparison::on_all_lanes("s3_cell2_three_linear", |file| {
        let matrices = ["W1", "W2", "W3"].map(|name| file.matrix(name));
        let rows = file.samples("X");
        let samples = vectors::<3>(&rows);
        let count = samples.len();
        let network = Three::from_parameters(&matrices.concat()).unwrap();
        for (mean, _, gradient, _) in averages!(network, 27, &samples) {
            mean.iter()
                .for_each(|mean| file.tensor("loss_mean", &[*mean]));
            for (layer, gradient) in gradient.chunks(9).enumerate() {
                file.tensor(&format!("dJ_dW{}", layer + 1), gradient);
            }
        }
        let weight = vector![1.0 / count as f64];
        let pulled = pull(&samples, 27, |_, x, sum| {
            network.y_mean_pullback(x, &weight, sum)
        });
        file.rows("dJ_dX", &pulled.inputs);
        let pulled = Three::pull(&matrices.concat(), &rows, &ones(count, 3));
        file.rows("dY_dX", &pulled.inputs);
        for (layer, gradient) in pulled.parameters.chunks(9).enumerate() {
            file.tensor(&format!("dY_dW{}", layer + 1), gradient);
        }

        let on_the_way = network.average_intermediates(&samples).unwrap();
        file.tensor("loss_mean", &[on_the_way.loss]);
        file.tensor("dJ_dX", &flat(&on_the_way.dx));
        for (layer, found) in on_the_way.chain.iter().enumerate() {
            for values in [&found.z, &found.a] {
                file.tensor(&format!("Z{}", layer + 1), &flat(values));
            }
            for adjoints in [&found.dz, &found.da] {
                file.tensor(&format!("dJ_dZ{}", layer + 1), &flat(adjoints));
            }
        }

        let layers = matrices.map(|matrix| (Linear3To3::pull as PullStage, matrix, 3));
        let found = backpropagate(&layers, &rows, of_a_mean);
        for layer in 1..4 {
            let before = &found.values[layer - 1];
            let alone = Linear3To3::pull(&layers[layer - 1].1, before, &ones(count, 3));
            let argument = ["X", "Z1", "Z2"][layer - 1];
            file.rows(&format!("Z{layer}"), &found.values[layer]);
            file.rows(&format!("dJ_dZ{layer}"), &found.adjoints[layer]);
            file.tensor(&format!("dJ_dW{layer}"), &found.parameters[layer - 1]);
            file.tensor(&format!("dZ{layer}_dW{layer}"), &alone.parameters);
            file.rows(&format!("dZ{layer}_d{argument}"), &alone.inputs);
        }
    });
}

#[test]
fn activations_that_are_matrices() {
    Comparison::on_all_lanes("s3_cell3_diag_activation", |file| {
        let names = ["W1", "S1", "W2", "S2", "W3", "S3"];
        let matrices = names.map(|name| file.matrix(name));
        let rows = file.samples("X");
        let samples = vectors::<3>(&rows);
        let network = Six::from_parameters(&matrices.concat()).unwrap();
        for (mean, _, gradient, _) in averages!(network, 54, &samples) {
            mean.iter()
                .for_each(|mean| file.tensor("loss_mean", &[*mean]));
            for (name, gradient) in names.iter().zip(gradient.chunks(9)) {
                file.tensor(&format!("dJ_d{name}"), gradient);
            }
        }
        let weight = vector![1.0 / samples.len() as f64];
        let pulled = pull(&samples, 54, |_, x, sum| {
            network.y_mean_pullback(x, &weight, sum)
        });
        file.rows("dJ_dX", &pulled.inputs);

        let places = ["X", "Z1", "A1", "Z2", "A2", "Z3", "A3"];
        let on_the_way = network.average_intermediates(&samples).unwrap();
        file.tensor("loss_mean", &[on_the_way.loss]);
        file.tensor("dJ_dX", &flat(&on_the_way.dx));
        for (layer, found) in on_the_way.chain.iter().enumerate() {
            let place = places[layer + 1];
            let alone = samples
                .iter()
                .map(|x| network.intermediates(x).chain[layer].z);
            file.tensor(place, &flat(&alone.collect::<Vec<_>>()));
            file.tensor(place, &flat(&found.z));
            file.tensor(&format!("dJ_d{place}"), &flat(&found.dz));
        }

        let layers = matrices.map(|matrix| (Linear3To3::pull as PullStage, matrix, 3));
        let found = backpropagate(&layers, &rows, of_a_mean);
        for layer in 0..6 {
            let alone = Linear3To3::pull(
                &layers[layer].1,
                &found.values[layer],
                &ones(samples.len(), 3),
            );
            let (before, behind) = (places[layer], places[layer + 1]);
            file.rows(behind, &found.values[layer + 1]);
            file.rows(&format!("d{behind}_d{before}"), &alone.inputs);
            if layer % 2 == 0 {
                file.tensor(&format!("d{behind}_d{}", names[layer]), &alone.parameters);
            }
            file.rows(&format!("dJ_d{behind}"), &found.adjoints[layer + 1]);
            file.tensor(&format!("dJ_d{}", names[layer]), &found.parameters[layer]);
        }
        file.rows("dJ_dX", &found.adjoints[0]);
    });
}

/// Values and derivatives on the way through a chain, by the field of each layer.
macro_rules! on_the_way {
    ($file:ident, $name:literal, $found:expr, [$($field:ident $([$at:literal])?),+]) => {{
        let found = $found.unwrap();
        let layers = [$({
            let layer = &found.$field $([$at])?;
            [flat(&layer.z), flat(&layer.a), flat(&layer.dz), flat(&layer.da)]
        }),+];
        for (layer, [z, a, dz, da]) in layers.iter().enumerate() {
            let layer = layer + 1;
            $file.tensor(&format!("Z{layer}"), z);
            $file.tensor(&format!("A{layer}"), a);
            $file.tensor(&format!("{}_dZ{layer}", $name), dz);
            $file.tensor(&format!("{}_dA{layer}", $name), da);
        }
        $file.tensor(&format!("{}_dX", $name), &flat(&found.dx));
    }};
}

/// A chain of three with its losses, and the same layer by layer, behind which the network `$target` has the losses.
macro_rules! squared_errors {
    ($file:ident, $network:ident $fields:tt, $target:ident, [$($layer:ident)+]) => {{
        const P: usize = $network::PARAMETERS;
        let matrices = ["W1", "W2", "W3"].map(|name| $file.matrix(name));
        let (rows, target_rows) = ($file.samples("X"), $file.samples("Y"));
        let (samples, targets) = (vectors::<{ $network::INPUTS }>(&rows), vectors(&target_rows));
        let count = samples.len() as f64;
        let network = $network::from_parameters(&matrices.concat()).unwrap();

        // Losses of the chain, and their gradients in the matrices and in the samples.
        for copies in [1, 2, 9] {
            let (x, y) = (repeated(&samples, copies), repeated(&targets, copies));
            let copies = copies as f64;
            let mut gradient = [f64::NAN; P];
            let half = network.half_gradient(&x, &y, &mut gradient).unwrap();
            $file.tensor("loss_half_mse", &[network.half(&x, &y).unwrap()]);
            $file.tensor("loss_half_mse", &[half]);
            matrix_gradients($file, "dJ", &gradient, &matrices);
            let mean = network.whole_gradient(&x, &y, &mut gradient).unwrap();
            $file.tensor("loss_mse_mean", &[network.whole(&x, &y).unwrap()]);
            $file.tensor("loss_mse_mean", &[mean]);
            matrix_gradients($file, "dJmean", &gradient, &matrices);
            let keras = network.keras_gradient(&x, &y, &mut gradient).unwrap() / copies;
            assert!((keras / count - mean).abs() < 1e-14 * mean);
            matrix_gradients($file, "dJ2", &divided(&gradient, copies), &matrices);
        }
        let sums = pull(&samples, P, |at, x, sum| network.squared_sum_pullback(x, &targets[at], &vector![1.0], sum));
        let means = pull(&samples, P, |at, x, sum| network.squared_mean_pullback(x, &targets[at], &vector![1.0], sum));
        $file.rows("sum_sq_axis1_over_n", &scaled(&sums.values, 1.0 / count));
        $file.rows("loss_keras_mse_per_sample", &means.values);
        $file.rows("dJ_dX", &scaled(&sums.inputs, 0.5 / count));
        $file.rows("dJ2_dX", &means.inputs);
        $file.rows("dJmean_dX", &scaled(&means.inputs, 1.0 / count));
        matrix_gradients($file, "dJ", &divided(&sums.parameters, 2.0 * count), &matrices);
        let weights = SVector::<f64, { $network::OUTPUTS }>::repeat(1.0);
        let errors = pull(&samples, P, |at, x, sum| network.error_pullback(x, &targets[at], &weights, sum));
        let squares = pull(&samples, P, |at, x, sum| network.squared_pullback(x, &targets[at], &weights, sum));
        $file.rows("error_Y_minus_Yhat", &errors.values);
        $file.rows("squared_error", &squares.values);

        on_the_way!($file, "dJ", network.half_intermediates(&samples, &targets), $fields);
        on_the_way!($file, "dJ2", network.keras_intermediates(&samples, &targets), $fields);
        on_the_way!($file, "dJmean", network.whole_intermediates(&samples, &targets), $fields);

        // Layer by layer; the last activation is a layer with the identity for a matrix.
        let reduction = $target::from_parameters(&identity($target::OUTPUTS)).unwrap();
        let of_sums = |values: &[Vec<f64>]| {
            pull(&vectors(values), $target::PARAMETERS, |at, x, sum| {
                reduction.squared_sum_pullback(x, &targets[at], &vector![1.0], sum)
            })
            .inputs
        };
        let of_means = |values: &[Vec<f64>]| {
            pull(&vectors(values), $target::PARAMETERS, |at, x, sum| {
                reduction.squared_mean_pullback(x, &targets[at], &vector![1.0], sum)
            })
            .inputs
        };
        let mut matrices = matrices.to_vec();
        matrices.push(identity($target::OUTPUTS));
        let stages = [$(($layer::pull as PullStage, $layer::OUTPUTS)),+].into_iter().zip(matrices);
        let layers: Vec<_> = stages.map(|((stage, width), matrix)| (stage, matrix, width)).collect();
        let half = backpropagate(&layers, &rows, |values| scaled(&of_sums(values), 0.5 / count));
        layer_by_layer($file, "dJ", &half);
        layer_by_layer($file, "dJ2", &backpropagate(&layers, &rows, of_means));
        layer_by_layer($file, "dJmean", &backpropagate(&layers, &rows, |values| scaled(&of_means(values), 1.0 / count)));
        let as_if_linear = (layers[2].0)(&layers[2].1, &half.values[2], &scaled(&errors.values, -1.0 / count));
        $file.tensor("notebook_expect_W_last", &as_if_linear.parameters);
    }};
}

fn layer_by_layer(file: &mut Comparison, name: &str, found: &Backpropagation) {
    // The inner activations are the identity.
    for (place, names) in [
        (1, ["Z1", "A1"]),
        (2, ["Z2", "A2"]),
        (3, ["Z3", "Z3"]),
        (4, ["A3", "A3"]),
    ] {
        for tensor in names {
            file.rows(tensor, &found.values[place]);
            file.rows(&format!("{name}_d{tensor}"), &found.adjoints[place]);
        }
    }
    for layer in 1..4 {
        file.tensor(&format!("{name}_dW{layer}"), &found.parameters[layer - 1]);
    }
    file.rows(&format!("{name}_dX"), &found.adjoints[0]);
}

fn matrix_gradients(file: &mut Comparison, name: &str, gradient: &[f64], matrices: &[Vec<f64>]) {
    let mut rest = gradient;
    for (layer, matrix) in matrices.iter().enumerate() {
        let (own, behind) = rest.split_at(matrix.len());
        file.tensor(&format!("{name}_dW{}", layer + 1), own);
        rest = behind;
    }
}

#[test]
fn squared_errors_behind_a_rectifier() {
    Comparison::on_all_lanes("s3_cell4_relu_mse", |file| {
        squared_errors!(file, Rectified [hidden[0], hidden[1], output], Target3, [Linear3To3 Linear3To3 Linear3To3 Rectified3To3]);
    });
}

#[test]
fn squared_errors_on_both_sides_of_a_kink() {
    Comparison::on_all_lanes("s3_relu_mse_mixed_signs", |file| {
        squared_errors!(file, Mixed [first, second, output], Target2, [Linear4To3 Linear3To5 Linear5To2 Rectified2To2]);
    });
}
