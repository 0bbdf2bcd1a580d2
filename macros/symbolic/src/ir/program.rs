//! A graph with named outputs: what a transform returns and the scheduler takes.

use super::graph::{Binding, Graph, NodeId, Op};

/// A result of a [`Program`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The name that documentation uses.
    pub name: String,
    /// The tensor.
    pub node: NodeId,
}

/// A tensor that is summed over all points of a call, into a flat vector of sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The tensor of one point.
    pub node: NodeId,
    /// Where its first entry is, column-major (first axis fastest).
    pub offset: usize,
}

/// A graph, the shapes of its inputs, and its outputs in the order in which callers get them.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The nodes.
    pub graph: Graph,
    /// The shape of each input, by number.
    pub inputs: Vec<Vec<usize>>,
    /// The number of parameters.
    pub parameters: usize,
    /// What is computed for each point.
    pub outputs: Vec<Output>,
    /// What is summed over the points. No two of them share an entry.
    pub totals: Vec<Total>,
    /// How many entries of the sums, the first, are the gradient in the parameters, at their places: callers may want these elsewhere than
    /// the others.
    pub gradient: usize,
}

impl Program {
    /// The live nodes in topological order.
    pub fn live(&self) -> Vec<NodeId> {
        let outputs = self.outputs.iter().map(|output| output.node);
        let totals = self.totals.iter().map(|total| total.node);
        let roots: Vec<NodeId> = outputs.chain(totals).collect();
        let marks = self.graph.ancestors(&roots);
        let ids = (0..self.graph.len()).filter(|index| marks[*index]);
        ids.map(|index| NodeId(index as u32)).collect()
    }

    /// Checks what the later stages rely on; the answer names the first fault and its neighbours.
    pub fn verify(&self) -> Result<(), String> {
        for id in self.live() {
            self.verify_node(id)
                .map_err(|fault| format!("{fault} at {}", self.graph.describe(id)))?;
        }
        self.verify_totals()
    }

    fn verify_totals(&self) -> Result<(), String> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for total in &self.totals {
            let node = self.graph.node(total.node);
            if node.binding != Binding::Points {
                return Err("what is summed over the points does not depend on them".to_owned());
            }
            let end = total.offset + node.size();
            if spans
                .iter()
                .any(|(from, to)| *from < end && total.offset < *to)
            {
                return Err("two totals share an entry".to_owned());
            }
            spans.push((total.offset, end));
        }
        Ok(())
    }

    fn verify_node(&self, id: NodeId) -> Result<(), String> {
        let graph = &self.graph;
        let node = graph.node(id);
        let expect = |holds: bool, fault: &str| if holds { Ok(()) } else { Err(fault.to_owned()) };
        for argument in graph.arguments(id) {
            expect(argument < id, "an argument is younger than its user")?;
        }
        match &node.op {
            Op::Input(number) => {
                let declared = self.inputs.get(*number);
                expect(declared == Some(&node.shape), "an input is not as declared")
            }
            Op::Parameter { offset } | Op::Increment { offset } => expect(
                offset + node.size() <= self.parameters,
                "parameters are read past their end",
            ),
            Op::Sum(terms) => {
                for (coefficient, term) in terms {
                    // Products of a formula's literals may overflow, as they would at run time.
                    expect(!coefficient.0.is_nan(), "a coefficient is not a number")?;
                    expect(graph.shape(*term) == node.shape, "a term has another shape")?;
                }
                expect(
                    terms.is_empty() || node.binding != Binding::Constant || graph.is_constant(id),
                    "a constant depends on something",
                )
            }
            Op::Contract(contract) => {
                expect(contract.tensors().count() <= 2, "more than two tensors")?;
                expect(
                    contract.extents[..contract.rank] == node.shape[..],
                    "output indices do not give the shape",
                )?;
                for (tensor, indices) in contract.tensors() {
                    let extents = indices.iter().map(|index| contract.extents[*index]);
                    expect(
                        extents.eq(graph.shape(tensor).iter().copied()),
                        "indices do not fit a factor",
                    )?;
                }
                for (a, b, offset) in contract.deltas() {
                    expect(
                        contract.extents[b] + offset <= contract.extents[a] && a != b,
                        "a delta runs out of its axis",
                    )?;
                    let alone = contract.tensors().count() < 2;
                    expect(alone, "a delta stands beside work")?;
                }
                for window in contract.windows() {
                    expect(
                        window.last(&contract.extents) < contract.extents[window.axis],
                        "a window runs out of its axis",
                    )?;
                    let free = |(index, _): &(usize, usize)| contract.is_free(*index);
                    expect(window.terms.iter().all(free), "a window of a window")?;
                    let carried = contract
                        .tensors()
                        .any(|(_, all)| all.contains(&window.axis));
                    let apart = carried != (window.axis < contract.rank);
                    expect(apart, "the axis of a window is neither read nor written")?;
                    let alone = contract.tensors().count() < 2;
                    expect(alone, "a window stands beside work")?;
                }
                Ok(())
            }
            Op::Map { argument, .. } | Op::Held(argument) => expect(
                graph.shape(*argument) == node.shape,
                "a map changes the shape",
            ),
            Op::FirstMax { argument, axis } => expect(
                graph.shape(*argument) == node.shape && *axis < node.shape.len(),
                "a first maximum has another shape",
            ),
        }
    }
}

impl Graph {
    fn is_constant(&self, id: NodeId) -> bool {
        self.node(id).binding == Binding::Constant
    }
}
