//! Are parameters and the scales that points give them taken apart where that is less work, left together where it is not, and is what
//! they come to the same?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{Binding, Graph, NodeId, Op, Product};
use derive_network_symbolic::request::{Elimination, Request, derive, derive_for_one_point};
use support::programs::{Builder, map};
use support::{Random, distance, outputs};

const ROWS: usize = 6;

/// `scale[i] matrix[i, d]`.
fn scaled(graph: &mut Graph, scale: NodeId, matrix: NodeId) -> NodeId {
    let shape = graph.shape(matrix).to_vec();
    let mut product = Product::new();
    let indices = product.indices(&shape);
    product.tensor(scale, &indices[..1]);
    product.tensor(matrix, &indices);
    graph.contract(product, &indices)
}

/// `sum over i, j, d of tangents[i, d] middle[i, j] tangents[j, d]`.
fn trace(graph: &mut Graph, tangents: NodeId, middle: NodeId) -> NodeId {
    let columns = graph.shape(tangents)[1];
    let mut product = Product::new();
    let [i, j, d] = product.indices(&[ROWS, ROWS, columns])[..] else {
        unreachable!("as many indices as extents");
    };
    product.tensor(tangents, &[i, d]);
    product.tensor(middle, &[i, j]);
    product.tensor(tangents, &[j, d]);
    graph.contract(product, &[])
}

/// The largest tensor that a program computes for each point.
fn largest_of_points(builder: &Builder) -> usize {
    let graph = &builder.program.graph;
    let live = builder.program.live().into_iter().map(|id| graph.node(id));
    let of_points = live.filter(|node| node.binding == Binding::Points);
    of_points.map(|node| node.size()).max().expect("a node")
}

/// The trace of a form along scaled columns of a matrix of so many, and how far it is from what it means.
fn form_along(columns: usize) -> (Builder, f64) {
    let mut builder = Builder::new(ROWS);
    let [matrix, middle] = [&[ROWS, columns], &[ROWS, ROWS]].map(|shape| builder.parameter(shape));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let tangents = scaled(graph, x, matrix);
    let middle = scaled(graph, x, middle);
    let middle = map(graph, Activation::Sin, middle);
    let form = trace(graph, tangents, middle);
    builder.program.outputs = outputs(&[("form", form)]);
    let mut random = Random(3);
    let (x, parameters) = (
        random.numbers(ROWS),
        random.numbers(builder.program.parameters),
    );
    let found = interpret(&builder.program, std::slice::from_ref(&x), &parameters);
    let (matrix, middle) = parameters.split_at(ROWS * columns);
    let mut expected = 0.0;
    for (i, j) in (0..ROWS).flat_map(|i| (0..ROWS).map(move |j| (i, j))) {
        let gram: f64 = (0..columns)
            .map(|d| matrix[i + ROWS * d] * matrix[j + ROWS * d])
            .sum();
        expected += x[i] * x[j] * gram * (x[i] * middle[i + ROWS * j]).sin();
    }
    (
        builder,
        (found[0].entries[0] - expected).abs() / expected.abs(),
    )
}

#[test]
fn a_form_along_many_scaled_columns_is_one_with_their_products() {
    let (builder, error) = form_along(40);
    assert!(error < 1e-14, "{error:e}");
    // The 6 x 40 tangents are of no use any more.
    assert_eq!(largest_of_points(&builder), ROWS * ROWS);
}

/// The tensors that a program computes of parameters alone.
fn products_of_parameters(builder: &Builder) -> usize {
    let graph = &builder.program.graph;
    let live = builder.program.live().into_iter().map(|id| graph.node(id));
    let products = live
        .filter(|node| matches!(&node.op, Op::Contract(_)) && node.binding == Binding::Parameters);
    products.count()
}

#[test]
fn a_form_along_one_scaled_column_is_taken_along_it() {
    let (builder, error) = form_along(1);
    assert!(error < 1e-14, "{error:e}");
    assert_eq!(products_of_parameters(&builder), 0, "{}", builder.program);
}

/// Along three columns it is the work of scaling them that makes the difference.
#[test]
fn what_is_scaled_has_to_be_multiplied_first() {
    let (builder, error) = form_along(3);
    assert!(error < 1e-14, "{error:e}");
    assert_eq!(products_of_parameters(&builder), 1, "{}", builder.program);
}

/// Either product of three has the same cost: then what is there is read.
#[test]
fn scaled_parameters_are_read_as_they_are_where_nothing_is_gained() {
    let mut builder = Builder::new(ROWS);
    let [first, second] = [(); 2].map(|()| builder.parameter(&[ROWS, ROWS]));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let tangents = scaled(graph, x, first);
    let next = graph.multiply(second, tangents);
    let Op::Contract(contract) = &graph.node(next).op else {
        panic!("a product");
    };
    assert!(contract.tensors().any(|(node, _)| node == tangents));
}

#[test]
fn one_point_multiplies_no_matrices_of_parameters_that_many_points_share() {
    let (inputs, width) = (32, 16);
    let mut builder = Builder::new(inputs);
    let (first, second) = (
        builder.parameter(&[width, inputs]),
        builder.parameter(&[width, width]),
    );
    let last = builder.parameter(&[width]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let z = graph.multiply(first, x);
    let hidden = map(graph, Activation::Tanh, z);
    let z = graph.multiply(second, hidden);
    let hidden = map(graph, Activation::Tanh, z);
    let value = graph.multiply(last, hidden);
    builder.program.outputs = outputs(&[("value", value)]);
    let derived = [derive, derive_for_one_point]
        .map(|derive| derive(&builder.program, Request::Laplacian, Elimination::Automatic).program);
    let grams = derived.each_ref().map(|program| {
        let shared = program.live().into_iter().filter(|id| {
            let node = program.graph.node(*id);
            matches!(&node.op, Op::Contract(contract) if contract.tensors().count() == 2)
                && node.binding == Binding::Parameters
                && node.size() == width * width
        });
        shared.count()
    });
    assert_eq!(grams, [1, 0]);
    let mut random = Random(5);
    let (x, parameters) = (
        [random.numbers(inputs)],
        random.numbers(builder.program.parameters),
    );
    let [many, one] = derived.map(|program| interpret(&program, &x, &parameters));
    assert!(distance(&many, &one) < 1e-13);
}
