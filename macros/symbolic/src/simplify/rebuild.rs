//! A node goes in, the same operation on other arguments comes out, in normal form: it is built through the constructors.

use crate::ir::{Contract, Factor, Graph, NodeId, Op, Product};

/// The operation of a node on other arguments.
pub(super) fn rebuild(
    graph: &mut Graph,
    id: NodeId,
    argument_of: &dyn Fn(NodeId) -> NodeId,
) -> NodeId {
    let shape = graph.shape(id).to_vec();
    match graph.node(id).op.clone() {
        Op::Input(_) | Op::Parameter { .. } | Op::Increment { .. } => id,
        Op::Sum(terms) => {
            let terms = terms.iter().map(|(c, term)| (c.0, argument_of(*term)));
            let terms: Vec<(f64, NodeId)> = terms.collect();
            graph.sum(&terms, &shape)
        }
        Op::Map {
            function,
            order,
            argument,
        } => graph.map(function, order, argument_of(argument)),
        Op::FirstMax { argument, axis } => graph.first_max(argument_of(argument), axis),
        Op::Held(argument) => graph.held(argument_of(argument)),
        Op::Contract(contract) => {
            rebuild_contraction(graph, &contract, &|_, tensor| argument_of(tensor))
        }
    }
}

/// A contraction of other tensors, given by their positions among the factors and by those that were there.
pub(super) fn rebuild_contraction(
    graph: &mut Graph,
    contract: &Contract,
    tensor_at: &dyn Fn(usize, NodeId) -> NodeId,
) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(&contract.extents);
    for (position, factor) in contract.factors.iter().enumerate() {
        match factor {
            Factor::Tensor(tensor, indices) => {
                product.tensor(tensor_at(position, *tensor), indices);
            }
            Factor::Delta(..) | Factor::Window(_) => product.structure(factor),
        }
    }
    graph.contract(product, &indices[..contract.rank])
}
