//! Do the transforms, the scheduler and both interpreters take programs that are no chain?

mod support;

use derive_network_symbolic::differentiate::{forward, reverse};
use derive_network_symbolic::functions::{Activation, Function};
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_loops};
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};
use derive_network_symbolic::schedule::{Mode, schedule};
use support::{Random, chain, distance, outputs, parameters};

const TOLERANCE: f64 = 1e-12;

fn map(graph: &mut Graph, activation: Activation, argument: NodeId) -> NodeId {
    let function = graph.add_function(Function::builtin(activation));
    graph.map(function, 0, argument)
}

/// An elementwise product.
fn times(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(graph.shape(a));
    product.tensor(a, &indices).tensor(b, &indices);
    graph.contract(product, &indices)
}

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

struct Builder {
    program: Program,
    x: NodeId,
}

impl Builder {
    fn new(inputs: usize) -> Self {
        let mut program = Program {
            inputs: vec![vec![inputs]],
            ..Program::default()
        };
        let x = program.graph.input(0, &[inputs]);
        Builder { program, x }
    }

    fn parameter(&mut self, shape: &[usize]) -> NodeId {
        let offset = self.program.parameters;
        self.program.parameters += shape.iter().product::<usize>();
        self.program.graph.parameter(offset, shape)
    }

    /// Adds the value, its first derivative by tangents and by adjoints, and the second in all four orders of both;
    /// all ways to one derivative have one layout. Then compares them, through all interpreters.
    fn check(mut self, name: &str, value: NodeId) {
        self.program.outputs = outputs(&[("value", value)]);
        let (x, graph) = (self.x, &mut self.program.graph);
        let by_tangents = tangents(graph, value, x);
        let by_adjoints = adjoints(graph, value, x);
        let first = [by_tangents, by_adjoints];
        let second = [
            tangents(graph, by_tangents, x),
            adjoints(graph, by_tangents, x),
            tangents(graph, by_adjoints, x),
            adjoints(graph, by_adjoints, x),
        ];
        let third = tangents(graph, second[3], x);
        let third = [third, adjoints(graph, second[0], x)];
        let mut random = Random(name.len() as u64);
        let data = [random.numbers(graph.shape(x)[0])];
        let parameters = random.numbers(self.program.parameters);
        check_ways(
            &mut self.program,
            name,
            &[&[value], &first, &second, &third],
            &data,
            &parameters,
        );
    }
}

/// Each group holds ways to one tensor: they agree, and each interpreter says so.
fn check_ways(
    program: &mut Program,
    name: &str,
    groups: &[&[NodeId]],
    data: &[Vec<f64>],
    parameters: &[f64],
) {
    let mut meanings: Vec<Vec<Tensor>> = Vec::new();
    let ways: Vec<(&str, NodeId)> = groups
        .concat()
        .into_iter()
        .map(|node| ("way", node))
        .collect();
    program.outputs = outputs(&ways);
    program
        .verify()
        .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}"));
    meanings.push(interpret(program, data, parameters));
    for mode in [Mode::Batch, Mode::Single] {
        let loops = schedule(program, mode);
        loops
            .verify()
            .unwrap_or_else(|fault| panic!("{name} {mode:?}: {fault}\n{program}\n{loops}"));
        meanings.push(interpret_loops(&loops, data, parameters));
    }
    let mut position = 0;
    for group in groups {
        let expected = meanings[0][position].clone();
        assert!(
            expected.entries.iter().any(|entry| *entry != 0.0) || group.len() != 1,
            "{name}: the value is zero"
        );
        for _ in *group {
            for meaning in &meanings {
                let found = &meaning[position];
                let difference =
                    distance(std::slice::from_ref(found), std::slice::from_ref(&expected));
                assert!(
                    difference <= TOLERANCE,
                    "{name}: output {position} is off by {difference:e}\n{program}"
                );
            }
            position += 1;
        }
    }
}

fn tangents(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(source).to_vec();
    let seed = graph.identity(&shape);
    forward(graph, &[node], &[(source, seed)])[0]
}

/// By adjoints, in the layout of tangents: axes of the node, then of the source.
fn adjoints(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(node).to_vec();
    let seed = graph.identity(&shape);
    let adjoint = reverse(graph, node, seed, &[source]).get(source);
    let adjoint = adjoint.unwrap_or_else(|| {
        let shape = [graph.shape(source), &shape[..]].concat();
        graph.zero(&shape)
    });
    let mut product = Product::new();
    let mut indices = product.indices(graph.shape(adjoint));
    product.tensor(adjoint, &indices);
    indices.rotate_left(1);
    graph.contract(product, &indices)
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
    let value = times(graph, left, right);
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
    let value = times(graph, value, quadratic);
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
    let value = times(graph, squares, total);
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
    let value = times(graph, trace, square);
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
