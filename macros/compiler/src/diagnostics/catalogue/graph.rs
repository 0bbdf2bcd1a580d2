//! Answers about graphs of neurons: their options, their edges, and what walks along them reach.

use super::{counted, instead, shown};
use crate::diagnostics::{Diagnostic, Place};
use proc_macro2::Ident;
use quote::ToTokens;

const GRAPH: &str = "write `#[graph(neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6))]` above the field";
const EDGES: &str = "edges are `sources => targets`, each a neuron, a range or a list, as in `edges(0..3 => 6..9, 2 => 4, [0, 5] => 3..6)`";

/// `Graph` without `#[graph(...)]`.
pub fn graph_without_attribute(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, "`Graph` needs its neurons and edges in an attribute").help(GRAPH)
}

/// `Graph<20>`
pub fn graph_with_arguments(argument: &impl ToTokens) -> Diagnostic {
    let found = shown(argument);
    Diagnostic::new(
        Place::of(argument),
        format!("`Graph` takes nothing in angle brackets, found `{found}`"),
    )
    .help("the number of neurons and the activations are options of `#[graph(...)]`")
}

/// `#[graph(...)]` above another type.
pub fn graph_of_another_type(place: Place, field: &Ident) -> Diagnostic {
    Diagnostic::new(place, format!("`{field}` is no `Graph`"))
        .help("write the type `Graph`, or remove the attribute")
}

/// `#[graph]`, `#[graph = 3]`
pub fn graph_without_options(meta: &syn::Meta) -> Diagnostic {
    Diagnostic::new(Place::of(meta), "`graph` needs its options in parentheses").help(GRAPH)
}

/// `#[graph(...)]` twice.
pub fn graph_repeated(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(
        Place::of(attribute.path()),
        "`graph` is written twice for this field",
    )
    .help("put all options into one attribute")
}

/// `#[layer(...)]` above a graph.
pub fn layer_option_of_graph(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("a graph has no option `{name}` of layers"))
        .help("its options stand in `#[graph(...)]`; a graph has no biases")
}

/// An option that does not exist.
pub fn unknown_graph_option<'a>(
    name: &Ident,
    options: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::new(name, format!("unknown option `{name}` of `graph`")).help(instead(
        &name.to_string(),
        "option",
        options,
    ))
}

/// An option written twice.
pub fn graph_option_repeated(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is written twice for this graph"))
        .help("keep one of them; all edges stand in one list")
}

/// An option that has to be there.
pub fn graph_option_missing(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(place, format!("`graph` needs `{name}`")).help(GRAPH)
}

/// An option without a value.
pub fn graph_option_form(name: &Ident, example: &str) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` takes an equals sign and a value"))
        .help(format!("write `{example}`"))
}

/// Something else than the name of an activation.
pub fn graph_activation_form(written: &impl ToTokens, example: &str) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("expected an activation, found `{found}`"),
    )
    .help(format!(
        "write `{example}`; a formula of your own gets a name by `activation(Swish = |z| z * sigmoid(z))`"
    ))
}

/// `weights` that are neither.
pub fn unknown_weights(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("`weights` is `matrix` or `edges`, found `{found}`"),
    )
    .help("`matrix`, the default, has a number for each pair of neurons; `edges` has one for each edge")
}

/// `edges = ...`, `edges`, or nothing between commas.
pub fn edges_form(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, "`edges` takes a list in parentheses").help(EDGES)
}

/// Something else than `sources => targets`.
pub fn edges_unreadable(place: Place) -> Diagnostic {
    Diagnostic::new(place, "expected `sources => targets`").help(EDGES)
}

/// Something else than a neuron, a range or a list.
pub fn neurons_form(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("expected neurons, found `{found}`"),
    )
    .help(EDGES)
}

/// A list or a range with nothing in it.
pub fn neurons_empty(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(Place::of(written), format!("`{found}` is no neuron at all"))
        .help("neurons count from 0, and the end of a range is behind its last one, as in `0..3`")
}

/// A neuron that is not there.
pub fn neuron_outside(written: &impl ToTokens, neuron: usize, neurons: usize) -> Diagnostic {
    Diagnostic::new(
        Place::of(written),
        format!(
            "there is no neuron {neuron}: the graph has {}, 0 to {}",
            counted(neurons, "neuron"),
            neurons - 1
        ),
    )
    .help("neurons are ordered inputs, outputs, hidden ones; write more `neurons`, or another edge")
}

/// An edge that is there already.
pub fn edge_repeated(place: Place, source: usize, target: usize) -> Diagnostic {
    Diagnostic::new(
        place,
        format!("the edge {source} => {target} is written twice"),
    )
    .help("a pair of neurons has one weight: leave the edge out of one of the items")
}

/// More edges than are compiled.
pub fn graph_too_large(place: Place, rectangles: usize, steps: usize, most: usize) -> Diagnostic {
    Diagnostic::new(
        place,
        format!(
            "{} of edges in {} are {} products, more than the {most} that are supported",
            counted(rectangles, "block"),
            counted(steps, "step"),
            rectangles.saturating_mul(steps)
        ),
    )
    .help("a block joins neighbouring neurons to neighbouring neurons: number neurons so that equal ones are neighbours, or write fewer steps")
}

/// Fewer neurons than inputs and outputs.
pub fn neurons_too_few(place: Place, neurons: usize, inputs: usize, outputs: usize) -> Diagnostic {
    Diagnostic::new(
        place,
        format!(
            "{} are fewer than {} and {}",
            counted(neurons, "neuron"),
            counted(inputs, "input"),
            counted(outputs, "output")
        ),
    )
    .help(format!(
        "write at least `neurons = {}`: every number that comes in and every output is a neuron",
        inputs.saturating_add(outputs)
    ))
}

/// An output that inputs do not reach in so many steps. `needed` is the length of the shortest walk to it.
pub fn output_unreached(
    place: Place,
    neuron: usize,
    steps: usize,
    needed: Option<usize>,
) -> Diagnostic {
    let message = format!(
        "no walk of at most {} leads from an input to the output neuron {neuron}",
        counted(steps, "step")
    );
    let help = match needed {
        None => "no edges lead there at all; neurons are ordered inputs, outputs, hidden ones"
            .to_owned(),
        Some(needed) => format!(
            "the shortest walk to it has {needed}: write `steps = {needed}`, or a shorter way"
        ),
    };
    Diagnostic::new(place, message).help(help)
}

/// Outputs that were reached before the last step, and lost again.
pub fn outputs_too_late(place: Place, steps: usize) -> Diagnostic {
    let message = format!(
        "no walk of exactly {} leads from an input to an output",
        counted(steps, "step")
    );
    Diagnostic::new(place, message)
        .help("inputs act in the first step only: write fewer steps, or let inputs last by edges to themselves, as in `edges(0 => 0)`")
}
