//! Do windows and changes of shape come to one normal form, are they views where they can be, and do they mean what they say?

mod support;

use derive_network_symbolic::ir::{Graph, NodeId, Op, Product};
use support::blocks::meaning;
use support::programs::Builder;
use support::{Random, outputs};

#[test]
fn compositions_have_one_normal_form() {
    let mut graph = Graph::default();
    let x = graph.input(0, &[24]);
    let image = graph.input(1, &[2, 3, 4]);
    let matrix = graph.parameter(0, &[5, 24]);
    let graph = &mut graph;
    let equal = [
        (
            "there and back",
            {
                let r = graph.reshape(x, &[2, 3, 4]);
                graph.flatten(r)
            },
            x,
        ),
        (
            "back and there",
            {
                let r = graph.flatten(image);
                graph.reshape(r, &[2, 3, 4])
            },
            image,
        ),
        (
            "in two steps",
            {
                let r = graph.reshape(x, &[6, 4]);
                graph.reshape(r, &[2, 3, 4])
            },
            graph.reshape(x, &[2, 3, 4]),
        ),
        (
            "together in two steps",
            {
                let r = graph.reshape(image, &[2, 12]);
                graph.flatten(r)
            },
            graph.flatten(image),
        ),
        ("the same shape", graph.reshape(image, &[2, 3, 4]), image),
        (
            "an axis of one",
            {
                let r = graph.reshape(x, &[1, 24, 1]);
                graph.flatten(r)
            },
            x,
        ),
        (
            "a dense layer behind both",
            {
                let r = graph.reshape(x, &[4, 6]);
                let r = graph.flatten(r);
                graph.multiply(matrix, r)
            },
            graph.multiply(matrix, x),
        ),
        ("every entry", graph.every(x, 0, 0, 1, 24), x),
        (
            "every third of every second",
            {
                let e = graph.every(x, 0, 1, 2, 12);
                graph.every(e, 0, 1, 3, 4)
            },
            graph.every(x, 0, 3, 6, 4),
        ),
        (
            "a row of an image",
            {
                let r = graph.reshape(x, &[4, 6]);
                graph.entry(r, 0, 2)
            },
            graph.slice(x, 0, 12, 6),
        ),
        (
            "a column of an image",
            {
                let r = graph.reshape(x, &[4, 6]);
                graph.entry(r, 1, 2)
            },
            graph.every(x, 0, 2, 6, 4),
        ),
        (
            "a window",
            {
                let w = graph.windows(x, 0, 3, 2, 1);
                graph.entry(w, 0, 4)
            },
            graph.slice(x, 0, 8, 3),
        ),
        (
            "a place in windows",
            {
                let w = graph.windows(x, 0, 3, 2, 4);
                graph.entry(w, 1, 2)
            },
            graph.every(x, 0, 8, 2, 8),
        ),
        (
            "some windows",
            {
                let w = graph.windows(x, 0, 3, 2, 1);
                graph.slice(w, 0, 2, 5)
            },
            {
                let s = graph.slice(x, 0, 4, 11);
                graph.windows(s, 0, 3, 2, 1)
            },
        ),
        (
            "windows of embedded zeros",
            {
                let s = graph.slice(x, 0, 0, 4);
                let e = graph.embed(s, 0, 20, 24);
                let w = graph.windows(e, 0, 3, 1, 1);
                graph.slice(w, 0, 0, 15)
            },
            graph.zero(&[15, 3]),
        ),
        (
            "the sum of windows side by side",
            {
                let w = graph.windows(x, 0, 4, 4, 1);
                graph.total(w)
            },
            graph.total(x),
        ),
        (
            "the sum of an image",
            {
                let f = graph.flatten(image);
                graph.total(f)
            },
            graph.total(image),
        ),
        (
            "an entry of a flat image",
            {
                let f = graph.flatten(image);
                graph.entry(f, 0, 18)
            },
            {
                let e = graph.entry(image, 0, 1);
                let e = graph.entry(e, 0, 1);
                graph.entry(e, 0, 2)
            },
        ),
        (
            "a unit vector as an image",
            {
                let h = graph.one_hot(24, 18);
                graph.reshape(h, &[2, 3, 4])
            },
            {
                let e = graph.one_hot(4, 2);
                let e = graph.windows(e, 0, 4, 1, 1);
                let e = graph.embed(e, 0, 1, 3);
                let e = graph.windows(e, 0, 3, 1, 1);
                graph.embed(e, 0, 1, 2)
            },
        ),
        (
            "beside every third",
            {
                let e = graph.every(x, 0, 0, 3, 8);
                let w = graph.windows(e, 0, 1, 1, 1);
                let mut product = Product::new();
                let (i, k, axis) = (product.index(8), product.index(1), product.index(24));
                product.tensor(w, &[i, k]).window(axis, &[(i, 3)], 0);
                let put = graph.contract(product, &[axis]);
                graph.entry(put, 0, 7)
            },
            graph.zero(&[]),
        ),
    ];
    for (name, found, expected) in equal {
        let (found, expected) = (graph.describe(found), graph.describe(expected));
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn reading_through_windows_stores_nothing() {
    let mut graph = Graph::default();
    let x = graph.input(0, &[24]);
    let image = graph.reshape(x, &[2, 3, 4]);
    let seen = graph.windows(image, 2, 2, 1, 2);
    for node in [image, seen] {
        let cost = graph.cost(&[node]);
        assert_eq!((cost.weight, cost.flops()), (0.0, 0.0));
    }
}

/// The row-major entries of a tensor whose first axis is fastest.
fn row_major(shape: &[usize], entries: &[f64]) -> Vec<f64> {
    let size: usize = shape.iter().product();
    let entry = |number: usize| {
        let (mut rest, mut address, mut step) = (number, 0, size);
        for extent in shape.iter().rev() {
            step /= extent;
            address += rest % extent * step;
            rest /= extent;
        }
        entries[address]
    };
    (0..size).map(entry).collect()
}

#[test]
fn reshaping_keeps_the_row_major_order() {
    let mut random = Random(4);
    let shapes: [&[usize]; 7] = [
        &[24],
        &[2, 12],
        &[4, 6],
        &[2, 3, 4],
        &[3, 8],
        &[1, 6, 1, 4],
        &[2, 2, 2, 3],
    ];
    for from in shapes {
        for to in shapes {
            let mut builder = Builder::new(24);
            builder.program.inputs = vec![from.to_vec()];
            let graph = &mut builder.program.graph;
            let x = graph.input(0, from);
            let value = graph.reshape(x, to);
            builder.program.outputs = outputs(&[("value", value)]);
            let data = random.numbers(24);
            let name = format!("{from:?} to {to:?}");
            let found = meaning(&name, &builder.program, std::slice::from_ref(&data), &[]);
            assert_eq!(
                row_major(to, &found[0].entries),
                row_major(from, &data),
                "{name}"
            );
        }
    }
}

/// Σ over o and k of x[o] y[k] where they are seen at a place: entries meet, and a factor may be absent.
fn folded(graph: &mut Graph, x: Option<NodeId>, y: Option<NodeId>) -> NodeId {
    let mut product = Product::new();
    let (place, within, axis) = (product.index(5), product.index(3), product.index(12));
    product.window(axis, &[(place, 2), (within, 1)], 1);
    if let Some(x) = x {
        product.tensor(x, &[place]);
    }
    if let Some(y) = y {
        product.tensor(y, &[within]);
    }
    graph.contract(product, &[axis])
}

#[test]
fn entries_that_meet_are_added() {
    let mut random = Random(6);
    for number in 0..4 {
        let mut builder = Builder::new(8);
        let graph = &mut builder.program.graph;
        let x = graph.slice(builder.x, 0, 0, 5);
        let y = graph.slice(builder.x, 0, 5, 3);
        let (x, y) = ((number % 2 == 0).then_some(x), (number < 2).then_some(y));
        let value = folded(graph, x, y);
        // Through a sum, and through an elementwise function, too.
        let twice = graph.scale(2.0, value);
        let square = graph.hadamard(value, value);
        builder.program.outputs =
            outputs(&[("value", value), ("twice", twice), ("square", square)]);
        let data = random.numbers(8);
        let mut expected = vec![0.0; 12];
        for place in 0..5 {
            for within in 0..3 {
                let factors = (
                    x.map_or(1.0, |_| data[place]),
                    y.map_or(1.0, |_| data[5 + within]),
                );
                expected[2 * place + within + 1] += factors.0 * factors.1;
            }
        }
        let name = format!("factors {number}");
        let found = meaning(&name, &builder.program, &[data], &[]);
        for (place, expected) in expected.into_iter().enumerate() {
            assert!((found[0].entries[place] - expected).abs() < 1e-14, "{name}");
            assert!(
                (found[1].entries[place] - 2.0 * expected).abs() < 1e-14,
                "{name}"
            );
            let square = found[2].entries[place] - expected * expected;
            assert!(square.abs() < 1e-14, "{name}");
        }
        let Op::Contract(contract) = &builder.program.graph.node(value).op else {
            panic!("{name}: it is a contraction");
        };
        assert!(
            !contract.is_structure(),
            "{name}: entries that meet are work"
        );
    }
}
