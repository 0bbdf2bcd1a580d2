//! What layers mean, in plain loops over any numbers: neither our calculus nor our interpreter.

#![allow(dead_code, reason = "each test uses a part of it")]

use derive_network_compiler::model::{
    Activation, Convolution, Dense, Layer, LayerKind, LayerNorm, Network, Pool, Reduction, Shape,
    Window,
};
use num_dual::DualNum;

/// A number that carries derivatives.
pub trait Number: DualNum<f64> + Clone {}

impl<D: DualNum<f64> + Clone> Number for D {}

/// The outputs of a chain of layers.
pub fn chain<D: Number>(network: &Network, parameters: &[D], x: Vec<D>) -> Vec<D> {
    let layers = network.layers.iter();
    layers.fold(x, |state, layer| {
        apply(layer, &parameters[layer.parameters()], &state)
    })
}

fn apply<D: Number>(layer: &Layer, parameters: &[D], x: &[D]) -> Vec<D> {
    let (weights, offsets) = parameters.split_at(layer.kind.weights());
    match &layer.kind {
        LayerKind::Dense(layer) => dense(layer, weights, offsets, x),
        LayerKind::Convolution(kind) => convolution(kind, space(layer.input), weights, offsets, x),
        LayerKind::Pool(kind) => pool(kind, space(layer.input), x),
        LayerKind::Flatten => x.to_vec(),
        LayerKind::LayerNorm(norm) => layer_norm(norm, weights, offsets, x),
        LayerKind::Softmax => softmax(x),
        LayerKind::Graph(_) => panic!("graphs are compared with their reference files"),
    }
}

/// An activation, from its definition.
fn activation<D: Number>(activation: &Activation, z: D) -> D {
    let one = || D::from(1.0);
    let sigmoid = |z: D| one() / (one() + (-z).exp());
    match &activation.name[..] {
        "Identity" => z,
        "Tanh" => z.tanh(),
        "Sigmoid" => sigmoid(z),
        "Softplus" | "softplus" => (one() + z.exp()).ln(),
        "Silu" => z.clone() * sigmoid(z),
        "Sin" => z.sin(),
        "Relu" => {
            if z.re() > 0.0 {
                z
            } else {
                D::from(0.0)
            }
        }
        "GeluTanh" => {
            let inner = (z.clone() + z.clone() * z.clone() * z.clone() * D::from(0.044715))
                * D::from((2.0 / std::f64::consts::PI).sqrt());
            z * (one() + inner.tanh()) * D::from(0.5)
        }
        other => panic!("{other} has no definition on dual numbers"),
    }
}

fn dense<D: Number>(layer: &Dense, weights: &[D], bias: &[D], x: &[D]) -> Vec<D> {
    let neuron = |row: usize| {
        let mut sum = bias.get(row).cloned().unwrap_or(D::from(0.0));
        for (column, entry) in x.iter().enumerate() {
            let mut weight = weights[row + column * layer.outputs].clone();
            if let Some(map) = &layer.weight_map {
                weight = activation(map, weight);
            }
            sum += entry.clone() * weight;
        }
        activation(&layer.activation, sum)
    };
    (0..layer.outputs).map(neuron).collect()
}

/// Rows and columns of the space of a shape; a signal has one row.
fn space(shape: Shape) -> [usize; 2] {
    match shape {
        Shape::Matrix(_, length) => [1, length],
        Shape::Image(_, rows, columns) => [rows, columns],
        _ => panic!("{shape:?} has no space"),
    }
}

/// Windows along rows and columns.
fn windows(written: &[Window]) -> [Window; 2] {
    match written {
        [columns] => [Window::default(), *columns],
        [rows, columns] => [*rows, *columns],
        _ => panic!("one axis or two"),
    }
}

/// For each window, row by row, its entries: the place in the kernel and the place in the channel, none in the padding.
fn slide(written: &[Window], space: [usize; 2]) -> Vec<Vec<Option<usize>>> {
    let [rows, columns] = windows(written);
    let along = |window: Window, extent: usize, place: usize, at: usize| {
        let position = (place * window.stride + at * window.dilation).checked_sub(window.padding);
        position.filter(|position| *position < extent)
    };
    let mut all = Vec::new();
    for i in 0..rows.positions(space[0]) {
        for j in 0..columns.positions(space[1]) {
            let mut entries = Vec::new();
            for p in 0..rows.kernel {
                for q in 0..columns.kernel {
                    let row = along(rows, space[0], i, p);
                    let column = along(columns, space[1], j, q);
                    entries.push(row.zip(column).map(|(row, column)| row * space[1] + column));
                }
            }
            all.push(entries);
        }
    }
    all
}

fn convolution<D: Number>(
    layer: &Convolution,
    space: [usize; 2],
    weights: &[D],
    bias: &[D],
    x: &[D],
) -> Vec<D> {
    let size = space[0] * space[1];
    let of_group = layer.channels / layer.groups;
    let windows = slide(&layer.windows, space);
    let kernel = windows[0].len();
    let mut result = Vec::new();
    for output in 0..layer.outputs {
        let group = output / (layer.outputs / layer.groups);
        for window in &windows {
            let mut sum = bias.get(output).cloned().unwrap_or(D::from(0.0));
            for channel in 0..of_group {
                for (at, place) in window.iter().enumerate() {
                    if let Some(place) = place {
                        let weight = &weights[(output * of_group + channel) * kernel + at];
                        let entry = &x[(group * of_group + channel) * size + place];
                        sum += weight.clone() * entry.clone();
                    }
                }
            }
            result.push(activation(&layer.activation, sum));
        }
    }
    result
}

fn pool<D: Number>(layer: &Pool, space: [usize; 2], x: &[D]) -> Vec<D> {
    let mut result = Vec::new();
    for channel in x.chunks(space[0] * space[1]) {
        for window in slide(&layer.windows, space) {
            let count = window.len() as f64;
            let entries = window
                .into_iter()
                .flatten()
                .map(|place| channel[place].clone());
            result.push(match layer.reduction {
                Reduction::Max => entries
                    .reduce(|most, entry| if entry.re() > most.re() { entry } else { most })
                    .expect("a window has an entry"),
                Reduction::Mean => entries.fold(D::from(0.0), |sum, entry| sum + entry) / count,
            });
        }
    }
    result
}

fn layer_norm<D: Number>(norm: &LayerNorm, scale: &[D], shift: &[D], x: &[D]) -> Vec<D> {
    let count = norm.size as f64;
    let mean = x
        .iter()
        .cloned()
        .fold(D::from(0.0), |sum, entry| sum + entry)
        / count;
    let centred: Vec<D> = x.iter().map(|entry| entry.clone() - mean.clone()).collect();
    let squares = centred.iter().map(|entry| entry.clone() * entry.clone());
    let variance = squares.fold(D::from(0.0), |sum, entry| sum + entry) / count;
    let deviation = (variance + D::from(norm.epsilon)).sqrt();
    let scaled = centred.into_iter().zip(scale).zip(shift);
    scaled
        .map(|((entry, scale), shift)| entry / deviation.clone() * scale.clone() + shift.clone())
        .collect()
}

fn softmax<D: Number>(x: &[D]) -> Vec<D> {
    let exponentials: Vec<D> = x.iter().map(|entry| entry.clone().exp()).collect();
    let total = exponentials
        .iter()
        .cloned()
        .fold(D::from(0.0), |sum, entry| sum + entry);
    let shares = exponentials.into_iter();
    shares.map(|entry| entry / total.clone()).collect()
}
