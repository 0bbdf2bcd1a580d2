//! The reference vectors of convolutions: every tensor of every file, on all lanes.

use derive_network::nalgebra::SVector;
use derive_network::prelude::*;

use crate::comparison::Comparison;
use crate::face::Entries;
use crate::oracles::{array, numbers};

#[derive_network(input(image: [3, 7, 5]), derive(pullback, vjp))]
struct Seed {
    #[layer(kernel = 2, bias = false)]
    convolution: Conv2d<20>,
}

#[derive_network(input(image: [3, 7, 5]), scalar = f32, derive(pullback, vjp))]
struct SeedSingle {
    #[layer(kernel = 2, bias = false)]
    convolution: Conv2d<20>,
}

const NOTEBOOK: &str = "s1_conv2d_10x3x7x5_k2_o20";

#[derive_network(input(image: [2, 6, 5]), derive(pullback, gradient))]
struct Strided {
    #[layer(kernel = (3, 3), stride = 2, padding = 1)]
    convolution: Conv2d<4, Tanh>,
    flatten: Flatten,
    head: Dense<1>,
}

#[derive_network(input(image: [1, 4, 4]), derive(pullback, hessian))]
struct Tiny {
    #[layer(kernel = 3, padding = 1)]
    convolution: Conv2d<2, Tanh>,
    flatten: Flatten,
    head: Dense<1, Sigmoid>,
}

/// One image a point.
fn images<V: Entries>(comparison: &Comparison, path: &str) -> Vec<V> {
    let samples = array(comparison.oracle.at(path)).iter();
    samples
        .map(|sample| V::from_numbers(&numbers(sample)))
        .collect()
}

/// The numbers of all entries, one after the other.
fn flat<E: Entries>(entries: &[E]) -> Vec<f64> {
    entries.iter().flat_map(Entries::numbers).collect()
}

/// The parameters of a file: those of a network in its order of fields.
fn parameters(comparison: &Comparison, names: &[&str]) -> Vec<f64> {
    let of = |name: &&str| numbers(comparison.oracle.at(&format!("/parameters/{name}")));
    names.iter().flat_map(of).collect()
}

/// Compares the values and what is pulled back, image by image and in a batch.
macro_rules! pulled_back {
    ($network:ident $scalar:ident $comparison:ident) => {{
        let weights = parameters($comparison, &["W"]);
        let weights: Vec<$scalar> = weights.iter().map(|weight| *weight as $scalar).collect();
        let network = $network::from_parameters(&weights).unwrap();
        let images = images::<SVector<$scalar, { $network::INPUTS }>>($comparison, "/inputs/x");
        let weights =
            self::images::<SVector<$scalar, { $network::OUTPUTS }>>($comparison, "/inputs/dL_dy");
        let mut gradient = vec![0.0; $network::PARAMETERS];
        let (mut values, mut inputs) = (Vec::new(), Vec::new());
        for (image, weight) in images.iter().zip(&weights) {
            let (value, input) = network.pullback(image, weight, &mut gradient).unwrap();
            values.push(value.numbers());
            inputs.push(input.numbers());
            let (value, row) = network.vjp(image, weight);
            assert_eq!(value.numbers(), values[values.len() - 1]);
            assert!((row - input).amax() < 45.0 * $scalar::EPSILON * input.amax());
        }
        $comparison.rows("y", &values);
        $comparison.rows("dL_dx", &inputs);
        $comparison.tensor("dL_dW", &flat(&gradient));
        let mut values = vec![SVector::zeros(); images.len()];
        let mut rows = vec![SMatrix::zeros(); images.len()];
        network
            .vjp_batch(&images, &weights, &mut values, &mut rows)
            .unwrap();
        $comparison.tensor("y", &flat(&values));
        $comparison.tensor("dL_dx", &flat(&rows));
    }};
}

#[test]
fn the_convolution_of_the_notebook() {
    Comparison::in_precision("f64", NOTEBOOK, |comparison| {
        pulled_back!(Seed f64 comparison);
    });
}

#[test]
fn the_convolution_of_the_notebook_in_single_precision() {
    Comparison::in_precision("f32", NOTEBOOK, |comparison| {
        pulled_back!(SeedSingle f32 comparison);
    });
}

/// Compares the scalar values of a network with a head, and the sums of their derivatives.
macro_rules! with_head {
    ($network:ident $comparison:ident) => {{
        let names = ["W", "bias", "head_kernel", "head_bias"];
        let network = $network::from_parameters(&parameters($comparison, &names)).unwrap();
        let images = images::<SVector<f64, { $network::INPUTS }>>($comparison, "/inputs/x");
        let mut gradient = vec![0.0; $network::PARAMETERS];
        let (mut values, mut inputs) = (Vec::new(), Vec::new());
        for image in &images {
            let (value, input) = network
                .pullback(image, &vector![1.0], &mut gradient)
                .unwrap();
            values.push(value);
            inputs.push(input.numbers());
        }
        $comparison.tensor("s", &values);
        $comparison.rows("ds_dx", &inputs);
        let mut start = 0;
        for (name, tensor) in
            names
                .iter()
                .zip(["dL_dW", "dL_db", "dL_dhead_kernel", "dL_dhead_bias"])
        {
            let length = parameters($comparison, &[name]).len();
            $comparison.tensor(tensor, &gradient[start..start + length]);
            start += length;
        }
        (network, images)
    }};
}

#[test]
fn a_strided_convolution_with_padding_and_a_head() {
    Comparison::on_all_lanes("s1_conv2d_pad1_stride2_dense_head", |comparison| {
        let (network, images) = with_head!(Strided comparison);
        let mut values = vec![0.0; images.len()];
        let mut gradients = vec![SVector::zeros(); images.len()];
        network
            .gradient_batch(&images, &mut values, &mut gradients)
            .unwrap();
        comparison.tensor("s", &values);
        comparison.rows(
            "ds_dx",
            &gradients.iter().map(Entries::numbers).collect::<Vec<_>>(),
        );
    });
}

#[test]
fn a_small_convolution_with_its_hessian() {
    Comparison::on_all_lanes("s1_conv2d_tiny_hessian", |comparison| {
        let (network, images) = with_head!(Tiny comparison);
        let hessians = images.iter().map(|image| network.hessian(image).2);
        // Symmetric, so the order of its axes does not matter.
        let hessians: Vec<Vec<f64>> = hessians.map(|hessian| hessian.numbers()).collect();
        comparison.rows("d2s_dx2", &hessians);
        let count = images.len();
        let (mut values, mut gradients) = (vec![0.0; count], vec![SVector::zeros(); count]);
        let mut hessians = vec![SMatrix::zeros(); count];
        network
            .hessian_batch(&images, &mut values, &mut gradients, &mut hessians)
            .unwrap();
        comparison.rows(
            "d2s_dx2",
            &hessians.iter().map(Entries::numbers).collect::<Vec<_>>(),
        );
    });
}
