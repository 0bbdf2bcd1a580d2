//! Partial derivatives in chosen entries of a source: single ones, gradients, Laplacians.
//!
//! Nothing is added to the transforms: a partial derivative is one tangent along a unit vector, which
//! is structure, so nothing is multiplied by it.

use std::ops::Range;

use crate::ir::{Graph, NodeId};

use super::forward::forward;
use super::laplacian::laplacian_along;
use super::reverse::reverse;

/// A Laplacian is also tried with a tangent of its own for each of at most this many entries: they
/// are then the very nodes that partial derivatives use.
const MOST_SINGLE: usize = 8;

/// The derivative of `f` in one entry of a source of rank one; the shape of `f`.
///
/// Derivatives commute, but the terms of a mixed derivative come about in the order in which it is
/// taken. So it is always taken in the order of the entries, which makes equal derivatives equal nodes.
pub fn partial(graph: &mut Graph, f: NodeId, source: NodeId, entry: usize) -> NodeId {
    let (base, mut entries) = match graph.partials.get(&f) {
        Some((base, known, entries)) if *known == source => (*base, entries.clone()),
        _ => (f, Vec::new()),
    };
    let place = entries.partition_point(|earlier| *earlier <= entry);
    let later = entries.split_off(place);
    let mut derivative = if later.is_empty() {
        f
    } else {
        entries
            .iter()
            .fold(base, |node, entry| partial(graph, node, source, *entry))
    };
    let seed = unit(graph, source, entry);
    derivative = forward(graph, &[derivative], &[(source, seed)])[0];
    entries.push(entry);
    if !graph.is_zero(derivative) {
        let known = (base, source, entries);
        graph.partials.entry(derivative).or_insert(known);
    }
    later.iter().fold(derivative, |node, entry| {
        partial(graph, node, source, *entry)
    })
}

/// The derivatives of `f`, a tensor of one entry, in a range of entries of a source of rank one: by
/// an adjoint or by tangents, whichever is cheaper.
pub fn gradient_of(graph: &mut Graph, f: NodeId, source: NodeId, entries: Range<usize>) -> NodeId {
    let f = graph.reshape_unit(f, &[]);
    let seed = graph.ones(&[]);
    let adjoint = reverse(graph, f, seed, &[source]).get(source);
    let adjoint = match adjoint {
        Some(adjoint) => graph.slice(adjoint, 0, entries.start, entries.len()),
        None => graph.zero(&[entries.len()]),
    };
    let seed = directions(graph, source, entries);
    let tangents = forward(graph, &[f], &[(source, seed)])[0];
    cheapest(graph, &[adjoint, tangents])
}

/// The sum of the second derivatives of `f` in each of the entries of a source of rank one; the shape
/// of `f`. An entry that is named twice counts twice.
pub fn laplacian_of(graph: &mut Graph, f: NodeId, source: NodeId, entries: &[usize]) -> NodeId {
    let mut ways = Vec::new();
    if entries.len() <= MOST_SINGLE {
        let seeds: Vec<NodeId> = entries
            .iter()
            .map(|entry| unit(graph, source, *entry))
            .collect();
        ways.push(laplacian_along(graph, source, f, &seeds));
        let seconds: Vec<(f64, NodeId)> = entries
            .iter()
            .map(|entry| {
                let first = partial(graph, f, source, *entry);
                (1.0, partial(graph, first, source, *entry))
            })
            .collect();
        let shape = graph.shape(f).to_vec();
        ways.push(graph.sum(&seconds, &shape));
    }
    let seeds: Vec<NodeId> = runs(entries)
        .into_iter()
        .map(|run| directions(graph, source, run))
        .collect();
    ways.push(laplacian_along(graph, source, f, &seeds));
    cheapest(graph, &ways)
}

/// The unit vector of one entry.
fn unit(graph: &mut Graph, source: NodeId, entry: usize) -> NodeId {
    let extent = graph.shape(source)[0];
    graph.one_hot(extent, entry)
}

/// The unit vectors of a range of entries, one a column.
fn directions(graph: &mut Graph, source: NodeId, entries: Range<usize>) -> NodeId {
    let shape = graph.shape(source).to_vec();
    let identity = graph.identity(&shape);
    graph.slice(identity, 1, entries.start, entries.len())
}

/// Entries as ranges.
fn runs(entries: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for entry in entries {
        match runs.last_mut() {
            Some(run) if run.end == *entry => run.end += 1,
            _ => runs.push(*entry..*entry + 1),
        }
    }
    runs
}

/// The first of the cheapest.
fn cheapest(graph: &mut Graph, ways: &[NodeId]) -> NodeId {
    let mut best: Option<(f64, NodeId)> = None;
    for way in ways {
        let weight = graph.cost(&[*way]).weight;
        if best.is_none_or(|(known, _)| weight < known) {
            best = Some((weight, *way));
        }
    }
    best.expect("there is a way").1
}
