//! What do the derivatives of OT-Flow's potential cost beside the published mixed order, and does the page still say so?
//!
//! `UPDATE_DOCS=1 cargo test -p derive-network-symbolic --test ot_flow` writes the page.

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{NodeId, Program};
use derive_network_symbolic::request::{Derived, Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, Nest, Space, schedule};
use std::fmt::Write;
use support::programs::{Builder, map};
use support::{Random, compare_page, distance, outputs};

const INPUTS: [usize; 4] = [2, 10, 43, 128];
/// m, the width of both layers, and the rank of A.
const WIDTH: usize = 64;
const RANK: usize = 10;

/// Phi(x) = wᵀu₁ + ½ (A x)ᵀ(A x) + cᵀx + b with u₀ = σ(K₀x + b₀), u₁ = u₀ + σ(K₁u₀ + b₁), σ = log-cosh.
fn potential(inputs: usize) -> Program {
    let mut builder = Builder::new(inputs);
    let x = builder.x;
    let opened = layer(&mut builder, inputs, x);
    let step = layer(&mut builder, WIDTH, opened);
    let [w, a, c, b] =
        [&[WIDTH][..], &[RANK, inputs], &[inputs], &[]].map(|shape| builder.parameter(shape));
    let graph = &mut builder.program.graph;
    let state = graph.add(opened, step);
    let ax = graph.multiply(a, x);
    let [linear, quadratic, along] =
        [(w, state), (ax, ax), (c, x)].map(|(left, right)| graph.multiply(left, right));
    let phi = graph.sum(
        &[(1.0, linear), (0.5, quadratic), (1.0, along), (1.0, b)],
        &[],
    );
    builder.program.outputs = outputs(&[("phi", phi)]);
    builder.program
}

fn layer(builder: &mut Builder, inputs: usize, input: NodeId) -> NodeId {
    let weight = builder.parameter(&[WIDTH, inputs]);
    let bias = builder.parameter(&[WIDTH]);
    let graph = &mut builder.program.graph;
    let z = graph.multiply(weight, input);
    let z = graph.add(z, bias);
    map(graph, Activation::LogCosh2, z)
}

/// Multiply-adds of the value and the gradient, the same by either: four products with K₀ or K₁, two with A, three dots.
fn gradient_count(inputs: usize) -> usize {
    2 * (WIDTH * inputs + WIDTH * WIDTH + RANK * inputs) + WIDTH + inputs + RANK
}

/// Onken, Wu Fung, Li and Ruthotto, *OT-Flow*, AAAI 2021, equations 13 to 15: with J = diag(σ') K₀ the traces are a dot of
/// σ'' ⊙ z and the row norms of K₀, and of K₁ J.
fn published_trace(inputs: usize) -> usize {
    gradient_count(inputs) + WIDTH * WIDTH * inputs + WIDTH * inputs + 2 * WIDTH
}

/// The same order for the whole Hessian: both terms are products of d columns of m, one triangle each.
fn published_hessian(inputs: usize) -> usize {
    let triangle = inputs * (inputs + 1) / 2;
    gradient_count(inputs) + WIDTH * WIDTH * inputs + 2 * WIDTH * triangle
}

fn derived(inputs: usize, request: Request) -> Derived {
    derive(&potential(inputs), request, Elimination::Automatic)
}

#[test]
fn costs_are_at_most_those_of_the_published_order() {
    let mut page = format!(
        "# OT-Flow in figures\n\n\
         Multiply-adds a point of the value, the gradient and the Laplacian or the Hessian of\n\
         Phi(x) = wᵀu + ½ xᵀAᵀA x + cᵀx + b with u₀ = σ(K₀x + b₀), u = u₀ + σ(K₁u₀ + b₁), m = {WIDTH}, A of {RANK} x d; one triangle\n\
         of symmetric results. Published: the mixed order of Onken, Wu Fung, Li and Ruthotto, *OT-Flow*, AAAI 2021, as its equations\n\
         count. Written by `UPDATE_DOCS=1 cargo test -p derive-network-symbolic --test ot_flow`, which also compares it.\n\n\
         | d | Laplacian, published | derived | how | Hessian, published | derived | how |\n|---:|---:|---:|---|---:|---:|---|\n"
    );
    let mut dearer = Vec::new();
    for inputs in INPUTS {
        let laplacian = derived(inputs, Request::Laplacian);
        let hessian = derived(inputs, Request::Hessian);
        let published = [published_trace(inputs), published_hessian(inputs)];
        let counts = [&laplacian, &hessian].map(|derived| derived.cost.multiply_adds);
        let _ = writeln!(
            page,
            "| {inputs} | {} | {} | {} | {} | {} | {} |",
            published[0],
            counts[0],
            laplacian.elimination,
            published[1],
            counts[1],
            hessian.elimination
        );
        for (count, published) in counts.into_iter().zip(published) {
            if count > published as f64 {
                dearer.push((inputs, count, published));
            }
        }
    }
    compare_page("ot-flow", &page);
    assert!(dearer.is_empty(), "{dearer:?}");
}

/// Terms that share nothing but x are eliminated each by itself, along cuts that the others pass by.
#[test]
fn every_elimination_of_separate_terms_means_the_same() {
    for inputs in [3, 70] {
        let program = potential(inputs);
        let mut random = Random(inputs as u64);
        let (x, parameters) = (random.numbers(inputs), random.numbers(program.parameters));
        let meaning = |request, elimination| {
            let derived = derive(&program, request, elimination);
            interpret(&derived.program, std::slice::from_ref(&x), &parameters)
        };
        for request in [Request::Hessian, Request::Laplacian] {
            let expected = meaning(request, Elimination::Forward);
            for elimination in [
                Elimination::Contraction,
                Elimination::Recursion,
                Elimination::ShortestPath,
            ] {
                let error = distance(&meaning(request, elimination), &expected);
                assert!(
                    error < 1e-12,
                    "{inputs} {request:?} {elimination:?}: {error}"
                );
            }
        }
    }
}

#[test]
fn what_long_sums_read_is_spread_over_the_sets_of_the_cache() {
    // Of 63 inputs the value and its tangents are 64 vectors from one neuron to the next, which were 4 KiB.
    let derived = derive(&potential(63), Request::Laplacian, Elimination::Automatic);
    let program = schedule(&derived.program, Mode::Batch);
    let mut seen = 0;
    for nest in &program.body {
        let Nest::Contraction(nest) = nest else {
            continue;
        };
        if let Some(b) = nest.b
            && b.space == Space::Block
            && nest.k.extent >= 16
            && nest.k.b > 1
        {
            assert_ne!(nest.k.b % 16, 0, "{program}");
            seen += 1;
        }
    }
    assert!(seen > 0, "no sum reads tangents");
}
