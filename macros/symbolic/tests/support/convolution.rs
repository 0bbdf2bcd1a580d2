//! Convolutions by plain loops and by windows, and the meaning of programs by all their interpreters.

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_points};
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};
use derive_network_symbolic::schedule::{Mode, schedule, schedule_blocks};

use super::programs::{Builder, map};
use super::{Random, distance, outputs};

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
}

impl Convolution {
    pub fn random(random: &mut Random) -> Self {
        let mut case = Convolution {
            channels: 1 + random.below(3),
            image: [3 + random.below(3), 3 + random.below(4)],
            outputs: 1 + random.below(3),
            kernel: [1 + random.below(3), 1 + random.below(3)],
            stride: 1 + random.below(2),
            dilation: 1 + random.below(2),
            padding: random.below(2),
        };
        for axis in 0..2 {
            while case.dilation * (case.kernel[axis] - 1) + 1 > case.image[axis] + 2 * case.padding {
                case.kernel[axis] -= 1;
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
        self.outputs * self.channels * self.kernel[0] * self.kernel[1]
    }

    pub fn results(&self) -> usize {
        self.outputs * self.places(0) * self.places(1)
    }

    /// Row-major: channel, row, column in; channel, row, column out; weights OIHW.
    pub fn plain(&self, image: &[f64], weights: &[f64]) -> Vec<f64> {
        let [rows, columns] = self.image;
        let mut found = vec![0.0; self.results()];
        for c in 0..self.outputs {
            for i in 0..self.places(0) {
                for j in 0..self.places(1) {
                    for d in 0..self.channels {
                        for k in 0..self.kernel[0] {
                            for l in 0..self.kernel[1] {
                                let row = (i * self.stride + k * self.dilation).checked_sub(self.padding);
                                let column = (j * self.stride + l * self.dilation).checked_sub(self.padding);
                                let (Some(row), Some(column)) = (row, column) else {
                                    continue;
                                };
                                if row >= rows || column >= columns {
                                    continue;
                                }
                                let weight = ((c * self.channels + d) * self.kernel[0] + k) * self.kernel[1] + l;
                                found[(c * self.places(0) + i) * self.places(1) + j] +=
                                    weights[weight] * image[(d * rows + row) * columns + column];
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// The convolution of a node of shape [channels, rows, columns]; the weights are flat.
    pub fn build(&self, graph: &mut Graph, image: NodeId, weights: NodeId) -> NodeId {
        let [k, l] = self.kernel;
        let weights = graph.reshape(weights, &[self.outputs, self.channels, k, l]);
        let mut seen = image;
        for axis in 0..2 {
            seen = graph.pad(seen, 1 + axis, self.padding, self.padding);
        }
        seen = graph.windows(seen, 2, l, self.stride, self.dilation);
        seen = graph.windows(seen, 1, k, self.stride, self.dilation);
        let mut product = Product::new();
        let seen_by = product.indices(graph.shape(seen));
        let [d, i, k, j, l] = seen_by[..] else {
            unreachable!("an image has three axes");
        };
        let c = product.index(self.outputs);
        product.tensor(seen, &seen_by).tensor(weights, &[c, d, k, l]);
        graph.contract(product, &[c, i, j])
    }
}

/// What a program means by its own interpreter, which all loop programs agree with.
pub fn meaning(name: &str, program: &Program, data: &[Vec<f64>], parameters: &[f64]) -> Vec<Tensor> {
    program
        .verify()
        .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}"));
    let expected = interpret(program, data, parameters);
    let mut schedules = vec![schedule(program, Mode::Batch), schedule(program, Mode::Single)];
    schedules.push(schedule_blocks(program, 8));
    for loops in schedules {
        loops
            .verify()
            .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}\n{loops}"));
        let points = vec![data.to_vec(); loops.vectors];
        let (found, _) = interpret_points(&loops, &points, parameters);
        for found in found {
            let difference = distance(&found, &expected);
            assert!(difference < 1e-12, "{name}: {difference:e}\n{program}\n{loops}");
        }
    }
    expected
}

pub fn close(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}: as many entries");
    let size = expected.iter().fold(1.0_f64, |most, entry| most.max(entry.abs()));
    for (place, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 1e-12 * size, "{name}: {a} beside {b} at {place}");
    }
}

/// tanh of a convolution of a reshaped input, then a linear head: a function of shape `[outputs]`.
pub fn network(random: &mut Random, case: &Convolution, heads: usize) -> Program {
    let mut builder = Builder::new(case.inputs());
    let weights = builder.parameter(&[case.weights()]);
    let head = builder.parameter(&[heads, case.results()]);
    let graph = &mut builder.program.graph;
    let image = graph.reshape(builder.x, &[case.channels, case.image[0], case.image[1]]);
    let value = case.build(graph, image, weights);
    let hidden = map(graph, Activation::Tanh, value);
    let flat = graph.flatten(hidden);
    let mut result = graph.multiply(head, flat);
    if random.below(2) == 0 {
        result = map(graph, Activation::Sigmoid, result);
    }
    builder.program.outputs = outputs(&[("value", result)]);
    builder.program
}
