//! Shapes of layers and a seed in, initial parameters out.
//!
//! Layers are filled in order, of each the weight in the order of the flat parameters, and biases are zero. Numbers are
//! drawn and scaled in double precision, so that an `f32` network starts from the rounded parameters of its `f64` twin.

use super::DenseShape;
use super::random::Random;
use crate::lanes::Real;
use core::ops::Range;

/// Weights uniform in ±sqrt(6 / (inputs + outputs)).
///
/// Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS 2010, eq. 16.
pub fn glorot_uniform<T: Real>(parameters: &mut [T], layers: &[DenseShape], seed: u64) {
    let mut random = Random::new(seed);
    fill(parameters, layers, |layer| {
        let bound = (6.0 / width(layer.inputs + layer.outputs)).sqrt();
        bound * random.symmetric()
    });
}

/// Weights normal with variance 2 / (inputs + outputs).
pub fn glorot_normal<T: Real>(parameters: &mut [T], layers: &[DenseShape], seed: u64) {
    let mut random = Random::new(seed);
    fill(parameters, layers, |layer| {
        let deviation = (2.0 / width(layer.inputs + layer.outputs)).sqrt();
        deviation * random.normal()
    });
}

/// Weights normal with variance 2 / inputs.
///
/// He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*, ICCV 2015, eq. 10.
pub fn he_normal<T: Real>(parameters: &mut [T], layers: &[DenseShape], seed: u64) {
    let mut random = Random::new(seed);
    fill(parameters, layers, |layer| {
        let deviation = (2.0 / width(layer.inputs)).sqrt();
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

fn fill<T: Real>(
    parameters: &mut [T],
    layers: &[DenseShape],
    mut draw: impl FnMut(&DenseShape) -> f64,
) {
    for layer in layers {
        let (weight, bias) = layer
            .of_mut(parameters)
            .split_at_mut(layer.inputs * layer.outputs);
        weight.fill_with(|| T::from_f64(draw(layer)));
        bias.fill(T::ZERO);
    }
}

/// A width as a number; exact, since none is beyond 2^20.
fn width(width: usize) -> f64 {
    width as f64
}
