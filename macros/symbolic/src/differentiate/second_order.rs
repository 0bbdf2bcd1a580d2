//! Hessians and their traces as one family: an elimination is a path over cuts.
//!
//! With adjoints d_v, tangents T_v along the entries of cut i, and the Jacobian J of cut j in cut i
//! (mathematics, formula 7):
//!
//! `theta_i = J^T theta_j J + sum over v between the cuts of D²v[T_v, T_v] weighted by d_v`
//!
//! No inner cut is *contraction*, every cut is *recursion*, anything between is mixed. The path is
//! found from the output back to the source, each segment priced by building it.

use crate::ir::{Graph, Index, NodeId, Product};

use super::cuts::{Span, separate_terms};
use super::forward::Tangents;
use super::reverse::Adjoints;
use super::rules::{SecondPiece, second_pieces};

/// In deep graphs a segment between inner cuts spans at most this many of them, so that the search
/// stays linear in depth; the segment from the source may span all.
const WINDOW: usize = 8;

/// Which paths over the cuts are considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// One segment.
    Contraction,
    /// Every cut.
    Recursion,
    /// The cheapest.
    Shortest,
}

/// What is made of the second derivative at the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The tensor of shape `source ++ source ++ functionals`.
    Hessian,
    /// Its trace over both source axes, of shape `functionals`.
    Trace,
}

/// A second derivative and the elimination that gives it.
#[derive(Clone, Debug)]
pub struct SecondOrder {
    /// The tensor.
    pub node: NodeId,
    /// The cuts that the path visits, source first, output last; a path for each part of the output that can be
    /// eliminated by itself.
    pub paths: Vec<Vec<NodeId>>,
}

#[derive(Clone)]
struct Candidate {
    theta: NodeId,
    weight: f64,
    path: Vec<NodeId>,
}

/// The second derivative, in `source`, of `output` weighted by the adjoints' seed.
///
/// Terms of the output that share nothing but the source are eliminated each by itself: what one passes by is a cut of the other.
pub fn second_order(
    graph: &mut Graph,
    source: NodeId,
    output: NodeId,
    adjoints: &Adjoints,
    functionals: &[usize],
    path: Path,
    form: Form,
) -> SecondOrder {
    let parts = separate_terms(graph, source, output);
    if parts.len() < 2 {
        return eliminate(graph, source, output, adjoints, functionals, path, form);
    }
    let mut terms = Vec::new();
    let mut paths = Vec::new();
    for part in parts {
        let found = second_order(graph, source, part, adjoints, functionals, path, form);
        // What has no second derivative needs no path.
        if !graph.is_zero(found.node) {
            paths.extend(found.paths);
        }
        terms.push((1.0, found.node));
    }
    if paths.is_empty() {
        paths.push(vec![source, output]);
    }
    let shape = graph.shape(terms[0].1).to_vec();
    SecondOrder {
        node: graph.sum(&terms, &shape),
        paths,
    }
}

/// The second derivative over the cuts between source and output.
fn eliminate(
    graph: &mut Graph,
    source: NodeId,
    output: NodeId,
    adjoints: &Adjoints,
    functionals: &[usize],
    path: Path,
    form: Form,
) -> SecondOrder {
    let span = Span::new(graph, source, output);
    let members: std::collections::HashSet<NodeId> = span.nodes.iter().copied().collect();
    let varies = |id: NodeId| members.contains(&id);
    let curvatures: Vec<Vec<SecondPiece>> = span
        .nodes
        .iter()
        .map(|id| second_pieces(graph, *id, &varies))
        .collect();
    let known = graph.len();
    let mut eliminator = Eliminator {
        graph,
        adjoints,
        functionals,
        curvatures,
        known,
    };
    if span.nodes.len() < 2 {
        return SecondOrder {
            node: eliminator.zero(source, form),
            paths: vec![vec![source]],
        };
    }
    let last = span.cuts.len() - 1;
    let mut best: Vec<Option<Candidate>> = vec![None; span.cuts.len()];
    let zero = eliminator.zero(output, Form::Hessian);
    best[last] = Some(Candidate {
        theta: zero,
        weight: 0.0,
        path: vec![output],
    });
    let starts: Vec<usize> = match path {
        Path::Contraction => vec![0],
        Path::Recursion | Path::Shortest => (0..last).rev().collect(),
    };
    for start in starts {
        let form = if start == 0 { form } else { Form::Hessian };
        best[start] = eliminator.segments_from(&span, start, &best, path, form);
    }
    let found = best[0].take().unwrap_or_else(|| Candidate {
        theta: eliminator.zero(source, form),
        weight: 0.0,
        path: vec![source],
    });
    SecondOrder {
        node: found.theta,
        paths: vec![found.path],
    }
}

struct Eliminator<'a> {
    graph: &'a mut Graph,
    adjoints: &'a Adjoints,
    functionals: &'a [usize],
    curvatures: Vec<Vec<SecondPiece>>,
    known: usize,
}

impl Eliminator<'_> {
    /// The best way from one cut to the output, over all cuts that its first segment may end at.
    fn segments_from(
        &mut self,
        span: &Span,
        start: usize,
        best: &[Option<Candidate>],
        path: Path,
        form: Form,
    ) -> Option<Candidate> {
        let source = span.nodes[span.cuts[start]];
        let mut tangents = Tangents::identity(self.graph, source);
        let mut terms: Vec<(f64, NodeId)> = Vec::new();
        let mut chosen: Option<Candidate> = None;
        let last = span.cuts.len() - 1;
        let deep = start > 0 && last > 2 * WINDOW && path == Path::Shortest;
        let farthest = if deep { last.min(start + WINDOW) } else { last };
        for (end, rest) in best.iter().enumerate().take(farthest + 1).skip(start + 1) {
            for position in span.cuts[end - 1] + 1..=span.cuts[end] {
                tangents.push(self.graph, span.nodes[position]);
                self.curve(
                    span.nodes[position],
                    position,
                    source,
                    &tangents,
                    form,
                    &mut terms,
                );
            }
            let shape = self.shape(source, form);
            let inner = self.graph.sum(&terms, &shape);
            let so_far = self.weight(inner, None);
            if chosen.as_ref().is_some_and(|chosen| so_far > chosen.weight) {
                break;
            }
            let allowed = match path {
                Path::Contraction => end == last,
                Path::Recursion => end == start + 1,
                Path::Shortest => true,
            };
            let Some(rest) = rest.as_ref().filter(|_| allowed) else {
                continue;
            };
            let mut all = terms.clone();
            if let Some(jacobian) = tangents.get(span.nodes[span.cuts[end]]) {
                let cut = span.nodes[span.cuts[end]];
                all.extend(self.lift(source, cut, jacobian, rest.theta, form));
            }
            let theta = self.graph.sum(&all, &shape);
            let weight = rest.weight + self.weight(theta, Some(rest.theta));
            if chosen.as_ref().is_none_or(|chosen| weight < chosen.weight) {
                let mut path = vec![source];
                path.extend(&rest.path);
                chosen = Some(Candidate {
                    theta,
                    weight,
                    path,
                });
            }
        }
        chosen
    }

    /// The weight of what `root` needs beyond values, adjoints and the `stop` node.
    fn weight(&mut self, root: NodeId, stop: Option<NodeId>) -> f64 {
        let known = self.known;
        let is_known = |id: NodeId| id.index() < known || Some(id) == stop;
        self.graph.cost_beyond(&[root], &is_known).weight
    }

    fn shape(&self, source: NodeId, form: Form) -> Vec<usize> {
        let own = self.graph.shape(source);
        let mut shape = match form {
            Form::Hessian => [own, own].concat(),
            Form::Trace => Vec::new(),
        };
        shape.extend(self.functionals);
        shape
    }

    fn zero(&mut self, source: NodeId, form: Form) -> NodeId {
        let shape = self.shape(source, form);
        self.graph.zero(&shape)
    }

    /// Adds the second-order terms of one node.
    fn curve(
        &mut self,
        id: NodeId,
        position: usize,
        source: NodeId,
        tangents: &Tangents,
        form: Form,
        terms: &mut Vec<(f64, NodeId)>,
    ) {
        let Some(adjoint) = self.adjoints.get(id) else {
            return;
        };
        for piece in self.curvatures[position].clone() {
            let [(first, first_hole), (second, second_hole)] = &piece.holes;
            let (Some(left), Some(right)) = (tangents.get(*first), tangents.get(*second)) else {
                continue;
            };
            let mut product = piece.product.clone();
            let own = self.graph.shape(source).to_vec();
            let (rows, columns, functionals) = self.frame(&mut product, &own, form);
            let weights = [&piece.output[..], &functionals].concat();
            product.tensor(adjoint, &weights);
            product.tensor(left, &[first_hole, &rows[..]].concat());
            product.tensor(right, &[second_hole, &columns[..]].concat());
            let output = output_indices(&rows, &columns, &functionals, form);
            terms.push((1.0, self.graph.contract(product, &output)));
        }
    }

    /// `J^T theta J`.
    fn lift(
        &mut self,
        source: NodeId,
        cut: NodeId,
        jacobian: NodeId,
        theta: NodeId,
        form: Form,
    ) -> Option<(f64, NodeId)> {
        if self.graph.is_zero(theta) {
            return None;
        }
        let mut product = Product::new();
        let inner = self.graph.shape(cut).to_vec();
        let first = product.indices(&inner);
        let second = product.indices(&inner);
        let own = self.graph.shape(source).to_vec();
        let (rows, columns, functionals) = self.frame(&mut product, &own, form);
        product.tensor(jacobian, &[&first[..], &rows].concat());
        product.tensor(theta, &[&first[..], &second, &functionals].concat());
        product.tensor(jacobian, &[&second[..], &columns].concat());
        let output = output_indices(&rows, &columns, &functionals, form);
        Some((1.0, self.graph.contract(product, &output)))
    }

    /// Indices for the two source axes (one for both in a trace) and the functionals.
    fn frame(
        &self,
        product: &mut Product,
        own: &[usize],
        form: Form,
    ) -> (Vec<Index>, Vec<Index>, Vec<Index>) {
        let rows = product.indices(own);
        let columns = match form {
            Form::Hessian => product.indices(own),
            Form::Trace => rows.clone(),
        };
        (rows, columns, product.indices(self.functionals))
    }
}

fn output_indices(
    rows: &[Index],
    columns: &[Index],
    functionals: &[Index],
    form: Form,
) -> Vec<Index> {
    match form {
        Form::Hessian => [rows, columns, functionals].concat(),
        Form::Trace => functionals.to_vec(),
    }
}
