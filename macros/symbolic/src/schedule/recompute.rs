//! What is computed again where it is read, rather than stored: units in the order of execution go in, the nodes come out.
//!
//! A reverse sweep reads what the forward sweep wrote long before: of tanh at each layer f'' = -2 y f' and f''' |∇z|², which follow from y, f'
//! and ∇z, and these it reads anyway. Where a block has left the nearest cache, a store and a load take as long as some operations.
//! What becomes one nest is weighed as a whole: the tensors that it loads, and which of its results are stored for others. (Rematerialization,
//! as in Chen, Xu, Zhang and Guestrin, *Training deep nets with sublinear memory cost*, 2016, but for time.)

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::functions::StraightLine;
use crate::ir::{Binding, Graph, NodeId, Op, Program};

use super::units::{Recomputed, Unit, Units, steps};
use super::views::view_of;

/// Arithmetic operations of a vector that take as long as to load one from the second cache, and to store one there.
const LOAD: usize = 4;
const STORE: usize = 8;

/// The nodes of elementwise units that are computed again.
pub(super) fn recomputed(program: &Program, units: &Units) -> HashMap<NodeId, Recomputed> {
    let stretches = Stretches::new(program, units);
    let mut chosen = BTreeSet::new();
    for (home, written) in &stretches.written {
        let around = stretches.around(*home);
        let cost = |nodes: &BTreeSet<NodeId>| {
            let again = |id: &NodeId| nodes.contains(id) || chosen.contains(id);
            stretches.cost(*home, &around, again)
        };
        let is_candidate = |id: &&NodeId| stretches.candidates.contains_key(id);
        let mut nodes: BTreeSet<NodeId> = written.iter().filter(is_candidate).copied().collect();
        if nodes.is_empty() {
            continue;
        }
        let mut least = cost(&nodes);
        while let Some((cost, fewer)) = without_one(&nodes, cost, least) {
            (least, nodes) = (cost, fewer);
        }
        if least < cost(&BTreeSet::new()) {
            chosen.extend(nodes);
        }
    }
    // Arguments are older than what is computed from them.
    let mut recomputed: HashMap<NodeId, Recomputed> = HashMap::new();
    let mut candidates = stretches.candidates;
    for id in chosen {
        let Some(candidate) = candidates.remove(&id) else {
            continue;
        };
        let mut sources = BTreeSet::new();
        for read in candidate.reads {
            match recomputed.get(&read) {
                Some(recomputed) => sources.extend(recomputed.sources.iter().copied()),
                None => sources.extend([read]),
            }
        }
        let sources = sources.into_iter().collect();
        let code = candidate.code;
        recomputed.insert(id, Recomputed { code, sources });
    }
    recomputed
}

/// The nodes without the latest of those without which they cost no more.
fn without_one(
    nodes: &BTreeSet<NodeId>,
    cost: impl Fn(&BTreeSet<NodeId>) -> usize,
    most: usize,
) -> Option<(usize, BTreeSet<NodeId>)> {
    nodes.iter().rev().find_map(|id| {
        let mut fewer = nodes.clone();
        fewer.remove(id);
        let cost = cost(&fewer);
        (cost <= most).then_some((cost, fewer))
    })
}

/// A node that could be computed again.
struct Candidate {
    code: Option<(StraightLine, Vec<NodeId>)>,
    /// The tensors that it is computed from, where nothing else is computed again.
    reads: Vec<NodeId>,
    /// Arithmetic operations for one entry.
    operations: usize,
}

/// Elementwise units that follow each other and become one nest, if that does not read or write too much, by their moment.
struct Stretches<'a> {
    graph: &'a Graph,
    /// What is written at each moment by units whose results can be computed again.
    written: BTreeMap<usize, Vec<NodeId>>,
    /// What each node of theirs reads, and its moment.
    reads: HashMap<NodeId, (Vec<NodeId>, usize)>,
    /// The moments at which each tensor is read by them.
    readers: HashMap<NodeId, BTreeSet<usize>>,
    /// What is stored for others.
    pinned: HashSet<NodeId>,
    candidates: HashMap<NodeId, Candidate>,
}

impl<'a> Stretches<'a> {
    fn new(program: &'a Program, units: &Units) -> Self {
        let graph = &program.graph;
        let outputs = program.outputs.iter();
        let outputs = outputs.filter_map(|output| units.stored(graph, output.node));
        let mut stretches = Stretches {
            graph,
            written: BTreeMap::new(),
            reads: HashMap::new(),
            readers: HashMap::new(),
            pinned: outputs.collect(),
            candidates: HashMap::new(),
        };
        let moments = units.moments(graph);
        let timed = units.ordered.iter().zip(moments);
        let (inside, outside): (Vec<_>, Vec<_>) =
            timed.partition(|(unit, _)| is_inside(graph, units, unit));
        for (unit, _) in outside {
            stretches.pinned.extend(units.reads(graph, unit));
        }
        for (unit, moment) in &inside {
            let written = stretches.written.entry(*moment).or_default();
            written.extend(unit.nodes());
            for node in unit.nodes() {
                let mut read = Vec::new();
                for argument in graph.arguments(*node) {
                    let stored = units.stored(graph, argument);
                    let [own, its] = [*node, argument].map(|id| steps(graph.shape(id)));
                    // What is read through a view is stored, and what is read in other loops.
                    let pinned = stored.filter(|stored| *stored != argument || own != its);
                    stretches.pinned.extend(pinned);
                    read.extend(stored);
                }
                for argument in &read {
                    let readers = stretches.readers.entry(*argument).or_default();
                    readers.insert(*moment);
                }
                stretches.reads.insert(*node, (read, *moment));
            }
        }
        // A product with a weight that no elementwise work reads is multiplied as a contraction reads it, from the factors.
        for id in inside.iter().flat_map(|(unit, _)| unit.nodes()) {
            if let Op::Contract(contract) = &graph.node(*id).op
                && !stretches.readers.contains_key(id)
                && contract
                    .tensors()
                    .any(|(_, indices)| indices.len() < contract.rank)
            {
                stretches.pinned.extend(graph.arguments(*id));
            }
        }
        for (unit, _) in &inside {
            stretches.find_candidates(units, unit);
        }
        stretches
    }

    /// Adds the nodes of a unit that could be computed again, without an elementary function.
    fn find_candidates(&mut self, units: &Units, unit: &Unit) {
        let graph = self.graph;
        let nodes = unit.nodes();
        let is_free =
            |id: &NodeId| graph.node(*id).binding == Binding::Points && !self.pinned.contains(id);
        // Structure is written in the regions of who reads it.
        let is_entry =
            |id: &NodeId| units.stored(graph, *id) == Some(*id) || view_of(graph, *id).is_some();
        let arguments = graph.arguments(nodes[0]);
        if !nodes.iter().any(is_free) || !arguments.iter().all(is_entry) {
            return;
        }
        let read = |id: &NodeId| units.stored(graph, *id);
        let Op::Map { function, .. } = graph.node(nodes[0]).op else {
            let candidate = Candidate {
                code: None,
                reads: arguments.iter().filter_map(read).collect(),
                operations: operations(&graph.node(nodes[0]).op),
            };
            self.candidates.insert(nodes[0], candidate);
            return;
        };
        let orders = nodes.iter().map(|node| match graph.node(*node).op {
            Op::Map { order, .. } => order,
            _ => unreachable!("a unit of maps has maps"),
        });
        let orders: Vec<usize> = orders.collect();
        let lowered = graph.function(function).lower(&orders);
        let operands: Vec<NodeId> = arguments.iter().chain(nodes).copied().collect();
        let free = nodes.iter().enumerate().filter(|(_, id)| is_free(id));
        let found = free.filter_map(|(position, id)| {
            let code = lowered.without_elementary(position, arguments.len())?;
            let cost = code.cost();
            let is_read = |operand: &usize| code.reads(*operand);
            let reads = (0..operands.len()).filter(is_read);
            let reads = reads.filter_map(|operand| read(&operands[operand]));
            let candidate = Candidate {
                reads: reads.collect(),
                operations: cost.additions + cost.multiplications - cost.multiply_adds
                    + cost.bounds,
                code: Some((code, operands.clone())),
            };
            Some((*id, candidate))
        });
        let found: Vec<(NodeId, Candidate)> = found.collect();
        self.candidates.extend(found);
    }

    /// The moments at which what is written at one is read, and this.
    fn around(&self, home: usize) -> BTreeSet<usize> {
        let read = self.written[&home].iter();
        let read = read.filter_map(|id| self.readers.get(id));
        let mut around: BTreeSet<usize> = read.flatten().copied().collect();
        around.insert(home);
        around
    }

    /// What the loads of these moments, the stores at `home` and what is computed again take together.
    fn cost(
        &self,
        home: usize,
        around: &BTreeSet<usize>,
        again: impl Fn(&NodeId) -> bool,
    ) -> usize {
        let mut cost = 0;
        let mut stored: BTreeSet<NodeId> = BTreeSet::new();
        for moment in around {
            let mut seen = BTreeSet::new();
            let written = self.written[moment].iter().filter(|id| !again(id));
            let mut pending: Vec<NodeId> = written
                .flat_map(|id| self.reads[id].0.iter().copied())
                .collect();
            while let Some(id) = pending.pop() {
                let is_own = self.reads.get(&id).is_some_and(|(_, own)| own == moment);
                if !seen.insert(id) || self.graph.node(id).binding < Binding::Points {
                    continue;
                }
                let size = self.graph.node(id).size();
                if again(&id) {
                    let candidate = &self.candidates[&id];
                    pending.extend(&candidate.reads);
                    // Where it is written it is computed anyway.
                    cost += usize::from(!is_own) * size * candidate.operations;
                } else if !is_own {
                    cost += size * LOAD;
                    stored.insert(id);
                }
            }
        }
        for id in &self.written[&home] {
            if self.pinned.contains(id) || stored.contains(id) {
                cost += self.graph.node(*id).size() * STORE;
            }
        }
        cost
    }
}

/// Arithmetic operations for one entry of a sum, or of a product with what it sums.
fn operations(op: &Op) -> usize {
    match op {
        Op::Contract(contract) => {
            let summed = &contract.extents[contract.rank..];
            contract.tensors().count() * summed.iter().product::<usize>() - 1
        }
        Op::Sum(terms) => terms.len(),
        _ => 0,
    }
}

/// Whether the results of a unit may be computed where they are read, and what it reads may be computed within it: derivatives of
/// functions, sums and products, entry by entry.
fn is_inside(graph: &Graph, units: &Units, unit: &Unit) -> bool {
    let of_entries = |id: &NodeId| match &graph.node(*id).op {
        Op::Contract(contract) => contract.is_plain() && !contract.is_structure(),
        Op::Sum(terms) => !terms.is_empty(),
        _ => true,
    };
    units.is_elementwise(graph, unit) && unit.nodes().iter().all(of_entries)
}
