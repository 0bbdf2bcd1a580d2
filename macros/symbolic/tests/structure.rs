//! Do parts, embeddings and concatenations cost nothing, come to one normal form, and mean what they say?

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::{interpret, interpret_loops};
use derive_network_symbolic::ir::{Graph, NodeId, Op, Product, Program};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, Nest, Operand, schedule};
use support::programs::{Builder, map};
use support::{Random, distance, outputs};

fn vector() -> (Graph, NodeId) {
    let mut graph = Graph::default();
    let x = graph.input(0, &[8]);
    (graph, x)
}

#[test]
fn compositions_have_one_normal_form() {
    let (mut graph, x) = vector();
    let matrix = graph.parameter(0, &[5, 8]);
    let part = graph.slice(x, 0, 2, 4);
    let graph = &mut graph;
    let equal = [
        ("whole slice", graph.slice(x, 0, 0, 8), x),
        ("whole embedding", graph.embed(x, 0, 0, 8), x),
        (
            "slice of slice",
            graph.slice(part, 0, 1, 2),
            graph.slice(x, 0, 3, 2),
        ),
        (
            "entry of slice",
            graph.entry(part, 0, 3),
            graph.entry(x, 0, 5),
        ),
        (
            "slice of embedding",
            {
                let e = graph.embed(part, 0, 3, 9);
                graph.slice(e, 0, 3, 4)
            },
            part,
        ),
        (
            "part of embedding",
            {
                let e = graph.embed(part, 0, 3, 9);
                graph.slice(e, 0, 4, 2)
            },
            graph.slice(x, 0, 3, 2),
        ),
        (
            "embedding of embedding",
            {
                let e = graph.embed(part, 0, 1, 6);
                graph.embed(e, 0, 2, 10)
            },
            graph.embed(part, 0, 3, 10),
        ),
        (
            "entry of identity",
            {
                let i = graph.identity(&[8]);
                graph.entry(i, 1, 3)
            },
            graph.one_hot(8, 3),
        ),
        (
            "row of identity",
            {
                let i = graph.identity(&[8]);
                graph.entry(i, 0, 3)
            },
            graph.one_hot(8, 3),
        ),
        (
            "entry of one-hot",
            {
                let h = graph.one_hot(8, 3);
                graph.entry(h, 0, 3)
            },
            graph.ones(&[]),
        ),
        (
            "other entry of one-hot",
            {
                let h = graph.one_hot(8, 3);
                graph.entry(h, 0, 2)
            },
            graph.zero(&[]),
        ),
        (
            "slice beside embedding",
            {
                let e = graph.embed(part, 0, 0, 9);
                graph.slice(e, 0, 5, 3)
            },
            graph.zero(&[3]),
        ),
        (
            "matrix times one-hot",
            {
                let h = graph.one_hot(8, 3);
                graph.multiply(matrix, h)
            },
            graph.entry(matrix, 1, 3),
        ),
        (
            "matrix times embedding",
            {
                let e = graph.embed(part, 0, 3, 8);
                graph.multiply(matrix, e)
            },
            {
                let m = graph.slice(matrix, 1, 3, 4);
                graph.multiply(m, part)
            },
        ),
        (
            "product with embedding",
            {
                let e = graph.embed(part, 0, 3, 8);
                graph.hadamard(x, e)
            },
            {
                let y = graph.slice(x, 0, 3, 4);
                let p = graph.hadamard(y, part);
                graph.embed(p, 0, 3, 8)
            },
        ),
        (
            "total of embedding",
            {
                let e = graph.embed(part, 0, 3, 8);
                graph.total(e)
            },
            graph.total(part),
        ),
        (
            "total of one-hot",
            {
                let h = graph.one_hot(8, 3);
                graph.total(h)
            },
            graph.ones(&[]),
        ),
        (
            "scaled slice",
            {
                let t = graph.scale(2.0, x);
                graph.slice(t, 0, 2, 4)
            },
            graph.scale(2.0, part),
        ),
        (
            "part of concatenation",
            {
                let f = graph.scale(3.0, part);
                let c = graph.concat(&[x, f, part], 0);
                graph.slice(c, 0, 8, 4)
            },
            graph.scale(3.0, part),
        ),
        (
            "entry of concatenation",
            {
                let c = graph.concat(&[x, part], 0);
                graph.entry(c, 0, 9)
            },
            graph.entry(x, 0, 3),
        ),
        (
            "concatenation of parts",
            {
                let (a, b) = (graph.slice(x, 0, 0, 3), graph.slice(x, 0, 3, 5));
                let c = graph.concat(&[a, b], 0);
                graph.slice(c, 0, 0, 3)
            },
            graph.slice(x, 0, 0, 3),
        ),
        (
            "scalar there and back",
            {
                let e = graph.entry(x, 0, 4);
                let v = graph.reshape_unit(e, &[1]);
                graph.reshape_unit(v, &[])
            },
            graph.entry(x, 0, 4),
        ),
        (
            "slice of one entry",
            {
                let e = graph.entry(x, 0, 4);
                graph.reshape_unit(e, &[1])
            },
            graph.slice(x, 0, 4, 1),
        ),
    ];
    for (name, found, expected) in equal {
        assert_eq!(
            found,
            expected,
            "{name}: {} beside {}",
            graph.describe(found),
            graph.describe(expected)
        );
    }
}

#[test]
fn parts_are_read_where_they_lie() {
    let mut program = Program {
        inputs: vec![vec![8]],
        parameters: 40,
        ..Program::default()
    };
    let graph = &mut program.graph;
    let x = graph.input(0, &[8]);
    let matrix = graph.parameter(0, &[5, 8]);
    let (a, b) = (graph.slice(x, 0, 1, 3), graph.entry(x, 0, 6));
    let columns = graph.slice(matrix, 1, 4, 3);
    let product = graph.multiply(columns, a);
    let value = graph.hadamard(b, product);
    program.outputs = outputs(&[("value", value), ("part", a), ("entry", b)]);
    for mode in [Mode::Batch, Mode::Single] {
        let loops = schedule(&program, mode);
        assert_eq!(
            loops.body.len(),
            2,
            "one product of a matrix, one by a scalar: {loops}"
        );
    }
}

#[test]
fn concatenations_write_each_part_once() {
    let mut builder = Builder::new(7);
    let w = builder.parameter(&[6, 7]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let z = graph.multiply(w, x);
    let a = map(graph, Activation::Tanh, z);
    let b = map(graph, Activation::Sin, x);
    let value = graph.concat(&[a, b, x], 0);
    let program = &mut builder.program;
    program.outputs = outputs(&[("value", value)]);
    for mode in [Mode::Batch, Mode::Single] {
        let loops = schedule(program, mode);
        let mut written = 0;
        for nest in &loops.body {
            if let Nest::Elementwise(nest) = nest {
                assert!(
                    nest.operands
                        .iter()
                        .all(|operand| matches!(operand, Operand::Tensor { .. })),
                    "a guard: {loops}"
                );
                written += nest.results.len() * nest.loops.iter().product::<usize>();
            }
        }
        // What the functions give is stored in the result and nowhere else.
        assert_eq!(written, 6 + 7 + 7, "three parts: {loops}");
    }
}

#[test]
fn an_embedding_is_no_dearer_than_its_transpose() {
    let (mut graph, x) = vector();
    let part = graph.slice(x, 0, 2, 4);
    let whole = graph.embed(part, 0, 2, 8);
    for node in [part, whole] {
        assert!(graph.cost(&[node]).multiply_adds == 0.0);
        assert!(matches!(&graph.node(node).op, Op::Contract(c) if c.is_structure()));
    }
}

/// The meaning of the constructors, entry by entry.
#[test]
fn the_constructors_mean_what_they_say() {
    let mut program = Program {
        inputs: vec![vec![2, 3]],
        ..Program::default()
    };
    let graph = &mut program.graph;
    let x = graph.input(0, &[2, 3]);
    let named = [
        ("slice", graph.slice(x, 1, 1, 2)),
        ("entry", graph.entry(x, 0, 1)),
        ("embed", graph.embed(x, 0, 1, 4)),
        ("concat", {
            let row = graph.slice(x, 0, 0, 1);
            graph.concat(&[row, x], 0)
        }),
        ("one_hot", graph.one_hot(3, 2)),
        ("constant", graph.constant(2.5, &[2])),
        ("total", graph.total(x)),
        ("both axes", {
            let e = graph.embed(x, 0, 1, 3);
            let e = graph.embed(e, 1, 0, 4);
            graph.add(e, e)
        }),
        ("function", {
            let e = graph.embed(x, 1, 1, 5);
            map(graph, Activation::Softplus, e)
        }),
        ("shifted diagonal", {
            let i = graph.identity(&[4]);
            let s = graph.slice(i, 0, 1, 3);
            let d = graph.slice(i, 1, 0, 4);
            let d = graph.slice(d, 0, 0, 3);
            graph.sum(&[(1.0, s), (2.0, d)], &[3, 4])
        }),
    ];
    program.outputs = outputs(&named);
    let data = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let expected: Vec<Vec<f64>> = vec![
        vec![3.0, 4.0, 5.0, 6.0],
        vec![2.0, 4.0, 6.0],
        vec![0.0, 1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 5.0, 6.0, 0.0],
        vec![1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0],
        vec![0.0, 0.0, 1.0],
        vec![2.5, 2.5],
        vec![21.0],
        vec![0.0, 2.0, 4.0, 0.0, 6.0, 8.0, 0.0, 10.0, 12.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0]
            .iter()
            .map(|v: &f64| v.exp().ln_1p())
            .collect(),
        vec![2.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 1.0],
    ];
    program.verify().expect("a well-formed program");
    let inputs = [data];
    let mut meanings = vec![interpret(&program, &inputs, &[])];
    for mode in [Mode::Batch, Mode::Single] {
        let loops = schedule(&program, mode);
        loops.verify().expect("a sound loop program");
        meanings.push(interpret_loops(&loops, &inputs, &[]));
    }
    for meaning in meanings {
        for ((output, tensor), expected) in program.outputs.iter().zip(meaning).zip(&expected) {
            assert_eq!(tensor.entries.len(), expected.len(), "{}", output.name);
            for (found, expected) in tensor.entries.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-14,
                    "{}: {:?}",
                    output.name,
                    tensor.entries
                );
            }
        }
    }
}

#[test]
fn parts_put_together_otherwise() {
    let mut builder = Builder::new(5);
    let (w, v) = (builder.parameter(&[6, 3]), builder.parameter(&[2, 9]));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let (head, tail) = (graph.slice(x, 0, 0, 3), graph.slice(x, 0, 2, 3));
    let z = graph.multiply(w, head);
    let a = map(graph, Activation::Tanh, z);
    let joined = graph.concat(&[tail, a], 0);
    let last = graph.multiply(v, joined);
    let gate = graph.entry(x, 0, 1);
    let value = graph.hadamard(last, gate);
    builder.check("parts put together otherwise", value);
}

/// Every elimination of second derivatives takes structure for what it is.
#[test]
fn second_derivatives_of_parts_put_together() {
    let mut builder = Builder::new(5);
    let (w, v) = (builder.parameter(&[6, 3]), builder.parameter(&[2, 8]));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let (head, tail) = (graph.slice(x, 0, 0, 3), graph.slice(x, 0, 3, 2));
    let z = graph.multiply(w, head);
    let a = map(graph, Activation::Tanh, z);
    let joined = graph.concat(&[a, tail], 0);
    let last = graph.multiply(v, joined);
    let value = map(graph, Activation::Softplus, last);
    builder.program.outputs = outputs(&[("value", value)]);
    let mut random = Random(1);
    let inputs = [random.numbers(5)];
    let parameters = random.numbers(builder.program.parameters);
    for request in [Request::Hessian, Request::Laplacian] {
        let mut reference = None;
        for elimination in [
            Elimination::Contraction,
            Elimination::Recursion,
            Elimination::ShortestPath,
            Elimination::Forward,
        ] {
            let derived = derive(&builder.program, request, elimination).program;
            derived.verify().expect("a well-formed program");
            let found = interpret(&derived, &inputs, &parameters);
            let reference = reference.get_or_insert_with(|| found.clone());
            let difference = distance(&found, reference);
            assert!(
                difference < 1e-13,
                "{request:?} {elimination:?}: {difference:e}"
            );
            for mode in [Mode::Batch, Mode::Single] {
                let loops = schedule(&derived, mode);
                loops.verify().expect("a sound loop program");
                let found = interpret_loops(&loops, &inputs, &parameters);
                let difference = distance(&found, reference);
                assert!(
                    difference < 1e-13,
                    "{request:?} {elimination:?} {mode:?}: {difference:e}"
                );
            }
        }
    }
}

#[test]
fn embeddings_in_functions_and_products() {
    let mut builder = Builder::new(4);
    let w = builder.parameter(&[7, 7]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let early = graph.embed(x, 0, 0, 7);
    let late = graph.embed(x, 0, 2, 7);
    let a = map(graph, Activation::Silu, early);
    let b = map(graph, Activation::Gelu, late);
    let sum = graph.sum(&[(1.0, a), (-0.5, late), (2.0, b)], &[7]);
    let z = graph.multiply(w, sum);
    let product = graph.hadamard(z, late);
    let value = graph.hadamard(product, a);
    builder.check("embeddings in functions and products", value);
}

#[test]
fn matrices_put_together() {
    let mut builder = Builder::new(3);
    let w = builder.parameter(&[3, 3]);
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let identity = graph.identity(&[3]);
    let block = graph.concat(&[w, identity], 1);
    let square = {
        let first = graph.embed(w, 0, 0, 6);
        let first = graph.embed(first, 1, 3, 6);
        let rest = graph.embed(block, 0, 3, 6);
        graph.add(first, rest)
    };
    let doubled = graph.concat(&[x, x], 0);
    let z = graph.multiply(square, doubled);
    let value = map(graph, Activation::Tanh, z);
    let scaled = graph.scale(2.0, identity);
    let shifted = graph.slice(scaled, 0, 1, 2);
    let part = graph.multiply(shifted, x);
    let value = graph.concat(&[value, part], 0);
    builder.check("matrices put together", value);
}

/// The trace of a diagonal plus a matrix, with a matrix of weights between: the diagonal is a sum by itself, and no tensor of the whole
/// shape is made of it.
#[test]
fn diagonals_in_a_trace_stand_by_themselves() {
    let (mut graph, x) = vector();
    let weights = graph.parameter(0, &[8, 8]);
    let identity = graph.identity(&[8]);
    let mut product = Product::new();
    let [i, j] = [(); 2].map(|()| product.index(8));
    product.tensor(identity, &[i, j]).tensor(x, &[i]);
    let diagonal = graph.contract(product, &[i, j]);
    let mut product = Product::new();
    let [i, j] = [(); 2].map(|()| product.index(8));
    product.tensor(x, &[i]).tensor(x, &[j]);
    let square = graph.contract(product, &[i, j]);
    let sum = graph.add(diagonal, square);
    let mut product = Product::new();
    let [i, j] = [(); 2].map(|()| product.index(8));
    product.tensor(sum, &[i, j]).tensor(weights, &[i, j]);
    let trace = graph.contract(product, &[]);

    let is_on_the_way = |id: NodeId| {
        let mut stack = vec![trace];
        while let Some(node) = stack.pop() {
            if node == id {
                return true;
            }
            stack.extend(graph.arguments(node));
        }
        false
    };
    assert!(!is_on_the_way(sum) && !is_on_the_way(diagonal));
}
