//! The project's activation oracles, as far as an activation's derivative is a generator, or a sum or product of two.

use super::families::*;
use super::table::{Tabulated, Truth};
use crate::lanes::{Lanes, with_lanes};

const EXTREME: &str = include_str!("../../../../tests/oracles/s4_activations_extreme.json");
const MODERATE: &str = include_str!("../../../../tests/oracles/s4_activations_moderate.json");
const SINGLE: &str = include_str!("../../../../tests/oracles/s4_activations_f32_points.json");

/// One generator's bound and one more rounding.
const BOUND: f64 = 5.0;

/// The numbers, quoted or not, of the array that follows `"name": `.
fn numbers(text: &str, name: &str) -> Vec<f64> {
    let start = text
        .find(&format!("\"{name}\": ["))
        .unwrap_or_else(|| panic!("no {name}"));
    let array = &text[text[start..].find('[').unwrap() + start..];
    let mut depth = 0;
    let end = array.find(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        depth == 0
    });
    let entries = array[..end.unwrap()]
        .split(|c: char| "[], \n\"".contains(c))
        .filter(|entry| !entry.is_empty());
    entries.map(|entry| entry.parse().unwrap()).collect()
}

/// `derivatives` gives f, f', ... of an activation from its family's generators.
fn check<F: Family<N>, T: Tabulated, const N: usize, const ORDERS: usize>(
    text: &str,
    activation: &str,
    derivatives: fn([f64; N]) -> [f64; ORDERS],
) {
    let points = numbers(text, "x");
    let expected = numbers(&text[text.find("\"expected\"").unwrap()..], activation);
    assert_eq!(expected.len(), 4 * points.len());
    let arguments: Vec<T> = points.iter().map(|x| T::from_f64(*x)).collect();
    for lanes in Lanes::available() {
        let results = with_lanes(lanes, || evaluate::<F, T, N>(&arguments));
        for ((point, result), truths) in points.iter().zip(results).zip(expected.chunks(4)) {
            for (order, value) in derivatives(result.map(T::to_f64)).into_iter().enumerate() {
                let truth = Truth::of(truths[order]);
                let bound = BOUND * truth.normality::<T>() + 0.5;
                let error = T::from_f64(value).error(truth);
                assert!(
                    error <= bound,
                    "{activation}, order {order}, at {point} on {lanes}: {value:e}, {truth:?}"
                );
            }
        }
    }
}

fn check_all<T: Tabulated>(text: &str) {
    check::<LogisticFamily, T, 4, 3>(text, "sigmoid", |[_, p, slope, skew]| {
        [p, slope, slope * skew]
    });
    check::<LogisticFamily, T, 4, 4>(text, "softplus", |[softplus, p, slope, skew]| {
        [softplus, p, slope, slope * skew]
    });
    check::<HyperbolicFamily, T, 3, 3>(text, "tanh", |[_, tanh, sech]| {
        [tanh, sech, -2.0 * tanh * sech]
    });
    check::<HyperbolicFamily, T, 3, 3>(text, "logcosh2", |generators| generators);
    check::<TrigonometricFamily, T, 2, 4>(text, "sin", |[sin, cos]| [sin, cos, -sin, -cos]);
    check::<ExponentialLinearFamily, T, 6, 2>(text, "relu", |[ramp, step, ..]| [ramp, step]);
    check::<ExponentialLinearFamily, T, 6, 3>(text, "elu", |[ramp, step, tail, slope, ..]| {
        [ramp + tail, step + slope, slope]
    });
}

#[test]
fn doubles_agree_with_the_oracles() {
    check_all::<f64>(EXTREME);
    check_all::<f64>(MODERATE);
}

#[test]
fn singles_agree_with_the_oracles() {
    check_all::<f32>(SINGLE);
    check_all::<f32>(MODERATE);
}
