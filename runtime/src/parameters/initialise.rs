//! Shapes of layers and a seed in, initial parameters out.
//!
//! Layers are filled in order, of each the weights in the order of the flat parameters; scales are one, biases and shifts
//! zero. Numbers are drawn and scaled in double precision, so that an `f32` network starts from the rounded parameters of
//! its `f64` twin.

use super::random::Random;
use super::shape::{EdgeBlock, Initial, LayerShape};
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

/// All weights and biases of layers uniform in a range; scales are one, shifts and weights without an edge zero.
pub fn uniform<T: Real>(parameters: &mut [T], layers: &[LayerShape], range: &Range<T>, seed: u64) {
    let mut random = Random::new(seed);
    let (start, end) = (range.start.to_f64(), range.end.to_f64());
    let mut draw = || {
        let unit = random.unit();
        T::from_f64(start * (1.0 - unit) + end * unit)
    };
    for layer in layers {
        let (weights, offsets) = layer.of_mut(parameters).split_at_mut(layer.weights);
        match layer.initial {
            Initial::Random { .. } => {
                weights.fill_with(&mut draw);
                offsets.fill_with(&mut draw);
            }
            Initial::One => {
                weights.fill(T::ONE);
                offsets.fill(T::ZERO);
            }
            Initial::Edges(blocks) => fill_edges(weights, blocks, |_| draw()),
        }
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
    // Fans are exact, since none is beyond 2^40.
    let mut draw = |fan_in: usize, fan_out: usize| {
        T::from_f64(draw(&mut random, fan_in as f64, fan_out as f64))
    };
    for layer in layers {
        let (weights, offsets) = layer.of_mut(parameters).split_at_mut(layer.weights);
        match layer.initial {
            Initial::One => weights.fill(T::ONE),
            Initial::Random { fan_in, fan_out } => weights.fill_with(|| draw(fan_in, fan_out)),
            Initial::Edges(blocks) => {
                fill_edges(weights, blocks, |block| draw(block.fan_in, block.fan_out));
            }
        }
        offsets.fill(T::ZERO);
    }
}

/// Fills the weights of edges; those of pairs without one are zero.
fn fill_edges<T: Real>(
    weights: &mut [T],
    blocks: &[EdgeBlock],
    mut draw: impl FnMut(&EdgeBlock) -> T,
) {
    weights.fill(T::ZERO);
    for block in blocks {
        for column in 0..block.columns {
            let start = block.start + column * block.stride;
            weights[start..start + block.rows].fill_with(|| draw(block));
        }
    }
}
