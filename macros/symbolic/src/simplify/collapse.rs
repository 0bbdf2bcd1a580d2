//! A root goes in, the same value with fewer products comes out: where a sum adds up products with a common factor, the factor multiplies
//! the sum of the others, and so on down the graph.
//!
//! Of `u_t - ν u_xx` the derivatives come as a stream each, `W h_t - ν W h_xx`, which is `W (h_t - ν h_xx)`; since `h_t = σ' z_t` and
//! `h_xx = σ' z_xx + σ'' z_x²`, this is such a sum again. So any linear combination of derivatives goes through the network as one stream,
//! as the Laplacian does (Dangel, Siebert, Zeinhofer, Walther, Collapsing Taylor Mode Automatic Differentiation, 2025, arXiv:2505.13644).
//!
//! Parameters of one entry, such as a viscosity that is learned, go in with what they multiply, as numbers do.
//!
//! Only what nothing else reads is taken apart: a derivative that a formula uses twice keeps its stream.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::ir::{Binding, Contract, Factor, Graph, Index, NodeId, Op, Product};

use super::rebuild::{rebuild, rebuild_contraction};

/// How often sums are collapsed: where several outputs of a network have the same combination of derivatives, a first time makes one sum of
/// all of them, which nothing else reads then.
const MOST_TIMES: usize = 4;

/// The collapsed root if it is cheaper, else the root.
pub(crate) fn collapse(graph: &mut Graph, root: NodeId) -> NodeId {
    let mut collapse = Collapse::of(graph, root);
    if collapse.sums.is_empty() {
        return root;
    }
    let mut changed = graph.clone();
    let mut collapsed = root;
    for _ in 0..MOST_TIMES {
        collapsed = collapse.build(&mut changed, collapsed);
        collapse = Collapse::of(&changed, collapsed);
        if collapse.sums.is_empty() {
            break;
        }
    }
    if changed.cost(&[collapsed]).weight < changed.cost(&[root]).weight {
        *graph = changed;
        return collapsed;
    }
    root
}

/// A node times a number and times parameters of one entry.
#[derive(Clone)]
struct Part {
    coefficient: f64,
    scalars: Vec<NodeId>,
    node: NodeId,
}

/// A term of a sum that is built again.
enum Term {
    /// A node that is not taken apart.
    Node(NodeId),
    /// A contraction with another sum in the place of one of its factors.
    Product {
        contract: Contract,
        position: usize,
        sum: usize,
    },
}

/// A linear combination, each term with a number and parameters that multiply it.
struct Sum {
    shape: Vec<usize>,
    terms: Vec<(f64, Vec<NodeId>, Term)>,
}

/// A contraction without one of its factors, which terms must have in common: extents, output axes, indices of the absent factor, and
/// the others.
type Frame = (Vec<usize>, usize, Vec<Index>, Vec<Factor>);

/// What is built again in the place of which node: sums, of which terms name later ones.
struct Collapse {
    live: Vec<NodeId>,
    sums: HashMap<NodeId, Vec<Sum>>,
    /// What the sums are in the place of, so that it is not needed any more.
    taken: HashSet<NodeId>,
    /// What was looked at within a larger sum.
    seen: HashSet<NodeId>,
}

impl Collapse {
    fn of(graph: &Graph, root: NodeId) -> Self {
        let marks = graph.ancestors(&[root]);
        let ids = (0..graph.len()).filter(|index| marks[*index]);
        let live: Vec<NodeId> = ids.map(|index| NodeId(index as u32)).collect();
        let mut uses: HashMap<NodeId, usize> = HashMap::from([(root, 1)]);
        for argument in live.iter().flat_map(|id| graph.arguments(*id)) {
            *uses.entry(argument).or_default() += 1;
        }
        let mut collapse = Collapse {
            sums: HashMap::new(),
            taken: HashSet::new(),
            seen: HashSet::new(),
            live,
        };
        // Users first: a sum within a larger one, which nothing else reads, is looked at with that.
        for id in collapse.live.clone().into_iter().rev() {
            if let Op::Sum(terms) = &graph.node(id).op
                && !collapse.seen.contains(&id)
            {
                let parts = terms.iter().map(|(coefficient, node)| Part {
                    coefficient: coefficient.0,
                    scalars: Vec::new(),
                    node: *node,
                });
                let sum = (graph.shape(id).to_vec(), parts.collect());
                let sums = collapse.sums_of(graph, &uses, sum);
                if sums.len() > 1 {
                    collapse.sums.insert(id, sums);
                }
            }
        }
        collapse
    }

    /// A sum with all that are taken out of it.
    fn sums_of(
        &mut self,
        graph: &Graph,
        uses: &HashMap<NodeId, usize>,
        sum: (Vec<usize>, Vec<Part>),
    ) -> Vec<Sum> {
        let mut sums = Vec::new();
        let mut pending = vec![sum];
        while sums.len() < pending.len() {
            let (shape, parts) = pending[sums.len()].clone();
            let flat = Flat::of(graph, uses, &parts);
            let groups = groups(graph, uses, &flat.parts);
            self.seen
                .extend(flat.written.iter().map(|(part, _)| part.node));
            let mut grouped: HashSet<NodeId> = HashSet::new();
            let mut terms = Vec::new();
            for members in &groups {
                let first = &flat.parts[members[0].part];
                let Op::Contract(contract) = &graph.node(first.node).op else {
                    unreachable!("groups are of contractions");
                };
                // What multiplies all of them stays outside.
                let parts = members.iter().map(|member| &flat.parts[member.part]);
                let is_common = parts.clone().all(|part| part.scalars == first.scalars);
                let (outside, inside) = if is_common {
                    (first.scalars.clone(), false)
                } else {
                    (Vec::new(), true)
                };
                let product = Term::Product {
                    contract: contract.clone(),
                    position: members[0].position,
                    sum: pending.len(),
                };
                terms.push((1.0, outside, product));
                let inner = parts.clone().zip(members).map(|(part, member)| Part {
                    scalars: if inside {
                        part.scalars.clone()
                    } else {
                        Vec::new()
                    },
                    node: member.tensor,
                    ..*part
                });
                pending.push((graph.shape(members[0].tensor).to_vec(), inner.collect()));
                grouped.extend(parts.map(|part| part.node));
            }
            let (rest, opened) = if groups.is_empty() {
                (parts, Vec::new())
            } else {
                flat.rest(&grouped)
            };
            let rest = rest.into_iter();
            terms.extend(rest.map(|part| (part.coefficient, part.scalars, Term::Node(part.node))));
            self.taken.extend(opened);
            self.taken.extend(grouped);
            sums.push(Sum { shape, terms });
        }
        sums
    }

    /// Builds all that changes again.
    fn build(&self, graph: &mut Graph, root: NodeId) -> NodeId {
        let mut replaced: HashMap<NodeId, NodeId> = HashMap::new();
        for id in &self.live {
            let changes = |id: &NodeId| replaced.contains_key(id);
            if let Some(sums) = self.sums.get(id) {
                let built = build_sums(graph, sums, &replaced);
                replaced.insert(*id, built);
            } else if !self.taken.contains(id) && graph.arguments(*id).iter().any(changes) {
                let rebuilt = rebuild(graph, *id, &|id| *replaced.get(&id).unwrap_or(&id));
                replaced.insert(*id, rebuilt);
            }
        }
        *replaced.get(&root).unwrap_or(&root)
    }
}

/// The first of some sums.
fn build_sums(graph: &mut Graph, sums: &[Sum], replaced: &HashMap<NodeId, NodeId>) -> NodeId {
    let now = |id: NodeId| *replaced.get(&id).unwrap_or(&id);
    let mut built: Vec<Option<NodeId>> = vec![None; sums.len()];
    for (number, sum) in sums.iter().enumerate().rev() {
        // Terms that the same parameters multiply are added up before.
        let mut multiples: Vec<Multiple<'_>> = Vec::new();
        for (coefficient, scalars, term) in &sum.terms {
            let node = match term {
                Term::Node(node) => now(*node),
                Term::Product {
                    contract,
                    position,
                    sum,
                } => {
                    let inner = built[*sum].expect("later sums are built first");
                    rebuild_contraction(graph, contract, &|place, tensor| {
                        if place == *position {
                            inner
                        } else {
                            now(tensor)
                        }
                    })
                }
            };
            let term = (*coefficient, node);
            match multiples.iter_mut().find(|(known, _)| known == scalars) {
                Some((_, terms)) => terms.push(term),
                None => multiples.push((scalars, vec![term])),
            }
        }
        let mut terms = Vec::new();
        for (scalars, multiple) in multiples {
            if scalars.is_empty() {
                terms.extend(multiple);
            } else {
                let multiple = graph.sum(&multiple, &sum.shape);
                terms.push((1.0, scaled(graph, scalars, multiple)));
            }
        }
        built[number] = Some(graph.sum(&terms, &sum.shape));
    }
    built[0].expect("there is a first sum")
}

/// Parameters of one entry and the terms that they multiply.
type Multiple<'a> = (&'a [NodeId], Vec<(f64, NodeId)>);

/// A tensor times parameters of one entry, which are multiplied by each other first.
fn scaled(graph: &mut Graph, scalars: &[NodeId], tensor: NodeId) -> NodeId {
    let mut product = Product::new();
    for scalar in scalars {
        product.tensor(*scalar, &[]);
    }
    let scalar = graph.contract(product, &[]);
    let mut product = Product::new();
    let indices = product.indices(graph.shape(tensor));
    product.tensor(scalar, &[]).tensor(tensor, &indices);
    graph.contract(product, &indices)
}

/// The parameter of one entry and the tensor that a contraction multiplies, if that is all it does.
fn scalar_and_tensor(graph: &Graph, contract: &Contract) -> Option<(NodeId, NodeId)> {
    let factors: Vec<(NodeId, &[Index])> = contract.tensors().collect();
    let [first, second] = factors[..] else {
        return None;
    };
    let is_whole = |indices: &[Index]| indices.iter().copied().eq(0..contract.extents.len());
    let read = |(scalar, none): (NodeId, &[Index]), (tensor, indices): (NodeId, &[Index])| {
        let is_parameter = graph.node(scalar).binding < Binding::Points;
        (none.is_empty() && is_parameter && is_whole(indices)).then_some((scalar, tensor))
    };
    let pair = read(first, second).or_else(|| read(second, first));
    pair.filter(|_| contract.is_plain() && contract.rank == contract.extents.len())
}

/// Parts of a sum, with those sums and multiples of parameters written out that nothing else reads.
struct Flat {
    parts: Vec<Part>,
    /// Of each part the sum or multiple that it stands in.
    within: Vec<Option<usize>>,
    /// The sums and multiples that are written out, with those that they stand in.
    written: Vec<(Part, Option<usize>)>,
}

impl Flat {
    fn of(graph: &Graph, uses: &HashMap<NodeId, usize>, parts: &[Part]) -> Self {
        let mut flat = Flat {
            parts: Vec::new(),
            within: Vec::new(),
            written: Vec::new(),
        };
        let parts = parts.iter().rev().cloned();
        let mut pending: Vec<(Part, Option<usize>)> = parts.map(|part| (part, None)).collect();
        while let Some((part, within)) = pending.pop() {
            let node = graph.node(part.node);
            let is_alone = uses[&part.node] == 1 && node.binding == Binding::Points;
            let here = Some(flat.written.len());
            match &node.op {
                Op::Sum(terms) if is_alone => {
                    let terms = terms.iter().rev();
                    pending.extend(terms.map(|(own, node)| {
                        let inner = Part {
                            coefficient: part.coefficient * own.0,
                            scalars: part.scalars.clone(),
                            node: *node,
                        };
                        (inner, here)
                    }));
                    flat.written.push((part, within));
                }
                Op::Contract(contract)
                    if is_alone
                        && let Some((scalar, tensor)) = scalar_and_tensor(graph, contract) =>
                {
                    let mut inner = part.clone();
                    inner.scalars.push(scalar);
                    inner.scalars.sort_unstable();
                    inner.node = tensor;
                    pending.push((inner, here));
                    flat.written.push((part, within));
                }
                _ => {
                    flat.parts.push(part);
                    flat.within.push(within);
                }
            }
        }
        flat
    }

    /// What is left of the parts without some, and what is written out for that: of which no part is taken stays whole, since it may be
    /// a small difference of large terms.
    fn rest(&self, grouped: &HashSet<NodeId>) -> (Vec<Part>, Vec<NodeId>) {
        let mut is_open = vec![false; self.written.len()];
        for (part, within) in self.parts.iter().zip(&self.within) {
            let mut outer = within.filter(|_| grouped.contains(&part.node));
            while let Some(written) = outer.filter(|written| !is_open[*written]) {
                is_open[written] = true;
                outer = self.written[written].1;
            }
        }
        let mut rest = Vec::new();
        let mut is_there = vec![false; self.written.len()];
        for (part, within) in self.parts.iter().zip(&self.within) {
            let (mut outer, mut closed) = (*within, None);
            while let Some(written) = outer {
                closed = if is_open[written] {
                    closed
                } else {
                    Some(written)
                };
                outer = self.written[written].1;
            }
            match closed {
                Some(written) if !std::mem::replace(&mut is_there[written], true) => {
                    rest.push(self.written[written].0.clone());
                }
                None if !grouped.contains(&part.node) => rest.push(part.clone()),
                _ => {}
            }
        }
        let opened = self.written.iter().zip(is_open);
        let opened = opened.filter_map(|((part, _), is_open)| is_open.then_some(part.node));
        (rest, opened.collect())
    }
}

/// The factor of a term in which it differs from the others of a group.
struct Differing {
    part: usize,
    position: usize,
    tensor: NodeId,
}

/// Terms that nothing else reads and that differ in one factor, the largest groups first. The factor is one of the points: sums of parameters would
/// be computed apart from what they are multiplied with.
fn groups(graph: &Graph, uses: &HashMap<NodeId, usize>, parts: &[Part]) -> Vec<Vec<Differing>> {
    let of_points = |id: NodeId| graph.node(id).binding == Binding::Points;
    let mut numbers: HashMap<Frame, usize> = HashMap::new();
    let mut known: Vec<Vec<Differing>> = Vec::new();
    for (number, Part { node, .. }) in parts.iter().enumerate() {
        let Op::Contract(contract) = &graph.node(*node).op else {
            continue;
        };
        if uses[node] > 1 || !of_points(*node) {
            continue;
        }
        for (position, factor) in contract.factors.iter().enumerate() {
            let Factor::Tensor(tensor, indices) = factor else {
                continue;
            };
            if !of_points(*tensor) {
                continue;
            }
            let mut others = contract.factors.clone();
            others.remove(position);
            let frame = (
                contract.extents.clone(),
                contract.rank,
                indices.clone(),
                others,
            );
            let group = *numbers.entry(frame).or_insert(known.len());
            if group == known.len() {
                known.push(Vec::new());
            }
            // A square is there once, with either of its factors.
            if known[group].last().is_none_or(|last| last.part != number) {
                known[group].push(Differing {
                    part: number,
                    position,
                    tensor: *tensor,
                });
            }
        }
    }
    known.sort_by_key(|members| Reverse(members.len()));
    let mut taken = vec![false; parts.len()];
    let mut groups = Vec::new();
    for mut members in known {
        members.retain(|member| !taken[member.part]);
        if members.len() > 1 {
            for member in &members {
                taken[member.part] = true;
            }
            groups.push(members);
        }
    }
    groups
}
