//! A root goes in, the same value with fewer products comes out: where a sum adds up products with a common factor, the factor multiplies
//! the sum of the others, and so on down the graph.
//!
//! Of `u_t - ν u_xx` the derivatives come as a stream each, `W h_t - ν W h_xx`, which is `W (h_t - ν h_xx)`; since `h_t = σ' z_t` and
//! `h_xx = σ' z_xx + σ'' z_x²`, this is such a sum again. So any linear combination of derivatives goes through the network as one stream,
//! as the Laplacian does (Dangel, Siebert, Zeinhofer, Walther, Collapsing Taylor Mode Automatic Differentiation, 2025, arXiv:2505.13644).
//!
//! Only what nothing else reads is taken apart: a derivative that a formula uses twice keeps its stream.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::ir::{Binding, Contract, Factor, Graph, Index, NodeId, Op, Product};

use super::increments::rebuild;

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

/// A linear combination.
struct Sum {
    shape: Vec<usize>,
    terms: Vec<(f64, Term)>,
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
            live,
        };
        // Users first: a sum that a larger one takes apart is none of its own.
        for id in collapse.live.clone().into_iter().rev() {
            if let Op::Sum(terms) = &graph.node(id).op
                && !collapse.taken.contains(&id)
            {
                let terms = terms.iter().map(|(c, term)| (c.0, *term)).collect();
                let sums = collapse.sums_of(graph, &uses, (graph.shape(id).to_vec(), terms));
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
        sum: (Vec<usize>, Vec<(f64, NodeId)>),
    ) -> Vec<Sum> {
        let mut sums = Vec::new();
        let mut pending = vec![sum];
        while sums.len() < pending.len() {
            let (shape, terms) = pending[sums.len()].clone();
            let flat = Flat::of(graph, uses, &terms);
            let groups = groups(graph, uses, &flat.terms);
            if groups.is_empty() {
                let terms = terms.into_iter().map(|(c, node)| (c, Term::Node(node)));
                let terms = terms.collect();
                sums.push(Sum { shape, terms });
                continue;
            }
            let mut grouped: HashSet<NodeId> = HashSet::new();
            let mut own = Vec::new();
            for members in groups {
                let first = flat.terms[members[0].term].1;
                let Op::Contract(contract) = &graph.node(first).op else {
                    unreachable!("groups are of contractions");
                };
                own.push((
                    1.0,
                    Term::Product {
                        contract: contract.clone(),
                        position: members[0].position,
                        sum: pending.len(),
                    },
                ));
                let inner = members.iter();
                let inner = inner.map(|member| (flat.terms[member.term].0, member.tensor));
                pending.push((graph.shape(members[0].tensor).to_vec(), inner.collect()));
                grouped.extend(members.iter().map(|member| flat.terms[member.term].1));
            }
            let (rest, written_out) = flat.rest(&grouped);
            own.extend(rest.into_iter().map(|(c, node)| (c, Term::Node(node))));
            self.taken.extend(written_out);
            self.taken.extend(grouped);
            sums.push(Sum { shape, terms: own });
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
        let mut terms = Vec::new();
        for (coefficient, term) in &sum.terms {
            let node = match term {
                Term::Node(node) => now(*node),
                Term::Product {
                    contract,
                    position,
                    sum,
                } => {
                    let inner = built[*sum].expect("later sums are built first");
                    let mut product = Product::new();
                    let indices = product.indices(&contract.extents);
                    for (place, factor) in contract.factors.iter().enumerate() {
                        match factor {
                            Factor::Tensor(_, indices) if place == *position => {
                                product.tensor(inner, indices);
                            }
                            Factor::Tensor(node, indices) => {
                                product.tensor(now(*node), indices);
                            }
                            Factor::Delta(..) | Factor::Window(_) => product.structure(factor),
                        }
                    }
                    graph.contract(product, &indices[..contract.rank])
                }
            };
            terms.push((*coefficient, node));
        }
        built[number] = Some(graph.sum(&terms, &sum.shape));
    }
    built[0].expect("there is a first sum")
}

/// Terms, with those sums written out that nothing else reads.
struct Flat {
    terms: Vec<(f64, NodeId)>,
    /// Of each term the sum that it stands in.
    within: Vec<Option<usize>>,
    /// The sums that are written out, each with its coefficient and the sum that it stands in.
    sums: Vec<(f64, NodeId, Option<usize>)>,
}

impl Flat {
    fn of(graph: &Graph, uses: &HashMap<NodeId, usize>, terms: &[(f64, NodeId)]) -> Self {
        let mut flat = Flat {
            terms: Vec::new(),
            within: Vec::new(),
            sums: Vec::new(),
        };
        let terms = terms.iter().rev();
        let mut pending: Vec<(f64, NodeId, Option<usize>)> =
            terms.map(|(c, node)| (*c, *node, None)).collect();
        while let Some((coefficient, id, within)) = pending.pop() {
            let node = graph.node(id);
            match &node.op {
                Op::Sum(inner) if uses[&id] == 1 && node.binding == Binding::Points => {
                    let here = Some(flat.sums.len());
                    flat.sums.push((coefficient, id, within));
                    let inner = inner.iter().rev();
                    pending.extend(inner.map(|(own, id)| (coefficient * own.0, *id, here)));
                }
                _ => {
                    flat.terms.push((coefficient, id));
                    flat.within.push(within);
                }
            }
        }
        flat
    }

    /// What is left of the terms without some, and the sums that are written out for that: of which no term is taken stay whole, since they
    /// may be small differences of large terms.
    fn rest(&self, grouped: &HashSet<NodeId>) -> (Vec<(f64, NodeId)>, Vec<NodeId>) {
        let mut is_open = vec![false; self.sums.len()];
        for ((_, node), within) in self.terms.iter().zip(&self.within) {
            let mut outer = within.filter(|_| grouped.contains(node));
            while let Some(sum) = outer {
                is_open[sum] = true;
                outer = self.sums[sum].2;
            }
        }
        let mut rest = Vec::new();
        let mut whole = vec![false; self.sums.len()];
        for (term, within) in self.terms.iter().zip(&self.within) {
            let (mut outer, mut closed) = (*within, None);
            while let Some(sum) = outer {
                closed = if is_open[sum] { closed } else { Some(sum) };
                outer = self.sums[sum].2;
            }
            match closed {
                Some(sum) if !std::mem::replace(&mut whole[sum], true) => {
                    rest.push((self.sums[sum].0, self.sums[sum].1));
                }
                None if !grouped.contains(&term.1) => rest.push(*term),
                _ => {}
            }
        }
        let opened = self.sums.iter().zip(is_open);
        let opened = opened.filter_map(|((_, node, _), is_open)| is_open.then_some(*node));
        (rest, opened.collect())
    }
}

/// The factor of a term in which it differs from the others of a group.
struct Differing {
    term: usize,
    position: usize,
    tensor: NodeId,
}

/// Terms that nothing else reads and that differ in one factor, the largest groups first. The factor is one of the points: sums of parameters would
/// be computed apart from what they are multiplied with.
fn groups(
    graph: &Graph,
    uses: &HashMap<NodeId, usize>,
    terms: &[(f64, NodeId)],
) -> Vec<Vec<Differing>> {
    let of_points = |id: NodeId| graph.node(id).binding == Binding::Points;
    let mut numbers: HashMap<Frame, usize> = HashMap::new();
    let mut known: Vec<Vec<Differing>> = Vec::new();
    for (term, (_, node)) in terms.iter().enumerate() {
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
            if known[group].last().is_none_or(|last| last.term != term) {
                known[group].push(Differing {
                    term,
                    position,
                    tensor: *tensor,
                });
            }
        }
    }
    known.sort_by_key(|members| Reverse(members.len()));
    let mut taken = vec![false; terms.len()];
    let mut groups = Vec::new();
    for mut members in known {
        members.retain(|member| !taken[member.term]);
        if members.len() > 1 {
            for member in &members {
                taken[member.term] = true;
            }
            groups.push(members);
        }
    }
    groups
}
