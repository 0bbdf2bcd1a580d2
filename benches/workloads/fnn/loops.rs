//! The elimination that is chosen here (tangents forward, adjoints back, their products summed), as one writes it by hand for
//! this network: arrays, loops of constant length, one number after the other. What scalar lanes are held against.

use nalgebra::{SMatrix, SVector};

const WIDTH: usize = 20;
const LAYERS: usize = 3;

/// Of one layer: activations, their first and second derivatives, tangents of the pre-activations and of the activations.
#[derive(Clone, Copy)]
struct Layer {
    value: [f64; WIDTH],
    slope: [f64; WIDTH],
    curvature: [f64; WIDTH],
    before: [[f64; WIDTH]; 2],
    after: [[f64; WIDTH]; 2],
}

pub fn hessian(
    parameters: &[f64],
    x: &SVector<f64, 2>,
) -> (f64, SVector<f64, 2>, SMatrix<f64, 2, 2>) {
    let (first, rest) = parameters.split_at(3 * WIDTH);
    let (inner, last) = rest.split_at((LAYERS - 1) * (WIDTH + 1) * WIDTH);
    let mut layers = [Layer {
        value: [0.0; WIDTH],
        slope: [0.0; WIDTH],
        curvature: [0.0; WIDTH],
        before: [[0.0; WIDTH]; 2],
        after: [[0.0; WIDTH]; 2],
    }; LAYERS];
    for o in 0..WIDTH {
        let (a, b) = (first[o], first[WIDTH + o]);
        let z = first[2 * WIDTH + o] + a * x[0] + b * x[1];
        layers[0].set(o, [z, a, b]);
    }
    for l in 1..LAYERS {
        let weights = &inner[(l - 1) * (WIDTH + 1) * WIDTH..][..(WIDTH + 1) * WIDTH];
        let before = layers[l - 1];
        for o in 0..WIDTH {
            let mut sums = [weights[WIDTH * WIDTH + o], 0.0, 0.0];
            for i in 0..WIDTH {
                before.add(i, weights[i * WIDTH + o], &mut sums);
            }
            layers[l].set(o, sums);
        }
    }
    let mut sums = [last[WIDTH], 0.0, 0.0];
    for (i, weight) in last[..WIDTH].iter().enumerate() {
        layers[LAYERS - 1].add(i, *weight, &mut sums);
    }
    let [z, u, v] = sums;
    let (value, slope, curvature) = sigmoid(z);
    let mut hessian = [curvature * u * u, curvature * u * v, curvature * v * v];
    let mut adjoint = [0.0; WIDTH];
    for (adjoint, weight) in adjoint.iter_mut().zip(last) {
        *adjoint = slope * weight;
    }
    for l in (0..LAYERS).rev() {
        let layer = &layers[l];
        for (o, adjoint) in adjoint.iter_mut().enumerate() {
            let weight = *adjoint * layer.curvature[o];
            let (u, v) = (layer.before[0][o], layer.before[1][o]);
            hessian[0] += weight * u * u;
            hessian[1] += weight * u * v;
            hessian[2] += weight * v * v;
            *adjoint *= layer.slope[o];
        }
        if l > 0 {
            let weights = &inner[(l - 1) * (WIDTH + 1) * WIDTH..][..WIDTH * WIDTH];
            let mut below = [0.0; WIDTH];
            for (below, column) in below.iter_mut().zip(weights.chunks_exact(WIDTH)) {
                for (weight, adjoint) in column.iter().zip(&adjoint) {
                    *below += weight * adjoint;
                }
            }
            adjoint = below;
        }
    }
    let [xx, xy, yy] = hessian;
    (
        value,
        SVector::<f64, 2>::new(slope * u, slope * v),
        SMatrix::<f64, 2, 2>::new(xx, xy, xy, yy),
    )
}

impl Layer {
    /// Neuron `o` from its pre-activation and the tangents of that.
    fn set(&mut self, o: usize, [z, u, v]: [f64; 3]) {
        (self.value[o], self.slope[o], self.curvature[o]) = sigmoid(z);
        (self.before[0][o], self.before[1][o]) = (u, v);
        (self.after[0][o], self.after[1][o]) = (self.slope[o] * u, self.slope[o] * v);
    }

    /// Adds what neuron `i` gives to a neuron of the next layer.
    fn add(&self, i: usize, weight: f64, [z, u, v]: &mut [f64; 3]) {
        *z += weight * self.value[i];
        *u += weight * self.after[0][i];
        *v += weight * self.after[1][i];
    }
}

fn sigmoid(z: f64) -> (f64, f64, f64) {
    let value = 1.0 / (1.0 + (-z).exp());
    let slope = value * (1.0 - value);
    (value, slope, slope * (1.0 - 2.0 * value))
}
