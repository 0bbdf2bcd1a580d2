//! Shapes of weights and a seed in, initial parameters out.
//!
//! Weights are filled in order, each column by column, and what else there is, biases above all, stays as it is: zero. Numbers are
//! drawn and scaled in double precision, so that an `f32` network starts from the rounded parameters of its `f64` twin.

use super::WeightShape;
use super::random::Random;
use crate::lanes::Real;
use core::ops::Range;

/// Weights uniform in ±sqrt(6 / (inputs + outputs)).
///
/// Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS 2010, eq. 16.
pub fn glorot_uniform<T: Real>(parameters: &mut [T], weights: &[WeightShape], seed: u64) {
    let mut random = Random::new(seed);
    fill(parameters, weights, |weight| {
        let bound = (6.0 / width(weight.fan_in + weight.fan_out)).sqrt();
        bound * random.symmetric()
    });
}

/// Weights normal with variance 2 / (inputs + outputs).
pub fn glorot_normal<T: Real>(parameters: &mut [T], weights: &[WeightShape], seed: u64) {
    let mut random = Random::new(seed);
    fill(parameters, weights, |weight| {
        let deviation = (2.0 / width(weight.fan_in + weight.fan_out)).sqrt();
        deviation * random.normal()
    });
}

/// Weights normal with variance 2 / inputs.
///
/// He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*, ICCV 2015, eq. 10.
pub fn he_normal<T: Real>(parameters: &mut [T], weights: &[WeightShape], seed: u64) {
    let mut random = Random::new(seed);
    fill(parameters, weights, |weight| {
        let deviation = (2.0 / width(weight.fan_in)).sqrt();
        deviation * random.normal()
    });
}

/// All parameters, biases too, uniform in a range.
pub fn uniform<T: Real>(parameters: &mut [T], range: &Range<T>, seed: u64) {
    let mut random = Random::new(seed);
    let (start, end) = (range.start.to_f64(), range.end.to_f64());
    for parameter in parameters {
        let unit = random.unit();
        *parameter = T::from_f64(start * (1.0 - unit) + end * unit);
    }
}

/// Weights that are zero.
pub fn fill_zero<T: Real>(parameters: &mut [T], weights: &[WeightShape]) {
    fill(parameters, weights, |_| 0.0);
}

fn fill<T: Real>(
    parameters: &mut [T],
    weights: &[WeightShape],
    mut draw: impl FnMut(&WeightShape) -> f64,
) {
    for weight in weights {
        for column in 0..weight.columns {
            let start = weight.start + column * weight.stride;
            parameters[start..start + weight.rows].fill_with(|| T::from_f64(draw(weight)));
        }
    }
}

/// A width as a number; exact, since none is beyond 2^20.
fn width(width: usize) -> f64 {
    width as f64
}
