//! Units to nests: each unit, with the views of its tensors, becomes one or a few loop nests.

use crate::functions::StepId;
use crate::ir::{Contract, Factor, Graph, NodeId, Op};

use super::contraction::{IndexSteps, Operands, contraction_nest};
use super::elementwise::Writer;
use super::layout::Layout;
use super::nests::{Mode, Nest, Place, Space, Vectors, View};
use super::region::Region;
use super::totals::{Total, totals};
use super::units::{Stream, Term, Unit, Units, stream, writes};
use super::views::{composed, is_structure};

/// How far each index of a contraction moves in a tensor of the shape of its result.
struct Steps {
    /// The first element that is touched.
    start: usize,
    /// None: the tensor stands still.
    along: Vec<Option<usize>>,
}

impl Steps {
    fn of(contract: &Contract, view: &View) -> Self {
        let mut steps = Steps {
            start: view.offset,
            along: vec![None; contract.extents.len()],
        };
        for (axis, stride) in view.strides.iter().enumerate() {
            let (terms, offset) = contract.as_sum(axis);
            steps.start += offset * stride;
            for (index, multiplier) in terms {
                *steps.along[index].get_or_insert(0) += multiplier * stride;
            }
        }
        steps
    }
}

/// Structure that falls into more regions than this is put into zeros as a whole.
const MOST_REGIONS: usize = 3;

/// What lowering reads.
pub(crate) struct Lowering<'a> {
    pub graph: &'a mut Graph,
    pub units: &'a Units,
    pub layout: &'a Layout,
    pub mode: Mode,
    /// Vectors of points in a block.
    pub vectors: Vectors,
    /// Elements behind the block for tensors that are laid out anew.
    pub relayouts: usize,
}

impl Lowering<'_> {
    /// The nests of one unit.
    pub fn unit(&mut self, unit: &Unit, points: bool) -> Vec<Nest> {
        match unit {
            Unit::Maps(nodes) => {
                let views: Vec<View> = nodes.iter().map(|id| self.view(*id)).collect();
                let arguments = self.graph.arguments(nodes[0]);
                self.elementwise(&arguments, &views, points, |writer| writer.maps(nodes))
            }
            Unit::Streams(nodes) => vec![self.streams(nodes, points)],
            Unit::Node(id) => self.node(*id, points),
            Unit::Term(sum, number) => {
                let (rest, products) = self.units.terms(self.graph, *sum);
                if *number == 0 {
                    return self.sum(*sum, &rest, &products[..1], points);
                }
                let begun = Some(self.view(*sum));
                vec![self.product(*sum, products[*number], begun, points)]
            }
        }
    }

    fn view(&self, id: NodeId) -> View {
        let view = self.layout.view(self.graph, id);
        view.expect("a tensor that is computed or read is stored")
    }

    /// Nests that write tensors of one shape, one for each region in which the terms are present
    /// or absent as a whole.
    fn elementwise(
        &self,
        terms: &[NodeId],
        views: &[View],
        points: bool,
        write: impl Fn(&mut Writer<'_>) -> Vec<StepId>,
    ) -> Vec<Nest> {
        let structure = |id: &NodeId| match &self.graph.node(*id).op {
            Op::Contract(contract) if is_structure(self.graph, *id) => Some(contract),
            _ => None,
        };
        let embedded: Vec<&Contract> = terms.iter().filter_map(structure).collect();
        let regions = Region::cut(&views[0].shape, &embedded);
        let nests = regions.iter().map(|region| {
            let mut writer = Writer::new(self.graph, self.units, self.layout, region);
            let results = write(&mut writer);
            let views: Vec<View> = views.iter().map(|view| region.of(view)).collect();
            let vectors = (self.mode == Mode::Batch && points).then_some(self.vectors.count);
            Nest::Elementwise(writer.finish(&results, &views, vectors))
        });
        nests.collect()
    }

    /// Adds a tensor, of the points of a block or of one point, to its sum over the points, term by term.
    fn total(&mut self, id: NodeId) -> Vec<Nest> {
        let terms = match &self.graph.node(id).op {
            Op::Sum(terms) => terms.iter().map(|(c, term)| (c.0, *term)).collect(),
            _ => vec![(1.0, id)],
        };
        let sum = self.view(id);
        let mut products = Vec::new();
        for (coefficient, term) in terms {
            let product = match &self.graph.node(term).op {
                Op::Contract(contract) if term == id || self.units.fused.contains(&term) => {
                    composed(self.graph, &self.units.fused, contract)
                }
                _ => {
                    let shape = self.graph.shape(term).to_vec();
                    Contract {
                        factors: vec![Factor::Tensor(term, (0..shape.len()).collect())],
                        rank: shape.len(),
                        extents: shape,
                    }
                }
            };
            let (indices, operands) =
                self.steps(id, term, &product, coefficient, Some(sum.clone()));
            let moves = |place: Place| place.space == Space::Block;
            products.push(Total {
                indices,
                operands,
                moves: [moves(operands.a), operands.b.is_some_and(moves)],
            });
        }
        if self.mode == Mode::Single {
            let nest = |total: &Total| {
                let nest = contraction_nest(&total.indices, total.operands, self.mode, false);
                Nest::Contraction(nest)
            };
            return products.iter().map(nest).collect();
        }
        let apart = self.layout.totals <= self.vectors.apart;
        let mut summed = totals(&products, self.vectors, apart, self.layout.block);
        // Terms with one factor laid out anew follow each other.
        summed.sort_by_key(|(relayout, _)| relayout.as_ref().map(|relayout| relayout.from.offset));
        let mut nests = Vec::new();
        let mut latest = None;
        for (relayout, nest) in summed {
            if let Some(relayout) = relayout
                && latest.as_ref() != Some(&relayout)
            {
                let elements = relayout.vectors * relayout.stride;
                self.relayouts = self.relayouts.max(elements);
                nests.push(Nest::Relayout(relayout.clone()));
                latest = Some(relayout);
            }
            nests.push(Nest::Contraction(nest));
        }
        nests
    }

    fn node(&mut self, id: NodeId, points: bool) -> Vec<Nest> {
        if self.units.totals.contains_key(&id) {
            return self.total(id);
        }
        match self.graph.node(id).op.clone() {
            Op::Contract(contract) if contract.writes() || self.scatters(id, &contract) => {
                self.written(id, &contract, points)
            }
            Op::Contract(contract)
                if !contract.is_elementwise() && !self.units.written_out.contains(&id) =>
            {
                vec![self.contraction(id, id, &contract, 1.0, None, points)]
            }
            Op::Contract(_) => self.elementwise(&[id], &[self.view(id)], points, |writer| {
                vec![writer.product(id)]
            }),
            Op::Sum(_) => {
                let (rest, mut products) = self.units.terms(self.graph, id);
                // A product that sums nothing comes first: it need not wait for the others, whose results are numbers one by one.
                products.sort_by_key(|(_, product)| match &self.graph.node(*product).op {
                    Op::Contract(contract) => {
                        writes(self.graph, *product) || !contract.is_elementwise()
                    }
                    _ => true,
                });
                self.sum(id, &rest, &products, points)
            }
            Op::FirstMax { argument, axis } => vec![self.first_maximum(id, argument, axis, points)],
            Op::Map { .. }
            | Op::Input(_)
            | Op::Parameter { .. }
            | Op::Increment { .. }
            | Op::Held(_) => {
                unreachable!(
                    "maps are units of their own; inputs, parameters and views are given, increments were dropped"
                )
            }
        }
    }

    /// The nests of a sum: what is added as it is, then the products that are accumulated.
    fn sum(&mut self, id: NodeId, rest: &[Term], products: &[Term], points: bool) -> Vec<Nest> {
        let begins = products.first();
        let whole = begins.is_some_and(|(_, product)| !writes(self.graph, *product));
        let mut nests = Vec::new();
        let mut init = match rest[..] {
            [(1.0, term)] if whole => self.layout.view(self.graph, term),
            _ => None,
        };
        if init.is_none() && (!rest.is_empty() || !whole) {
            let view = self.view(id);
            let terms: Vec<NodeId> = rest.iter().map(|(_, term)| *term).collect();
            let views = std::slice::from_ref(&view);
            nests.extend(self.elementwise(&terms, views, points, |writer| {
                vec![writer.combination(rest)]
            }));
            init = Some(view);
        }
        for product in products {
            nests.push(self.product(id, *product, init, points));
            init = Some(self.view(id));
        }
        nests
    }

    /// The nest of one product that a sum accumulates.
    fn product(
        &mut self,
        sum: NodeId,
        (coefficient, product): Term,
        init: Option<View>,
        points: bool,
    ) -> Nest {
        let Op::Contract(contract) = self.graph.node(product).op.clone() else {
            unreachable!("only contractions are fused into sums");
        };
        let contract = composed(self.graph, &self.units.fused, &contract);
        self.contraction(sum, product, &contract, coefficient, init, points)
    }

    /// The nest that compares the entries along an axis, each of them an operand.
    fn first_maximum(&self, id: NodeId, argument: NodeId, axis: usize, points: bool) -> Nest {
        let whole = self.view(id);
        let mut shape = whole.shape.clone();
        shape[axis] = 1;
        let region = Region::whole(&shape);
        let views: Vec<View> = (0..whole.shape[axis])
            .map(|place| View {
                offset: whole.offset + place * whole.strides[axis],
                shape: shape.clone(),
                ..whole.clone()
            })
            .collect();
        let mut writer = Writer::new(self.graph, self.units, self.layout, &region);
        let results = writer.first_maximum(argument, axis, views.len());
        let vectors = (self.mode == Mode::Batch && points).then_some(self.vectors.count);
        Nest::Elementwise(writer.finish(&results, &views, vectors))
    }

    /// Whether a node is structure whose zeros around what is embedded are in more places than are worth a nest each.
    fn scatters(&self, id: NodeId, contract: &Contract) -> bool {
        contract.is_structure()
            && Region::cut(self.graph.shape(id), &[contract]).len() > MOST_REGIONS
    }

    /// Nests that put entries where structure says: into zeros, unless each place gets exactly one.
    fn written(&mut self, id: NodeId, contract: &Contract, points: bool) -> Vec<Nest> {
        let view = self.view(id);
        let meets = !contract.is_elementwise();
        let mut nests = Vec::new();
        if meets || contract.volume() < self.graph.node(id).size() {
            let views = std::slice::from_ref(&view);
            nests = self.elementwise(&[], views, points, |writer| vec![writer.combination(&[])]);
        }
        let composed = composed(self.graph, &self.units.fused, contract);
        let fused =
            composed.extents.len() > contract.extents.len() || composed.tensors().count() > 1;
        if meets || fused {
            let init = meets.then_some(view);
            nests.push(self.contraction(id, id, &composed, 1.0, init, points));
        } else {
            nests.push(self.moved(contract, &view, points));
        }
        nests
    }

    /// The nest that moves the entries of a tensor to where they belong.
    fn moved(&self, contract: &Contract, out: &View, points: bool) -> Nest {
        let free: Vec<usize> = (0..contract.extents.len())
            .filter(|index| contract.is_free(*index))
            .collect();
        let extents = free.iter().map(|index| contract.extents[*index]).collect();
        let steps = Steps::of(contract, out);
        let view = View {
            space: out.space,
            offset: steps.start,
            shape: extents,
            strides: free
                .iter()
                .map(|index| steps.along[*index].unwrap_or(0))
                .collect(),
        };
        let region = Region::whole(&view.shape);
        let mut writer = Writer::new(self.graph, self.units, self.layout, &region);
        let entry = writer.moved(contract, &free);
        let vectors = (self.mode == Mode::Batch && points).then_some(self.vectors.count);
        Nest::Elementwise(writer.finish(&[entry], &[view], vectors))
    }

    /// One contraction into the tensor of `target`.
    fn contraction(
        &mut self,
        target: NodeId,
        product: NodeId,
        contract: &Contract,
        scale: f64,
        init: Option<View>,
        points: bool,
    ) -> Nest {
        let (mut indices, operands) = self.steps(target, product, contract, scale, init);
        if points {
            let step = |place: Place| (place.space == Space::Block).then_some(1);
            indices.push(IndexSteps {
                extent: self.vectors.count,
                out: step(operands.out),
                a: step(operands.a),
                b: operands.b.and_then(step),
                init: operands.init.and_then(step),
                symmetric: false,
                meets: false,
            });
        }
        Nest::Contraction(contraction_nest(&indices, operands, self.mode, points))
    }

    /// The indices of a contraction into the tensor of `target`, points apart, and where its operands begin.
    fn steps(
        &mut self,
        target: NodeId,
        product: NodeId,
        contract: &Contract,
        scale: f64,
        init: Option<View>,
    ) -> (Vec<IndexSteps>, Operands) {
        let out = self.view(target);
        let tensors: Vec<(NodeId, &[usize])> = contract.tensors().collect();
        let factors: Vec<(View, &[usize])> = tensors
            .iter()
            .map(|(id, indices)| (self.view(*id), *indices))
            .collect();
        let step = |view: &View, carried: &[usize], index: usize| {
            let axes = carried
                .iter()
                .zip(&view.strides)
                .filter(|(axis, _)| **axis == index);
            let strides: Vec<usize> = axes.map(|(_, stride)| *stride).collect();
            (!strides.is_empty()).then(|| strides.iter().sum())
        };
        let symmetry = self.symmetry(target, product, contract);
        let meeting = contract.meeting_indices();
        let written = Steps::of(contract, &out);
        let begun = init.as_ref().map(|view| Steps::of(contract, view));
        let steps = |index: usize| IndexSteps {
            extent: contract.extents[index],
            out: written.along[index],
            a: step(&factors[0].0, factors[0].1, index),
            b: factors
                .get(1)
                .and_then(|(view, carried)| step(view, carried, index)),
            init: begun.as_ref().and_then(|steps| steps.along[index]),
            symmetric: symmetry.is_some_and(|(a, b)| index == a || index == b),
            meets: meeting.contains(&index),
        };
        let free = (0..contract.extents.len()).filter(|index| contract.is_free(*index));
        let indices = free.map(steps).collect();
        let starting = |view: &View, steps: &Steps| Place {
            space: view.space,
            offset: steps.start,
        };
        let operands = Operands {
            out: starting(&out, &written),
            a: factors[0].0.place(),
            b: factors.get(1).map(|(view, _)| view.place()),
            init: init
                .as_ref()
                .zip(begun.as_ref())
                .map(|(view, steps)| starting(view, steps)),
            initial_columns: usize::MAX,
            scale,
        };
        (indices, operands)
    }

    /// Two axes, one of each factor, in which both the product and all it is added to are symmetric.
    fn symmetry(
        &mut self,
        target: NodeId,
        product: NodeId,
        contract: &Contract,
    ) -> Option<(usize, usize)> {
        let carried: Vec<Vec<usize>> = contract
            .tensors()
            .map(|(_, indices)| indices.to_vec())
            .collect();
        let [first, second] = &carried[..] else {
            return None;
        };
        if !contract.is_plain() {
            return None;
        }
        for a in 0..contract.rank {
            for b in a + 1..contract.rank {
                let apart = first.contains(&a)
                    && !second.contains(&a)
                    && second.contains(&b)
                    && !first.contains(&b)
                    || first.contains(&b)
                        && !second.contains(&b)
                        && second.contains(&a)
                        && !first.contains(&a);
                if apart
                    && self.graph.is_symmetric(product, a, b)
                    && self.graph.is_symmetric(target, a, b)
                {
                    return Some((a, b));
                }
            }
        }
        None
    }

    /// Streams through one matrix: their columns side by side are the columns of one product.
    fn streams(&mut self, nodes: &[NodeId], points: bool) -> Nest {
        let read = |id: &NodeId| {
            let stream = stream(self.graph, &self.units.fused, *id);
            stream.expect("members of a unit of streams are streams")
        };
        let streams: Vec<Stream> = nodes.iter().map(read).collect();
        let (matrix, summed) = streams[0].matrix;
        let matrix = self.view(matrix);
        let (out, operand) = (self.view(nodes[0]), self.view(streams[0].operand));
        let columns = |id: &NodeId| -> usize { self.graph.shape(*id).iter().skip(1).product() };
        let total: usize = nodes.iter().map(columns).sum();
        let first = columns(&nodes[0]);
        let init = streams[0].added.map(|added| self.view(added));
        // The step between columns is the same in every block of streams of one layout.
        let column_step = |members: [NodeId; 2]| {
            let [first, second] = members.map(|id| self.view(id).offset);
            (second - first) / columns(&members[0])
        };
        let out_step = column_step([nodes[0], nodes[1]]);
        let operand_step = column_step([streams[0].operand, streams[1].operand]);
        let rows = IndexSteps {
            extent: out.shape[0],
            out: Some(out.strides[0]),
            a: Some(matrix.strides[1 - summed]),
            b: None,
            init: init.as_ref().map(|view| view.strides[0]),
            symmetric: false,
            meets: false,
        };
        // The vectors of points of a column lie side by side, as columns do: they are columns. What is added repeats along both.
        let vectors = if points { self.vectors.count } else { 1 };
        let columns = IndexSteps {
            extent: total * vectors,
            out: Some(out_step / vectors),
            a: None,
            b: Some(operand_step / vectors),
            init: init
                .as_ref()
                .map(|view| view.strides.get(1).copied().unwrap_or(0) / vectors),
            symmetric: false,
            meets: false,
        };
        let sum = IndexSteps {
            extent: operand.shape[0],
            out: None,
            a: Some(matrix.strides[summed]),
            b: Some(operand.strides[0]),
            init: None,
            symmetric: false,
            meets: false,
        };
        let operands = Operands {
            out: out.place(),
            a: matrix.place(),
            b: Some(operand.place()),
            init: init.as_ref().map(View::place),
            initial_columns: if init.is_some() { first * vectors } else { 0 },
            scale: 1.0,
        };
        Nest::Contraction(contraction_nest(
            &[rows, columns, sum],
            operands,
            self.mode,
            points,
        ))
    }
}
