//! The order of units: what each reads goes in, which comes after which comes out.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::ir::{Binding, Graph, NodeId};

use super::units::{Unit, reads, terms};

/// Units and what each needs.
pub(super) struct Order<'a> {
    graph: &'a Graph,
    fused: &'a HashSet<NodeId>,
    computed: &'a HashSet<NodeId>,
    units: Vec<Unit>,
    unit_of: HashMap<NodeId, usize>,
    /// What each node reads.
    read: HashMap<NodeId, Vec<NodeId>>,
    /// Of a term of a sum, the one before it.
    term_before: HashMap<usize, usize>,
}

impl<'a> Order<'a> {
    /// Each node a unit.
    pub fn new(
        graph: &'a Graph,
        fused: &'a HashSet<NodeId>,
        computed: &'a HashSet<NodeId>,
        nodes: &[NodeId],
    ) -> Self {
        let numbered = nodes.iter().enumerate();
        let none = HashMap::new();
        let read = |id: &NodeId| (*id, reads(graph, fused, computed, &none, &Unit::Node(*id)));
        Order {
            graph,
            fused,
            computed,
            units: nodes.iter().map(|id| Unit::Node(*id)).collect(),
            unit_of: numbered.map(|(number, id)| (*id, number)).collect(),
            read: nodes.iter().map(read).collect(),
            term_before: HashMap::new(),
        }
    }

    /// Makes nodes a unit.
    pub fn join(&mut self, nodes: &[NodeId], unit: fn(Vec<NodeId>) -> Unit) {
        let home = self.unit_of[&nodes[0]];
        self.units[home] = unit(nodes.to_vec());
        for id in nodes {
            self.unit_of.insert(*id, home);
        }
    }

    /// Joins nodes unless that would make units wait for each other.
    pub fn join_if_acyclic(&mut self, nodes: &[NodeId]) {
        let before: Vec<usize> = nodes.iter().map(|id| self.unit_of[id]).collect();
        let home = before[0];
        let alone = self.units[home].clone();
        self.join(nodes, Unit::Streams);
        if self.waits_for_itself(home) {
            self.units[home] = alone;
            self.unit_of.extend(nodes.iter().copied().zip(before));
        }
    }

    /// Whether a unit needs what needs it.
    fn waits_for_itself(&self, unit: usize) -> bool {
        let mut seen = vec![false; self.units.len()];
        let mut pending = vec![unit];
        while let Some(next) = pending.pop() {
            for need in self.needs(next) {
                if need == unit {
                    return true;
                }
                if !std::mem::replace(&mut seen[need], true) {
                    pending.push(need);
                }
            }
        }
        false
    }

    /// Makes each product that a sum accumulates a unit of its own. That of the last is the sum's.
    pub fn split(&mut self, sum: NodeId) {
        let (_, products) = terms(self.graph, self.fused, sum);
        let Some(last) = products.len().checked_sub(1).filter(|last| *last > 0) else {
            return;
        };
        let mut after = self.unit_of[&sum];
        self.units[after] = Unit::Term(sum, last);
        for number in (0..last).rev() {
            self.units.push(Unit::Term(sum, number));
            let before = self.units.len() - 1;
            self.term_before.insert(after, before);
            after = before;
        }
    }

    /// The order of the nodes, as far as units permit.
    pub fn execution(&self) -> Vec<Unit> {
        let order = self
            .sorted()
            .expect("single nodes are ordered by their ids");
        order
            .into_iter()
            .map(|unit| self.units[unit].clone())
            .collect()
    }

    /// An order in which that unit comes next which leaves the least scratch in use. What is `kept` stays in use to the end; `totals`
    /// are no scratch of points.
    pub fn frugal(&self, kept: &HashSet<NodeId>, totals: &HashMap<NodeId, usize>) -> Vec<Unit> {
        let sorted = self
            .sorted()
            .expect("single nodes are ordered by their ids");
        let places = sorted.iter().enumerate();
        let places: HashMap<usize, usize> = places.map(|(place, unit)| (*unit, place)).collect();
        let size = |id: &NodeId| match self.graph.node(*id).binding {
            Binding::Points if !totals.contains_key(id) => self.graph.node(*id).size(),
            _ => 0,
        };
        // By place: what is read, how much is written that was not begun before, how many units are waited for, which wait.
        let (mut read, mut taken, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        let mut waiting = vec![Vec::new(); sorted.len()];
        let mut readers: HashMap<NodeId, usize> = HashMap::new();
        for (place, unit) in sorted.iter().enumerate() {
            let needs = self.needs(*unit);
            missing.push(needs.len());
            for need in needs {
                waiting[places[&need]].push(place);
            }
            let reads: BTreeSet<NodeId> = self.reads(*unit).into_iter().collect();
            for id in &reads {
                *readers.entry(*id).or_default() += 1;
            }
            read.push(reads);
            let begins = !self.term_before.contains_key(unit);
            let nodes = self.units[*unit].nodes().iter();
            taken.push(nodes.filter(|_| begins).map(size).sum::<usize>());
        }
        let mut ready: BTreeSet<usize> = (0..sorted.len())
            .filter(|place| missing[*place] == 0)
            .collect();
        let mut order = Vec::new();
        loop {
            let growth = |place: &usize| {
                let last = |id: &&NodeId| readers[*id] == 1 && !kept.contains(*id);
                let freed: usize = read[*place].iter().filter(last).map(size).sum();
                taken[*place] as isize - freed as isize
            };
            let Some(next) = ready.iter().copied().min_by_key(growth) else {
                return order;
            };
            ready.remove(&next);
            order.push(self.units[sorted[next]].clone());
            for id in &read[next] {
                *readers.entry(*id).or_default() -= 1;
            }
            for after in &waiting[next] {
                missing[*after] -= 1;
                if missing[*after] == 0 {
                    ready.insert(*after);
                }
            }
        }
    }

    /// The stored tensors that a unit reads.
    fn reads(&self, unit: usize) -> Vec<NodeId> {
        match &self.units[unit] {
            term @ Unit::Term(..) => {
                reads(self.graph, self.fused, self.computed, &HashMap::new(), term)
            }
            unit => {
                let nodes = unit.nodes().iter();
                nodes.flat_map(|id| &self.read[id]).copied().collect()
            }
        }
    }

    /// The units that a unit reads.
    fn needs(&self, unit: usize) -> Vec<usize> {
        let reads = self.reads(unit);
        let needs = reads.iter().filter_map(|read| self.unit_of.get(read));
        let mut needs: Vec<usize> = needs.copied().collect();
        needs.extend(self.term_before.get(&unit));
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// A topological order, or none if there is a circle.
    fn sorted(&self) -> Option<Vec<usize>> {
        let mut state = vec![0_u8; self.units.len()];
        let mut order = Vec::new();
        let mut homes: Vec<usize> = self.unit_of.values().copied().collect();
        homes.sort_unstable();
        homes.dedup();
        for home in homes {
            if state[home] != 0 {
                continue;
            }
            let mut stack = vec![(home, self.needs(home))];
            state[home] = 1;
            while let Some((unit, needs)) = stack.last_mut() {
                match needs.pop() {
                    Some(need) if state[need] == 0 => {
                        state[need] = 1;
                        let inner = self.needs(need);
                        stack.push((need, inner));
                    }
                    Some(need) if state[need] == 1 => return None,
                    Some(_) => {}
                    None => {
                        state[*unit] = 2;
                        order.push(*unit);
                        stack.pop();
                    }
                }
            }
        }
        Some(order)
    }
}
