//! Units to nests: each unit, with the views of its tensors, becomes one or a few loop nests.

use crate::functions::StepId;
use crate::ir::{Contract, Factor, Graph, NodeId, Op};

use super::contraction::{IndexSteps, Operands, contraction_nest};
use super::elementwise::{Writer, place};
use super::layout::Layout;
use super::nests::{Mode, Nest, Space, View};
use super::region::Region;
use super::units::{Stream, Unit, Units, stream};

/// What lowering reads.
pub(crate) struct Lowering<'a> {
    pub graph: &'a mut Graph,
    pub units: &'a Units,
    pub layout: &'a Layout,
    pub mode: Mode,
    /// Vectors of points in a block.
    pub vectors: usize,
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
            Op::Contract(contract) if contract.is_structure() => Some(contract),
            _ => None,
        };
        let embedded: Vec<&Contract> = terms.iter().filter_map(structure).collect();
        let regions = Region::cut(&views[0].shape, &embedded);
        let nests = regions.iter().map(|region| {
            let mut writer = Writer::new(self.graph, self.layout, region);
            let results = write(&mut writer);
            let views: Vec<View> = views.iter().map(|view| region.of(view)).collect();
            let vectors = (self.mode == Mode::Batch && points).then_some(self.vectors);
            Nest::Elementwise(writer.finish(&results, &views, vectors))
        });
        nests.collect()
    }

    /// Adds a tensor to its sum over the points, term by term.
    fn total(&mut self, id: NodeId) -> Vec<Nest> {
        let terms = match &self.graph.node(id).op {
            Op::Sum(terms) => terms.iter().map(|(c, term)| (c.0, *term)).collect(),
            _ => vec![(1.0, id)],
        };
        let sum = self.view(id);
        let mut nests = Vec::new();
        for (coefficient, term) in terms {
            let product = match &self.graph.node(term).op {
                Op::Contract(contract) if term == id || self.units.fused.contains(&term) => {
                    contract.clone()
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
            nests.push(self.contraction(id, term, &product, coefficient, Some(sum.clone()), true));
        }
        nests
    }

    fn node(&mut self, id: NodeId, points: bool) -> Vec<Nest> {
        if self.units.totals.contains_key(&id) {
            return self.total(id);
        }
        match self.graph.node(id).op.clone() {
            Op::Contract(contract) if !contract.is_elementwise() => {
                vec![self.contraction(id, id, &contract, 1.0, None, points)]
            }
            Op::Contract(_) => self.elementwise(&[id], &[self.view(id)], points, |writer| {
                vec![writer.product(id)]
            }),
            Op::Sum(terms) => {
                let mut rest: Vec<(f64, NodeId)> = Vec::new();
                let mut products: Vec<(f64, NodeId)> = Vec::new();
                for (coefficient, term) in terms {
                    let fused = self.units.fused.contains(&term);
                    let list = if fused { &mut products } else { &mut rest };
                    list.push((coefficient.0, term));
                }
                let mut nests = Vec::new();
                let mut init = match rest[..] {
                    [] if !products.is_empty() => None,
                    [(1.0, term)] if !products.is_empty() => self.layout.view(self.graph, term),
                    _ => None,
                };
                if init.is_none() && (!rest.is_empty() || products.is_empty()) {
                    let view = self.view(id);
                    let terms: Vec<NodeId> = rest.iter().map(|(_, term)| *term).collect();
                    let views = std::slice::from_ref(&view);
                    nests.extend(self.elementwise(&terms, views, points, |writer| {
                        vec![writer.combination(&rest)]
                    }));
                    init = Some(view);
                }
                for (coefficient, product) in products {
                    let Op::Contract(contract) = self.graph.node(product).op.clone() else {
                        unreachable!("only contractions are fused into sums");
                    };
                    nests.push(self.contraction(id, product, &contract, coefficient, init, points));
                    init = Some(self.view(id));
                }
                nests
            }
            Op::Map { .. } | Op::Input(_) | Op::Parameter { .. } | Op::Increment { .. } => {
                unreachable!(
                    "maps are units of their own; inputs and parameters are given, increments were dropped"
                )
            }
        }
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
        let axes: Vec<usize> = (0..contract.rank).collect();
        let symmetry = self.symmetry(target, product, contract);
        let steps = |index: usize| IndexSteps {
            extent: contract.extents[index],
            out: step(&out, &axes, index),
            a: step(&factors[0].0, factors[0].1, index),
            b: factors
                .get(1)
                .and_then(|(view, carried)| step(view, carried, index)),
            init: init.as_ref().and_then(|view| step(view, &axes, index)),
            symmetric: symmetry.is_some_and(|(a, b)| index == a || index == b),
        };
        let mut indices: Vec<IndexSteps> = (0..contract.extents.len()).map(steps).collect();
        if points {
            // A total sums over the vectors of points, too.
            let step = |view: &View| (view.space == Space::Block).then_some(1);
            let is_total = self.units.totals.contains_key(&target);
            indices.push(IndexSteps {
                extent: self.vectors,
                out: if is_total { None } else { step(&out) },
                a: step(&factors[0].0),
                b: factors.get(1).and_then(|(view, _)| step(view)),
                init: init.as_ref().filter(|_| !is_total).and_then(step),
                symmetric: false,
            });
        }
        let operands = Operands {
            out: place(&out),
            a: place(&factors[0].0),
            b: factors.get(1).map(|(view, _)| place(view)),
            init: init.as_ref().map(place),
            initial_columns: usize::MAX,
            scale,
        };
        Nest::Contraction(contraction_nest(&indices, operands, self.mode, points))
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
        };
        // The vectors of points of a column lie side by side, as columns do: they are columns. What is added repeats along both.
        let vectors = if points { self.vectors } else { 1 };
        let columns = IndexSteps {
            extent: total * vectors,
            out: Some(out_step / vectors),
            a: None,
            b: Some(operand_step / vectors),
            init: init
                .as_ref()
                .map(|view| view.strides.get(1).copied().unwrap_or(0) / vectors),
            symmetric: false,
        };
        let sum = IndexSteps {
            extent: operand.shape[0],
            out: None,
            a: Some(matrix.strides[summed]),
            b: Some(operand.strides[0]),
            init: None,
            symmetric: false,
        };
        let operands = Operands {
            out: place(&out),
            a: place(&matrix),
            b: Some(place(&operand)),
            init: init.as_ref().map(place),
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
