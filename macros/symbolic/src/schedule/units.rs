//! What is computed together: live nodes go in, units in the order of execution come out.
//!
//! A unit is one node, all orders of one function at one argument, or contractions that read the
//! same matrix (*streams*: the value and its tangents all go through one weight, which is then
//! loaded once for all of them).

use std::collections::{HashMap, HashSet};

use crate::functions::StraightLine;
use crate::ir::{Binding, Coefficient, Contract, FunctionId, Graph, NodeId, Op, Program};

use super::fuse;
use super::nests::Mode;
use super::order::Order;
use super::views::{is_structure, read_as_stored, view_of};

/// Units and what they leave out.
#[derive(Clone, Debug)]
pub(crate) struct Units {
    /// The nodes of each unit, in the order of execution.
    pub ordered: Vec<Unit>,
    /// Contractions that are accumulated into the sum that uses them.
    pub fused: HashSet<NodeId>,
    /// Contractions whose sums are written out: elementwise work.
    pub written_out: HashSet<NodeId>,
    /// What the units compute.
    pub computed: HashSet<NodeId>,
    /// What is computed where it is read.
    pub recomputed: HashMap<NodeId, Recomputed>,
    /// Where tensors that are summed over the points go.
    pub totals: HashMap<NodeId, usize>,
}

/// How a node is computed where it is read.
#[derive(Clone, Debug)]
pub(crate) struct Recomputed {
    /// Of a derivative of a function the code, which calls no elementary function, and its operands: the argument and the other
    /// derivatives. Other nodes are computed as they always are.
    pub code: Option<(StraightLine, Vec<NodeId>)>,
    /// The stored tensors that it is computed from.
    pub sources: Vec<NodeId>,
}

/// What one unit computes.
#[derive(Clone, Debug)]
pub(crate) enum Unit {
    /// One node.
    Node(NodeId),
    /// Derivatives of one function at one argument.
    Maps(Vec<NodeId>),
    /// Products of one matrix with several tensors, side by side.
    Streams(Vec<NodeId>),
    /// One of the products that a sum accumulates, by its number; the first comes with the terms that are no products.
    Term(NodeId, usize),
}

/// How units are formed and ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Products with one matrix are computed side by side: its entries are loaded once for all of them.
    pub streams: bool,
    /// What frees scratch comes first, and sums take up a product as soon as its factors are there. Else in the order of the nodes.
    pub frugal: bool,
}

impl Unit {
    /// The nodes that the unit computes.
    pub fn nodes(&self) -> &[NodeId] {
        match self {
            Unit::Node(node) | Unit::Term(node, _) => std::slice::from_ref(node),
            Unit::Maps(nodes) | Unit::Streams(nodes) => nodes,
        }
    }
}

/// One stream: a node that is a matrix times a tensor, plus perhaps one more term.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    /// The matrix and which of its axes is summed.
    pub matrix: (NodeId, usize),
    /// The tensor that the matrix multiplies, by its first axis.
    pub operand: NodeId,
    /// The term that is added.
    pub added: Option<NodeId>,
}

/// The most units at one moment: while it lasts no memory is used again but by the entry that was read there, so that they can become one
/// nest, whose results that only it reads are not stored at all.
const MOST_JOINED: usize = 32;

impl Units {
    /// Groups the live nodes and orders the groups.
    ///
    /// Totals have nodes of their own, which nothing else reads ([`own_totals`]).
    pub fn new(program: &Program, mode: Mode, plan: Plan) -> Self {
        let graph = &program.graph;
        let live = program.live();
        let totals = program.totals.iter();
        let totals: HashMap<NodeId, usize> = totals.map(|t| (t.node, t.offset)).collect();
        let mut fused = fused(program, &live, &totals);
        let written_out = written_out(graph, &live, &totals, mode);
        fused.retain(|id| !written_out.contains(id));
        let mut outputs: HashSet<NodeId> =
            program.outputs.iter().map(|output| output.node).collect();
        for total in totals.keys() {
            // What a total adds up is stored, also if it is structure.
            outputs.insert(*total);
            outputs.extend(graph.arguments(*total));
        }
        // So is what is read or written through windows, compared, or held.
        outputs.extend(live.iter().flat_map(|id| read_as_stored(graph, *id)));
        let is_computed = |id: &NodeId| {
            let given = matches!(graph.node(*id).op, Op::Input(_) | Op::Parameter { .. });
            let viewed = view_of(graph, *id).is_some();
            let structure = is_structure(graph, *id) && !outputs.contains(id);
            !given && !viewed && !structure && !fused.contains(id)
        };
        let nodes: Vec<NodeId> = live.into_iter().filter(is_computed).collect();
        let computed: HashSet<NodeId> = nodes.iter().copied().collect();
        let mut order = Order::new(graph, &fused, &computed, &nodes);
        for maps in same_argument(graph, &nodes) {
            order.join(&maps, Unit::Maps);
        }
        let apart = |id: &NodeId| !totals.contains_key(id);
        let free: Vec<NodeId> = nodes.iter().copied().filter(apart).collect();
        if plan.streams {
            for streams in same_matrix(graph, &fused, &computed, &free) {
                order.join_if_acyclic(&streams);
            }
        }
        let ordered = if plan.frugal {
            for sum in &free {
                order.split(*sum);
            }
            let outputs = program.outputs.iter();
            let kept = outputs.filter_map(|output| stored(graph, &computed, output.node));
            order.frugal(&kept.collect(), &totals)
        } else {
            order.execution()
        };
        Units {
            ordered,
            fused,
            written_out,
            computed,
            recomputed: HashMap::new(),
            totals,
        }
    }

    /// The same without what is computed where it is read.
    pub fn without(&self, recomputed: HashMap<NodeId, Recomputed>) -> Self {
        let mut units = self.clone();
        let is_left = |id: &NodeId| !recomputed.contains_key(id);
        units.computed.retain(is_left);
        for unit in &mut units.ordered {
            if let Unit::Maps(nodes) = unit {
                nodes.retain(is_left);
            }
        }
        units
            .ordered
            .retain(|unit| unit.nodes().iter().any(is_left));
        units.recomputed = recomputed;
        units
    }

    /// Stored tensors that a unit reads.
    pub fn reads(&self, graph: &Graph, unit: &Unit) -> Vec<NodeId> {
        reads(graph, &self.fused, &self.computed, &self.recomputed, unit)
    }

    /// The moment of each unit. Elementwise units of one size that follow each other share one: if none writes over what another
    /// reads, they can be joined.
    pub fn moments(&self, graph: &Graph) -> Vec<usize> {
        let mut moments = Vec::new();
        let mut latest: (Option<usize>, usize) = (None, 0);
        for (position, unit) in self.ordered.iter().enumerate() {
            let size = self
                .is_elementwise(graph, unit)
                .then(|| steps(graph.shape(unit.nodes()[0])));
            let shares = size.is_some() && size == latest.0 && position - latest.1 < MOST_JOINED;
            if !shares {
                latest = (size, position);
            }
            moments.push(latest.1);
        }
        moments
    }

    /// Whether a unit is elementwise work: it sums nothing, writes out what it sums, or puts entries elsewhere, of which a product that is
    /// computed on the way may sum.
    pub fn is_elementwise(&self, graph: &Graph, unit: &Unit) -> bool {
        let id = match unit {
            Unit::Node(id) => *id,
            Unit::Maps(_) => return true,
            Unit::Streams(_) | Unit::Term(..) => return false,
        };
        match &graph.node(id).op {
            Op::Sum(_) => self.terms(graph, id).1.is_empty() && !self.totals.contains_key(&id),
            Op::Contract(contract) => {
                let sums_nothing = contract.is_elementwise() || self.written_out.contains(&id);
                sums_nothing && !self.totals.contains_key(&id)
            }
            _ => false,
        }
    }

    /// The terms of a sum: what is added as it is, and the products that it accumulates, in their order.
    pub fn terms(&self, graph: &Graph, sum: NodeId) -> (Vec<Term>, Vec<Term>) {
        terms(graph, &self.fused, sum)
    }

    /// The stored tensor behind a node that is not recomputed, if there is one.
    pub fn stored(&self, graph: &Graph, id: NodeId) -> Option<NodeId> {
        stored(graph, &self.computed, id)
    }
}

/// The steps of an elementwise nest for a tensor of this shape, once its short loops are written out.
pub(super) fn steps(shape: &[usize]) -> usize {
    let long = shape.iter().filter(|extent| **extent > fuse::SHORT);
    long.product()
}

/// A term of a sum and what multiplies it.
pub(crate) type Term = (f64, NodeId);

pub(super) fn terms(graph: &Graph, fused: &HashSet<NodeId>, sum: NodeId) -> (Vec<Term>, Vec<Term>) {
    let Op::Sum(terms) = &graph.node(sum).op else {
        return (Vec::new(), Vec::new());
    };
    let terms = terms
        .iter()
        .map(|(coefficient, term)| (coefficient.0, *term));
    let (mut products, rest): (Vec<Term>, Vec<Term>) =
        terms.partition(|(_, term)| fused.contains(term));
    // What is put in some places only is added to what is everywhere.
    products.sort_by_key(|(_, product)| writes(graph, *product));
    (rest, products)
}

/// Whether a node puts entries elsewhere through windows.
pub(crate) fn writes(graph: &Graph, id: NodeId) -> bool {
    matches!(&graph.node(id).op, Op::Contract(contract) if contract.writes())
}

pub(super) fn reads(
    graph: &Graph,
    fused: &HashSet<NodeId>,
    computed: &HashSet<NodeId>,
    recomputed: &HashMap<NodeId, Recomputed>,
    unit: &Unit,
) -> Vec<NodeId> {
    let mut reads = Vec::new();
    let mut pending: Vec<NodeId> = match unit {
        Unit::Term(sum, number) => {
            let (rest, products) = terms(graph, fused, *sum);
            let rest = rest.into_iter().filter(|_| *number == 0);
            rest.chain([products[*number]]).map(|(_, id)| id).collect()
        }
        _ => {
            let nodes = unit.nodes().iter();
            nodes.flat_map(|id| graph.arguments(*id)).collect()
        }
    };
    while let Some(argument) = pending.pop() {
        if let Some(recomputed) = recomputed.get(&argument) {
            reads.extend(&recomputed.sources);
        } else if fused.contains(&argument) {
            pending.extend(graph.arguments(argument));
        } else {
            reads.extend(stored(graph, computed, argument));
        }
    }
    reads
}

/// Looks through views and structure.
fn stored(graph: &Graph, computed: &HashSet<NodeId>, mut id: NodeId) -> Option<NodeId> {
    loop {
        let given = matches!(graph.node(id).op, Op::Input(_) | Op::Parameter { .. });
        if given || computed.contains(&id) {
            return Some(id);
        }
        id = *graph.arguments(id).first()?;
    }
}

/// Gives each total a node of its own, a sum or a product, which nothing else reads.
pub(crate) fn own_totals(program: &mut Program) {
    let mut uses = uses(program, &program.live());
    for index in 0..program.totals.len() {
        let mut node = program.totals[index].node;
        let direct = match &program.graph.node(node).op {
            Op::Contract(_) => !is_structure(&program.graph, node),
            Op::Sum(_) => true,
            _ => false,
        };
        if !direct || uses.get(&node) != Some(&1) {
            // As often as it takes to be a new node.
            while uses.contains_key(&node) {
                let shape = program.graph.shape(node).to_vec();
                let terms = vec![(Coefficient(1.0), node)];
                node = program.graph.intern(Op::Sum(terms), shape);
            }
            uses.insert(node, 1);
            program.totals[index].node = node;
        }
    }
}

/// How often each node is used: by nodes, as an output, as a total.
fn uses(program: &Program, live: &[NodeId]) -> HashMap<NodeId, usize> {
    let mut uses: HashMap<NodeId, usize> = HashMap::new();
    let arguments = live.iter().flat_map(|id| program.graph.arguments(*id));
    let outputs = program.outputs.iter().map(|output| output.node);
    let totals = program.totals.iter().map(|total| total.node);
    for id in arguments.chain(outputs).chain(totals) {
        *uses.entry(id).or_default() += 1;
    }
    uses
}

/// Contractions that only one sum uses, and products that are put elsewhere and nothing else. A total sums over the points,
/// so any product is one that it can accumulate.
fn fused(program: &Program, live: &[NodeId], totals: &HashMap<NodeId, usize>) -> HashSet<NodeId> {
    let graph = &program.graph;
    let uses = uses(program, live);
    let mut fused = HashSet::new();
    for id in live {
        let alone = |argument: &NodeId| {
            graph.node(*argument).binding == graph.node(*id).binding && uses[argument] == 1
        };
        match &graph.node(*id).op {
            Op::Sum(terms) => {
                let accumulates = |term: &NodeId| {
                    matches!(&graph.node(*term).op, Op::Contract(c) if c.is_accumulated()
                        || c.writes() && c.tensors().next().is_some()
                        || totals.contains_key(id) && !c.is_structure())
                };
                let terms = terms.iter().map(|(_, term)| *term);
                fused.extend(terms.filter(|term| accumulates(term) && alone(term)));
            }
            Op::Contract(contract) if contract.writes() => {
                let works = |tensor: &NodeId| matches!(&graph.node(*tensor).op, Op::Contract(c) if c.is_plain() && !c.is_structure());
                let tensors = contract.tensors().map(|(tensor, _)| tensor);
                fused.extend(tensors.filter(|tensor| works(tensor) && alone(tensor)));
            }
            _ => {}
        }
    }
    fused
}

/// Sums of the points of a block that are written out: short ones that share nothing with each other, as those of |∇u|² at each unit of
/// a layer. As contractions they would load every entry for one multiply-add; with the elementwise work around them they share loads.
fn written_out(
    graph: &Graph,
    live: &[NodeId],
    totals: &HashMap<NodeId, usize>,
    mode: Mode,
) -> HashSet<NodeId> {
    // The terms of a total are summed over the points.
    let of_totals = totals.keys().flat_map(|total| graph.arguments(*total));
    let of_totals: HashSet<NodeId> = of_totals.chain(totals.keys().copied()).collect();
    let is_short = |id: &NodeId| {
        let node = graph.node(*id);
        let Op::Contract(contract) = &node.op else {
            return false;
        };
        let terms: usize = contract.extents[contract.rank..].iter().product();
        let mut tensors = contract.tensors();
        node.binding == Binding::Points
            && contract.is_plain()
            && (2..=fuse::SHORT).contains(&terms)
            && tensors.all(|(_, indices)| {
                let mut free = 0..contract.rank;
                free.all(|index| contract.extents[index] == 1 || indices.contains(&index))
            })
    };
    let short = live
        .iter()
        .filter(|id| is_short(id) && !of_totals.contains(id));
    match mode {
        Mode::Batch => short.copied().collect(),
        Mode::Single => HashSet::new(),
    }
}

/// Groups of derivatives of one function at one argument.
fn same_argument(graph: &Graph, nodes: &[NodeId]) -> Vec<Vec<NodeId>> {
    let mut groups: Vec<((FunctionId, NodeId), Vec<NodeId>)> = Vec::new();
    for id in nodes {
        if let Op::Map {
            function, argument, ..
        } = graph.node(*id).op
        {
            let key = (function, argument);
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, group)) => group.push(*id),
                None => groups.push((key, vec![*id])),
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Reads a node as a stream: `matrix times operand [+ added]`.
pub(crate) fn stream(graph: &Graph, fused: &HashSet<NodeId>, id: NodeId) -> Option<Stream> {
    let (product, added) = match &graph.node(id).op {
        Op::Contract(_) => (id, None),
        Op::Sum(terms) => {
            let unit = terms.iter().all(|(coefficient, _)| coefficient.0 == 1.0);
            let (products, others): (Vec<NodeId>, Vec<NodeId>) = terms
                .iter()
                .map(|(_, term)| *term)
                .partition(|term| fused.contains(term));
            match (unit, &products[..], &others[..]) {
                (true, [product], []) => (*product, None),
                (true, [product], [added]) if !is_structure(graph, *added) => {
                    (*product, Some(*added))
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    let Op::Contract(contract) = &graph.node(product).op else {
        return None;
    };
    read_stream(graph, contract, added)
}

fn read_stream(graph: &Graph, contract: &Contract, added: Option<NodeId>) -> Option<Stream> {
    let tensors: Vec<(NodeId, &[usize])> = contract.tensors().collect();
    let [first, second] = tensors[..] else {
        return None;
    };
    let summed = contract.rank;
    if contract.rank == 0 || contract.extents.len() != summed + 1 || !contract.is_plain() {
        return None;
    }
    for ((matrix, rows), (operand, columns)) in [(first, second), (second, first)] {
        let hoisted = graph.node(matrix).binding < Binding::Points
            && graph.node(operand).binding == Binding::Points;
        let axis = match rows {
            [0, other] if *other == summed => 1,
            [other, 0] if *other == summed => 0,
            _ => continue,
        };
        let rest = columns.split_first();
        let led =
            rest.is_some_and(|(lead, rest)| *lead == summed && rest.iter().copied().eq(1..summed));
        if hoisted && led {
            return Some(Stream {
                matrix: (matrix, axis),
                operand,
                added,
            });
        }
    }
    None
}

/// A matrix with its summed axis, and the streams through it.
type StreamGroup = ((NodeId, usize), Vec<(NodeId, Stream)>);

/// Groups of streams through one matrix. At most one of a group has an added term; it comes first.
fn same_matrix(
    graph: &Graph,
    fused: &HashSet<NodeId>,
    computed: &HashSet<NodeId>,
    nodes: &[NodeId],
) -> Vec<Vec<NodeId>> {
    let mut groups: Vec<StreamGroup> = Vec::new();
    for id in nodes {
        let Some(stream) =
            stream(graph, fused, *id).filter(|read| computed.contains(&read.operand))
        else {
            continue;
        };
        let clash = |group: &[(NodeId, Stream)]| {
            stream.added.is_some() && group.iter().any(|(_, known)| known.added.is_some())
                || group
                    .iter()
                    .any(|(_, known)| known.operand == stream.operand)
        };
        let matrix = stream.matrix;
        match groups
            .iter_mut()
            .find(|(known, group)| *known == matrix && !clash(group))
        {
            Some((_, group)) => group.push((*id, stream)),
            None => groups.push((matrix, vec![(*id, stream)])),
        }
    }
    let mut taken = HashSet::new();
    let mut kept = Vec::new();
    for (_, mut group) in groups {
        group.sort_by_key(|(id, stream)| (stream.added.is_none(), *id));
        let members: Vec<NodeId> = group.iter().map(|(id, _)| *id).collect();
        let operands: Vec<NodeId> = group.iter().map(|(_, stream)| stream.operand).collect();
        // A tensor lies in one block of streams only, as result or as operand.
        let free = members
            .iter()
            .chain(&operands)
            .all(|id| !taken.contains(id));
        let apart = members.iter().all(|id| !operands.contains(id));
        if members.len() > 1 && free && apart {
            taken.extend(members.iter().chain(&operands).copied());
            kept.push(members);
        }
    }
    kept
}
