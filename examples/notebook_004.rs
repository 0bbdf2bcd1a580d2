//! The fourth notebook, gradient and Hessian of a chain and of OT-Flow's potential: `cargo run --release --example notebook_004`.
//!
//! The notebook's weights were random and are lost; ours are those of the reference files. Its algorithms are written out below
//! as they stand there, so that what is wrong in them can be seen in numbers.

#[path = "support/notebook.rs"]
mod notebook;

use derive_network::prelude::*;
use nalgebra::{DMatrix, DVector, Matrix2, Vector2};
use notebook::{Reference, Table, relative_difference, remark};
use std::error::Error;

/// The chain of the first half.
#[derive_network(input(x: 2), derive(hessian, laplacian))]
struct Chain {
    hidden: [Dense<20, Sigmoid>; 3],
    output: Dense<1, Sigmoid>,
}

/// An activation alone: its derivatives are those of the network.
macro_rules! alone {
    ($($name:ident $activation:ident)+) => {$(
        #[derive_network(input(z), derive(hessian))]
        struct $name {
            #[layer(bias = false)]
            only: Dense<1, $activation>,
        }
    )+};
}

alone! { LogCosh LogCosh2 Logistic Sigmoid }

/// Phi(x) = wᵀN(x) + b + ½ xᵀA x + cᵀx, and the part wᵀN(x) alone; A is not symmetric.
macro_rules! potential {
    ($name:ident $blocks:literal $activation:ident) => {
        #[derive_network(
                            input(x: 2), output(phi),
                            forward = {
                                let mut n = $activation(open(x));
                                for block in blocks {
                                    n = n + step * $activation(block(n));
                                }
                                dot(w, n) + b + 0.5 * dot(x, a * x) + dot(c, x)
                            },
                            define = { let wn = phi - b - 0.5 * dot(x, a * x) - dot(c, x); },
                            derive(hessian, laplacian, wn(hessian)),
                        )]
        struct $name {
            open: Dense<16>,
            blocks: [Dense<16>; $blocks],
            w: Parameter<16>,
            b: Parameter,
            a: Parameter<2, 2>,
            c: Parameter<2>,
            #[frozen]
            step: Parameter,
        }

        impl $name {
            /// The lines of one file, for each of its steps; the network with the first step.
            fn compare(file: &Reference) -> Result<(Self, f64), Box<dyn Error>> {
                let mut first = None;
                let mut worst: f64 = 0.0;
                let points = vectors(&file.numbers("/inputs/points"));
                for (run, step) in file.numbers("/parameters/steps").into_iter().enumerate() {
                    println!(
                        "\n{}, {} layers, step {step}",
                        stringify!($activation),
                        $blocks + 1
                    );
                    let mut network =
                        Self::from_parameters(&potential_parameters(file, $blocks + 1, step))?;
                    *network.step_mut() = step;
                    let mut table = Table::new(12);
                    let all: Vec<_> = points.iter().map(|x| network.hessian(x)).collect();
                    let part: Vec<_> = points.iter().map(|x| network.wn_hessian(x)).collect();
                    let laplacians: Vec<f64> =
                        points.iter().map(|x| network.laplacian(x).2).collect();
                    let wanted = |tensor: &str| file.expected(&format!("runs/{run}/{tensor}"));
                    let values = |of: &[(f64, Vector2<f64>, Matrix2<f64>)]| {
                        of.iter().map(|found| found.0).collect::<Vec<_>>()
                    };
                    let gradients = |of: &[(f64, Vector2<f64>, Matrix2<f64>)]| {
                        of.iter()
                            .flat_map(|found| found.1.data.0[0])
                            .collect::<Vec<_>>()
                    };
                    let hessians = |of: &[(f64, Vector2<f64>, Matrix2<f64>)]| {
                        of.iter()
                            .flat_map(|found| found.2.data.0.concat())
                            .collect::<Vec<_>>()
                    };
                    table.row("Phi", "", &values(&all), &wanted("value"));
                    table.row("∇Phi", "", &gradients(&all), &wanted("gradient"));
                    table.row("∇²Phi", "does not run", &hessians(&all), &wanted("hessian"));
                    table.row("ΔPhi", "", &laplacians, &wanted("laplacian"));
                    table.row("wᵀN", "", &values(&part), &wanted("wN_value"));
                    table.row("∇wᵀN", "", &gradients(&part), &wanted("wN_gradient"));
                    table.row(
                        "∇²wᵀN",
                        "does not run",
                        &hessians(&part),
                        &wanted("wN_hessian"),
                    );
                    worst = worst.max(table.worst());
                    first.get_or_insert(network);
                }
                Ok((first.ok_or("a file has a step")?, worst))
            }
        }
    };
}

potential!(SigmoidPotential 1 sigmoid);
potential!(SoftplusPotential 1 softplus);
potential!(LogCoshPotential 1 log_cosh2);
potential!(DeepPotential 3 softplus);

/// The first and second derivative of an activation.
type Slopes<'a> = &'a dyn Fn(f64) -> (f64, f64);

const CHAIN: &str = include_str!("../tests/oracles/s4_fnn_sigmoid_2_20_20_20_1.json");
const SIGMOID: &str = include_str!("../tests/oracles/s4_resnet_sigmoid_L2.json");
const SOFTPLUS: &str = include_str!("../tests/oracles/s4_resnet_softplus_L2.json");
const LOG_COSH: &str = include_str!("../tests/oracles/s4_resnet_logcosh2_L2.json");
const DEEP: &str = include_str!("../tests/oracles/s4_resnet_softplus_L4.json");

fn main() -> Result<(), Box<dyn Error>> {
    let mut worst = activations()?;
    worst = worst.max(chain()?);
    let (network, found) = SigmoidPotential::compare(&Reference::parse(SIGMOID)?)?;
    worst = worst.max(found);
    notebook_gradient(&network);
    worst = worst.max(SoftplusPotential::compare(&Reference::parse(SOFTPLUS)?)?.1);
    worst = worst.max(LogCoshPotential::compare(&Reference::parse(LOG_COSH)?)?.1);
    worst = worst.max(DeepPotential::compare(&Reference::parse(DEEP)?)?.1);
    println!("\nworst relative difference of any tensor: {worst:.1e}");
    Ok(())
}

/// The notebook's print of an activation and its derivatives, and where its formulas end.
fn activations() -> Result<f64, Box<dyn Error>> {
    println!("cell 55: σ, σ' and σ'' at 10, 20 and 30");
    let log_cosh = LogCosh::from_parameters(&[1.0])?;
    let found = [10.0, 20.0, 30.0].map(|z| log_cosh.hessian(&vector![z]));
    let mut table = Table::new(12);
    let exact = |z: f64| 4.0 * (-2.0 * z).exp() / (1.0 + (-2.0 * z).exp()).powi(2);
    table.row(
        "σ",
        "10.",
        &found.map(|(value, ..)| value),
        &[10.000000002061153, 20.0, 30.0],
    );
    table.row(
        "σ'",
        "1.",
        &found.map(|(_, slope, _)| slope[0]),
        &[0.9999999958776927, 1.0, 1.0],
    );
    table.row(
        "σ''",
        "8.24461446e-9",
        &found.map(|(.., curvature)| curvature[0]),
        &[10.0, 20.0, 30.0].map(exact),
    );
    remark(
        "these are log-cosh, tanh and sech²: the kernels below were run with them, the network with the sigmoid",
    );
    let logistic = Logistic::from_parameters(&[1.0])?;
    let sigmoid = |z: f64| 1.0 / (1.0 + f64::exp(-z));
    println!("\nslopes in the tails             as the notebook writes them      generated");
    for z in [20.0, 36.0, 40.0, 700.0] {
        let slope = logistic.hessian(&vector![z]).1[0];
        println!(
            "σ'({z:>5}), σ(z) (1 - σ(z))   {:>26.16e}   {slope:>24.16e}",
            sigmoid(z) * (1.0 - sigmoid(z))
        );
    }
    for z in [350.0, 355.5] {
        let curvature = log_cosh.hessian(&vector![z]).2[0];
        println!(
            "σ''({z:>5}), 1 / cosh²(z)      {:>26.16e}   {curvature:>24.16e}",
            1.0 / z.cosh().powi(2)
        );
    }
    remark("σ (1 - σ) is 0 beyond 37, cosh² infinite beyond 355");
    Ok(table.worst())
}

/// The chain: generated, and by the notebook's recursion with the right and with its wrong slopes.
fn chain() -> Result<f64, Box<dyn Error>> {
    println!("\ncells 106 to 112: 2-20-20-20-1, sigmoid, 21 points");
    let file = Reference::parse(CHAIN)?;
    let mut parameters = Vec::new();
    for layer in 0..4 {
        for part in ["kernel", "bias"] {
            parameters.extend(file.numbers(&format!("/parameters/layers/{layer}/{part}")));
        }
    }
    let network = Chain::from_parameters(&parameters)?;
    let points = vectors(&file.numbers("/inputs/points"));
    let found: Vec<_> = points.iter().map(|x| network.hessian(x)).collect();
    let laplacians: Vec<f64> = points.iter().map(|x| network.laplacian(x).2).collect();
    let mut table = Table::new(12);
    let values: Vec<f64> = found.iter().map(|found| found.0).collect();
    let gradients: Vec<f64> = found.iter().flat_map(|found| found.1.data.0[0]).collect();
    let hessians: Vec<f64> = found
        .iter()
        .flat_map(|found| found.2.data.0.concat())
        .collect();
    table.row("value", "", &values, &file.expected("value"));
    table.row("gradient", "", &gradients, &file.expected("gradient"));
    table.row("Hessian", "", &hessians, &file.expected("hessian"));
    table.row("Laplacian", "", &laplacians, &file.expected("laplacian"));
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let own = |z: f64| {
        (
            sigmoid(z) * (1.0 - sigmoid(z)),
            sigmoid(z) * (1.0 - sigmoid(z)) * (1.0 - 2.0 * sigmoid(z)),
        )
    };
    let other = |z: f64| (z.tanh(), 1.0 / z.cosh().powi(2));
    println!("\nthe recursion at (0.15, 0.1): δ ← W (σ' δ), ϑ ← W (δ σ'' + σ' ϑ σ') Wᵀ");
    let rows: [(&str, Slopes<'_>); 2] = [
        ("with σ' and σ'' of the sigmoid", &own),
        ("with those of cell 55", &other),
    ];
    for (name, slopes) in rows {
        let (gradient, hessian) = recursion(&network, &points[0], slopes);
        println!(
            "{name:<32} gradient ({:.8}, {:.8})  Hessian ({:.8}, {:.8}, {:.8})",
            gradient[0],
            gradient[1],
            hessian[(0, 0)],
            hessian[(0, 1)],
            hessian[(1, 1)]
        );
    }
    let (_, gradient, hessian) = found[0];
    println!(
        "{:<32} gradient ({:.8}, {:.8})  Hessian ({:.8}, {:.8}, {:.8})",
        "generated",
        gradient[0],
        gradient[1],
        hessian[(0, 0)],
        hessian[(0, 1)],
        hessian[(1, 1)]
    );
    remark(
        "the notebook prints (0.00705603, 0.00928249) by its recursion and (-0.00051097, -0.00069446) by TensorFlow: its slopes are of another activation",
    );
    Ok(table.worst())
}

/// The notebook's recursion as it stands there, for given slopes of the activation.
fn recursion(
    network: &Chain,
    x: &Vector2<f64>,
    slopes: impl Fn(f64) -> (f64, f64),
) -> (DVector<f64>, DMatrix<f64>) {
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let weights = |layer: usize| -> (DMatrix<f64>, DVector<f64>) {
        if layer < 3 {
            let hidden = network.hidden(layer);
            (
                DMatrix::from_iterator(
                    20,
                    hidden.weight().ncols(),
                    hidden.weight().iter().copied(),
                ),
                DVector::from_iterator(20, hidden.bias().iter().copied()),
            )
        } else {
            let output = network.output();
            (
                DMatrix::from_iterator(1, 20, output.weight().iter().copied()),
                DVector::from_iterator(1, output.bias().iter().copied()),
            )
        }
    };
    let mut a = DVector::from_column_slice(x.as_slice());
    let mut z = Vec::new();
    for layer in 0..4 {
        let (weight, bias) = weights(layer);
        z.push(weight * &a + bias);
        a = z[layer].map(sigmoid);
    }
    let mut delta = DVector::from_element(1, 1.0);
    let mut theta = DMatrix::zeros(1, 1);
    for layer in (0..4).rev() {
        let (weight, _) = weights(layer);
        let first = z[layer].map(|z| slopes(z).0);
        let second = z[layer].map(|z| slopes(z).1);
        let scale = DMatrix::from_diagonal(&first);
        let inner = DMatrix::from_diagonal(&delta.component_mul(&second)) + &scale * theta * &scale;
        theta = weight.transpose() * inner * &weight;
        delta = weight.transpose() * delta.component_mul(&first);
    }
    (delta, theta)
}

/// The notebook's gradient of the potential as it stands there: the last layer twice, no A, no c.
fn notebook_gradient(network: &SigmoidPotential) {
    let sigmoid = |z: f64| 1.0 / (1.0 + f64::exp(-z));
    let slope = |z: f64| sigmoid(z) * (1.0 - sigmoid(z));
    let x = vector![0.15, 0.1];
    let (open, block, w) = (network.open(), network.blocks(0), network.w());
    let z0 = open.weight() * x + open.bias();
    let z1 = block.weight() * z0.map(sigmoid) + block.bias();
    let back = |delta: DVector<f64>| -> DVector<f64> {
        let inner = delta.component_mul(&DVector::from_column_slice(z1.map(slope).as_slice()));
        let weight = DMatrix::from_iterator(16, 16, block.weight().iter().copied());
        weight.transpose() * inner
    };
    let w = DVector::from_column_slice(w.as_slice());
    let once = &w + back(w.clone());
    let twice = &once + back(once.clone());
    let open_weight = DMatrix::from_iterator(16, 2, open.weight().iter().copied());
    let close = |delta: &DVector<f64>| {
        open_weight.transpose()
            * delta.component_mul(&DVector::from_column_slice(z0.map(slope).as_slice()))
    };
    let (notebook, corrected) = (close(&twice), close(&once));
    let (_, part, _) = network.wn_hessian(&x);
    let (_, whole, _) = network.hessian(&x);
    println!("\ncell 262 at (0.15, 0.1), step 1: gradients");
    println!(
        "the notebook's getGradient_ResNet   ({:.12}, {:.12})",
        notebook[0], notebook[1]
    );
    println!(
        "with its last layer counted once    ({:.12}, {:.12})",
        corrected[0], corrected[1]
    );
    println!(
        "wᵀN, generated                      ({:.12}, {:.12})",
        part[0], part[1]
    );
    println!(
        "Phi, generated                      ({:.12}, {:.12})",
        whole[0], whole[1]
    );
    println!(
        "relative difference of the second and the third: {:.1e}",
        relative_difference(corrected.as_slice(), part.as_slice())
    );
    remark(
        "the loop of the notebook starts at the layer that was handled before it; A and c are left out, A is not symmetric",
    );
}

fn vectors(numbers: &[f64]) -> Vec<Vector2<f64>> {
    numbers.chunks(2).map(Vector2::from_column_slice).collect()
}

/// Flat, as the fields of the struct stand: each kernel `[in][out]` in a row is column-major (out, in); A is not symmetric, so its
/// rows become columns.
fn potential_parameters(file: &Reference, layers: usize, step: f64) -> Vec<f64> {
    let mut flat = Vec::new();
    for layer in 0..layers {
        flat.extend(file.numbers(&format!("/parameters/K/{layer}")));
        flat.extend(file.numbers(&format!("/parameters/b/{layer}")));
    }
    flat.extend(file.numbers("/parameters/w"));
    flat.extend(file.numbers("/parameters/b_out"));
    flat.extend(Matrix2::from_row_slice(&file.numbers("/parameters/A")).iter());
    flat.extend(file.numbers("/parameters/c"));
    flat.push(step);
    flat
}
