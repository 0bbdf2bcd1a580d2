//! The tensor expression graph: in go operations, out come ids of nodes that are stored once.
//!
//! A node is a tensor with static axes. Its arguments have smaller ids, so the order of ids is a
//! topological order. Two nodes with the same operation are the same node: equality of values is
//! equality of ids, which makes sharing between value, gradient and Hessian automatic.

use std::collections::HashMap;

use crate::functions::Function;

use super::contract::Contract;

/// A node of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Position of the node in its graph.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An elementwise function registered with a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub(crate) u32);

/// When the value of a node is known. The order is the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binding {
    /// While the macro runs.
    Constant,
    /// Once per call: it depends on parameters only and is hoisted out of the loop over points.
    Parameters,
    /// Once per point.
    Points,
}

/// How many points a program is called for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CalledFor {
    /// So many that work on parameters alone is a small part.
    #[default]
    Many,
    /// One, which bears all of it.
    One,
}

/// A coefficient that is compared and hashed by its bits.
#[derive(Clone, Copy, Debug)]
pub struct Coefficient(pub f64);

impl PartialEq for Coefficient {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Coefficient {}

impl std::hash::Hash for Coefficient {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// What a node computes. The set is closed under differentiation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// The numbered input of the program, given per point.
    Input(usize),
    /// Consecutive parameters from `offset`, column-major (first axis fastest).
    Parameter {
        /// Position in the flat parameters.
        offset: usize,
    },
    /// What is added to the parameters from `offset` on: zero, but derivatives in those parameters are taken in it, where
    /// what is computed reads a part of them only. Beyond the parameters, what is added to a value on the way, which keeps users of
    /// parts of the value from reading what the parts were put together of.
    Increment {
        /// Position of what it is added to in the flat parameters.
        offset: usize,
    },
    /// A linear combination of tensors of the node's shape; without terms it is zero.
    Sum(Vec<(Coefficient, NodeId)>),
    /// A product of at most two tensors in Einstein notation.
    Contract(Contract),
    /// The `order`-th derivative of an elementwise function.
    Map {
        /// Which function.
        function: FunctionId,
        /// 0 for the function itself.
        order: usize,
        /// Where it is evaluated.
        argument: NodeId,
    },
    /// One where an entry is the first of the largest along an axis, else zero. Its derivative is zero.
    FirstMax {
        /// What is compared.
        argument: NodeId,
        /// Along which axis.
        axis: usize,
    },
    /// The argument, with derivative zero: a shift on which what is made of it does not depend.
    Held(NodeId),
}

/// An operation with its shape.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is computed.
    pub op: Op,
    /// Extents of the axes; empty for a scalar.
    pub shape: Vec<usize>,
    /// When it is known.
    pub binding: Binding,
}

impl Node {
    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A hash-consed directed acyclic graph of tensor operations.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    ids: HashMap<(Op, Vec<usize>), NodeId>,
    functions: Vec<Function>,
    pub(crate) symmetries: HashMap<(NodeId, usize, usize), bool>,
    /// What is known to be a partial derivative: of which node, in which source, in which entries.
    pub(crate) partials: HashMap<NodeId, (NodeId, NodeId, Vec<usize>)>,
    /// What choices between ways to compute the same are made for.
    pub(crate) called_for: CalledFor,
}

impl Graph {
    /// The number of nodes ever built.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was built.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node behind an id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The shape of a node.
    pub fn shape(&self, id: NodeId) -> &[usize] {
        &self.node(id).shape
    }

    /// The function behind an id.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// Registers a function; equal functions share an id.
    pub fn add_function(&mut self, function: Function) -> FunctionId {
        let position = self.functions.iter().position(|known| *known == function);
        let index = position.unwrap_or_else(|| {
            self.functions.push(function);
            self.functions.len() - 1
        });
        FunctionId(index as u32)
    }

    /// The arguments of a node, repeated where they are used twice.
    pub fn arguments(&self, id: NodeId) -> Vec<NodeId> {
        match &self.node(id).op {
            Op::Input(_) | Op::Parameter { .. } | Op::Increment { .. } => Vec::new(),
            Op::Sum(terms) => terms.iter().map(|(_, term)| *term).collect(),
            Op::Contract(contract) => contract.tensors().map(|(node, _)| node).collect(),
            Op::Map { argument, .. } | Op::FirstMax { argument, .. } | Op::Held(argument) => {
                vec![*argument]
            }
        }
    }

    /// Marks every node that the roots are computed from, the roots included.
    pub fn ancestors(&self, roots: &[NodeId]) -> Vec<bool> {
        let mut marks = vec![false; self.len()];
        for root in roots {
            marks[root.index()] = true;
        }
        for index in (0..self.len()).rev() {
            if marks[index] {
                for argument in self.arguments(NodeId(index as u32)) {
                    marks[argument.index()] = true;
                }
            }
        }
        marks
    }

    /// Marks every node that is computed from one of the sources, the sources included.
    pub fn descendants(&self, sources: &[NodeId]) -> Vec<bool> {
        let mut marks = vec![false; self.len()];
        for source in sources {
            marks[source.index()] = true;
        }
        for index in 0..self.len() {
            if !marks[index] {
                let arguments = self.arguments(NodeId(index as u32));
                marks[index] = arguments.iter().any(|argument| marks[argument.index()]);
            }
        }
        marks
    }

    /// Stores an operation as it is. The constructors of `build` simplify before they call this.
    pub(crate) fn intern(&mut self, op: Op, shape: Vec<usize>) -> NodeId {
        let key = (op, shape);
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.ids.insert(key.clone(), id);
        let (op, shape) = key;
        let binding = self.binding(&op);
        self.nodes.push(Node { op, shape, binding });
        id
    }

    fn binding(&self, op: &Op) -> Binding {
        let latest = |ids: &mut dyn Iterator<Item = NodeId>| {
            ids.map(|id| self.node(id).binding)
                .max()
                .unwrap_or(Binding::Constant)
        };
        match op {
            Op::Input(_) => Binding::Points,
            Op::Parameter { .. } | Op::Increment { .. } => Binding::Parameters,
            Op::Sum(terms) => latest(&mut terms.iter().map(|(_, term)| *term)),
            Op::Contract(contract) => latest(&mut contract.tensors().map(|(node, _)| node)),
            Op::Map { argument, .. } | Op::FirstMax { argument, .. } | Op::Held(argument) => {
                self.node(*argument).binding
            }
        }
    }
}

impl Graph {
    /// The node of an operation, if it was built.
    pub fn find(&self, op: &Op, shape: &[usize]) -> Option<NodeId> {
        self.ids.get(&(op.clone(), shape.to_vec())).copied()
    }
}
