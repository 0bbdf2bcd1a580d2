//! Chains, seeded numbers and distances for tests of the mathematics.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod blocks;
pub mod convolution;
pub mod oracle;
pub mod programs;
pub mod series;

use derive_network_symbolic::differentiate::reverse;
use derive_network_symbolic::functions::{Activation, Function};
use derive_network_symbolic::interpret::Tensor;
use derive_network_symbolic::ir::{Graph, NodeId, Op, Output, Program};

/// A chain of dense layers with biases: widths from the input to the output, an activation for each layer.
pub fn chain(widths: &[usize], activations: &[Activation]) -> Program {
    let mut program = Program {
        inputs: vec![vec![widths[0]]],
        ..Program::default()
    };
    let graph = &mut program.graph;
    let mut state = graph.input(0, &[widths[0]]);
    let mut offset = 0;
    for (layer, activation) in activations.iter().enumerate() {
        let (inputs, outputs) = (widths[layer], widths[layer + 1]);
        let weight = graph.parameter(offset, &[outputs, inputs]);
        let bias = graph.parameter(offset + inputs * outputs, &[outputs]);
        offset += (inputs + 1) * outputs;
        let product = graph.multiply(weight, state);
        let sum = graph.add(product, bias);
        let function = graph.add_function(Function::builtin(*activation));
        state = graph.map(function, 0, sum);
    }
    program.parameters = offset;
    program.outputs = outputs(&[("value", state)]);
    program
}

pub fn outputs(named: &[(&str, NodeId)]) -> Vec<Output> {
    named
        .iter()
        .map(|(name, node)| Output {
            name: (*name).to_owned(),
            node: *node,
        })
        .collect()
}

/// Numbers from a seed: a linear congruential generator, high bits.
pub struct Random(pub u64);

impl Random {
    /// Uniform in -1 to 1.
    pub fn number(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    pub fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }

    pub fn below(&mut self, count: usize) -> usize {
        ((self.number() + 1.0) / 2.0 * count as f64) as usize % count
    }
}

/// The greatest difference of two lists of tensors, each relative to the largest entry of its tensor.
pub fn distance(found: &[Tensor], expected: &[Tensor]) -> f64 {
    assert_eq!(found.len(), expected.len(), "as many tensors");
    let mut worst: f64 = 0.0;
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.shape, expected.shape, "equal shapes");
        let largest = expected
            .entries
            .iter()
            .fold(0.0_f64, |most, entry| most.max(entry.abs()));
        for (a, b) in found.entries.iter().zip(&expected.entries) {
            let difference = (a - b).abs() / largest.max(1e-300);
            assert!(difference.is_finite(), "{a} beside {b}");
            worst = worst.max(difference);
        }
    }
    worst
}

/// Parameters of a chain whose pre-activations stay of order one.
pub fn parameters(random: &mut Random, widths: &[usize]) -> Vec<f64> {
    let layers = widths.windows(2).flat_map(|pair| {
        let scale = (3.0 / pair[0] as f64).sqrt();
        let mut layer: Vec<f64> = random
            .numbers(pair[0] * pair[1])
            .iter()
            .map(|w| w * scale)
            .collect();
        layer.extend(random.numbers(pair[1]));
        layer
    });
    layers.collect()
}

/// Compares a page of `docs` with what a test found, or writes it if `UPDATE_DOCS` is set.
pub fn compare_page(name: &str, page: &str) {
    let path = format!("{}/../../docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/{name}.md is not what was found; after looking at the changes, write it with UPDATE_DOCS=1\n\n{page}"
    );
}

/// The parameters that a node is computed from, by their place.
pub fn parameter_nodes(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut nodes: Vec<(usize, NodeId)> = Vec::new();
    let mut stack = vec![root];
    let mut seen = std::collections::HashSet::new();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Op::Parameter { offset } = graph.node(id).op {
            nodes.push((offset, id));
        }
        stack.extend(graph.arguments(id));
    }
    nodes.sort();
    nodes.into_iter().map(|(_, id)| id).collect()
}

/// The gradients of a tensor's total in the parameters that it is computed from, by their place.
pub fn parameter_gradient(graph: &mut Graph, value: NodeId) -> Vec<NodeId> {
    let sources = parameter_nodes(graph, value);
    let shape = graph.shape(value).to_vec();
    let seed = graph.ones(&shape);
    let adjoints = reverse(graph, value, seed, &sources);
    let gradient = sources.iter().map(|source| {
        adjoints.get(*source).unwrap_or_else(|| {
            let shape = graph.shape(*source).to_vec();
            graph.zero(&shape)
        })
    });
    gradient.collect()
}
