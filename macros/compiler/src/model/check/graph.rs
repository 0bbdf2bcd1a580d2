//! The `#[graph(...)]` of a field goes in, what can be understood of its neurons and edges comes out; what walks reach is checked when it
//! is known what comes in.

use super::activations::Activations;
use super::layers::read_activation;
use super::number::{LAYER_LIMIT, read_size};
use super::settings::place_of_value;
use crate::diagnostics::{Diagnostics, Place, catalogue};
use crate::model::{Activation, Edges, Graph, GraphWeights, Rectangle, Walks, shortest_walks};
use crate::parse::{EdgeItem, Form, GraphAttribute, Item, strip};
use proc_macro2::Ident;
use std::ops::Range;
use syn::{Expr, ExprLit, ExprRange, Lit, RangeLimits};

/// No graph has more neurons: a weight for each pair of them is as many parameters as a network can have.
const NEURON_LIMIT: usize = 1 << 14;

/// No graph has more blocks of edges times steps: each is a product of its own in the compiled code.
const PRODUCT_LIMIT: usize = 4096;

/// An option with a value, and an example.
#[rustfmt::skip]
const OPTIONS: [(&str, &str); 7] = [
    ("neurons", "neurons = 9"),
    ("outputs", "outputs = 3"),
    ("steps",   "steps = 2"),
    ("weights", "weights = edges"),
    ("input",   "input = Tanh"),
    ("hidden",  "hidden = Sigmoid"),
    ("output",  "output = Sigmoid"),
];

/// The groups of neurons, in the order of [`Graph::groups`].
const GROUPS: [&str; 3] = ["input", "output", "hidden"];

/// A graph as far as it can be understood: how many inputs it has is unknown until all fields are.
#[derive(Clone, Debug)]
pub(crate) struct DraftGraph {
    neurons: Option<usize>,
    pub outputs: Option<usize>,
    steps: Option<usize>,
    edges: Option<Vec<Edges>>,
    weights: GraphWeights,
    /// Of the groups of neurons, each with its place; open if it was mistaken.
    pub activations: [(Option<Activation>, Place); 3],
    neurons_place: Place,
    steps_place: Place,
    edges_place: Place,
}

impl DraftGraph {
    /// The graph, if so many numbers come in.
    pub fn graph(&self, inputs: usize) -> Option<Graph> {
        let [input, output, hidden] = &self.activations;
        Some(Graph {
            inputs,
            outputs: self.outputs?,
            neurons: self.neurons?,
            steps: self.steps?,
            edges: self.edges.clone()?,
            weights: self.weights,
            activations: [input.0.clone()?, output.0.clone()?, hidden.0.clone()?],
        })
    }
}

/// Reads the attribute of a field.
pub(super) fn read_graph(
    written: &GraphAttribute,
    activations: &Activations,
    diagnostics: &mut Diagnostics,
) -> DraftGraph {
    let place = written.place;
    let mut draft = DraftGraph {
        neurons: None,
        outputs: None,
        steps: None,
        edges: None,
        weights: GraphWeights::default(),
        activations: GROUPS.map(|_| (Some(Activation::identity()), place)),
        neurons_place: place,
        steps_place: place,
        edges_place: place,
    };
    for (position, option) in written.options.iter().enumerate() {
        let earlier = &written.options[..position];
        if earlier.iter().any(|earlier| earlier.name == option.name) {
            diagnostics.push(catalogue::graph_option_repeated(&option.name));
        } else {
            read_option(option, activations, &mut draft, diagnostics);
        }
    }
    let has = |name: &str| written.options.iter().any(|option| option.name == name);
    for needed in ["neurons", "outputs", "steps"] {
        if !has(needed) {
            diagnostics.push(catalogue::graph_option_missing(place, needed));
        }
    }
    match &written.edges {
        Some((name, items)) => {
            draft.edges_place = name.into();
            draft.edges = read_edges(name, items, draft.neurons, diagnostics);
        }
        None => diagnostics.push(catalogue::graph_option_missing(place, "edges")),
    }
    draft
}

fn read_option(
    option: &Item,
    activations: &Activations,
    draft: &mut DraftGraph,
    diagnostics: &mut Diagnostics,
) {
    let name = option.name.to_string();
    let Some((_, example)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
        let names = OPTIONS.iter().map(|(known, _)| *known).chain(["edges"]);
        diagnostics.push(catalogue::unknown_graph_option(&option.name, names));
        return;
    };
    let group = GROUPS.iter().position(|group| *group == name);
    if let Some(group) = group {
        draft.activations[group] = (None, place_of_value(option));
    }
    let written = match &option.form {
        Form::Assigned(written) => written,
        Form::Unreadable => return,
        _ => {
            diagnostics.push(catalogue::graph_option_form(&option.name, example));
            return;
        }
    };
    let mut size = |what: &str, most: usize| diagnostics.take(read_size(what, written, most));
    match (name.as_str(), group) {
        ("neurons", _) => {
            draft.neurons = size("the number of neurons", NEURON_LIMIT);
            draft.neurons_place = Place::of(written);
        }
        ("outputs", _) => draft.outputs = size("the number of outputs", NEURON_LIMIT),
        ("steps", _) => {
            draft.steps = size("the number of steps", LAYER_LIMIT);
            draft.steps_place = Place::of(written);
        }
        (_, Some(group)) => {
            let read = match word(written) {
                Some(name) => read_activation("Graph", Some(name), written, activations),
                None => Err(catalogue::graph_activation_form(written, example)),
            };
            draft.activations[group].0 = diagnostics.take(read).flatten();
        }
        _ => match word(written) {
            Some(word) if word == "matrix" => draft.weights = GraphWeights::Matrix,
            Some(word) if word == "edges" => draft.weights = GraphWeights::Edges,
            _ => diagnostics.push(catalogue::unknown_weights(written)),
        },
    }
}

/// An expression that is one name.
fn word(written: &Expr) -> Option<&Ident> {
    match strip(written) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The edges of a list; nothing if one of them was mistaken.
fn read_edges(
    name: &Ident,
    items: &[Option<EdgeItem>],
    neurons: Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Edges>> {
    let mut read = Vec::new();
    for item in items {
        let edges = item.as_ref().and_then(|item| {
            let sources = read_neurons(&item.sources, neurons, diagnostics);
            let targets = read_neurons(&item.targets, neurons, diagnostics);
            let (sources, targets) = sources.zip(targets)?;
            Some((Edges { sources, targets }, item.place))
        });
        read.push(edges);
    }
    let read: Vec<(Edges, Place)> = read.into_iter().collect::<Option<_>>()?;
    let mut rectangles: Vec<(Rectangle, Place)> = Vec::new();
    for (edges, place) in &read {
        for sources in &edges.sources {
            for targets in &edges.targets {
                let rectangle = Rectangle {
                    sources: sources.clone(),
                    targets: targets.clone(),
                };
                let mut known = rectangles.iter();
                if let Some(twice) = known.find_map(|(known, _)| known.shared(sources, targets)) {
                    let (source, target) = (twice.sources.start, twice.targets.start);
                    diagnostics.push(catalogue::edge_repeated(*place, source, target));
                    return None;
                }
                rectangles.push((rectangle, *place));
            }
        }
        if rectangles.len() > PRODUCT_LIMIT {
            let too_large =
                catalogue::graph_too_large(name.into(), rectangles.len(), 1, PRODUCT_LIMIT);
            diagnostics.push(too_large);
            return None;
        }
    }
    Some(read.into_iter().map(|(edges, _)| edges).collect())
}

/// A neuron, a range, or a list of both, as stretches in the order in which they were written.
fn read_neurons(
    written: &Expr,
    neurons: Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Range<usize>>> {
    let parts: Vec<&Expr> = match strip(written) {
        Expr::Array(list) => list.elems.iter().collect(),
        one => vec![one],
    };
    if parts.is_empty() {
        diagnostics.push(catalogue::neurons_empty(written));
        return None;
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut is_right = true;
    for part in parts {
        let stretch = match stretch(part) {
            Some(stretch) => stretch,
            None => {
                diagnostics.push(catalogue::neurons_form(part));
                is_right = false;
                continue;
            }
        };
        if stretch.is_empty() {
            diagnostics.push(catalogue::neurons_empty(part));
            is_right = false;
        } else if let Some(neurons) = neurons.filter(|neurons| stretch.end > *neurons) {
            let outside = stretch.start.max(neurons);
            diagnostics.push(catalogue::neuron_outside(part, outside, neurons));
            is_right = false;
        } else {
            match found.last_mut() {
                Some(last) if last.end == stretch.start => last.end = stretch.end,
                _ => found.push(stretch),
            }
        }
    }
    is_right.then_some(found)
}

fn stretch(written: &Expr) -> Option<Range<usize>> {
    match strip(written) {
        Expr::Range(ExprRange {
            start: Some(start),
            limits,
            end: Some(end),
            ..
        }) => {
            let (start, end) = (neuron(start)?, neuron(end)?);
            match limits {
                RangeLimits::HalfOpen(_) => Some(start..end),
                RangeLimits::Closed(_) => Some(start..end.checked_add(1)?),
            }
        }
        one => neuron(one).and_then(|neuron| Some(neuron..neuron.checked_add(1)?)),
    }
}

fn neuron(written: &Expr) -> Option<usize> {
    match strip(written) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(literal),
            ..
        }) if matches!(literal.suffix(), "" | "usize") => literal.base10_parse().ok(),
        _ => None,
    }
}

/// Refuses a graph whose groups do not fit into its neurons, whose walks miss an output, or that is too large.
pub(super) fn check_graph(
    graph: &Graph,
    draft: &DraftGraph,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let (inputs, outputs) = (graph.inputs, graph.outputs);
    if graph.neurons < inputs.saturating_add(outputs) {
        diagnostics.push(catalogue::neurons_too_few(
            draft.neurons_place,
            graph.neurons,
            inputs,
            outputs,
        ));
        return None;
    }
    let weights = graph.weights();
    if weights.len().saturating_mul(graph.steps) > PRODUCT_LIMIT {
        diagnostics.push(catalogue::graph_too_large(
            draft.edges_place,
            weights.len(),
            graph.steps,
            PRODUCT_LIMIT,
        ));
        return None;
    }
    for (neurons, length) in shortest_walks(graph, &weights) {
        if length.is_none_or(|length| length > graph.steps) {
            diagnostics.push(catalogue::output_unreached(
                draft.edges_place,
                neurons.start,
                graph.steps,
                length,
            ));
            return None;
        }
    }
    if !Walks::of(graph, &weights).reach_output() {
        diagnostics.push(catalogue::outputs_too_late(draft.steps_place, graph.steps));
        return None;
    }
    Some(())
}
