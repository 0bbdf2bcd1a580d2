//! What is computed again where it is read, rather than stored: units in the order of execution go in, the nodes come out.
//!
//! A reverse sweep reads what the forward sweep wrote long before: of tanh at each layer f', f'' = -2 y f' and f''' (|∇z|²), which follow from
//! y, f' and ∇z, which it reads anyway. Where a block has left the nearest cache, a store and a load take as long as some operations.
//! What becomes one nest is weighed as a whole: the tensors that it loads, and which of its results are stored for others. (Rematerialization,
//! as in Chen, Xu, Zhang and Guestrin, *Training deep nets with sublinear memory cost*, 2016, but for time.)

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::functions::StraightLine;
use crate::ir::{Binding, Graph, NodeId, Op, Program};

use super::units::{Unit, Units, steps};
use super::views::view_of;

/// Arithmetic operations of a vector that take as long as to load one from the second cache, and to store one there.
const LOAD: usize = 4;
const STORE: usize = 8;

/// How a node is computed where it is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Recomputed {
    /// From its arguments.
    Node(Vec<NodeId>),
    /// A derivative of a function, by code that calls no elementary function, whose operands are the argument and the other derivatives.
    Derivative(StraightLine, Vec<NodeId>),
}

impl Recomputed {
    /// What it reads.
    pub fn reads(&self) -> Vec<NodeId> {
        match self {
            Recomputed::Node(reads) => reads.clone(),
            Recomputed::Derivative(code, operands) => {
                let operands = operands.iter().enumerate();
                let read = operands.filter(|(operand, _)| code.reads(*operand));
                read.map(|(_, id)| *id).collect()
            }
        }
    }
}

/// The nodes of elementwise units that are computed again.
pub(super) fn recomputed(program: &Program, units: &Units) -> HashMap<NodeId, Recomputed> {
    let stretches = Stretches::new(program, units);
    let mut chosen = BTreeSet::new();
    for (home, written) in &stretches.written {
        let candidates = written.iter().copied();
        let all: BTreeSet<NodeId> = candidates
            .filter(|id| stretches.candidates.contains_key(id))
            .collect();
        let around = stretches.around(*home);
        let cost = |nodes: &BTreeSet<NodeId>| {
            stretches.cost(*home, &around, &chosen.union(nodes).copied().collect())
        };
        let mut nodes = all;
        let mut least = cost(&nodes);
        while let Some((cost, fewer)) = without_one(&nodes, cost, least) {
            (least, nodes) = (cost, fewer);
        }
        if !nodes.is_empty() && least < cost(&BTreeSet::new()) {
            chosen.extend(nodes);
        }
    }
    let mut candidates = stretches.candidates;
    candidates.retain(|id, _| chosen.contains(id));
    candidates
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

/// Elementwise units that follow each other and become one nest, by their moment.
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
    candidates: HashMap<NodeId, Recomputed>,
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
                let arguments = graph.arguments(*node);
                let mut read = Vec::new();
                for argument in arguments {
                    let stored = units.stored(graph, argument);
                    let [own, its] = [*node, argument].map(|id| steps(graph.shape(id)));
                    // What is read through a view is stored, and what is read at several steps.
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
        // A product with a weight that only a contraction reads is multiplied as that reads, from the factors.
        for id in units.ordered.iter().flat_map(Unit::nodes) {
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
            for (position, node) in unit.nodes().iter().enumerate() {
                let is_free = graph.node(*node).binding == Binding::Points
                    && !stretches.pinned.contains(node);
                if is_free && let Some(recomputed) = again(graph, units, unit, position) {
                    stretches.candidates.insert(*node, recomputed);
                }
            }
        }
        stretches
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
    fn cost(&self, home: usize, around: &BTreeSet<usize>, again: &BTreeSet<NodeId>) -> usize {
        let mut cost = 0;
        let mut stored: BTreeSet<NodeId> = BTreeSet::new();
        for moment in around {
            let mut seen = BTreeSet::new();
            let written = self.written[moment].iter();
            let written = written.filter(|id| !again.contains(id));
            let mut pending: Vec<NodeId> = written
                .flat_map(|id| self.reads[id].0.iter().copied())
                .collect();
            while let Some(id) = pending.pop() {
                let is_own = self.reads.get(&id).is_some_and(|(_, own)| own == moment);
                if !seen.insert(id) || self.graph.node(id).binding < Binding::Points {
                    continue;
                }
                let size = self.graph.node(id).size();
                if again.contains(&id) {
                    let recomputed = &self.candidates[&id];
                    pending.extend(recomputed.reads());
                    // Where it is written it is computed anyway.
                    cost += usize::from(!is_own) * size * self.operations(id, recomputed);
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

    /// Arithmetic operations to compute one entry again.
    fn operations(&self, id: NodeId, recomputed: &Recomputed) -> usize {
        match recomputed {
            Recomputed::Derivative(code, _) => {
                let cost = code.cost();
                cost.additions + cost.multiplications + cost.bounds
            }
            Recomputed::Node(reads) => match &self.graph.node(id).op {
                Op::Contract(contract) => {
                    let summed = &contract.extents[contract.rank..];
                    contract.tensors().count() * summed.iter().product::<usize>()
                }
                _ => reads.len(),
            },
        }
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

/// How a node of a unit is computed from what is stored, if it can be without an elementary function.
fn again(graph: &Graph, units: &Units, unit: &Unit, position: usize) -> Option<Recomputed> {
    let nodes = unit.nodes();
    let id = nodes[position];
    let arguments = graph.arguments(id);
    // Structure is written in the regions of who reads it.
    let is_entry =
        |id: &NodeId| units.stored(graph, *id) == Some(*id) || view_of(graph, *id).is_some();
    if !arguments.iter().all(is_entry) {
        return None;
    }
    let Op::Map {
        function, argument, ..
    } = graph.node(id).op
    else {
        return Some(Recomputed::Node(arguments));
    };
    let orders = nodes.iter().map(|node| match graph.node(*node).op {
        Op::Map { order, .. } => order,
        _ => unreachable!("a unit of maps has maps"),
    });
    let orders: Vec<usize> = orders.collect();
    let code = graph.function(function).lower(&orders);
    let code = code.without_elementary(position)?;
    let operands = [argument].into_iter().chain(nodes.iter().copied());
    Some(Recomputed::Derivative(code, operands.collect()))
}
