//! Do the transforms, the scheduler and both interpreters take programs that are no chain?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::{Graph, NodeId, Product};
use support::programs::{Builder, adjoints, check_ways, map, tangents};
use support::{Random, chain, parameters};

/// Einstein notation by letters: `ij,j->i`.
fn einstein(graph: &mut Graph, notation: &str, tensors: &[NodeId]) -> NodeId {
    let (factors, output) = notation.split_once("->").expect("an arrow");
    let mut product = Product::new();
    let mut names: Vec<(char, usize)> = Vec::new();
    for (letters, tensor) in factors.split(',').zip(tensors) {
        let shape = graph.shape(*tensor).to_vec();
        let indices: Vec<usize> = letters
            .chars()
            .zip(shape)
            .map(
                |(letter, extent)| match names.iter().find(|(known, _)| *known == letter) {
                    Some((_, index)) => *index,
                    None => {
                        let index = product.index(extent);
                        names.push((letter, index));
                        index
                    }
                },
            )
            .collect();
        product.tensor(*tensor, &indices);
    }
    let index = |letter| {
        names
            .iter()
            .find(|(known, _)| *known == letter)
            .expect("an index of a factor")
            .1
    };
    let output: Vec<usize> = output.chars().map(index).collect();
    graph.contract(product, &output)
}

#[test]
fn skip_connection() {
    let mut builder = Builder::new(3);
    let (w, v) = (builder.parameter(&[5, 3]), builder.parameter(&[2, 5]));
    let skip = builder.parameter(&[2, 3]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let z = graph.multiply(w, x);
    let a = map(graph, Activation::Tanh, z);
    let b = graph.multiply(v, a);
    let c = graph.multiply(skip, x);
    let sum = graph.add(b, c);
    let value = map(graph, Activation::Softplus, sum);
    let value = graph.sum(&[(1.0, value), (0.5, c)], &[2]);
    builder.check("skip connection", value);
}

#[test]
fn product_of_two_branches() {
    let mut builder = Builder::new(4);
    let (w, v) = (builder.parameter(&[6, 4]), builder.parameter(&[6, 4]));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let (left, right) = (graph.multiply(w, x), graph.multiply(v, x));
    let left = map(graph, Activation::Sigmoid, left);
    let right = map(graph, Activation::Sin, right);
    let value = graph.hadamard(left, right);
    builder.check("product of two branches", value);
}

#[test]
fn bilinear_form() {
    let mut builder = Builder::new(5);
    let (a, c) = (builder.parameter(&[5, 5]), builder.parameter(&[5]));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let quadratic = einstein(graph, "i,ij,j->", &[x, a, x]);
    let linear = einstein(graph, "i,i->", &[c, x]);
    let value = graph.sum(&[(0.5, quadratic), (1.0, linear)], &[]);
    builder.check("bilinear form", value);
}

#[test]
fn square_of_a_bilinear_form_in_a_function() {
    let mut builder = Builder::new(4);
    let a = builder.parameter(&[4, 4]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let quadratic = einstein(graph, "i,ij,j->", &[x, a, x]);
    let value = map(graph, Activation::LogCosh2, quadratic);
    let value = graph.hadamard(value, quadratic);
    builder.check("function of a bilinear form", value);
}

#[test]
fn shared_weight() {
    let mut builder = Builder::new(4);
    let w = builder.parameter(&[4, 4]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let z = graph.multiply(w, x);
    let a = map(graph, Activation::Tanh, z);
    let z = graph.multiply(w, a);
    let b = map(graph, Activation::Tanh, z);
    // The same matrix, transposed.
    let value = einstein(graph, "ji,j->i", &[w, b]);
    builder.check("shared weight", value);
}

#[test]
fn identity_and_diagonal() {
    let mut builder = Builder::new(3);
    let w = builder.parameter(&[3, 3]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let identity = graph.identity(&[3]);
    let sum = graph.sum(&[(1.0, w), (2.0, identity)], &[3, 3]);
    let z = graph.multiply(sum, x);
    let a = map(graph, Activation::Silu, z);
    // A diagonal matrix of activations between two matrices, and its own diagonal again.
    let mut product = Product::new();
    let (i, j) = (product.index(3), product.index(3));
    product.tensor(a, &[i]).delta(i, j);
    let diagonal = graph.contract(product, &[i, j]);
    let sandwich = einstein(graph, "ij,jk,kl->il", &[w, diagonal, w]);
    let value = einstein(graph, "ii->i", &[sandwich]);
    builder.check("identity and diagonal", value);
}

#[test]
fn sums_over_axes() {
    let mut builder = Builder::new(6);
    let w = builder.parameter(&[7, 6]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let outer = einstein(graph, "ij,j->ij", &[w, x]);
    let mapped = map(graph, Activation::Gelu, outer);
    let rows = einstein(graph, "ij->i", &[mapped]);
    let columns = einstein(graph, "ij->j", &[mapped]);
    let squares = einstein(graph, "i,i->", &[rows, rows]);
    let total = einstein(graph, "j->", &[columns]);
    let value = graph.hadamard(squares, total);
    builder.check("sums over axes", value);
}

#[test]
fn tensor_of_rank_three() {
    let mut builder = Builder::new(4);
    let t = builder.parameter(&[3, 4, 4]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let z = einstein(graph, "kij,i,j->k", &[t, x, x]);
    let value = map(graph, Activation::Tanh, z);
    builder.check("tensor of rank three", value);
}

#[test]
fn repeated_value() {
    let mut builder = Builder::new(3);
    let w = builder.parameter(&[5]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    // An output axis that no factor carries repeats the value: here a rank-two result.
    let mut product = Product::new();
    let (i, j) = (product.index(3), product.index(5));
    product.tensor(x, &[i]).tensor(x, &[i]);
    let square = graph.contract(product, &[j]);
    let z = graph.add(square, w);
    let value = map(graph, Activation::Elu, z);
    builder.check("repeated value", value);
}

#[test]
fn parameters_and_constants_alone() {
    let mut builder = Builder::new(2);
    let w = builder.parameter(&[4, 4]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    // The Gram matrix and its trace do not depend on the point.
    let gram = einstein(graph, "ki,kj->ij", &[w, w]);
    let trace = einstein(graph, "ii->", &[gram]);
    let square = einstein(graph, "i,i->", &[x, x]);
    let value = graph.hadamard(trace, square);
    let value = map(graph, Activation::Sigmoid, value);
    builder.check("hoisted work", value);
}

#[test]
fn third_derivative_of_a_chain() {
    let widths = [3, 6, 5, 2];
    let mut program = chain(
        &widths,
        &[Activation::Tanh, Activation::Softplus, Activation::Identity],
    );
    let x = program.graph.input(0, &[3]);
    let value = program.outputs[0].node;
    let graph = &mut program.graph;
    let first = adjoints(graph, value, x);
    let second = tangents(graph, first, x);
    let third = [tangents(graph, second, x), adjoints(graph, second, x)];
    let mut random = Random(5);
    let parameters = parameters(&mut random, &widths);
    let data = [random.numbers(3)];
    check_ways(
        &mut program,
        "third derivative",
        &[&[value], &[first], &[second], &third],
        &data,
        &parameters,
    );
}
