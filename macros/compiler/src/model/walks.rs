//! A graph goes in, what each neuron carries after each step comes out: whether it is known while the macro runs, whether it changes
//! from point to point, and whether the output can tell.

use super::Graph;
use super::graph::Weights;
use super::rectangles::pieces;
use std::ops::Range;

/// What a neuron carries after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carried {
    /// Zero.
    Zero,
    /// Another number that is known while the macro runs: the activation of zero.
    Constant,
    /// What depends on weights only.
    Parameters,
    /// What a walk from an input brings.
    Points,
}

/// Neighbouring neurons of one group that carry the same kind of number after a step.
#[derive(Clone, Debug)]
pub struct Run {
    /// The neurons.
    pub neurons: Range<usize>,
    /// The position of the group in [`Graph::groups`].
    pub group: usize,
    /// What they carry.
    pub carried: Carried,
    /// Whether a walk leads on to an output in the steps that are left.
    pub reaches_output: bool,
}

/// The states of a graph.
#[derive(Clone, Debug)]
pub struct Walks {
    /// At the start and after each step, all neurons in order.
    pub states: Vec<Vec<Run>>,
}

/// Neurons that edges do not tell apart.
struct Pieces {
    neurons: Vec<Range<usize>>,
    groups: Vec<usize>,
    /// Stretches of pieces: from which to which edges lead.
    edges: Vec<(Range<usize>, Range<usize>)>,
}

impl Walks {
    /// Follows the walks through the edges of a graph.
    #[must_use]
    pub fn of(graph: &Graph, weights: &[Weights]) -> Self {
        let pieces = Pieces::of(graph, weights);
        let mut carried = vec![pieces.start(graph)];
        for step in 0..graph.steps {
            carried.push(pieces.step(graph, &carried[step]));
        }
        let is_output = pieces.groups.iter().map(|group| *group == 1);
        let mut reaches: Vec<Vec<bool>> = vec![is_output.collect()];
        for step in 0..graph.steps {
            reaches.push(pieces.step_back(&reaches[step]));
        }
        reaches.reverse();
        let states = carried.iter().zip(&reaches);
        Self {
            states: states
                .map(|(carried, reaches)| pieces.runs(carried, reaches))
                .collect(),
        }
    }

    /// Whether a walk brings what comes in to an output in the last step.
    #[must_use]
    pub fn reach_output(&self) -> bool {
        let mut last = self.states.last().into_iter().flatten();
        last.any(|run| run.group == 1 && run.carried == Carried::Points)
    }
}

/// The lengths of the shortest walks from an input to the outputs, stretch by stretch; none where there is no walk.
#[must_use]
pub fn shortest_walks(graph: &Graph, weights: &[Weights]) -> Vec<(Range<usize>, Option<usize>)> {
    let pieces = Pieces::of(graph, weights);
    let mut lengths: Vec<Option<usize>> = vec![None; pieces.neurons.len()];
    let mut reached: Vec<bool> = pieces.groups.iter().map(|group| *group == 0).collect();
    // A shortest walk meets no neuron twice.
    for length in 1..=pieces.neurons.len() {
        let next = pieces.step_on(&reached);
        if next
            .iter()
            .zip(&reached)
            .all(|(next, reached)| *reached || !next)
        {
            break;
        }
        for (piece, reaches) in next.into_iter().enumerate() {
            if reaches && !reached[piece] {
                lengths[piece] = Some(length);
            }
            reached[piece] |= reaches;
        }
    }
    let found = pieces.neurons.into_iter().zip(lengths).zip(pieces.groups);
    let outputs = found.filter(|(_, group)| *group == 1);
    outputs.map(|(found, _)| found).collect()
}

impl Pieces {
    fn of(graph: &Graph, weights: &[Weights]) -> Self {
        let groups = graph.groups();
        let edges = weights.iter().map(|weights| &weights.edges);
        let ends = edges
            .clone()
            .flat_map(|edges| [&edges.sources, &edges.targets])
            .chain(&groups)
            .flat_map(|stretch| [stretch.start, stretch.end]);
        let neurons = pieces(ends.collect());
        let position = |neuron: usize| neurons.partition_point(|piece| piece.start < neuron);
        let stretch = |stretch: &Range<usize>| position(stretch.start)..position(stretch.end);
        let edges = edges.map(|edges| (stretch(&edges.sources), stretch(&edges.targets)));
        let edges = edges.collect();
        let group_of = |piece: &Range<usize>| {
            let found = groups.iter().position(|group| group.contains(&piece.start));
            found.unwrap_or_default()
        };
        Self {
            groups: neurons.iter().map(group_of).collect(),
            edges,
            neurons,
        }
    }

    /// What neurons carry whose sum is zero.
    fn at_zero(graph: &Graph, group: usize) -> Carried {
        let function = &graph.activations[group].function;
        if function.evaluate(0, 0.0) == 0.0 {
            Carried::Zero
        } else {
            Carried::Constant
        }
    }

    fn start(&self, graph: &Graph) -> Vec<Carried> {
        let carried = self.groups.iter().map(|group| match group {
            0 => Carried::Points,
            // The activation of the inputs is that of the whole first state.
            _ => Self::at_zero(graph, 0),
        });
        carried.collect()
    }

    fn step(&self, graph: &Graph, carried: &[Carried]) -> Vec<Carried> {
        let mut sums = vec![Carried::Zero; carried.len()];
        for (sources, targets) in &self.edges {
            let most = carried[sources.clone()].iter().max();
            // A known number times a weight is not known any more.
            let sum = match most.copied().unwrap_or(Carried::Zero) {
                Carried::Constant => Carried::Parameters,
                other => other,
            };
            for target in &mut sums[targets.clone()] {
                *target = sum.max(*target);
            }
        }
        let after = sums.iter().zip(&self.groups);
        let after = after.map(|(sum, group)| match sum {
            Carried::Zero => Self::at_zero(graph, *group),
            sum => *sum,
        });
        after.collect()
    }

    fn step_on(&self, reached: &[bool]) -> Vec<bool> {
        let mut next = vec![false; reached.len()];
        for (sources, targets) in &self.edges {
            if reached[sources.clone()].contains(&true) {
                next[targets.clone()].fill(true);
            }
        }
        next
    }

    fn step_back(&self, reaches: &[bool]) -> Vec<bool> {
        let mut before = vec![false; reaches.len()];
        for (sources, targets) in &self.edges {
            if reaches[targets.clone()].contains(&true) {
                before[sources.clone()].fill(true);
            }
        }
        before
    }

    fn runs(&self, carried: &[Carried], reaches: &[bool]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (piece, neurons) in self.neurons.iter().enumerate() {
            let next = Run {
                neurons: neurons.clone(),
                group: self.groups[piece],
                carried: carried[piece],
                reaches_output: reaches[piece],
            };
            let alike = |run: &Run| {
                run.group == next.group
                    && run.carried == next.carried
                    && run.reaches_output == next.reaches_output
            };
            match runs.last_mut() {
                Some(last) if alike(last) => last.neurons.end = next.neurons.end,
                _ => runs.push(next),
            }
        }
        runs
    }
}
