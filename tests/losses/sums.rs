//! Are losses and their gradients what the points give one by one, weighted, and added up?

use derive_network::prelude::*;
use derive_network::{EvaluationError, Lanes, with_lanes};

use crate::networks::{LENGTHS, P, Physics, close, largest, physics, vectors};
use crate::random::Random;

type Points = [SVector<f64, 3>];
type Given = [SVector<f64, 2>];
/// A loss with its gradient.
type Loss = fn(&Physics, &Points, &Given, &mut [f64]) -> Result<f64, EvaluationError>;

const PHYSICS: Loss = |network, points, _, gradient| network.physics_gradient(points, gradient);
const DATA: Loss = Physics::data_gradient;
const FIT: Loss = Physics::fit_gradient;
const MIX: Loss = Physics::mix_gradient;

fn answer(loss: Loss, network: &Physics, points: &Points, given: &Given) -> Vec<f64> {
    let mut answer = vec![f64::NAN; P + 1];
    answer[P] = loss(network, points, given, &mut answer[..P]).expect("the lengths agree");
    answer
}

#[test]
fn batches_of_every_length_are_sums_over_points() {
    let network = physics();
    let mut random = Random(7);
    let (points, given) = (
        vectors::<3>(&mut random, 200),
        vectors::<2>(&mut random, 200),
    );
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for (name, loss, averages) in [
                ("physics", PHYSICS, true),
                ("data", DATA, true),
                ("fit", FIT, false),
            ] {
                let alone: Vec<Vec<f64>> = points
                    .iter()
                    .zip(&given)
                    .map(|(x, given)| {
                        answer(
                            loss,
                            &network,
                            std::slice::from_ref(x),
                            std::slice::from_ref(given),
                        )
                    })
                    .collect();
                let begin = usize::from(averages);
                for length in &LENGTHS[begin..] {
                    let length = *length;
                    let scale = if averages { 1.0 / length as f64 } else { 1.0 };
                    let sum = |entry: usize| {
                        alone[..length].iter().map(|of| of[entry]).sum::<f64>() * scale
                    };
                    let wanted: Vec<f64> = (0..=P).map(sum).collect();
                    // n - 1 additions, and some ten operations in a term, each of half an ε of what is added up.
                    let magnitudes: f64 = alone[..length].iter().map(|of| largest(of)).sum();
                    let tolerance = (length + 10) as f64 * f64::EPSILON / 2.0 * magnitudes * scale;
                    let found = answer(loss, &network, &points[..length], &given[..length]);
                    close(
                        &format!("{name} of {length} on {lanes}"),
                        &found,
                        &wanted,
                        tolerance,
                    );
                }
            }
        });
    }
}

#[test]
fn a_mean_and_a_sum_in_one_loss_are_both() {
    let network = physics();
    let mut random = Random(11);
    for length in &LENGTHS[1..] {
        let (points, given) = (
            vectors::<3>(&mut random, *length),
            vectors::<2>(&mut random, *length),
        );
        let [mix, data, fit] = [MIX, DATA, FIT].map(|loss| answer(loss, &network, &points, &given));
        let wanted: Vec<f64> = data
            .iter()
            .zip(&fit)
            .map(|(data, fit)| data - 0.25 * fit)
            .collect();
        let tolerance = (length + 10) as f64 * f64::EPSILON * (largest(&data) + largest(&fit));
        close(&format!("{length} points"), &mix, &wanted, tolerance);
    }
}

#[test]
fn the_value_alone_is_the_value_beside_the_gradient() {
    let network = physics();
    let mut random = Random(13);
    for length in &LENGTHS[1..] {
        let (points, given) = (
            vectors::<3>(&mut random, *length),
            vectors::<2>(&mut random, *length),
        );
        let alone = [
            network.physics(&points),
            network.data(&points, &given),
            network.fit(&points, &given),
        ];
        for (alone, loss) in alone.into_iter().zip([PHYSICS, DATA, FIT]) {
            let beside = answer(loss, &network, &points, &given)[P];
            let tolerance = (length + 10) as f64 * f64::EPSILON * beside;
            close(
                "value",
                &[alone.expect("the lengths agree")],
                &[beside],
                tolerance,
            );
        }
    }
}

#[test]
fn weighted_gradients_over_several_sets_of_points_add_up() {
    let network = physics();
    let mut random = Random(17);
    let (inner, edge) = (vectors::<3>(&mut random, 70), vectors::<3>(&mut random, 13));
    let given = vectors::<2>(&mut random, 13);
    let before = random.numbers(P);
    let mut sum = before.clone();
    let losses = [
        network
            .add_physics_gradient(&inner, 0.5, &mut sum)
            .expect("the lengths agree"),
        network
            .add_fit_gradient(&edge, &given, -3.0, &mut sum)
            .expect("the lengths agree"),
    ];
    let (physics, fit) = (
        answer(PHYSICS, &network, &inner, &[]),
        answer(FIT, &network, &edge, &given),
    );
    let tolerance = 100.0 * f64::EPSILON * (1.0 + largest(&physics) + 3.0 * largest(&fit));
    let wanted: Vec<f64> = (0..P)
        .map(|at| before[at] + 0.5 * physics[at] - 3.0 * fit[at])
        .collect();
    close("gradient", &sum, &wanted, tolerance);
    close(
        "losses",
        &losses,
        &[0.5 * physics[P], -3.0 * fit[P]],
        tolerance,
    );
}

#[test]
fn a_mean_of_no_points_is_an_error_and_a_sum_of_none_is_zero() {
    let network = physics();
    let mut gradient = [7.0; P];
    let empty = Err(EvaluationError::EmptyBatch);
    assert_eq!(network.physics(&[]), empty);
    assert_eq!(network.data(&[], &[]), empty);
    assert_eq!(network.mix(&[], &[]), empty);
    assert_eq!(network.mix_gradient(&[], &[], &mut gradient), empty);
    assert_eq!(network.add_physics_gradient(&[], 1.0, &mut gradient), empty);
    assert_eq!(
        network.physics_parameter_hvp(&[], &[1.0; P], &mut gradient),
        empty
    );
    let mut hessian = vec![7.0; P * P];
    assert_eq!(network.mix_parameter_hessian(&[], &[], &mut hessian), empty);
    assert_eq!(
        (gradient, hessian),
        ([7.0; P], vec![7.0; P * P]),
        "nothing is written"
    );

    assert_eq!(network.fit(&[], &[]), Ok(0.0));
    assert_eq!(
        network.add_fit_gradient(&[], &[], 2.0, &mut gradient),
        Ok(0.0)
    );
    assert_eq!(gradient, [7.0; P], "nothing is added");
    assert_eq!(network.fit_gradient(&[], &[], &mut gradient), Ok(0.0));
    assert_eq!(gradient, [0.0; P]);
}
