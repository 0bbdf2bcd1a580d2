//! The notebook of lab 10.1, a linear layer and a convolution, forward and backward: `cargo run --release --example notebook_001`.
//!
//! Given dL/dy, the notebook checks dL/dx, dL/dW and dL/db of its own layers by TensorFlow. Its data were random and are lost; ours
//! are those of the reference files, of the same shapes.

#[path = "support/notebook.rs"]
mod notebook;

use derive_network::prelude::*;
use notebook::{Reference, Table, remark};
use std::error::Error;

#[derive_network(input(x: 2), derive(pullback))]
struct Linear {
    layer: Dense<5>,
}

#[derive_network(input(image: [3, 7, 5]), derive(pullback))]
struct Convolution {
    #[layer(kernel = 2, bias = false)]
    layer: Conv2d<20>,
}

/// What the notebook calls "far from being generalised": padding, stride, bias, an activation and a dense head.
#[derive_network(input(image: [2, 6, 5]), output(s), loss(total = sum(s)), derive(gradient))]
struct Head {
    #[layer(kernel = 3, padding = 1, stride = 2)]
    features: Conv2d<4, Tanh>,
    flatten: Flatten,
    head: Dense<1>,
}

#[derive_network(input(image: [1, 4, 4]), output(s), loss(total = sum(s)), derive(hessian))]
struct Tiny {
    #[layer(kernel = 3, padding = 1)]
    features: Conv2d<2, Tanh>,
    flatten: Flatten,
    head: Dense<1, Sigmoid>,
}

/// Pulls back sample by sample: values, dL/dx and the sum of the parameter gradients.
macro_rules! pull {
    ($network:ident, $file:ident, $parameters:expr) => {{
        let network = $network::from_parameters(&$file.parameters($parameters))?;
        let (x, dy) = ($file.numbers("/inputs/x"), $file.numbers("/inputs/dL_dy"));
        let mut gradient = vec![0.0; $network::PARAMETERS];
        let (mut values, mut inputs) = (Vec::new(), Vec::new());
        for (x, dy) in x.chunks($network::INPUTS).zip(dy.chunks($network::OUTPUTS)) {
            let (x, dy) = (
                SVector::from_column_slice(x),
                SVector::from_column_slice(dy),
            );
            let (value, dx) = network.pullback(&x, &dy, &mut gradient)?;
            values.extend(value.iter().copied());
            inputs.extend(dx.iter().copied());
        }
        (values, inputs, gradient)
    }};
}

impl Reference {
    /// The numbers at several paths, one behind the other.
    fn parameters(&self, paths: &[&str]) -> Vec<f64> {
        paths
            .iter()
            .flat_map(|path| self.numbers(&format!("/parameters/{path}")))
            .collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let worst = [linear()?, convolution()?, head()?, tiny()?];
    let worst = worst.into_iter().fold(0.0_f64, f64::max);
    println!("\nworst relative difference of any tensor: {worst:.1e}");
    Ok(())
}

fn linear() -> Result<f64, Box<dyn Error>> {
    println!("part 1: a linear layer, 10 samples of 2 -> 5");
    let file = Reference::parse(include_str!("../tests/oracles/s1_linear_10x2_to_5.json"))?;
    let (y, dx, gradient) = pull!(Linear, file, &["layers/0/kernel", "layers/0/bias"]);
    let mut table = Table::new(8);
    table.row("y", "True", &y, &file.expected("y"));
    table.row("dL/dx", "True", &dx, &file.expected("dL_dx"));
    table.row("dL/dW", "True", &gradient[..10], &file.expected("dL_dW"));
    table.row("dL/db", "True", &gradient[10..], &file.expected("dL_db"));
    Ok(table.worst())
}

fn convolution() -> Result<f64, Box<dyn Error>> {
    println!(
        "\npart 2: a convolution without bias, 10 images of 3 x 7 x 5 -> 20 x 6 x 4, kernel 2 x 2"
    );
    let file = Reference::parse(include_str!(
        "../tests/oracles/s1_conv2d_10x3x7x5_k2_o20.json"
    ))?;
    let (y, dx, gradient) = pull!(Convolution, file, &["W"]);
    let mut table = Table::new(8);
    table.row("y", "True", &y, &file.expected("y"));
    table.row("dL/dx", "True", &dx, &file.expected("dL_dx"));
    table.row("dL/dW", "True", &gradient, &file.expected("dL_dW"));
    remark(
        "the notebook's check of dL/dx is np.max(|a - b| < 1e-6): one right entry of 1,050 would make it True",
    );
    Ok(table.worst())
}

fn head() -> Result<f64, Box<dyn Error>> {
    println!(
        "\nnot in the notebook: kernel 3 x 3, padding 1, stride 2, bias, tanh, a dense head; 3 images of 2 x 6 x 5"
    );
    let file = Reference::parse(include_str!(
        "../tests/oracles/s1_conv2d_pad1_stride2_dense_head.json"
    ))?;
    let network =
        Head::from_parameters(&file.parameters(&["W", "bias", "head_kernel", "head_bias"]))?;
    let points: Vec<SVector<f64, { Head::INPUTS }>> = file
        .numbers("/inputs/x")
        .chunks(Head::INPUTS)
        .map(SVector::from_column_slice)
        .collect();
    let found: Vec<_> = points.iter().map(|x| network.gradient(x)).collect();
    let values: Vec<f64> = found.iter().map(|(value, _)| *value).collect();
    let gradients: Vec<f64> = found
        .iter()
        .flat_map(|(_, gradient)| gradient.iter().copied())
        .collect();
    let mut of_parameters = vec![0.0; Head::PARAMETERS];
    network.total_gradient(&points, &mut of_parameters)?;
    let mut table = Table::new(16);
    table.row("s", "", &values, &file.expected("s"));
    table.row("ds/dx", "", &gradients, &file.expected("ds_dx"));
    parameter_rows(&mut table, &of_parameters, &file);
    Ok(table.worst())
}

fn tiny() -> Result<f64, Box<dyn Error>> {
    println!(
        "\nnot in the notebook: the Hessian in all 16 pixels of one image, kernel 3 x 3, padding 1, tanh, a dense head"
    );
    let file = Reference::parse(include_str!("../tests/oracles/s1_conv2d_tiny_hessian.json"))?;
    let network =
        Tiny::from_parameters(&file.parameters(&["W", "bias", "head_kernel", "head_bias"]))?;
    let x = SVector::<f64, 16>::from_column_slice(&file.numbers("/inputs/x"));
    let (value, gradient, hessian) = network.hessian(&x);
    let mut of_parameters = vec![0.0; Tiny::PARAMETERS];
    network.total_gradient(&[x], &mut of_parameters)?;
    let mut table = Table::new(16);
    table.row("s", "", &[value], &file.expected("s"));
    table.row("ds/dx", "", gradient.as_slice(), &file.expected("ds_dx"));
    table.row("d²s/dx²", "", hessian.as_slice(), &file.expected("d2s_dx2"));
    parameter_rows(&mut table, &of_parameters, &file);
    Ok(table.worst())
}

fn parameter_rows(table: &mut Table, gradient: &[f64], file: &Reference) {
    let mut rest = gradient;
    for tensor in ["dL_dW", "dL_db", "dL_dhead_kernel", "dL_dhead_bias"] {
        let expected = file.expected(tensor);
        let (own, behind) = rest.split_at(expected.len());
        table.row(&tensor.replacen('_', "/", 1), "", own, &expected);
        rest = behind;
    }
}
