//! Networks on images, by plain loops and by windows.

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};

use super::programs::{Builder, map};
use super::series::Series;
use super::{Random, outputs};

/// A convolution in two dimensions: shapes of image and kernel, and how they meet.
#[derive(Clone, Copy, Debug)]
pub struct Convolution {
    pub channels: usize,
    pub image: [usize; 2],
    pub outputs: usize,
    pub kernel: [usize; 2],
    pub stride: usize,
    pub dilation: usize,
    pub padding: usize,
    /// Channels and outputs fall into so many groups, which do not see each other.
    pub groups: usize,
}

impl Convolution {
    pub fn random(random: &mut Random) -> Self {
        let channels = 1 + random.below(2);
        let image = [3 + random.below(2), 2 + random.below(3)];
        Self::of(random, channels, image)
    }

    pub fn of(random: &mut Random, channels: usize, image: [usize; 2]) -> Self {
        let groups = if random.below(3) == 0 { channels } else { 1 };
        let mut case = Convolution {
            channels,
            image,
            outputs: groups * (1 + random.below(2)),
            kernel: [1 + random.below(3), 1 + random.below(3)],
            stride: 1 + random.below(2),
            dilation: 1 + random.below(2),
            padding: random.below(2),
            groups,
        };
        for (kernel, extent) in case.kernel.iter_mut().zip(image) {
            while case.dilation * (*kernel - 1) + 1 > extent + 2 * case.padding {
                *kernel -= 1;
            }
        }
        case
    }

    pub fn places(&self, axis: usize) -> usize {
        let reach = self.dilation * (self.kernel[axis] - 1) + 1;
        (self.image[axis] + 2 * self.padding - reach) / self.stride + 1
    }

    pub fn inputs(&self) -> usize {
        self.channels * self.image[0] * self.image[1]
    }

    pub fn weights(&self) -> usize {
        self.outputs * self.channels / self.groups * self.kernel[0] * self.kernel[1]
    }

    pub fn results(&self) -> usize {
        self.outputs * self.places(0) * self.places(1)
    }

    /// Row-major: channel, row, column in; channel, row, column out; weights OIHW.
    pub fn plain(&self, image: &[Series], weights: &[Series]) -> Vec<Series> {
        let [rows, columns] = self.image;
        let seen = self.channels / self.groups;
        let mut found = Vec::new();
        for c in 0..self.outputs {
            let first = c / (self.outputs / self.groups) * seen;
            for (i, j) in pairs(self.places(0), self.places(1)) {
                let mut sum = Series::ZERO;
                for d in 0..seen {
                    for (k, l) in pairs(self.kernel[0], self.kernel[1]) {
                        let at = |place: usize, within: usize| {
                            (place * self.stride + within * self.dilation).checked_sub(self.padding)
                        };
                        if let (Some(row), Some(column)) = (at(i, k), at(j, l))
                            && row < rows
                            && column < columns
                        {
                            let weight = ((c * seen + d) * self.kernel[0] + k) * self.kernel[1] + l;
                            let entry = ((first + d) * rows + row) * columns + column;
                            sum = sum + weights[weight] * image[entry];
                        }
                    }
                }
                found.push(sum);
            }
        }
        found
    }

    /// The convolution of a node of shape [channels, rows, columns]; the weights are flat.
    pub fn build(&self, graph: &mut Graph, image: NodeId, weights: NodeId) -> NodeId {
        let [k, l] = self.kernel;
        let seen = self.channels / self.groups;
        let weights = graph.reshape(weights, &[self.outputs, seen, k, l]);
        let mut windows = image;
        for axis in 1..3 {
            windows = graph.pad(windows, axis, self.padding, self.padding);
        }
        windows = graph.windows(windows, 2, l, self.stride, self.dilation);
        windows = graph.windows(windows, 1, k, self.stride, self.dilation);
        let outputs = self.outputs / self.groups;
        let groups: Vec<NodeId> = (0..self.groups)
            .map(|group| {
                let own = graph.slice(windows, 0, group * seen, seen);
                let weights = graph.slice(weights, 0, group * outputs, outputs);
                let mut product = Product::new();
                let indices = product.indices(graph.shape(own));
                let [d, i, k, j, l] = indices[..] else {
                    unreachable!("an image has three axes");
                };
                let c = product.index(outputs);
                product.tensor(own, &indices).tensor(weights, &[c, d, k, l]);
                graph.contract(product, &[c, i, j])
            })
            .collect();
        graph.concat(&groups, 0)
    }
}

fn pairs(first: usize, second: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..first).flat_map(move |a| (0..second).map(move |b| (a, b)))
}

/// What is done between convolutions.
#[derive(Clone, Copy, Debug)]
pub enum Layer {
    Convolve(Convolution),
    Tanh,
    /// Windows of this many rows and columns, this far apart: the mean or the largest.
    Pool {
        kernel: usize,
        stride: usize,
        largest: bool,
    },
}

/// Layers on an image, which is flattened, and a dense head.
#[derive(Clone, Debug)]
pub struct Network {
    pub shape: [usize; 3],
    pub layers: Vec<Layer>,
    pub heads: usize,
    pub softmax: bool,
}

impl Network {
    pub fn random(random: &mut Random, depth: usize) -> Self {
        let begin = Convolution::random(random);
        let shape = [begin.channels, begin.image[0], begin.image[1]];
        let heads = 1 + random.below(2);
        let mut network = Network {
            shape,
            layers: Vec::new(),
            heads,
            // That of one number is one.
            softmax: heads > 1 && random.below(2) == 0,
        };
        let mut convolution = begin;
        for number in 0..depth {
            if number > 0 {
                let [channels, rows, columns] = network.shapes().last().copied().unwrap_or(shape);
                convolution = Convolution::of(random, channels, [rows, columns]);
            }
            network.layers.push(Layer::Convolve(convolution));
            network.layers.push(Layer::Tanh);
            let [_, rows, columns] = network.shapes().last().copied().unwrap_or(shape);
            if rows.min(columns) > 1 && random.below(2) == 0 {
                network.layers.push(Layer::Pool {
                    kernel: 2,
                    stride: 1 + random.below(2),
                    largest: random.below(2) == 0,
                });
            }
        }
        network
    }

    pub fn inputs(&self) -> usize {
        self.shape.iter().product()
    }

    /// The shape behind each layer.
    pub fn shapes(&self) -> Vec<[usize; 3]> {
        let mut shape = self.shape;
        let shapes = self.layers.iter().map(|layer| {
            shape = match layer {
                Layer::Convolve(case) => [case.outputs, case.places(0), case.places(1)],
                Layer::Tanh => shape,
                Layer::Pool { kernel, stride, .. } => {
                    let places = |extent: usize| (extent - kernel) / stride + 1;
                    [shape[0], places(shape[1]), places(shape[2])]
                }
            };
            shape
        });
        shapes.collect()
    }

    fn features(&self) -> usize {
        let last = self.shapes().last().copied().unwrap_or(self.shape);
        last.iter().product()
    }

    /// The weights of the convolutions, then the head, column-major.
    pub fn plain(&self, x: &[Series], parameters: &[Series]) -> Vec<Series> {
        let mut state = x.to_vec();
        let mut shape = self.shape;
        let mut rest = parameters;
        for (layer, after) in self.layers.iter().zip(self.shapes()) {
            state = match layer {
                Layer::Convolve(case) => {
                    let (weights, behind) = rest.split_at(case.weights());
                    rest = behind;
                    case.plain(&state, weights)
                }
                Layer::Tanh => state.into_iter().map(Series::tanh).collect(),
                Layer::Pool {
                    kernel,
                    stride,
                    largest,
                } => plain_pool(&state, shape, after, *kernel, *stride, *largest),
            };
            shape = after;
        }
        let heads = (0..self.heads).map(|head| {
            let products = state.iter().enumerate();
            products.fold(Series::ZERO, |sum, (place, entry)| {
                sum + rest[place * self.heads + head] * *entry
            })
        });
        let heads: Vec<Series> = heads.collect();
        if !self.softmax {
            return heads;
        }
        let exponentials: Vec<Series> = heads.into_iter().map(Series::exp).collect();
        let total = exponentials
            .iter()
            .fold(Series::ZERO, |sum, entry| sum + *entry);
        exponentials
            .into_iter()
            .map(|entry| entry * total.reciprocal())
            .collect()
    }

    /// The program of the value, of shape `[heads]`.
    pub fn program(&self) -> Program {
        let mut builder = Builder::new(self.inputs());
        let mut state = builder.program.graph.reshape(builder.x, &self.shape);
        for layer in &self.layers {
            state = match layer {
                Layer::Convolve(case) => {
                    let weights = builder.parameter(&[case.weights()]);
                    case.build(&mut builder.program.graph, state, weights)
                }
                Layer::Tanh => map(&mut builder.program.graph, Activation::Tanh, state),
                Layer::Pool {
                    kernel,
                    stride,
                    largest,
                } => {
                    let graph = &mut builder.program.graph;
                    pool(graph, state, *kernel, *stride, *largest)
                }
            };
        }
        let head = builder.parameter(&[self.heads, self.features()]);
        let graph = &mut builder.program.graph;
        let flat = graph.flatten(state);
        let mut value = graph.multiply(head, flat);
        if self.softmax {
            value = graph.softmax(value);
        }
        builder.program.outputs = outputs(&[("value", value)]);
        builder.program
    }
}

fn plain_pool(
    state: &[Series],
    shape: [usize; 3],
    after: [usize; 3],
    kernel: usize,
    stride: usize,
    largest: bool,
) -> Vec<Series> {
    let mut found = Vec::new();
    for c in 0..shape[0] {
        for (i, j) in pairs(after[1], after[2]) {
            let seen = pairs(kernel, kernel)
                .map(|(k, l)| state[(c * shape[1] + i * stride + k) * shape[2] + j * stride + l]);
            found.push(if largest {
                seen.reduce(|best, next| if next.0[0] > best.0[0] { next } else { best })
                    .expect("a window has entries")
            } else {
                let share = Series::line(1.0 / (kernel * kernel) as f64, 0.0);
                seen.fold(Series::ZERO, |sum, entry| sum + share * entry)
            });
        }
    }
    found
}

/// The mean or the largest of windows of rows and columns, channel by channel.
pub fn pool(
    graph: &mut Graph,
    image: NodeId,
    kernel: usize,
    stride: usize,
    largest: bool,
) -> NodeId {
    let seen = graph.windows(image, 2, kernel, stride, 1);
    let seen = graph.windows(seen, 1, kernel, stride, 1);
    let mut product = Product::new();
    let indices = product.indices(graph.shape(seen));
    let [c, i, k, j, l] = indices[..] else {
        unreachable!("an image has three axes");
    };
    product.tensor(seen, &indices);
    if !largest {
        let sum = graph.contract(product, &[c, i, j]);
        return graph.scale(1.0 / (kernel * kernel) as f64, sum);
    }
    let beside = graph.contract(product, &[c, i, j, k, l]);
    let mut shape = graph.shape(beside)[..3].to_vec();
    shape.push(kernel * kernel);
    let together = graph.reshape(beside, &shape);
    graph.max_along(together, 3)
}

/// Fails unless the entries agree, relative to the largest or to one.
pub fn close(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}: as many entries");
    let size = expected
        .iter()
        .fold(1.0_f64, |most, entry| most.max(entry.abs()));
    for (place, (a, b)) in found.iter().zip(expected).enumerate() {
        let difference = (a - b).abs();
        assert!(
            difference <= 1e-12 * size,
            "{name}: {a} beside {b} at {place}"
        );
    }
}
