//! The third notebook, which gradient comes out for which loss: `cargo run --release --example notebook_003`.
//!
//! Three layers without bias. The notebook reads `tape.gradient(Y, W)` as dY/dW; it is the pullback of ones, the gradient of
//! the sum of Y. That answers what it leaves open, as the lines marked by ! say.

#[path = "support/notebook.rs"]
mod notebook;

use derive_network::prelude::*;
use notebook::{Reference, Table, remark};
use std::error::Error;

/// Layers of three without bias: the mean and the sum of the last one.
macro_rules! linear {
    ($($name:ident $layers:literal)+) => {$(
        #[derive_network(
            input(x: 3), output(y),
            loss(average = mean(y), total = sum(y)),
            derive(average(intermediates), total(intermediates)),
        )]
        struct $name {
            #[layer(bias = false)]
            chain: [Dense<3>; $layers],
        }
    )+};
}

linear! {
    OneLayer 1
    ThreeLayers 3
    SixLayers 6
}

/// A rectified last layer against a target: the notebook's three losses.
macro_rules! rectified {
    ($name:ident $inputs:literal, $first:literal, $second:literal, $outputs:literal, $($target:tt)*) => {
        #[derive_network(
            input(x: $inputs), output(y), given($($target)*),
            define = { let per_sample = mean(powi(y - target, 2)); },
            loss(half = half_mse(y, target), keras = sum(per_sample), mean = mse(y, target)),
            derive(half(intermediates), keras(intermediates), mean(intermediates)),
        )]
        struct $name {
            #[layer(bias = false)]
            first: Dense<$first>,
            #[layer(bias = false)]
            second: Dense<$second>,
            #[layer(bias = false)]
            output: Dense<$outputs, Relu>,
        }
    };
}

rectified!(Rectified 3, 3, 3, 3, target);
rectified!(MixedSigns 4, 3, 5, 2, target: 2);

fn main() -> Result<(), Box<dyn Error>> {
    let worst = [cell_1()?, cell_2()?, cell_3()?, cell_4()?, mixed_signs()?];
    let worst = worst.into_iter().fold(0.0_f64, f64::max);
    println!("\nworst relative difference of any tensor: {worst:.1e}");
    Ok(())
}

fn cell_1() -> Result<f64, Box<dyn Error>> {
    println!("cell 1: Y = X W, 15 samples, all ones");
    let file = Reference::parse(include_str!("../tests/oracles/s3_cell1_mean_sum.json"))?;
    let network = OneLayer::from_parameters(&file.numbers("/parameters/W"))?;
    let points = points::<3>(&file.numbers("/inputs/X"));
    let mut gradient = [0.0; OneLayer::PARAMETERS];
    let mut table = Table::new(14);
    let total = network.total_gradient(&points, &mut gradient)?;
    table.row("dY/dW", "15.", &gradient, &file.expected("dY_dW"));
    table.row("sum(Y)", "", &[total], &file.expected("loss2_sum"));
    table.row("dJ2/dW, sum", "15.", &gradient, &file.expected("dJ2_dW"));
    let average = network.average_gradient(&points, &mut gradient)?;
    table.row("mean(Y)", "", &[average], &file.expected("loss1_mean"));
    table.row(
        "dJ1/dW, mean",
        "0.33333334",
        &gradient,
        &file.expected("dJ1_dW"),
    );
    remark(
        "the notebook: dY/dW is proportional to n. It is the gradient of the sum of Y, so it is dJ2/dW",
    );
    Ok(table.worst())
}

fn cell_2() -> Result<f64, Box<dyn Error>> {
    println!("\ncell 2: Z_l = Z_(l-1) W_l, l = 1..3, 5 samples, all ones");
    let file = Reference::parse(include_str!("../tests/oracles/s3_cell2_three_linear.json"))?;
    let weights = [1, 2, 3].map(|layer| file.numbers(&format!("/parameters/W{layer}")));
    let network = ThreeLayers::from_parameters(&weights.concat())?;
    let x = file.numbers("/inputs/X");
    let mean = network.average_intermediates(&points(&x))?;
    let sum = network.total_intermediates(&points(&x))?;
    let mut table = Table::new(10);
    let mut input = x.clone();
    for (layer, (weight, printed)) in weights.iter().zip(["5.", "15.", "45."]).enumerate() {
        let number = layer + 1;
        let alone = OneLayer::from_parameters(weight)?;
        let mut gradient = [0.0; OneLayer::PARAMETERS];
        alone.total_gradient(&points(&input), &mut gradient)?;
        let key = format!("dZ{number}_dW{number}");
        table.row(
            &format!("dZ{number}/dW{number}"),
            printed,
            &gradient,
            &file.expected(&key),
        );
        let on_inputs = alone.total_intermediates(&points(&input))?.dx;
        let (name, key, printed) = match layer {
            0 => ("dZ1/dX".to_owned(), "dZ1_dX".to_owned(), "None"),
            _ => (
                format!("dZ{number}/dZ{layer}"),
                format!("dZ{number}_dZ{layer}"),
                "3.",
            ),
        };
        table.row(&name, printed, &flat(&on_inputs), &file.expected(&key));
        input = flat(&mean.chain[layer].z);
    }
    let mut gradient = [0.0; ThreeLayers::PARAMETERS];
    for (quantity, key, printed) in [
        ("dY", "dY", ["45."; 3]),
        ("dJ", "dJ", ["3.", "3.0000002", "3.0000002"]),
    ] {
        match quantity {
            "dY" => network.total_gradient(&points(&x), &mut gradient)?,
            _ => network.average_gradient(&points(&x), &mut gradient)?,
        };
        for (layer, gradient) in gradient.chunks(9).enumerate() {
            let number = layer + 1;
            let expected = file.expected(&format!("{key}_dW{number}"));
            table.row(
                &format!("{quantity}/dW{number}"),
                printed[layer],
                gradient,
                &expected,
            );
        }
    }
    table.row("dY/dX", "", &flat(&sum.dx), &file.expected("dY_dX"));
    table.row("dJ/dX", "", &flat(&mean.dx), &file.expected("dJ_dX"));
    for (layer, expected) in ["dJ_dZ1", "dJ_dZ2", "dJ_dZ3"].into_iter().enumerate() {
        table.row(
            &expected.replace('_', "/"),
            "",
            &flat(&mean.chain[layer].dz),
            &file.expected(expected),
        );
    }
    remark("the notebook prints dZ1/dX as None since its X is a constant that no tape watches");
    Ok(table.worst())
}

fn cell_3() -> Result<f64, Box<dyn Error>> {
    println!(
        "\ncell 3: Z_l = A_(l-1) W_l, A_l = Z_l S_l with diagonal S_l, 7 samples; J = mean(A_3)"
    );
    let file = Reference::parse(include_str!(
        "../tests/oracles/s3_cell3_diag_activation.json"
    ))?;
    let names = ["W1", "S1", "W2", "S2", "W3", "S3"];
    let matrices = names.map(|name| file.numbers(&format!("/parameters/{name}")));
    let network = SixLayers::from_parameters(&matrices.concat())?;
    let x = file.numbers("/inputs/X");
    let mean = network.average_intermediates(&points(&x))?;
    let mut gradient = [0.0; SixLayers::PARAMETERS];
    network.average_gradient(&points(&x), &mut gradient)?;
    let mut table = Table::new(10);
    let states = ["Z1", "A1", "Z2", "A2", "Z3", "A3"];
    let printed = ["2.65", "2.65", "4.21", "", "7.4975004", ""];
    for (stage, (state, printed)) in states.iter().zip(printed).enumerate() {
        table.row(
            state,
            printed,
            &flat(&mean.chain[stage].a),
            &file.expected(state),
        );
    }
    let mut input = ("X", x);
    for (stage, matrix) in matrices.iter().enumerate() {
        let alone = OneLayer::from_parameters(matrix)?;
        let pulled = alone.total_intermediates(&points(&input.1))?.dx;
        let (state, before) = (states[stage], input.0);
        table.row(
            &format!("d{state}/d{before}"),
            "",
            &flat(&pulled),
            &file.expected(&format!("d{state}_d{before}")),
        );
        input = (state, flat(&mean.chain[stage].a));
    }
    for (stage, state) in states.iter().enumerate().rev() {
        table.row(
            &format!("dJ/d{state}"),
            "",
            &flat(&mean.chain[stage].da),
            &file.expected(&format!("dJ_d{state}")),
        );
    }
    table.row("dJ/dX", "", &flat(&mean.dx), &file.expected("dJ_dX"));
    for (name, gradient) in names.iter().zip(gradient.chunks(9)) {
        table.row(
            &format!("dJ/d{name}"),
            "",
            gradient,
            &file.expected(&format!("dJ_d{name}")),
        );
    }
    remark(
        "the notebook expects diag() for dA/dZ and gets ones: the pullback of ones through S is Sᵀ1, a row of ones each",
    );
    Ok(table.worst())
}

fn cell_4() -> Result<f64, Box<dyn Error>> {
    println!("\ncell 4: the same with S = 1, a rectified last layer and three losses, 7 samples");
    let file = Reference::parse(include_str!("../tests/oracles/s3_cell4_relu_mse.json"))?;
    let weights = [1, 2, 3].map(|layer| file.numbers(&format!("/parameters/W{layer}")));
    let network = Rectified::from_parameters(&weights.concat())?;
    let points = points::<3>(&file.numbers("/inputs/X"));
    let targets = self::points::<1>(&file.numbers("/inputs/Y"));
    let mut table = Table::new(12);
    let half = network.half_intermediates(&points, &targets)?;
    let keras = network.keras_intermediates(&points, &targets)?;
    let mean = network.mean_intermediates(&points, &targets)?;
    let mut per_sample = vec![0.0; points.len()];
    network.per_sample_batch(&points, &targets, &mut per_sample)?;
    table.row(
        "Y_hat",
        "6.8432503",
        &flat(&half.output.a),
        &file.expected("A3"),
    );
    table.row(
        "J, 1/(2n)",
        "20.5925483",
        &[half.loss],
        &file.expected("loss_half_mse"),
    );
    table.row(
        "J2, Keras",
        "13.728364",
        &per_sample,
        &file.expected("loss_keras_mse_per_sample"),
    );
    table.row("J, mean", "", &[mean.loss], &file.expected("loss_mse_mean"));
    table.row(
        "dJ/dA3",
        "0.83475006",
        &flat(&half.output.da),
        &file.expected("dJ_dA3"),
    );
    table.row(
        "dJ/dZ3",
        "0.83475006",
        &flat(&half.output.dz),
        &file.expected("dJ_dZ3"),
    );
    table.row(
        "dJ2/dA3",
        "",
        &flat(&keras.output.da),
        &file.expected("dJ2_dA3"),
    );
    table.row(
        "dJmean/dA3",
        "",
        &flat(&mean.output.da),
        &file.expected("dJmean_dA3"),
    );
    let mut gradient = [0.0; Rectified::PARAMETERS];
    network.half_gradient(&points, &targets, &mut gradient)?;
    gradients(&mut table, "dJ", &gradient, &weights, &file);
    network.keras_gradient(&points, &targets, &mut gradient)?;
    gradients(&mut table, "dJ2", &gradient, &weights, &file);
    network.mean_gradient(&points, &targets, &mut gradient)?;
    gradients(&mut table, "dJmean", &gradient, &weights, &file);
    remark(
        "tf.keras.losses.MSE is a loss for each sample, so its gradient is that of their sum: n times that of the mean",
    );
    remark(
        "every Z_3 is positive here: a rectifier that never cuts cannot be wrong. The next table has both signs",
    );
    Ok(table.worst())
}

fn mixed_signs() -> Result<f64, Box<dyn Error>> {
    println!("\nnot in the notebook: cell 4 with 4-3-5-2 layers and data of both signs, 6 samples");
    let file = Reference::parse(include_str!(
        "../tests/oracles/s3_relu_mse_mixed_signs.json"
    ))?;
    let weights = [1, 2, 3].map(|layer| file.numbers(&format!("/parameters/W{layer}")));
    let network = MixedSigns::from_parameters(&weights.concat())?;
    let points = points::<4>(&file.numbers("/inputs/X"));
    let targets = self::points::<2>(&file.numbers("/inputs/Y"));
    let mut table = Table::new(12);
    let half = network.half_intermediates(&points, &targets)?;
    table.row("Y_hat", "", &flat(&half.output.a), &file.expected("A3"));
    table.row(
        "dJ/dZ3",
        "",
        &flat(&half.output.dz),
        &file.expected("dJ_dZ3"),
    );
    table.row("dJ/dX", "", &flat(&half.dx), &file.expected("dJ_dX"));
    let mut gradient = [0.0; MixedSigns::PARAMETERS];
    network.half_gradient(&points, &targets, &mut gradient)?;
    gradients(&mut table, "dJ", &gradient, &weights, &file);
    remark(
        "the notebook's expectation 1/n A2ᵀ(Y_hat - Y) for dJ/dW3 holds only where no Z_3 is negative",
    );
    Ok(table.worst())
}

/// The lines of a gradient in all weights.
fn gradients(
    table: &mut Table,
    quantity: &str,
    gradient: &[f64],
    weights: &[Vec<f64>; 3],
    file: &Reference,
) {
    let mut start = 0;
    for (layer, weight) in weights.iter().enumerate() {
        let number = layer + 1;
        let end = start + weight.len();
        let expected = file.expected(&format!("{quantity}_dW{number}"));
        table.row(
            &format!("{quantity}/dW{number}"),
            "",
            &gradient[start..end],
            &expected,
        );
        start = end;
    }
}

fn points<const N: usize>(numbers: &[f64]) -> Vec<SVector<f64, N>> {
    numbers.chunks(N).map(SVector::from_column_slice).collect()
}

fn flat<const N: usize>(vectors: &[SVector<f64, N>]) -> Vec<f64> {
    vectors
        .iter()
        .flat_map(|vector| vector.iter().copied())
        .collect()
}
