//! What the interpreter says of a definition, beside what its compiled network computes: in every form, on all lanes.

#![allow(dead_code, reason = "each test uses a part of it")]

use derive_network::{Lanes, with_lanes};
use derive_network_compiler::lower::lower;
use derive_network_compiler::model::Network;
use derive_network_compiler::request::{asked, elimination};
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::request::derive;

use crate::face::{Face, Form};
use crate::random::Random;

/// An empty batch, padded blocks and remainders on every number of lanes.
const LENGTHS: [usize; 6] = [0, 1, 3, 8, 13, 16];

/// The definition, read by the library of the compiler.
pub fn model<N: Face>() -> Network {
    let (attribute, item) = N::DEFINITION;
    let tokens = (
        attribute.parse().expect("tokens"),
        item.parse().expect("tokens"),
    );
    derive_network_compiler::model(tokens.0, tokens.1)
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Weights that keep pre-activations of order one, rounded to single precision.
pub fn parameters(network: &Network, random: &mut Random) -> Vec<f64> {
    let mut parameters = random.numbers(network.parameters());
    for layer in &network.layers {
        let scale = (2.0 / layer.kind.fans().0 as f64).sqrt() as f32;
        for weight in &mut parameters[layer.offset..][..layer.kind.weights()] {
            *weight = f64::from(*weight as f32 * scale);
        }
    }
    parameters
}

/// Rounding errors of a sum of n products are at most n half units of the sum of magnitudes; layers add theirs, and a
/// second derivative passes every layer three times. Relative to the largest entry of a result, or to one.
pub fn tolerance<N: Face>(network: &Network) -> f64 {
    let sums: usize = network
        .layers
        .iter()
        .map(|layer| layer.input.size() + 8)
        .sum();
    3.0 * N::ROUNDING * sums as f64
}

/// Asks all that is asked of a network, whose slopes are at most of order one.
pub fn check<N: Face>() {
    check_within::<N>(1.0);
}

/// Asks all that is asked of a network that magnifies what is rounded by `gain`.
pub fn check_within<N: Face>(gain: f64) {
    let network = model::<N>();
    let value = lower(&network);
    let mut random = Random(network.parameters() as u64);
    let parameters = parameters(&network, &mut random);
    let compiled = N::with_parameters(&parameters);
    let tolerance = gain * tolerance::<N>(&network);
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
