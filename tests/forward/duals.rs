//! Do architectures agree with the interpreter of their definition, and with dual numbers on what they mean?

use derive_network::nalgebra::{DVector, Dyn};
use num_dual::{Dual2Vec64, DualNum, DualVec64, gradient, hessian};

use crate::architectures::{
    Boundary, Clamped, Concatenated, Convex, Fourier, Hamiltonian, Heads, Lagrangian, LowRank,
    ManyInputs, Mixture, Norm, Normalised, Sines,
};
use crate::face::{Face, Form};
use crate::interpreted::{check_within, model};
use crate::random::Random;

/// Relative to the largest entry of a result, or to one: sums here have few terms.
const TOLERANCE: f64 = 2e-14;

/// A network, and what it means on any numbers.
pub trait Architecture: Face {
    fn parameter_jacobian(&self, x: &[f64], jacobian: &mut [f64]);
    fn meaning<D: DualNum<f64> + Clone>(parameters: &[D], x: &[D]) -> Vec<D>;
}

/// Parameters that are taken one field after the other.
pub struct Reader<'a, D> {
    pub rest: &'a [D],
}

impl<'a, D: DualNum<f64> + Clone> Reader<'a, D> {
    pub fn take(&mut self, count: usize) -> &'a [D] {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }

    /// W x
    pub fn linear(&mut self, x: &[D], rows: usize) -> Vec<D> {
        let weight = self.take(rows * x.len());
        let row = |row: usize| {
            let products = x.iter().enumerate();
            let products =
                products.map(|(column, x)| weight[row + rows * column].clone() * x.clone());
            total(&products.collect::<Vec<_>>())
        };
        (0..rows).map(row).collect()
    }

    /// W x + b
    pub fn dense(&mut self, x: &[D], rows: usize) -> Vec<D> {
        let linear = self.linear(x, rows);
        let bias = self.take(rows);
        let sums = linear.into_iter().zip(bias);
        sums.map(|(linear, bias)| linear + bias.clone()).collect()
    }
}

pub fn total<D: DualNum<f64> + Clone>(terms: &[D]) -> D {
    terms
        .iter()
        .fold(D::from(0.0), |sum, term| sum + term.clone())
}

fn constants<D: DualNum<f64>>(numbers: &[f64]) -> Vec<D> {
    numbers.iter().map(|number| D::from(*number)).collect()
}

/// The worst error of a tensor beside its largest entry, or one. What was rounded is magnified by `gain`.
fn compare(what: &str, gain: f64, found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
    let errors = found.iter().zip(expected);
    errors.fold(0.0_f64, |worst, (found, expected)| {
        let error = (found - expected).abs() / largest;
        assert!(
            error <= gain * TOLERANCE,
            "{what}: {found:e}, expected {expected:e}"
        );
        worst.max(error)
    })
}

fn agree<N: Architecture>(gain: f64) {
    let network = model::<N>();
    let (inputs, outputs) = (network.inputs(), network.outputs());
    let mut random = Random(23);
    let parameters = random.numbers(network.parameters());
    let compiled = N::with_parameters(&parameters);
    let points = random.rows(5, inputs);
    let mut worst = [0.0_f64; 5];
    let hessians = compiled.ask("hessian", Form::Batch, &points, &[]);
    let laplacians = compiled.ask("laplacian", Form::Batch, &points, &[]);
    for ((x, of_hessian), of_laplacian) in points.iter().zip(hessians).zip(laplacians) {
        let mut jacobian = vec![f64::NAN; outputs * parameters.len()];
        compiled.parameter_jacobian(x, &mut jacobian);
        for output in 0..outputs {
            let of_inputs = |x: DVector<Dual2Vec64<Dyn>>| {
                let parameters = constants(&parameters);
                N::meaning(&parameters, x.as_slice()).swap_remove(output)
            };
            let (value, slope, curvature) = hessian(of_inputs, &DVector::from_vec(x.clone()));
            let strided = |tensor: &[f64]| -> Vec<f64> {
                tensor
                    .iter()
                    .skip(output)
                    .step_by(outputs)
                    .copied()
                    .collect()
            };
            let matrix = &of_hessian[2][output * inputs * inputs..][..inputs * inputs];
            let of_parameters = |parameters: DVector<DualVec64<Dyn>>| {
                N::meaning(parameters.as_slice(), &constants(x)).swap_remove(output)
            };
            let (_, mut in_parameters) =
                gradient(of_parameters, &DVector::from_vec(parameters.clone()));
            for frozen in &network.frozen {
                in_parameters.as_mut_slice()[frozen.clone()].fill(0.0);
            }
            let errors = [
                compare("value", gain, &of_hessian[0][output..=output], &[value]),
                compare("first", gain, &strided(&of_hessian[1]), slope.as_slice()),
                compare("Hessian", gain, matrix, curvature.as_slice()),
                compare(
                    "Laplacian",
                    gain,
                    &of_laplacian[2][output..=output],
                    &[curvature.trace()],
                ),
                compare(
                    "parameters",
                    gain,
                    &strided(&jacobian),
                    in_parameters.as_slice(),
                ),
            ];
            worst = std::array::from_fn(|result| worst[result].max(errors[result]));
        }
    }
    println!(
        "{:<14} value, first, Hessian, Laplacian, parameters: {}",
        network.name.to_string(),
        worst.map(|worst| format!("{worst:.0e}")).join(" ")
    );
}

/// Each with how much it magnifies what is rounded.
macro_rules! architectures {
    ($($test:ident $name:ident $gain:literal;)+) => {$(
        mod $test {
            use super::{$name, agree, check_within};

            #[test]
            fn agrees_with_dual_numbers() {
                agree::<$name>($gain);
            }

            #[test]
            fn agrees_with_the_interpreter() {
                check_within::<$name>($gain);
            }
        }
    )+};
}

architectures! {
    low_rank LowRank 1.0;
    many_inputs ManyInputs 1.0;
    concatenated Concatenated 1.0;
    boundary Boundary 1.0;
    normalised Normalised 1.0;
    fourier Fourier 1.0;
    convex Convex 1.0;
    sines Sines 2.0;
    hamiltonian Hamiltonian 1.0;
    lagrangian Lagrangian 1.0;
    norm Norm 1.0;
    heads Heads 1.0;
    mixture Mixture 1.0;
    clamped Clamped 1.0;
}

/// The trace that leaves time out, by name.
#[test]
fn a_laplacian_leaves_an_input_out() {
    let network = model::<LowRank>();
    let parameters = Random(29).numbers(network.parameters());
    let compiled = LowRank::with_parameters(&parameters);
    let x = [0.3, -0.4, 0.1, 0.8];
    let (_, _, hessian) = compiled.hessian(&x.into());
    let trace = compiled.trace(&x.into());
    let expected = hessian.trace() - hessian[(3, 3)];
    assert!((trace - expected).abs() < 1e-14 * expected.abs().max(1.0));
}
