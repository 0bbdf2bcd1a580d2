//! How do programs grow with the order of a partial derivative, and does the page in `docs` still say so?
//!
//! `UPDATE_DOCS=1 cargo test -p derive-network-symbolic --test growth` writes the page.

mod support;

use derive_network_symbolic::differentiate::{laplacian_of, partial};
use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::ir::{Graph, NodeId, Program};
use derive_network_symbolic::schedule::{Mode, schedule};
use std::fmt::Write;
use support::{chain, compare_page, outputs, parameter_gradient};

const HIGHEST: usize = 6;

/// Live nodes, nests for a block of points, and multiply-adds a point.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    nests: usize,
    multiply_adds: f64,
}

fn network() -> Program {
    let mut activations = vec![Activation::Tanh; 3];
    activations.push(Activation::Identity);
    chain(&[2, 20, 20, 20, 1], &activations)
}

fn size(mut program: Program, roots: &[NodeId]) -> Size {
    let named: Vec<(&str, NodeId)> = roots.iter().map(|root| ("result", *root)).collect();
    program.outputs = outputs(&named);
    let multiply_adds = program.graph.cost(roots).multiply_adds;
    let loops = schedule(&program, Mode::Batch);
    Size {
        nodes: program.live().len(),
        nests: loops.prologue.len() + loops.body.len(),
        multiply_adds,
    }
}

/// A function of the network: itself, then its square with the parameter gradient of that.
fn sizes(function: &dyn Fn(&mut Graph, NodeId, NodeId) -> NodeId) -> [Size; 2] {
    let mut program = network();
    let u = program.outputs[0].node;
    let graph = &mut program.graph;
    let x = graph.input(0, &[2]);
    let f = function(graph, u, x);
    let square = graph.hadamard(f, f);
    let mut roots = vec![square];
    roots.extend(parameter_gradient(graph, square));
    [size(program.clone(), &[f]), size(program, &roots)]
}

fn repeated(order: usize) -> [Size; 2] {
    sizes(&|graph, u, x| (0..order).fold(u, |f, _| partial(graph, f, x, 0)))
}

fn mixed(order: usize) -> [Size; 2] {
    sizes(&|graph, u, x| (0..order).fold(u, |f, step| partial(graph, f, x, step % 2)))
}

fn row(page: &mut String, name: &str, sizes: [Size; 2]) {
    let _ = write!(page, "| {name} ");
    for size in sizes {
        let _ = write!(
            page,
            "| {} | {} | {:.0} ",
            size.nodes, size.nests, size.multiply_adds
        );
    }
    page.push_str("|\n");
}

#[test]
fn the_page_is_what_the_calculus_gives() {
    let mut page = String::from(
        "# The growth of higher derivatives\n\n\
         Partial derivatives of u = 2 - 20 - 20 - 20 - 1, tanh and a linear output: nodes of the program, nests of the loop\n\
         program for blocks of points, multiply-adds a point. On the right, the square of the derivative and its gradient in all\n\
         parameters. Equal products are one node and equal terms are merged: each derivative of lower or equal order passes through\n\
         each matrix once, and the nodes are products of pairs of them, so growth is polynomial. Sums of products\n\
         with a common factor are left as they come; formulas and losses take these together (mathematics.md, 9a). Written by\n\
         `UPDATE_DOCS=1 cargo test -p derive-network-symbolic --test growth`, which also compares it.\n\n\
         | derivative | nodes | nests | multiply-adds | with gradient: nodes | nests | multiply-adds |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    row(&mut page, "u", repeated(0));
    let variables = |mixed: bool| {
        move |order: usize| {
            let names = (0..order).map(|step| if mixed && step % 2 == 1 { ", y" } else { ", x" });
            format!("d(u{})", names.collect::<String>())
        }
    };
    for order in 1..=HIGHEST {
        row(&mut page, &variables(false)(order), repeated(order));
    }
    for order in 2..=HIGHEST {
        row(&mut page, &variables(true)(order), mixed(order));
    }
    let laplacian = |graph: &mut Graph, u: NodeId, x: NodeId| laplacian_of(graph, u, x, &[0, 1]);
    row(&mut page, "laplacian(u)", sizes(&laplacian));
    let biharmonic = |graph: &mut Graph, u: NodeId, x: NodeId| {
        let inner = laplacian(graph, u, x);
        laplacian(graph, inner, x)
    };
    row(&mut page, "laplacian(laplacian(u))", sizes(&biharmonic));
    compare_page("growth", &page);
}

/// The derivatives that d(u, x, .., y, ..) is made of: itself and all of lower orders.
fn jets(order: usize, mixed: bool) -> f64 {
    let (x, y) = if mixed {
        (order.div_ceil(2), order / 2)
    } else {
        (order, 0)
    };
    ((x + 1) * (y + 1)) as f64
}

/// Each derivative of a layer goes through a matrix once; what grows faster is elementwise, and its
/// nodes no faster than the cube: pairs of derivatives for each order of the function.
#[test]
fn growth_is_polynomial() {
    for is_mixed in [false, true] {
        let sizes = |order| {
            if is_mixed {
                mixed(order)
            } else {
                repeated(order)
            }
        };
        let passes = |order| 860.0 + 800.0 * (jets(order, is_mixed) - 1.0);
        let mut before = sizes(2);
        for order in 3..=HIGHEST {
            let now = sizes(order);
            assert_eq!(now[0].multiply_adds, passes(order), "order {order}");
            let most = (jets(order, is_mixed) / jets(order - 1, is_mixed)).powi(3);
            for (now, before) in now.iter().zip(before) {
                let ratio = now.nodes as f64 / before.nodes as f64;
                assert!(
                    ratio <= most,
                    "order {order}: {ratio} times the nodes, not {most}"
                );
            }
            before = now;
        }
    }
}

/// In whatever order derivatives are taken, they are one node.
#[test]
fn mixed_derivatives_commute() {
    let mut program = network();
    let u = program.outputs[0].node;
    let graph = &mut program.graph;
    let x = graph.input(0, &[2]);
    let mut along = |entries: &[usize]| {
        entries
            .iter()
            .fold(u, |f, entry| partial(graph, f, x, *entry))
    };
    assert_eq!(along(&[0, 1]), along(&[1, 0]));
    let third = along(&[0, 0, 1]);
    assert_eq!(third, along(&[0, 1, 0]));
    assert_eq!(third, along(&[1, 0, 0]));
}
