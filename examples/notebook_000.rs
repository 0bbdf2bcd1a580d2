//! The first notebook, free propagation: `cargo run --release --example notebook_000`.
//!
//! A directed graph of neurons with its weights in one N x N matrix, all neurons updated at once in each step. Each case is also a
//! chain of dense layers; the notebook compares the two by `==` of float32 numbers and shows True. Here the numbers.

#[path = "support/notebook.rs"]
mod notebook;

use derive_network::prelude::*;
use notebook::{Reference, Table, relative_difference, remark};
use std::error::Error;

/// A case as a graph and as a chain, in both precisions, with the sum of all outputs over the samples.
macro_rules! case {
    ($graph:ident $single:ident $chain:ident, $($options:tt)*) => {
        case!(@graph $graph, f64, $($options)*);
        case!(@graph $single, f32, $($options)*);
        case!(@chain $chain, $($options)*);
    };
    (@graph $name:ident, $scalar:ident, graph($($graph:tt)*), chain { $($chain:tt)* }) => {
        #[derive_network(input(x: 3), output(y), scalar = $scalar, loss(total = sum(y)))]
        struct $name {
            #[graph($($graph)*)]
            net: Graph,
        }
    };
    (@chain $name:ident, graph($($graph:tt)*), chain { $($chain:tt)* }) => {
        #[derive_network(input(x: 3), output(y), loss(total = sum(y)))]
        struct $name {
            $($chain)*
        }
    };
}

case! {
    Case1 Single1 Chain1,
    graph(neurons = 6, outputs = 3, steps = 1, edges(0..3 => 3..6)),
    chain {
        #[layer(bias = false)]
        output: Dense<3>,
    }
}

case! {
    Case2 Single2 Chain2,
    graph(
        neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6),
        hidden = Sigmoid, output = Sigmoid
    ),
    chain {
        #[layer(bias = false)]
        layers: [Dense<3, Sigmoid>; 2],
    }
}

case! {
    Case3 Single3 Chain3,
    graph(
        neurons = 17, outputs = 5, steps = 4,
        edges(0..3 => 8..11, 8..11 => 11..14, 11..14 => 14..17, 14..17 => 3..8),
        hidden = Sigmoid, output = Tanh
    ),
    chain {
        #[layer(bias = false)]
        hidden: [Dense<3, Sigmoid>; 3],
        #[layer(bias = false)]
        output: Dense<5, Tanh>,
    }
}

/// Runs one case; the greatest relative difference from its reference.
macro_rules! run {
    ($title:literal $graph:ident $single:ident $chain:ident $case:literal [$($block:expr),+]) => {{
        println!($title);
        let file = Reference::parse(include_str!(concat!("../tests/oracles/", $case, ".json")))?;
        let neurons = ($graph::PARAMETERS as f64).sqrt() as usize;
        let weights = weights(&file, neurons);
        let blocks: Vec<Block> = vec![$($block),+];
        let graph = $graph::from_parameters(&weights)?;
        let chained: Vec<f64> = blocks.iter().flat_map(|block| block.of(&weights, neurons)).collect();
        let chain = $chain::from_parameters(&chained)?;
        let points: Vec<SVector<f64, 3>> = file.numbers("/inputs/x").chunks(3).map(SVector::from_column_slice).collect();

        let outputs: Vec<f64> = points.iter().flat_map(|x| graph.value(x).data.0[0]).collect();
        let by_chain: Vec<f64> = points.iter().flat_map(|x| chain.value(x).data.0[0]).collect();
        let mut gradient = vec![0.0; $graph::PARAMETERS];
        graph.total_gradient(&points, &mut gradient)?;
        let mut chain_gradient = vec![0.0; $chain::PARAMETERS];
        chain.total_gradient(&points, &mut chain_gradient)?;
        let in_blocks: Vec<f64> = blocks.iter().flat_map(|block| block.of(&gradient, neurons)).collect();

        let mut table = Table::new(30);
        table.row("outputs", "", &outputs, &file.expected("outputs"));
        let last = $graph::OUTPUTS * (points.len() - 1);
        table.row("of [32, 10000, 12323232]", "", &outputs[last..], &file.expected("outputs")[last..]);
        table.row("gradient, all N x N pairs", "", &gradient, &file.expected("grad_weights_dense"));
        table.row("gradient, edges", "", &edges(&file, &gradient, neurons), &file.expected("grad_edges"));
        println!(
            "{:<30}  {:>13}  differences: outputs {:.1e}, gradient {:.1e}",
            "chain of dense layers", "True",
            relative_difference(&by_chain, &outputs),
            relative_difference(&chain_gradient, &in_blocks),
        );

        let single = $single::from_parameters(&weights.iter().map(|weight| *weight as f32).collect::<Vec<f32>>())?;
        let points = file.numbers("/inputs/x_f32");
        let points: Vec<SVector<f32, 3>> = points.chunks(3).map(|x| SVector::from_iterator(x.iter().map(|x| *x as f32))).collect();
        let mut gradient = vec![0.0_f32; $single::PARAMETERS];
        single.total_gradient(&points, &mut gradient)?;
        let gradient: Vec<f64> = gradient.into_iter().map(f64::from).collect();
        println!(
            "{:<30}  {:>13}  error of the gradient {:.1e}, of TensorFlow's {:.1e}",
            "float32", "",
            relative_difference(&gradient, &file.numbers("/expected_f32_data/grad_weights_dense")),
            file.numbers("/tensorflow_float32/full_gradient_error_rel_to_exact")[0],
        );
        table.worst()
    }};
}

/// Edges from each of some neurons to each of some others: the kernel of a dense layer.
struct Block(std::ops::Range<usize>, std::ops::Range<usize>);

impl Block {
    /// Its entries of a matrix `[source][target]`, as the flat kernel of a dense layer lies.
    fn of(&self, matrix: &[f64], neurons: usize) -> Vec<f64> {
        let rows = self.0.clone();
        rows.flat_map(|source| {
            self.1
                .clone()
                .map(move |target| matrix[source * neurons + target])
        })
        .collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut worst = run!("case 1: 3 -> 3, identity, one step" Case1 Single1 Chain1 "s0_case1_identity" [Block(0..3, 3..6)]);
    remark(
        "all weights are 2: a transposed matrix would pass. The tests here have six graphs with distinct weights, cycles and held inputs",
    );
    worst = worst.max(
        run!("\ncase 2: 3 -> 3 -> 3, sigmoid, two steps" Case2 Single2 Chain2 "s0_case2_sigmoid" [
            Block(0..3, 6..9), Block(6..9, 3..6)
        ]),
    );
    remark(
        "the notebook's baseline and its graph differ by 3.7e-9 in a gradient of 0.0448227, one float32 ulp",
    );
    remark(
        "the last row has pre-activations of 24,666,528: exp(z) overflows, a sigmoid by exp(-|z|) does not",
    );
    worst = worst.max(run!("\ncase 3: 3 -> 3 -> 3 -> 3 -> 5, sigmoid and tanh, four steps" Case3 Single3 Chain3 "s0_case3_deep_tanh" [
        Block(0..3, 8..11), Block(8..11, 11..14), Block(11..14, 14..17), Block(14..17, 3..8)
    ]));
    remark(
        "baseline and graph are equal in TensorFlow, and equally wrong: 1 - y² near 1 has lost three digits in float32",
    );
    println!("\nworst relative difference of any tensor in f64: {worst:.1e}");
    Ok(())
}

/// The edges of a file as a matrix `[source][target]`.
fn weights(file: &Reference, neurons: usize) -> Vec<f64> {
    let mut weights = vec![0.0; neurons * neurons];
    for edge in file.numbers("/parameters/edges").chunks(3) {
        weights[edge[0] as usize * neurons + edge[1] as usize] = edge[2];
    }
    weights
}

/// The entries of a matrix on the edges of a file.
fn edges(file: &Reference, matrix: &[f64], neurons: usize) -> Vec<f64> {
    let edges = file.numbers("/parameters/edges");
    edges
        .chunks(3)
        .map(|edge| matrix[edge[0] as usize * neurons + edge[1] as usize])
        .collect()
}
