//! Do compiled networks compute what the interpreter says of the same definition, and what dual numbers say?

use derive_network::nalgebra::{DVector, Dyn};
use derive_network::{Lanes, with_lanes};
use derive_network_compiler::lower::lower;
use derive_network_compiler::model::{LayerKind, Network};
use derive_network_compiler::request::{asked, elimination};
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::request::derive;
use num_dual::{Dual2Vec64, DualNum, hessian};

use crate::face::{Face, Form};
use crate::networks::{
    Custom, Deep, FourOutputs, Kinked, OneInput, OneLayer, Propagated, Single, SingleBoxed,
    SingleCustom, SingleOutputs, SinglePropagated, Wide, WithoutBias,
};
use crate::random::Random;

/// An empty batch, padded blocks and remainders on every number of lanes.
const LENGTHS: [usize; 6] = [0, 1, 3, 8, 13, 16];

fn model<N: Face>() -> Network {
    let (attribute, item) = N::DEFINITION;
    let tokens = (
        attribute.parse().expect("tokens"),
        item.parse().expect("tokens"),
    );
    derive_network_compiler::model(tokens.0, tokens.1)
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Weights that keep pre-activations of order one, rounded to single precision.
fn parameters(network: &Network, random: &mut Random) -> Vec<f64> {
    let mut parameters = random.numbers(network.parameters());
    for layer in &network.layers {
        let (inputs, outputs) = (layer.input.size(), layer.output.size());
        let scale = (2.0 / inputs as f64).sqrt() as f32;
        for weight in &mut parameters[layer.offset..][..inputs * outputs] {
            *weight = f64::from(*weight as f32 * scale);
        }
    }
    parameters
}

/// Rounding errors of a sum of n products are at most n half units of the sum of magnitudes; layers add theirs, and a
/// second derivative passes every layer three times. Relative to the largest entry of a result, or to one.
fn tolerance<N: Face>(network: &Network) -> f64 {
    let sums: usize = network
        .layers
        .iter()
        .map(|layer| layer.input.size() + 8)
        .sum();
    3.0 * N::ROUNDING * sums as f64
}

fn check<N: Face>() {
    let network = model::<N>();
    let value = lower(&network);
    let mut random = Random(network.parameters() as u64);
    let parameters = parameters(&network, &mut random);
    let compiled = N::with_parameters(&parameters);
    let tolerance = tolerance::<N>(&network);
    let longest = LENGTHS[LENGTHS.len() - 1];
    let points = random.rows(longest, network.inputs());
    let mut worst: f64 = 0.0;
    for name in N::REQUESTS {
        let request = network
            .requests
            .iter()
            .find(|request| request.kind.name() == *name)
            .expect("a request");
        let derived = derive(&value, asked(request.kind), elimination(request.order)).program;
        let along = if matches!(*name, "jvp" | "hvp") {
            network.inputs()
        } else {
            network.outputs()
        };
        let seconds = random.rows(longest, along);
        let meaning = |point: usize| -> Vec<Vec<f64>> {
            let tensors = interpret(
                &derived,
                &[points[point].clone(), seconds[point].clone()],
                &parameters,
            );
            tensors.into_iter().map(|tensor| tensor.entries).collect()
        };
        let expected: Vec<_> = (0..longest).map(meaning).collect();
        for lanes in Lanes::available() {
            for form in Form::ALL {
                for length in LENGTHS {
                    let (points, seconds) = (&points[..length], &seconds[..length]);
                    let answers = with_lanes(lanes, || compiled.ask(name, form, points, seconds));
                    assert_eq!(answers.len(), length);
                    for (point, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
                        assert_eq!(answer.len(), expected.len());
                        for (result, (got, want)) in answer.iter().zip(expected).enumerate() {
                            assert_eq!(got.len(), want.len());
                            let largest = want
                                .iter()
                                .fold(1.0_f64, |most, entry| most.max(entry.abs()));
                            for (got, want) in got.iter().zip(want) {
                                let error = (got - want).abs() / largest;
                                assert!(
                                    error <= tolerance,
                                    "{} {name}, {form:?} of {length} on {lanes}: result {result} at point {point}: \
                                     {got:e}, want {want:e}, off by {error:e}, not {tolerance:e}",
                                    network.name
                                );
                                worst = worst.max(error / tolerance);
                            }
                        }
                    }
                }
            }
        }
    }
    println!(
        "{:<14} worst error {:.2} of the tolerance {tolerance:.1e}",
        network.name.to_string(),
        worst
    );
}

macro_rules! agree_with_the_interpreter {
    ($($test:ident $network:ident)+) => {$(
        #[test]
        fn $test() {
            check::<$network>();
        }
    )+};
}

agree_with_the_interpreter! {
    one_layer OneLayer
    one_input OneInput
    wide Wide
    deep Deep
    four_outputs FourOutputs
    kinked Kinked
    custom Custom
    without_bias WithoutBias
    single Single
    single_outputs SingleOutputs
    single_custom SingleCustom
    single_boxed SingleBoxed
    propagated Propagated
    single_propagated SinglePropagated
}

/// An activation on dual numbers, from its definition.
fn activation<D: DualNum<f64> + Clone>(name: &str, z: D) -> D {
    let one = || D::from(1.0);
    let sigmoid = |z: D| one() / (one() + (-z).exp());
    match name {
        "Identity" => z,
        "Tanh" => z.tanh(),
        "Sigmoid" => sigmoid(z),
        "Softplus" => (one() + z.exp()).ln(),
        "Silu" => z.clone() * sigmoid(z),
        "GeluTanh" => {
            let inner = (z.clone() + z.clone() * z.clone() * z.clone() * D::from(0.044715))
                * D::from((2.0 / std::f64::consts::PI).sqrt());
            z * (one() + inner.tanh()) * D::from(0.5)
        }
        other => panic!("{other} has no definition on dual numbers"),
    }
}

/// One output of the chain, in plain loops.
fn chain<D: DualNum<f64> + Clone>(
    network: &Network,
    parameters: &[f64],
    x: Vec<D>,
    output: usize,
) -> D {
    let mut state = x;
    for layer in &network.layers {
        let LayerKind::Dense(dense) = &layer.kind else {
            panic!("a chain of dense layers")
        };
        let (weight, bias) = parameters[layer.parameters()].split_at(dense.inputs * dense.outputs);
        let neuron = |row: usize| {
            let mut sum = D::from(bias.get(row).copied().unwrap_or(0.0));
            for (column, entry) in state.iter().enumerate() {
                sum += entry.clone() * D::from(weight[row + column * dense.outputs]);
            }
            activation(&dense.activation.name, sum)
        };
        state = (0..dense.outputs).map(neuron).collect();
    }
    state[output].clone()
}

/// The definition's numbers by dual numbers: neither our calculus nor our interpreter.
fn check_with_dual_numbers<N: Face>() {
    let network = model::<N>();
    let mut random = Random(17);
    let parameters = parameters(&network, &mut random);
    let compiled = N::with_parameters(&parameters);
    let points = random.rows(5, network.inputs());
    let tolerance = 4.0 * tolerance::<N>(&network);
    let answers = compiled.ask("hessian", Form::Batch, &points, &[]);
    let (inputs, outputs) = (network.inputs(), network.outputs());
    for (point, answer) in points.iter().zip(&answers) {
        let [value, first, second] = &answer[..] else {
            panic!("three results")
        };
        for output in 0..outputs {
            let function = |x: DVector<Dual2Vec64<Dyn>>| {
                chain(&network, &parameters, x.iter().cloned().collect(), output)
            };
            let (expected, gradient, curvature) =
                hessian(function, &DVector::from_vec(point.clone()));
            let close = |got: f64, want: f64| {
                assert!(
                    (got - want).abs() <= tolerance * want.abs().max(1.0),
                    "{}: {got} beside {want}",
                    network.name
                );
            };
            close(value[output], expected);
            for i in 0..inputs {
                close(first[output + outputs * i], gradient[i]);
                for j in 0..inputs {
                    close(
                        second[output * inputs * inputs + i + inputs * j],
                        curvature[(i, j)],
                    );
                }
            }
        }
    }
}

#[test]
fn dual_numbers_agree() {
    check_with_dual_numbers::<OneInput>();
    check_with_dual_numbers::<Wide>();
    check_with_dual_numbers::<Deep>();
    check_with_dual_numbers::<FourOutputs>();
    check_with_dual_numbers::<Single>();
}

#[test]
fn every_request_is_among_the_networks() {
    let asked = [
        OneLayer::REQUESTS,
        OneInput::REQUESTS,
        Wide::REQUESTS,
        Deep::REQUESTS,
        FourOutputs::REQUESTS,
        Kinked::REQUESTS,
        Custom::REQUESTS,
        WithoutBias::REQUESTS,
        Single::REQUESTS,
        SingleOutputs::REQUESTS,
        SingleCustom::REQUESTS,
        SingleBoxed::REQUESTS,
    ]
    .concat();
    for kind in derive_network_compiler::model::RequestKind::ALL {
        assert!(
            asked.contains(&kind.name()),
            "{} is asked of no network",
            kind.name()
        );
    }
}
