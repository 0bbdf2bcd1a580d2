//! Do the remainders of Taylor polynomials fall with the right powers of h, for every derivative of every activation?

mod support;

use derive_network_symbolic::functions::{Activation, Call, Formula, Function};
use derive_network_symbolic::interpret::{interpret, interpret_loops};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, schedule};
use support::{Random, chain, parameters};

/// h = 2^-3, 2^-4, ..: small enough for the leading term, large enough to stay above rounding.
const STEPS: std::ops::Range<i32> = 3..9;
/// How far a slope, fitted to the logarithms, may be from its power of h.
const SLOPE: f64 = 0.2;
/// Remainders below this are rounding: the next derivative is zero along the direction.
const ROUNDING: f64 = 1e-13;

/// Fits log |remainder| = slope log h + constant.
fn slope(remainders: &[(f64, f64)]) -> Option<f64> {
    let usable: Vec<(f64, f64)> = remainders
        .iter()
        .filter(|(_, remainder)| remainder.abs() > ROUNDING)
        .map(|(h, remainder)| (h.ln(), remainder.abs().ln()))
        .collect();
    if usable.len() < 4 {
        return None;
    }
    let count = usable.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| usable.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let covariance: f64 = usable
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    let variance: f64 = usable.iter().map(|point| (point.0 - x).powi(2)).sum();
    Some(covariance / variance)
}

/// The formula `z sigmoid(2 z) / (1 + z²)`, to be differentiated by rule.
fn custom() -> Function {
    use Formula::{Add, Argument, Constant, Divide, Multiply, Powi};
    let z = || Box::new(Argument);
    let twice = Multiply(Box::new(Constant(2.0)), z());
    let gate = Formula::Call(Call::Activation(Activation::Sigmoid), Box::new(twice));
    let below = Add(Box::new(Constant(1.0)), Box::new(Powi(z(), 2)));
    let formula = Divide(Box::new(Multiply(z(), Box::new(gate))), Box::new(below));
    Function::custom("custom", &formula).expect("finite constants")
}

#[test]
fn every_derivative_of_every_activation_is_the_next_ones_integral() {
    let mut functions: Vec<Function> = Activation::ALL.map(Function::builtin).to_vec();
    functions.push(custom());
    let mut total = 0;
    for function in &functions {
        let mut checked = 0;
        // Away from kinks and from zeros of derivatives that are odd or even; both tails of the transition.
        for x in [-1.7, -0.6, 0.35, 1.3] {
            for order in 0..5 {
                let at = |order: usize, x: f64| function.evaluate(order, x);
                let mut remainders = [Vec::new(), Vec::new(), Vec::new()];
                for step in STEPS {
                    let h = 0.5_f64.powi(step);
                    let value = at(order, x + h) - at(order, x);
                    let linear = value - h * at(order + 1, x);
                    let quadratic = linear - 0.5 * h * h * at(order + 2, x);
                    for (list, remainder) in remainders.iter_mut().zip([value, linear, quadratic]) {
                        list.push((h, remainder));
                    }
                }
                for (degree, remainders) in remainders.iter().enumerate() {
                    let leading = at(order + degree + 1, x);
                    let next = at(order + degree + 2, x);
                    // The slope shows where the leading term dominates the one behind it.
                    if leading.abs() < 1e-3
                        || leading.abs() < next.abs() * 0.5_f64.powi(STEPS.start - 1)
                    {
                        continue;
                    }
                    let Some(slope) = slope(remainders) else {
                        continue;
                    };
                    let power = degree as f64 + 1.0;
                    assert!(
                        (slope - power).abs() < SLOPE,
                        "{} order {order}, degree {degree}, at {x}: slope {slope}",
                        function.name()
                    );
                    checked += 1;
                }
            }
        }
        // Where the second derivative is zero, only the value has a slope.
        let least = if function.derivative_is_zero(2) {
            2
        } else {
            25
        };
        assert!(
            checked >= least,
            "{}: only {checked} slopes could be measured",
            function.name()
        );
        total += checked;
    }
    println!(
        "{total} slopes of derivatives 0 to 4 of {} functions",
        functions.len()
    );
}

/// Remainders of degree 0, 1 and 2 of a chain's value along a direction, for falling h.
fn remainders_of_chain(
    activation: Activation,
    elimination: Elimination,
    random: &mut Random,
) -> [Vec<(f64, f64)>; 3] {
    let widths = [3, 5, 4, 1];
    let program = chain(&widths, &[activation, activation, Activation::Identity]);
    let parameters = parameters(random, &widths);
    let (x, direction) = (random.numbers(3), random.numbers(3));
    let derived = derive(&program, Request::Hessian, elimination).program;
    let loops = schedule(&derived, Mode::Batch);
    let there = interpret_loops(&loops, std::slice::from_ref(&x), &parameters);
    let [value, gradient, hessian] = &there[..] else {
        panic!("three results")
    };
    let along: f64 = (0..3).map(|i| gradient.entries[i] * direction[i]).sum();
    let pairs = (0..9).map(|at| hessian.entries[at] * direction[at % 3] * direction[at / 3]);
    let curvature: f64 = pairs.sum();
    let mut remainders = [Vec::new(), Vec::new(), Vec::new()];
    for step in STEPS.start + 2..STEPS.end + 2 {
        let h = 0.5_f64.powi(step);
        let moved: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + h * d).collect();
        let first = interpret(&program, &[moved], &parameters)[0].entries[0] - value.entries[0];
        let second = first - h * along;
        let third = second - 0.5 * h * h * curvature;
        for (list, remainder) in remainders.iter_mut().zip([first, second, third]) {
            list.push((h, remainder));
        }
    }
    remainders
}

#[test]
fn gradients_and_hessians_of_chains_are_those_of_their_values() {
    let mut random = Random(3);
    for activation in Activation::ALL {
        let bends = !Function::builtin(activation).derivative_is_zero(2);
        for elimination in [
            Elimination::Contraction,
            Elimination::Recursion,
            Elimination::ShortestPath,
            Elimination::Forward,
        ] {
            // A leading term may vanish along one direction: the median of several is asked.
            let mut slopes = [Vec::new(), Vec::new(), Vec::new()];
            for _ in 0..9 {
                let remainders = remainders_of_chain(activation, elimination, &mut random);
                for (slopes, remainders) in slopes.iter_mut().zip(&remainders) {
                    slopes.extend(slope(remainders));
                }
            }
            for (degree, slopes) in slopes.iter_mut().enumerate() {
                if degree > 0 && !bends {
                    continue;
                }
                let name = format!("{activation:?} {elimination:?}, degree {degree}");
                assert!(
                    slopes.len() >= 5,
                    "{name}: only {} slopes could be measured",
                    slopes.len()
                );
                slopes.sort_by(f64::total_cmp);
                let (median, power) = (slopes[slopes.len() / 2], degree as f64 + 1.0);
                assert!((median - power).abs() < SLOPE, "{name}: slope {median}");
            }
        }
    }
}
