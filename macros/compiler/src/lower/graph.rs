//! A graph of neurons goes in, its steps come out as products of parts of its weights with parts of its states.
//!
//! What a neuron carries is a node of its own wherever it is known earlier than its neighbours, or matters less: so what is known is
//! folded by the constructors, and what no walk leads to an output is computed by nobody.

use crate::model::{Graph, GraphWeights, Run, Walks, Weights, shared};
use derive_network_symbolic::ir::{Graph as Nodes, NodeId};
use std::ops::Range;

/// Neighbouring neurons and what they carry.
type Part = (Range<usize>, NodeId);

struct Lowering<'a> {
    nodes: &'a mut Nodes,
    graph: &'a Graph,
    /// Where the parameters of the layer start.
    offset: usize,
    weights: Vec<Weights>,
    /// What is added to the matrix of weights, if derivatives in all pairs of neurons are taken.
    increment: Option<NodeId>,
}

/// The pre-activation of the output neurons in the last step, when the node comes in. Where derivatives will be taken on the way, among
/// so many parameters, they are those in the weights of all pairs of neurons, also of those without an edge.
pub(super) fn lower_graph(
    nodes: &mut Nodes,
    graph: &Graph,
    offset: usize,
    input: NodeId,
    derived: Option<usize>,
) -> NodeId {
    let weights = graph.weights();
    let states = Walks::of(graph, &weights).states;
    let shape = [graph.neurons, graph.neurons];
    let in_pairs = derived.is_some() && graph.weights == GraphWeights::Matrix;
    let increment = in_pairs.then(|| nodes.increment(offset, &shape));
    let mut lowering = Lowering {
        nodes,
        graph,
        offset,
        weights,
        increment,
    };
    let mut state = lowering.start(input);
    for runs in &states[1..graph.steps] {
        let sums = lowering.sums(&state, runs);
        state = lowering.activate(sums);
    }
    let outputs = states[graph.steps].iter().filter(|run| run.group == 1);
    let outputs: Vec<Run> = outputs.cloned().collect();
    let sums = lowering.sums(&state, &outputs);
    let sums: Vec<NodeId> = sums.into_iter().map(|(_, sum)| sum).collect();
    let sum = lowering.concat(&sums);
    match derived {
        None => sum,
        Some(parameters) => {
            let increment = nodes.increment(parameters + offset, &[graph.outputs]);
            nodes.add(sum, increment)
        }
    }
}

impl Lowering<'_> {
    /// The activation of the inputs, of the point with zeros behind it.
    fn start(&mut self, input: NodeId) -> Vec<Part> {
        let inputs = self.graph.inputs;
        let others = inputs..self.graph.neurons;
        let zeros = self.nodes.zero(&[others.len()]);
        let parts = [(0..inputs, input), (others, zeros)];
        parts
            .map(|(neurons, node)| (neurons, self.activation(0, node)))
            .into()
    }

    fn activation(&mut self, group: usize, of: NodeId) -> NodeId {
        let function = self.graph.activations[group].function.clone();
        let function = self.nodes.add_function(function);
        self.nodes.map(function, 0, of)
    }

    /// What comes to each run of neurons that is needed.
    fn sums<'r>(&mut self, state: &[Part], runs: &'r [Run]) -> Vec<(&'r Run, NodeId)> {
        let increments = self.increment.map(|increment| {
            let nodes: Vec<NodeId> = state.iter().map(|(_, node)| *node).collect();
            let all = self.concat(&nodes);
            self.nodes.multiply(increment, all)
        });
        let mut sums = Vec::new();
        for run in runs {
            if !run.reaches_output && increments.is_none() {
                continue;
            }
            let mut sum = self.sum(state, &run.neurons);
            if let Some(increments) = increments {
                let (start, length) = (run.neurons.start, run.neurons.len());
                let increment = self.nodes.slice(increments, 0, start, length);
                sum = self.nodes.add(sum, increment);
            }
            sums.push((run, sum));
        }
        sums
    }

    fn activate(&mut self, sums: Vec<(&Run, NodeId)>) -> Vec<Part> {
        sums.into_iter()
            .map(|(run, sum)| (run.neurons.clone(), self.activation(run.group, sum)))
            .collect()
    }

    /// What edges bring to these neurons.
    fn sum(&mut self, state: &[Part], neurons: &Range<usize>) -> NodeId {
        let mut products: Vec<Part> = Vec::new();
        for position in 0..self.weights.len() {
            for part in state {
                let weights = &self.weights[position];
                if let Some(edges) = weights.edges.shared(&part.0, neurons) {
                    let weights = weights.part(edges);
                    let product = self.product(&weights, part);
                    products.push((weights.edges.targets, product));
                }
            }
        }
        // Products to equal targets are added before they are put into their places.
        let mut terms = Vec::new();
        while let Some((targets, _)) = products.first().cloned() {
            let (equal, others): (Vec<Part>, Vec<Part>) =
                products.into_iter().partition(|(to, _)| *to == targets);
            let equal: Vec<(f64, NodeId)> = equal.iter().map(|(_, node)| (1.0, *node)).collect();
            let sum = self.nodes.sum(&equal, &[targets.len()]);
            let start = targets.start - neurons.start;
            terms.push((1.0, self.nodes.embed(sum, 0, start, neurons.len())));
            products = others;
        }
        self.nodes.sum(&terms, &[neurons.len()])
    }

    /// Weights times what their sources carry.
    fn product(&mut self, weights: &Weights, (neurons, state): &Part) -> NodeId {
        let Weights { edges, place } = weights;
        let matrix = self.offset + place.offset;
        let matrix = self.nodes.parameter(matrix, &[place.rows, place.columns]);
        let rows = self.nodes.slice(matrix, 0, place.row, edges.targets.len());
        let weight = self.nodes.slice(rows, 1, place.column, edges.sources.len());
        let sources = shared(&edges.sources, neurons);
        let start = sources.start - neurons.start;
        let state = self.nodes.slice(*state, 0, start, sources.len());
        self.nodes.multiply(weight, state)
    }

    fn concat(&mut self, parts: &[NodeId]) -> NodeId {
        self.nodes.concat(parts, 0)
    }
}
