//! Are sums of few terms, which share nothing with each other, written out where they are used?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::{Graph, NodeId, Product};
use derive_network_symbolic::schedule::{
    LoopProgram, Mode, Nest, Space, schedule, schedule_blocks,
};
use support::blocks::of_vectors;
use support::outputs;
use support::programs::{Builder, map};

const INPUTS: usize = 3;
const ROWS: usize = 20;

/// A tensor of each point, of this shape.
fn tensor(builder: &mut Builder, shape: &[usize]) -> NodeId {
    let entries = shape.iter().product();
    let matrix = builder.parameter(&[entries, INPUTS]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let flat = graph.multiply(matrix, x);
    let flat = map(graph, Activation::Tanh, flat);
    graph.reshape(flat, shape)
}

/// `Σ_k p[m, k] q[m, k]`, or with `q[k]` for all rows.
fn sums(graph: &mut Graph, p: NodeId, q: NodeId) -> NodeId {
    let mut product = Product::new();
    let [m, k] = product.indices(graph.shape(p))[..] else {
        unreachable!("p is a matrix");
    };
    let of_second = [m, k];
    product.tensor(p, &[m, k]);
    product.tensor(q, &of_second[2 - graph.shape(q).len()..]);
    graph.contract(product, &[m])
}

/// `c[m] + 3 Σ_k p[m, k] q[.., k]` for sums of so many terms.
fn program(terms: usize, is_shared: bool) -> (Builder, NodeId) {
    let mut builder = Builder::new(INPUTS);
    let p = tensor(&mut builder, &[ROWS, terms]);
    let shape = [ROWS, terms];
    let q = tensor(&mut builder, &shape[usize::from(is_shared)..]);
    let c = tensor(&mut builder, &[ROWS]);
    let graph = &mut builder.program.graph;
    let product = sums(graph, p, q);
    let value = graph.sum(&[(1.0, c), (3.0, product)], &[ROWS]);
    (builder, value)
}

/// How many nests multiply tensors of points with each other and sum.
fn contractions(loops: &LoopProgram) -> usize {
    let is_of_points = |nest: &&Nest| match nest {
        Nest::Contraction(nest) => {
            let parameters = Space::Parameters;
            nest.a.space != parameters && nest.b.is_some_and(|b| b.space != parameters)
        }
        Nest::Elementwise(_) | Nest::Relayout(_) => false,
    };
    loops.body.iter().filter(is_of_points).count()
}

fn scheduled(terms: usize, is_shared: bool, mode: Mode) -> usize {
    let (mut builder, value) = program(terms, is_shared);
    builder.program.outputs = outputs(&[("value", value)]);
    contractions(&schedule(&builder.program, mode))
}

#[test]
fn sums_of_few_terms_of_a_block_are_elementwise_work() {
    for terms in 2..=4 {
        assert_eq!(scheduled(terms, false, Mode::Batch), 0, "{terms}");
        let (mut builder, value) = program(terms, false);
        builder.program.outputs = outputs(&[("value", value)]);
        let vectors = of_vectors(4, 8, 0);
        assert_eq!(contractions(&schedule_blocks(&builder.program, vectors)), 0);
    }
}

#[test]
fn long_sums_and_sums_that_share_a_factor_are_contractions() {
    assert_eq!(scheduled(5, false, Mode::Batch), 1);
    assert_eq!(scheduled(2, true, Mode::Batch), 1);
}

#[test]
fn one_point_has_its_sums_along_the_lanes() {
    assert_eq!(scheduled(2, false, Mode::Single), 1);
}

#[test]
fn what_is_written_out_has_the_same_meaning_and_derivatives() {
    for terms in [2, 3] {
        let (builder, value) = program(terms, false);
        builder.check("short sums", value);
    }
}
