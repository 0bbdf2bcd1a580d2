//! Loops of elementwise work: nodes of one shape go in, straight-line code in nested loops comes out.

use std::collections::HashMap;

use crate::functions::{StepId, StraightLine, StraightLineBuilder};
use crate::ir::{Contract, Graph, NodeId, Op};

use super::layout::Layout;
use super::nests::{ElementwiseNest, LaneAxis, Operand, Place, Space, View};
use super::region::Region;
use super::units::{Recomputed, Term, Units};

/// An axis of a tensor within a nest: the loop that runs along it, none for a single entry, and
/// where it begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Axis {
    counter: Option<usize>,
    start: usize,
}

impl Axis {
    /// The first entry along an index that no loop counts.
    const FIRST: Axis = Axis {
        counter: None,
        start: 0,
    };
}

/// Writes the body of one nest, over a region of its result, collecting its operands.
pub(crate) struct Writer<'a> {
    graph: &'a Graph,
    layout: &'a Layout,
    region: &'a Region,
    recomputed: &'a HashMap<NodeId, Recomputed>,
    /// Entries of these that are computed already.
    computed: HashMap<(NodeId, Vec<Axis>), StepId>,
    builder: StraightLineBuilder,
    operands: Vec<Operand>,
}

impl<'a> Writer<'a> {
    /// An empty body.
    pub fn new(graph: &'a Graph, units: &'a Units, layout: &'a Layout, region: &'a Region) -> Self {
        Writer {
            graph,
            layout,
            region,
            recomputed: &units.recomputed,
            computed: HashMap::new(),
            builder: StraightLineBuilder::new(),
            operands: Vec::new(),
        }
    }

    /// The loops of the nest, each along an axis of the result.
    fn axes(&self) -> Vec<Axis> {
        let starts = self.region.starts.iter().enumerate();
        let axes = starts.map(|(counter, start)| Axis {
            counter: Some(counter),
            start: *start,
        });
        axes.collect()
    }

    fn operand(&mut self, operand: Operand) -> StepId {
        let known = self.operands.iter().position(|known| *known == operand);
        let index = known.unwrap_or_else(|| {
            self.operands.push(operand);
            self.operands.len() - 1
        });
        self.builder.operand(index)
    }

    /// The entry of a tensor at a step of the loops; none if it is zero in the whole region.
    fn entry(&mut self, id: NodeId, axes: &[Axis]) -> Option<StepId> {
        if let Some(recomputed) = self.recomputed.get(&id) {
            return Some(self.again(id, recomputed, axes));
        }
        if let Some(view) = self.layout.view(self.graph, id) {
            let mut place = view.place();
            let mut steps = vec![0; self.region.extents.len()];
            for (axis, (extent, stride)) in axes.iter().zip(view.shape.iter().zip(&view.strides)) {
                place.offset += axis.start * stride;
                if let Some(counter) = axis.counter.filter(|_| *extent > 1) {
                    steps[counter] += stride;
                }
            }
            return Some(self.operand(Operand::Tensor { place, steps }));
        }
        match &self.graph.node(id).op {
            Op::Sum(_) => None,
            Op::Contract(contract) => self.structure(contract, axes),
            _ => unreachable!("every other tensor is stored"),
        }
    }

    /// The entry of a tensor that is not stored, from what is.
    fn again(&mut self, id: NodeId, recomputed: &Recomputed, axes: &[Axis]) -> StepId {
        let key = (id, axes.to_vec());
        if let Some(known) = self.computed.get(&key) {
            return *known;
        }
        let entry = match (&recomputed.code, &self.graph.node(id).op) {
            (Some((code, operands)), _) => {
                let entries = operands.iter().enumerate().map(|(operand, id)| {
                    let entry = code.reads(operand).then(|| self.entry(*id, axes));
                    entry
                        .flatten()
                        .unwrap_or_else(|| self.builder.constant(0.0))
                });
                let entries: Vec<StepId> = entries.collect();
                self.builder.inline(code, &entries)[0]
            }
            (None, Op::Sum(terms)) => {
                let terms: Vec<Term> = terms.iter().map(|(c, term)| (c.0, *term)).collect();
                self.combination_at(&terms, axes)
            }
            _ => self.product_at(id, axes),
        };
        self.computed.insert(key, entry);
        entry
    }

    /// Ones, deltas, or deltas around a tensor, written where they are used: a region is in the
    /// range of an embedding or outside of it.
    fn structure(&mut self, contract: &'a Contract, axes: &[Axis]) -> Option<StepId> {
        let mut along: Vec<Option<Axis>> = axes.iter().copied().map(Some).collect();
        along.resize(contract.extents.len(), None);
        let mut diagonals = Vec::new();
        for (output, carrier, start) in contract.embeddings() {
            let begins = axes[output].start.checked_sub(start);
            let begins = begins.filter(|begins| *begins < contract.extents[carrier])?;
            let Axis { counter, .. } = axes[output];
            match along[carrier] {
                Some(known) if known.start != begins => return None,
                Some(known) => diagonals.extend(known.counter.zip(counter)),
                None => {
                    along[carrier] = Some(Axis {
                        counter,
                        start: begins,
                    })
                }
            }
        }
        let mut product = self.builder.constant(1.0);
        for (tensor, indices) in contract.tensors() {
            let axes: Vec<Axis> = indices
                .iter()
                .map(|index| {
                    let (carrier, offset) = contract.runs_along(*index);
                    let axis = along[carrier];
                    Axis {
                        counter: axis.and_then(|axis| axis.counter),
                        start: offset + axis.map_or(0, |axis| axis.start),
                    }
                })
                .collect();
            product = self.entry(tensor, &axes)?;
        }
        for (a, b) in diagonals {
            if self.region.extents[a] > 1 {
                let delta = self.operand(Operand::Delta(a, b));
                product = self.builder.select(delta, product);
            }
        }
        Some(product)
    }

    /// The linear combination of some terms.
    pub fn combination(&mut self, terms: &[Term]) -> StepId {
        self.combination_at(terms, &self.axes())
    }

    fn combination_at(&mut self, terms: &[Term], axes: &[Axis]) -> StepId {
        let mut sum = self.builder.constant(0.0);
        for (coefficient, term) in terms {
            if let Some(entry) = self.entry(*term, axes) {
                let coefficient = self.builder.constant(*coefficient);
                sum = self.builder.multiply_add(coefficient, entry, sum);
            }
        }
        sum
    }

    /// One for the first of the largest entries along an axis, zero for the others.
    pub fn first_maximum(&mut self, id: NodeId, axis: usize, extent: usize) -> Vec<StepId> {
        let mut axes = self.axes();
        let mut largest = None;
        // For each entry: whether it exceeds all before it, and whether the largest before it stays.
        let mut comparisons = Vec::new();
        for start in 0..extent {
            let counter = None;
            axes[axis] = Axis { counter, start };
            let entry = self.entry(id, &axes);
            let entry = entry.unwrap_or_else(|| self.builder.constant(0.0));
            let one = self.builder.constant(1.0);
            let Some(before) = largest.replace(entry) else {
                comparisons.push((one, one));
                continue;
            };
            let greater = self.builder.greater(entry, before);
            let stays = self.builder.subtract(one, greater);
            let (new, old) = (
                self.builder.select(greater, entry),
                self.builder.select(stays, before),
            );
            largest = Some(self.builder.add(new, old));
            comparisons.push((greater, stays));
        }
        let mut rest = self.builder.constant(1.0);
        let results = comparisons.iter().rev().map(|(greater, stays)| {
            let result = self.builder.multiply(*greater, rest);
            rest = self.builder.multiply(rest, *stays);
            result
        });
        let mut results: Vec<StepId> = results.collect();
        results.reverse();
        results
    }

    /// The entry of a tensor that structure puts elsewhere, in loops over free indices.
    pub fn moved(&mut self, contract: &Contract, free: &[usize]) -> StepId {
        let along = |index: &usize| {
            let (carrier, start) = contract.runs_along(*index);
            Axis {
                counter: free.iter().position(|known| *known == carrier),
                start,
            }
        };
        let tensor = contract.tensors().next();
        let entry = match tensor {
            Some((tensor, indices)) => {
                let axes: Vec<Axis> = indices.iter().map(along).collect();
                self.entry(tensor, &axes)
            }
            None => Some(self.builder.constant(1.0)),
        };
        entry.unwrap_or_else(|| self.builder.constant(0.0))
    }

    /// The product of the factors of an elementwise contraction, summed over what is written out.
    pub fn product(&mut self, id: NodeId) -> StepId {
        self.product_at(id, &self.axes())
    }

    fn product_at(&mut self, id: NodeId, axes: &[Axis]) -> StepId {
        let Op::Contract(contract) = &self.graph.node(id).op else {
            unreachable!("products are contractions");
        };
        let mut axes = axes.to_vec();
        if contract.is_structure() {
            let entry = self.structure(contract, &axes);
            return entry.unwrap_or_else(|| self.builder.constant(0.0));
        }
        let summed = &contract.extents[contract.rank..];
        axes.resize(contract.extents.len(), Axis::FIRST);
        let mut sum = self.builder.constant(0.0);
        for term in 0..summed.iter().product() {
            let mut rest = term;
            for (axis, extent) in axes[contract.rank..].iter_mut().zip(summed) {
                axis.start = rest % extent;
                rest /= extent;
            }
            if let Some((product, factor)) = self.factors(contract, &axes) {
                sum = self.builder.multiply_add(product, factor, sum);
            }
        }
        sum
    }

    /// The product of the factors of a contraction where each index stands at one place, but for the last one; none if it is zero.
    fn factors(&mut self, contract: &Contract, axes: &[Axis]) -> Option<(StepId, StepId)> {
        let one = self.builder.constant(1.0);
        let mut product = (one, one);
        for (tensor, indices) in contract.tensors() {
            let own: Vec<Axis> = indices.iter().map(|index| axes[*index]).collect();
            let entry = self.entry(tensor, &own)?;
            product = (self.builder.multiply(product.0, product.1), entry);
        }
        Some(product)
    }

    /// The given derivatives of one function.
    pub fn maps(&mut self, nodes: &[NodeId]) -> Vec<StepId> {
        let mut orders = Vec::new();
        let mut read = None;
        for id in nodes {
            if let Op::Map {
                function,
                order,
                argument,
            } = self.graph.node(*id).op
            {
                orders.push(order);
                read = Some((function, argument));
            }
        }
        let (function, argument) = read.expect("a unit of maps has a map");
        let code: StraightLine = self.graph.function(function).lower(&orders);
        let entry = self.entry(argument, &self.axes());
        let entry = entry.unwrap_or_else(|| self.builder.constant(0.0));
        self.builder.inline(&code, &[entry])
    }

    /// The nest that stores `results` at `views`; on points, of which a block has so many vectors, or on scalars.
    pub fn finish(
        self,
        results: &[StepId],
        views: &[View],
        vectors: Option<usize>,
    ) -> ElementwiseNest {
        let shape = &views[0].shape;
        let steps = |view: &View| -> Vec<usize> {
            let pairs = view.shape.iter().zip(&view.strides);
            pairs
                .map(|(extent, stride)| if *extent > 1 { *stride } else { 0 })
                .collect()
        };
        let mut nest = ElementwiseNest {
            lane: if vectors.is_some() {
                LaneAxis::Points
            } else {
                LaneAxis::Row
            },
            loops: shape.clone(),
            vectors: 1,
            operands: self.operands,
            results: views
                .iter()
                .map(|view| (view.place(), steps(view)))
                .collect(),
            body: self.builder.finish(results),
        };
        if let Some(vectors) = vectors.filter(|vectors| *vectors > 1) {
            walk_vectors(&mut nest, vectors);
        }
        let nest = with_a_loop(squeeze(nest));
        if vectors.is_some() {
            longest_inside(nest)
        } else {
            along_rows(nest)
        }
    }
}

/// One more loop: over the vectors of points, which lie side by side in a block.
fn walk_vectors(nest: &mut ElementwiseNest, vectors: usize) {
    let step = |place: &Place| usize::from(place.space == Space::Block);
    nest.loops.push(vectors);
    for operand in &mut nest.operands {
        if let Operand::Tensor { place, steps } = operand {
            steps.push(step(place));
        }
    }
    for (place, steps) in &mut nest.results {
        steps.push(step(place));
    }
}

/// Drops loops of one step and joins neighbours that every operand walks through as one.
fn squeeze(mut nest: ElementwiseNest) -> ElementwiseNest {
    let mut position = 0;
    while position < nest.loops.len() {
        let in_delta = |operand: &Operand| matches!(operand, Operand::Delta(a, b) if *a == position || *b == position);
        let free = !nest.operands.iter().any(in_delta);
        let all_steps = |nest: &ElementwiseNest| -> Vec<Vec<usize>> {
            let operands = nest.operands.iter().filter_map(|operand| match operand {
                Operand::Tensor { steps, .. } => Some(steps.clone()),
                Operand::Delta(..) => None,
            });
            operands
                .chain(nest.results.iter().map(|(_, steps)| steps.clone()))
                .collect()
        };
        let joins = |other: usize| {
            let touched = |operand: &Operand| matches!(operand, Operand::Delta(a, b) if *a == other || *b == other);
            !nest.operands.iter().any(touched)
                && all_steps(&nest)
                    .iter()
                    .all(|steps| steps[other] == steps[position] * nest.loops[position])
        };
        if free && nest.loops[position] == 1 {
            nest.remove_loop(position);
        } else if let Some(other) =
            (0..nest.loops.len()).find(|other| free && *other != position && joins(*other))
        {
            nest.loops[position] *= nest.loops[other];
            nest.remove_loop(other);
            position = 0;
        } else {
            position += 1;
        }
    }
    nest
}

/// A nest of one step still has a loop.
fn with_a_loop(mut nest: ElementwiseNest) -> ElementwiseNest {
    if nest.loops.is_empty() {
        nest.loops.push(1);
        for operand in &mut nest.operands {
            if let Operand::Tensor { steps, .. } = operand {
                steps.push(0);
            }
        }
        for (_, steps) in &mut nest.results {
            steps.push(0);
        }
    }
    nest
}

/// Moves the longest loop in which everything is contiguous or fixed to the inside, for the lanes.
fn along_rows(mut nest: ElementwiseNest) -> ElementwiseNest {
    for axis in 0..nest.loops.len() {
        if nest.loops[axis] == 1 {
            for (_, steps) in &mut nest.results {
                steps[axis] = 1;
            }
        }
    }
    let fits = |axis: &usize| {
        let read = |operand: &Operand| match operand {
            Operand::Tensor { steps, .. } => steps[*axis] <= 1,
            Operand::Delta(..) => true,
        };
        nest.operands.iter().all(read) && nest.results.iter().all(|(_, steps)| steps[*axis] == 1)
    };
    // Where nothing is contiguous along one axis, lanes are gathered and scattered along the longest.
    let axes = 0..nest.loops.len();
    let axis = axes.max_by_key(|axis| (fits(axis), nest.loops[*axis]));
    let axis = axis.expect("a nest has a loop");
    nest.lane = LaneAxis::Row;
    inside(nest, axis)
}

/// Points run along the lanes whatever the loops: the longest goes inside, where a step is cheapest.
fn longest_inside(nest: ElementwiseNest) -> ElementwiseNest {
    let longest = (0..nest.loops.len()).max_by_key(|axis| nest.loops[*axis]);
    inside(nest, longest.expect("a nest has a loop"))
}

/// Makes a loop the innermost.
fn inside(mut nest: ElementwiseNest, axis: usize) -> ElementwiseNest {
    let last = nest.loops.len() - 1;
    nest.exchange_loops(axis, last);
    nest
}
