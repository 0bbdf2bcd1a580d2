//! What a node costs per point: counts that the documentation states and weights that choose.

use crate::ir::{Binding, CalledFor, Graph, NodeId, Op};

/// Work on parameters alone is done once per call; in a call for many points this is its share of a point's work.
const HOISTED: f64 = 0.125;
/// An element that is written to and read from memory between nests, in multiply-adds.
const MOVE: f64 = 0.5;
/// An element that a sum reads from farther than the nearest cache, in multiply-adds.
const FAR: f64 = 0.125;
/// So many elements of a tensor are in the nearest cache where each is a vector of points.
const NEAR: usize = 512;
/// An elementary function on one element, in multiply-adds.
const ELEMENTARY: f64 = 16.0;
/// A further derivative of a function whose generators are known.
const DERIVATIVE: f64 = 2.0;

/// Operations of a program, per point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Products that are added to something, in contractions, one triangle of symmetric results.
    pub multiply_adds: f64,
    /// Elementwise products and sums.
    pub elementwise: f64,
    /// Evaluations of elementary functions.
    pub elementary: f64,
    /// The figure that choices compare, in multiply-adds.
    pub weight: f64,
}

impl Cost {
    /// Floating-point operations: two for a multiply-add, one for the others.
    pub fn flops(&self) -> f64 {
        2.0 * self.multiply_adds + self.elementwise + self.elementary
    }
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.multiply_adds += other.multiply_adds;
        self.elementwise += other.elementwise;
        self.elementary += other.elementary;
        self.weight += other.weight;
    }
}

impl Graph {
    /// The cost of one node, its arguments given.
    pub fn node_cost(&mut self, id: NodeId) -> Cost {
        let node = self.node(id).clone();
        let size = node.size() as f64;
        let mut cost = Cost::default();
        match &node.op {
            Op::Input(_) | Op::Parameter { .. } | Op::Increment { .. } | Op::Held(_) => {}
            Op::FirstMax { .. } => {
                cost.elementwise = size;
                cost.weight = size + MOVE * size;
            }
            Op::Sum(terms) => {
                let fused = |id: &NodeId| match &self.node(*id).op {
                    Op::Contract(contract) => contract.is_accumulated(),
                    _ => false,
                };
                let moved = terms.iter().filter(|(_, term)| !fused(term)).count();
                let added = moved.min(terms.len().saturating_sub(1)) as f64;
                cost.elementwise = added * size;
                cost.weight = added * size;
            }
            // A view.
            Op::Contract(contract)
                if contract.is_structure()
                    && contract.windows().next().is_some()
                    && !contract.writes() => {}
            Op::Contract(contract) if contract.is_elementwise() => {
                if contract.tensors().count() == 2 {
                    cost.elementwise = size;
                    cost.weight = size;
                }
                if contract.tensors().count() > 0 {
                    cost.weight += MOVE * size;
                }
            }
            // Entries that meet are added.
            Op::Contract(contract) if contract.writes() => {
                cost.elementwise = contract.volume() as f64;
                cost.weight = cost.elementwise + MOVE * size;
            }
            Op::Contract(contract) => {
                let volume: f64 = contract
                    .extents
                    .iter()
                    .map(|extent| *extent as f64)
                    .product();
                let share = self.triangle_share(id);
                let far: f64 = contract
                    .tensors()
                    .map(|(id, _)| self.far_elements(id))
                    .sum();
                cost.multiply_adds = volume * share;
                cost.weight = volume * share + MOVE * size + FAR * far;
            }
            Op::Map { order: 0, .. } => {
                cost.elementary = size;
                cost.weight = ELEMENTARY * size;
            }
            Op::Map { .. } => {
                cost.elementwise = DERIVATIVE * size;
                cost.weight = (DERIVATIVE + MOVE) * size;
            }
        }
        if node.binding != Binding::Points {
            cost = Cost {
                weight: self.share_of_a_point(node.binding) * cost.weight,
                ..Cost::default()
            };
        }
        cost
    }

    /// The share that each point bears of work that is bound so.
    pub(crate) fn share_of_a_point(&self, binding: Binding) -> f64 {
        match (binding, self.called_for) {
            (Binding::Points, _) | (_, CalledFor::One) => 1.0,
            (_, CalledFor::Many) => HOISTED,
        }
    }

    /// The elements of a factor that are read from farther than the nearest cache.
    fn far_elements(&self, id: NodeId) -> f64 {
        let node = self.node(id);
        let in_vectors = self.called_for == CalledFor::Many && node.binding == Binding::Points;
        if in_vectors && node.size() > NEAR {
            node.size() as f64
        } else {
            0.0
        }
    }

    /// The share of a result that one triangle of it makes: (n + 1) / 2n where it is symmetric.
    fn triangle_share(&mut self, id: NodeId) -> f64 {
        for a in 0..self.shape(id).len() {
            for b in a + 1..self.shape(id).len() {
                if self.is_symmetric(id, a, b) {
                    let extent = self.shape(id)[a] as f64;
                    return (extent + 1.0) / (2.0 * extent);
                }
            }
        }
        1.0
    }

    /// The cost of everything that the roots need and `known` does not hold.
    pub fn cost_beyond(&mut self, roots: &[NodeId], known: &dyn Fn(NodeId) -> bool) -> Cost {
        let mut stack: Vec<NodeId> = roots.to_vec();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(id) = stack.pop() {
            if !known(id) && seen.insert(id) {
                stack.extend(self.arguments(id));
            }
        }
        // Arguments first: the symmetry of a node asks for theirs, which is then known, however deep the graph.
        let mut total = Cost::default();
        for id in seen {
            total += self.node_cost(id);
        }
        total
    }

    /// The cost of everything that the roots need.
    pub fn cost(&mut self, roots: &[NodeId]) -> Cost {
        self.cost_beyond(roots, &|_| false)
    }
}
