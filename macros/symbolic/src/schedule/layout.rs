//! Where tensors lie: units in the order of execution go in, a view of each tensor comes out.
//!
//! For a block of points an element is a vector and the last axis is contiguous; for scalars the
//! first axis is, padded so that columns begin on a vector. Streams of one matrix lie side by side.
//! Scratch is used again once nothing reads it any more, or where it is written entry by entry as it is read for the last time.

use std::collections::{HashMap, HashSet};

use crate::ir::{Binding, Contract, Graph, NodeId, Op, Program};

use super::nests::{Mode, Space, View};
use super::successors::Successors;
use super::units::{Unit, Units, stream};
use super::views::{composed, view_of};

/// Columns and buffers of scalars begin on multiples of this: the widest vector of f64.
const ALIGNMENT: usize = 8;

/// Where rows begin a multiple of so many vectors from each other, the entries of a column share few sets of the nearest cache (of
/// 64 sets of lines, as long as the widest vector) and drive each other out. One element more lies between them then.
const ROWS_COLLIDE: usize = 16;

/// The shortest rows that are spread so: of shorter ones a whole tensor fits, and the element more would be much of it.
const ROW_WORTH_SPREADING: usize = 8;

/// Views of everything that is stored.
#[derive(Debug)]
pub(crate) struct Layout {
    /// For one vector of points.
    views: HashMap<NodeId, View>,
    /// Of what is summed over the points.
    sums: HashMap<NodeId, View>,
    /// Vectors of points in a block.
    vectors: usize,
    /// Elements of scalar scratch.
    pub scratch: usize,
    /// Elements of vector scratch, without what is laid out anew for sums over points.
    pub block: usize,
    /// The first elements of the scalar scratch, which are summed over all points.
    pub totals: usize,
}

/// Tensors that share memory: one, or streams side by side.
struct Buffer {
    space: Space,
    size: usize,
    members: Vec<(NodeId, View)>,
    first: usize,
    last: usize,
}

impl Layout {
    /// Lays out all tensors of the units.
    pub fn new(program: &Program, units: &Units, mode: Mode, vectors: usize) -> Self {
        let graph = &program.graph;
        let lifetimes = lifetimes(program, units);
        // Totals lie before the other scalars, where other programs for the same sums have them too.
        let mut taken: HashSet<NodeId> = units.totals.keys().copied().collect();
        let outputs = program.outputs.iter();
        let outputs: HashSet<NodeId> = outputs
            .filter_map(|output| units.stored(graph, output.node))
            .collect();
        let mut buffers = Vec::new();
        let mut groups: Vec<Vec<NodeId>> = Vec::new();
        for unit in &units.ordered {
            if let Unit::Streams(members) = unit {
                let operand = |id: &NodeId| {
                    let stream = stream(graph, &units.fused, *id);
                    stream
                        .expect("members of a unit of streams are streams")
                        .operand
                };
                groups.push(members.iter().map(operand).collect());
                groups.push(members.clone());
            }
        }
        for unit in &units.ordered {
            groups.extend(unit.nodes().iter().map(|id| vec![*id]));
        }
        for id in program.live() {
            if matches!(graph.node(id).op, Op::Input(_)) {
                groups.push(vec![id]);
            }
        }
        let mut layout = Layout {
            views: HashMap::new(),
            sums: HashMap::new(),
            vectors,
            scratch: 0,
            block: 0,
            totals: 0,
        };
        // Inputs and streams are fixed; the others follow what they are computed from, in order.
        groups.sort_by_key(|group| match (group.len(), &graph.node(group[0]).op) {
            (1, Op::Input(_)) => 0,
            (1, _) => 2,
            _ => 1,
        });
        for group in groups {
            if group.iter().all(|id| taken.insert(*id)) {
                let lead = match group[..] {
                    [id] => leading_axis(graph, units, &layout, id),
                    _ => 0,
                };
                let is_output = group.iter().any(|id| outputs.contains(id));
                let spread = (!is_output).then_some(vectors);
                let buffer = buffer(graph, &group, lead, mode, spread, &lifetimes);
                layout.views.extend(buffer.members.iter().cloned());
                buffers.push(buffer);
            }
        }
        let totals = units.totals.iter();
        let ends = totals.map(|(node, offset)| offset + graph.node(*node).size());
        let successors = Successors::new(graph, units);
        let follows =
            |earlier: &Buffer, later: &Buffer| follows(&successors, &lifetimes, earlier, later);
        layout = place(buffers, vectors, ends.max().unwrap_or(0), follows);
        let sum = |(node, offset): (&NodeId, &usize)| {
            let space = if *offset < program.gradient {
                Space::Gradient
            } else {
                Space::Scratch
            };
            (*node, column_major(graph.shape(*node), *offset, space))
        };
        layout.sums = units.totals.iter().map(sum).collect();
        layout
    }

    /// The view of a node in a block of several vectors of points, whose steps it skips.
    pub fn view(&self, graph: &Graph, id: NodeId) -> Option<View> {
        if let Some(view) = self.sums.get(&id) {
            return Some(view.clone());
        }
        let mut view = self.view_of_vector(graph, id)?;
        if view.space == Space::Block {
            view.offset *= self.vectors;
            for stride in &mut view.strides {
                *stride *= self.vectors;
            }
        }
        Some(view)
    }

    /// The view of a node, through any chain of views; none for ones and deltas.
    fn view_of_vector(&self, graph: &Graph, id: NodeId) -> Option<View> {
        if let Op::Parameter { offset } = graph.node(id).op {
            return Some(column_major(graph.shape(id), offset, Space::Parameters));
        }
        if let Some(view) = self.views.get(&id) {
            return Some(view.clone());
        }
        let viewed = view_of(graph, id)?;
        let inner = self.view_of_vector(graph, viewed.tensor)?;
        let shape = graph.shape(id).to_vec();
        let mut strides = vec![0; shape.len()];
        let mut offset = inner.offset;
        for ((axes, start), stride) in viewed.axes.iter().zip(&inner.strides) {
            offset += start * stride;
            for (axis, steps) in axes {
                strides[*axis] += steps * stride;
            }
        }
        Some(View {
            space: inner.space,
            offset,
            shape,
            strides,
        })
    }
}

/// A tensor whose first axis is contiguous.
fn column_major(shape: &[usize], offset: usize, space: Space) -> View {
    let mut strides = Vec::new();
    let mut step = 1;
    for extent in shape {
        strides.push(step);
        step *= extent;
    }
    View {
        space,
        offset,
        shape: shape.to_vec(),
        strides,
    }
}

/// The moments at which each stored node is first and last touched; outputs and hoisted values live to the end.
fn lifetimes(program: &Program, units: &Units) -> HashMap<NodeId, (usize, usize)> {
    let graph = &program.graph;
    let moments = units.moments(graph);
    let end = units.ordered.len();
    let mut lifetimes: HashMap<NodeId, (usize, usize)> = HashMap::new();
    let mut readers: HashMap<NodeId, Vec<(&Unit, usize)>> = HashMap::new();
    for (unit, position) in units.ordered.iter().zip(&moments) {
        for node in unit.nodes() {
            let entry = lifetimes.entry(*node).or_insert((*position, *position));
            entry.1 = entry.1.max(*position);
        }
        for read in units.reads(graph, unit) {
            let entry = lifetimes.entry(read).or_insert((0, 0));
            entry.1 = entry.1.max(*position);
            readers.entry(read).or_default().push((unit, *position));
        }
    }
    // A product for one contraction, which may take it up as its weight: then that reads the factors.
    for unit in &units.ordered {
        let Unit::Node(product) = unit else {
            continue;
        };
        if let Op::Contract(contract) = &graph.node(*product).op
            && contract.is_elementwise()
            && let Some([(reader, position)]) = readers.get(product).map(Vec::as_slice)
            && !units.is_elementwise(graph, reader)
        {
            for factor in units.reads(graph, unit) {
                let entry = lifetimes.entry(factor).or_insert((0, 0));
                entry.1 = entry.1.max(*position);
            }
        }
    }
    for output in &program.outputs {
        if let Some(read) = units.stored(graph, output.node) {
            lifetimes.entry(read).or_insert((0, end)).1 = end;
        }
    }
    for (node, lifetime) in &mut lifetimes {
        if graph.node(*node).binding < Binding::Points {
            *lifetime = (0, end);
        }
        if matches!(graph.node(*node).op, Op::Input(_)) {
            lifetime.0 = 0;
        }
    }
    lifetimes
}

/// The axis of a tensor of scalars that is to be contiguous, so that its nest has lanes: one along
/// which the operands are contiguous too.
fn leading_axis(graph: &Graph, units: &Units, layout: &Layout, id: NodeId) -> usize {
    let shape = graph.shape(id);
    let compared = match graph.node(id).op {
        Op::FirstMax { axis, .. } => Some(axis),
        _ => None,
    };
    let long = |axis: &usize| shape[*axis] > 1 && compared != Some(*axis);
    let axes: Vec<usize> = (0..shape.len()).filter(long).collect();
    let fallback = axes.first().copied().unwrap_or(0);
    let mut products: Vec<Vec<(View, Vec<usize>)>> = Vec::new();
    let mut walked: Vec<(View, Vec<usize>)> = Vec::new();
    let own: Vec<usize> = (0..shape.len()).collect();
    let operands =
        |contract: &Contract| operands(graph, layout, &composed(graph, &units.fused, contract));
    match &graph.node(id).op {
        Op::Sum(terms) => {
            for (_, term) in terms {
                match &graph.node(*term).op {
                    Op::Contract(contract) if units.fused.contains(term) => {
                        products.push(operands(contract));
                    }
                    _ => walked.extend(
                        layout
                            .view_of_vector(graph, *term)
                            .map(|view| (view, own.clone())),
                    ),
                }
            }
        }
        Op::Contract(contract) if contract.is_elementwise() || units.written_out.contains(&id) => {
            walked = operands(contract);
        }
        Op::Contract(contract) => products.push(operands(contract)),
        Op::Map { argument, .. } | Op::FirstMax { argument, .. } => walked.extend(
            layout
                .view_of_vector(graph, *argument)
                .map(|view| (view, own)),
        ),
        Op::Input(_) | Op::Parameter { .. } | Op::Increment { .. } | Op::Held(_) => {}
    }
    let along = |(view, indices): &(View, Vec<usize>), axis: usize| -> usize {
        let strides = indices
            .iter()
            .zip(&view.strides)
            .filter(|(index, _)| **index == axis);
        strides.map(|(_, stride)| *stride).sum()
    };
    let fits = |axis: &usize| {
        let walks = walked.iter().all(|operand| along(operand, *axis) <= 1);
        // Along a row of a product one factor moves and the other stands still.
        let rows = |factors: &Vec<(View, Vec<usize>)>| {
            factors.iter().all(|factor| along(factor, *axis) <= 1)
                && factors.iter().any(|factor| along(factor, *axis) == 1)
        };
        walks && products.iter().all(rows)
    };
    let candidates = axes.iter().copied().filter(fits);
    candidates
        .max_by_key(|axis| (shape[*axis], std::cmp::Reverse(*axis)))
        .unwrap_or(fallback)
}

fn operands(graph: &Graph, layout: &Layout, contract: &Contract) -> Vec<(View, Vec<usize>)> {
    let views = contract.tensors().filter_map(|(id, indices)| {
        let view = layout.view_of_vector(graph, id)?;
        let along = |index: &usize| contract.output_axis(*index).unwrap_or(*index);
        Some((view, indices.iter().map(along).collect()))
    });
    views.collect()
}

/// Lays out a group of tensors, in a block with rows that do not collide if `spread` is the number of its vectors.
fn buffer(
    graph: &Graph,
    group: &[NodeId],
    lead: usize,
    mode: Mode,
    spread: Option<usize>,
    lifetimes: &HashMap<NodeId, (usize, usize)>,
) -> Buffer {
    let points = graph.node(group[0]).binding == Binding::Points;
    let space = match mode {
        Mode::Batch if points => Space::Block,
        Mode::Batch | Mode::Single => Space::Scratch,
    };
    let columns = |id: &NodeId| -> usize {
        let extents = graph.shape(*id).iter().enumerate();
        extents
            .filter(|(axis, _)| *axis != lead)
            .map(|(_, extent)| extent)
            .product()
    };
    let total: usize = group.iter().map(columns).sum();
    let rows = graph.shape(group[0]).get(lead).copied().unwrap_or(1);
    let several = total > 1;
    // From one column of scalars to the next. Results are side by side, as the caller gets them.
    let leading = if several && rows > 1 && spread.is_some() {
        rows.next_multiple_of(ALIGNMENT)
    } else {
        rows
    };
    // Products of matrices sum down their columns. What has more axes is walked through in one loop where nothing lies between.
    let is_matrix = group.iter().all(|id| graph.shape(*id).len() <= 2);
    let collide = |vectors: usize| {
        is_matrix
            && rows > 1
            && total >= ROW_WORTH_SPREADING
            && (total * vectors).is_multiple_of(ROWS_COLLIDE)
    };
    let between_rows = total.max(1) + usize::from(spread.is_some_and(collide));
    let size = match space {
        Space::Block => rows * between_rows,
        _ => leading * total.max(1),
    };
    let mut column = 0;
    let mut members = Vec::new();
    for id in group {
        let shape = graph.shape(*id).to_vec();
        let mut strides = vec![0; shape.len()];
        let (row_step, column_step) = match space {
            Space::Block => (between_rows, 1),
            _ => (1, leading),
        };
        if let Some(stride) = strides.get_mut(lead) {
            *stride = row_step;
        }
        // Blocks run through the other axes with the last fastest, scalars with the second.
        let mut step = column_step;
        let mut axes: Vec<usize> = (0..shape.len()).filter(|axis| *axis != lead).collect();
        if space == Space::Block {
            axes.reverse();
        }
        for axis in axes {
            strides[axis] = step;
            step *= shape[axis];
        }
        let view = View {
            space,
            offset: column * column_step,
            shape,
            strides,
        };
        column += columns(id);
        members.push((*id, view));
    }
    let spans = group.iter().filter_map(|id| lifetimes.get(id));
    let (mut first, mut last) = (usize::MAX, 0);
    for (from, to) in spans {
        first = first.min(*from);
        last = last.max(*to);
    }
    Buffer {
        space,
        size,
        members,
        first: first.min(last),
        last,
    }
}

/// Whether tensors of the points may lie, each entry by entry, where others of their size lie when they are written.
fn follows(
    successors: &Successors<'_>,
    lifetimes: &HashMap<NodeId, (usize, usize)>,
    earlier: &Buffer,
    later: &Buffer,
) -> bool {
    let is_alike = |((_, one), (_, other)): (&(NodeId, View), &(NodeId, View))| one == other;
    let mut pairs = earlier.members.iter().zip(&later.members);
    earlier.space == Space::Block
        && earlier.first < later.first
        && earlier.last < later.last
        && earlier.members.len() == later.members.len()
        && pairs.clone().all(is_alike)
        && pairs.all(|((one, _), (other, _))| {
            let last = lifetimes.get(one).map_or(0, |(_, last)| *last);
            successors.may_follow(*one, last, *other)
        })
}

/// Gives every buffer the place of one that it follows, or else the lowest offset that is free for its lifetime, scalars behind so many totals.
fn place(
    mut buffers: Vec<Buffer>,
    vectors: usize,
    totals: usize,
    follows: impl Fn(&Buffer, &Buffer) -> bool,
) -> Layout {
    buffers.sort_by_key(|buffer| (buffer.first, std::cmp::Reverse(buffer.size)));
    // With their offsets.
    let mut placed: Vec<(Buffer, usize)> = Vec::new();
    let mut layout = Layout {
        views: HashMap::new(),
        sums: HashMap::new(),
        vectors,
        scratch: totals,
        block: 0,
        totals,
    };
    for buffer in buffers {
        let (size, start) = match buffer.space {
            Space::Block => (buffer.size, 0),
            _ => (
                buffer.size.next_multiple_of(ALIGNMENT),
                totals.next_multiple_of(ALIGNMENT),
            ),
        };
        let mut busy: Vec<(usize, usize)> = Vec::new();
        let mut followed: Vec<(usize, usize)> = Vec::new();
        for (other, from) in &placed {
            let is_there = other.first <= buffer.last && buffer.first <= other.last;
            if other.space == buffer.space && is_there {
                let taken = if other.size == buffer.size && follows(other, &buffer) {
                    &mut followed
                } else {
                    &mut busy
                };
                taken.push((*from, from + other.size));
            }
        }
        let is_free = |(from, to): &&(usize, usize)| {
            let mut busy = busy.iter();
            busy.all(|(first, end)| to <= first || end <= from)
        };
        let in_place = followed.iter().rfind(is_free).map(|(from, _)| *from);
        let offset = in_place.unwrap_or_else(|| {
            busy.extend(followed);
            busy.sort_unstable();
            let mut offset = start;
            for (from, to) in busy {
                if offset + size <= from {
                    break;
                }
                offset = offset.max(to);
            }
            offset
        });
        let total = match buffer.space {
            Space::Block => &mut layout.block,
            _ => &mut layout.scratch,
        };
        *total = (*total).max(offset + size);
        for (id, view) in &buffer.members {
            let mut view = view.clone();
            view.offset += offset;
            layout.views.insert(*id, view);
        }
        placed.push((Buffer { size, ..buffer }, offset));
    }
    layout.block *= vectors;
    layout
}
