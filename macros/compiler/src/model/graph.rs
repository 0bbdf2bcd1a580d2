//! A layer of neurons joined by edges: all of them step at once, several times.

use super::Activation;
use super::rectangles::{Rectangle, cover, in_degrees, out_degrees};
use std::ops::Range;

/// Neurons joined by edges. They are ordered: inputs, outputs, hidden ones.
#[derive(Clone, Debug)]
pub struct Graph {
    /// How many neurons take what comes in: the first ones.
    pub inputs: usize,
    /// How many neurons give what goes out, after the last step: those behind the inputs.
    pub outputs: usize,
    /// How many neurons there are.
    pub neurons: usize,
    /// How often all neurons step.
    pub steps: usize,
    /// The edges as they were written; no edge is in two of them.
    pub edges: Vec<Edges>,
    /// Where the weights of the edges lie.
    pub weights: GraphWeights,
    /// The activations of the inputs, the outputs and the hidden neurons.
    pub activations: [Activation; 3],
}

/// Edges from each of some neurons to each of others.
#[derive(Clone, Debug)]
pub struct Edges {
    /// Where they start, in the order in which it was written.
    pub sources: Vec<Range<usize>>,
    /// Where they end, in the order in which it was written.
    pub targets: Vec<Range<usize>>,
}

/// What the parameters of a graph are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphWeights {
    /// A number for each pair of neurons, a column of targets for each source. Those of pairs without an edge are not read, but
    /// derivatives in them are those of a graph that has the edge, with a weight of zero.
    #[default]
    Matrix,
    /// A number for each edge in the order in which they were written, of each item a column of targets for each source.
    Edges,
}

/// Where weights lie: in a matrix of so many rows and columns, of which the first entry is the parameter `offset` of the layer, from an
/// entry on. A row is a target, a column a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightPlace {
    /// Where the matrix starts in the parameters of the layer.
    pub offset: usize,
    /// How many rows it has.
    pub rows: usize,
    /// How many columns it has.
    pub columns: usize,
    /// The row of the first weight.
    pub row: usize,
    /// The column of the first weight.
    pub column: usize,
}

/// Edges with a place for their weights.
#[derive(Clone, Debug)]
pub struct Weights {
    /// From which neurons they lead to which.
    pub edges: Rectangle,
    /// Where the first of them lies.
    pub place: WeightPlace,
}

impl Edges {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        size(&self.sources) * size(&self.targets)
    }
}

fn size(neurons: &[Range<usize>]) -> usize {
    neurons.iter().map(Range::len).sum()
}

impl Graph {
    /// How many parameters it has.
    #[must_use]
    pub fn parameters(&self) -> usize {
        match self.weights {
            GraphWeights::Matrix => self.neurons * self.neurons,
            GraphWeights::Edges => self.edges.iter().map(Edges::count).sum(),
        }
    }

    /// Rows and columns of its parameters as one matrix.
    #[must_use]
    pub fn weight_shape(&self) -> (usize, usize) {
        match self.weights {
            GraphWeights::Matrix => (self.neurons, self.neurons),
            GraphWeights::Edges => (self.parameters(), 1),
        }
    }

    /// The neurons of each group, in the order of `activations`.
    #[must_use]
    pub fn groups(&self) -> [Range<usize>; 3] {
        let outputs = self.inputs..self.inputs + self.outputs;
        [0..self.inputs, outputs.clone(), outputs.end..self.neurons]
    }

    /// All edges with their weights, in few rectangles.
    #[must_use]
    pub fn weights(&self) -> Vec<Weights> {
        match self.weights {
            GraphWeights::Matrix => cover(&self.rectangles())
                .into_iter()
                .map(|edges| self.in_matrix(edges))
                .collect(),
            GraphWeights::Edges => self.in_order(),
        }
    }

    /// All edges in rectangles, each with how many edges end where its edges end, and how many start where they start.
    #[must_use]
    pub fn degrees(&self) -> Vec<(Weights, usize, usize)> {
        let rectangles = self.rectangles();
        let ins = in_degrees(&rectangles, self.neurons);
        let outs = out_degrees(&rectangles, self.neurons);
        let mut found = Vec::new();
        for weights in self.weights() {
            for (sources, fan_out) in &outs {
                for (targets, fan_in) in &ins {
                    if let Some(part) = weights.edges.shared(sources, targets) {
                        found.push((weights.part(part), *fan_in, *fan_out));
                    }
                }
            }
        }
        found
    }

    fn in_matrix(&self, edges: Rectangle) -> Weights {
        let place = WeightPlace {
            offset: 0,
            rows: self.neurons,
            columns: self.neurons,
            row: edges.targets.start,
            column: edges.sources.start,
        };
        Weights { edges, place }
    }

    /// The edges as rectangles, in the order in which they were written.
    #[must_use]
    pub fn rectangles(&self) -> Vec<Rectangle> {
        self.in_order()
            .into_iter()
            .map(|weights| weights.edges)
            .collect()
    }

    fn in_order(&self) -> Vec<Weights> {
        let mut found = Vec::new();
        let mut offset = 0;
        for edges in &self.edges {
            let (rows, columns) = (size(&edges.targets), size(&edges.sources));
            let mut column = 0;
            for sources in &edges.sources {
                let mut row = 0;
                for targets in &edges.targets {
                    found.push(Weights {
                        edges: Rectangle {
                            sources: sources.clone(),
                            targets: targets.clone(),
                        },
                        place: WeightPlace {
                            offset,
                            rows,
                            columns,
                            row,
                            column,
                        },
                    });
                    row += targets.len();
                }
                column += sources.len();
            }
            offset += edges.count();
        }
        found
    }
}

impl Weights {
    /// The weights of a part of the edges.
    #[must_use]
    pub fn part(&self, edges: Rectangle) -> Self {
        let place = WeightPlace {
            row: self.place.row + edges.targets.start - self.edges.targets.start,
            column: self.place.column + edges.sources.start - self.edges.sources.start,
            ..self.place
        };
        Self { edges, place }
    }
}
