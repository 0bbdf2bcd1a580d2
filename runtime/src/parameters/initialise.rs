//! Shapes of layers and a seed in, initial parameters out.
//!
//! Layers are filled in order, of each the weights in the order of the flat parameters; scales are one, biases and shifts
//! zero. Numbers are drawn and scaled in double precision, so that an `f32` network starts from the rounded parameters of
//! its `f64` twin.

use super::random::Random;
use super::shape::{Initial, LayerShape};
use crate::lanes::Real;
use core::ops::Range;

/// Weights uniform in ±sqrt(6 / (inputs + outputs)), which are those of one weight's sum, and the sums that one input
/// enters: of a convolution both times the size of its kernel.
///
/// Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS 2010, eq. 16.
pub fn glorot_uniform<T: Real>(parameters: &mut [T], layers: &[LayerShape], seed: u64) {
    fill(parameters, layers, seed, |random, inputs, outputs| {
        (6.0 / (inputs + outputs)).sqrt() * random.symmetric()
    });
}

/// Weights normal with variance 2 / (inputs + outputs).
pub fn glorot_normal<T: Real>(parameters: &mut [T], layers: &[LayerShape], seed: u64) {
    fill(parameters, layers, seed, |random, inputs, outputs| {
        (2.0 / (inputs + outputs)).sqrt() * random.normal()
    });
}

/// Weights normal with variance 2 / inputs.
///
/// He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*, ICCV 2015, eq. 10.
pub fn he_normal<T: Real>(parameters: &mut [T], layers: &[LayerShape], seed: u64) {
    fill(parameters, layers, seed, |random, inputs, _| {
        (2.0 / inputs).sqrt() * random.normal()
    });
}

/// All weights and biases uniform in a range; scales are one and shifts zero.
pub fn uniform<T: Real>(parameters: &mut [T], layers: &[LayerShape], range: &Range<T>, seed: u64) {
    let mut random = Random::new(seed);
    let (start, end) = (range.start.to_f64(), range.end.to_f64());
    for parameter in &mut *parameters {
        let unit = random.unit();
        *parameter = T::from_f64(start * (1.0 - unit) + end * unit);
    }
    for layer in layers.iter().filter(|layer| layer.initial == Initial::One) {
        let (scale, shift) = layer.of_mut(parameters).split_at_mut(layer.weights);
        scale.fill(T::ONE);
        shift.fill(T::ZERO);
    }
}

/// Fills the weights of each layer by what is drawn for its fans, in and out.
fn fill<T: Real>(
    parameters: &mut [T],
    layers: &[LayerShape],
    seed: u64,
    draw: impl Fn(&mut Random, f64, f64) -> f64,
) {
    let mut random = Random::new(seed);
    for layer in layers {
        let (weights, offsets) = layer.of_mut(parameters).split_at_mut(layer.weights);
        match layer.initial {
            Initial::One => weights.fill(T::ONE),
            Initial::Random { fan_in, fan_out } => {
                // Exact, since no fan is beyond 2^40.
                let (inputs, outputs) = (fan_in as f64, fan_out as f64);
                weights.fill_with(|| T::from_f64(draw(&mut random, inputs, outputs)));
            }
        }
        offsets.fill(T::ZERO);
    }
}
