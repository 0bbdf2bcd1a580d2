//! The derivative rules, one for each operation: linear, multilinear, elementwise.
//!
//! `pieces` writes a node's differential as a sum of linear pieces; forward mode substitutes
//! tangents into the pieces, reverse mode transposes them. No rule knows a layer or an order.

use crate::ir::{Binding, Contract, Factor, Graph, Index, NodeId, Op, Product};

/// One linear piece of the differential of a node: the argument that varies, and where it stands.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// `coefficient * d argument`.
    Scaled { argument: NodeId, coefficient: f64 },
    /// The contraction with its tensor factor number `factor` replaced by the differential.
    Factor { argument: NodeId, factor: usize },
    /// `slope ∘ d argument`, elementwise.
    Elementwise { argument: NodeId, slope: NodeId },
}

impl Piece {
    /// The argument that varies.
    pub fn argument(&self) -> NodeId {
        match self {
            Piece::Scaled { argument, .. }
            | Piece::Factor { argument, .. }
            | Piece::Elementwise { argument, .. } => *argument,
        }
    }
}

/// The differential of a node, with respect to the arguments that `varies` selects.
pub(crate) fn pieces(graph: &mut Graph, id: NodeId, varies: &dyn Fn(NodeId) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    match graph.node(id).op.clone() {
        // A first maximum is constant wherever it has a derivative.
        Op::Input(_)
        | Op::Parameter { .. }
        | Op::Increment { .. }
        | Op::FirstMax { .. }
        | Op::Held(_) => {}
        Op::Sum(terms) => {
            for (coefficient, argument) in terms {
                if varies(argument) {
                    pieces.push(Piece::Scaled {
                        argument,
                        coefficient: coefficient.0,
                    });
                }
            }
        }
        Op::Contract(contract) => {
            for (factor, piece) in contract.factors.iter().enumerate() {
                if let Factor::Tensor(argument, _) = piece
                    && varies(*argument)
                {
                    pieces.push(Piece::Factor {
                        argument: *argument,
                        factor,
                    });
                }
            }
        }
        Op::Map {
            function,
            order,
            argument,
        } => {
            if varies(argument) {
                let slope = graph.map(function, order + 1, argument);
                if !graph.is_zero(slope) {
                    pieces.push(Piece::Elementwise { argument, slope });
                }
            }
        }
    }
    pieces
}

/// The contraction of a node.
pub(crate) fn contraction(graph: &Graph, id: NodeId) -> Contract {
    match &graph.node(id).op {
        Op::Contract(contract) => contract.clone(),
        _ => unreachable!("a factor piece belongs to a contraction"),
    }
}

/// A product that copies the contraction but for one factor, which is left out.
///
/// Returns the product, the output indices, and the indices of the factor left out.
pub(crate) fn without_factor(
    contract: &Contract,
    left_out: usize,
) -> (Product, Vec<Index>, Vec<Index>) {
    let mut product = Product::new();
    for extent in &contract.extents {
        product.index(*extent);
    }
    let mut hole = Vec::new();
    for (position, factor) in contract.factors.iter().enumerate() {
        match factor {
            Factor::Tensor(_, indices) if position == left_out => hole.clone_from(indices),
            Factor::Tensor(node, indices) => {
                product.tensor(*node, indices);
            }
            structure => product.structure(structure),
        }
    }
    (product, (0..contract.rank).collect(), hole)
}

/// The tangent that a piece passes on: its linear map applied to `tangent`, whose trailing axes
/// are directions.
pub(crate) fn push_forward(
    graph: &mut Graph,
    id: NodeId,
    piece: &Piece,
    tangent: NodeId,
) -> NodeId {
    let directions = graph.shape(tangent)[graph.shape(piece.argument()).len()..].to_vec();
    match piece {
        Piece::Scaled { coefficient, .. } => graph.scale(*coefficient, tangent),
        Piece::Factor { factor, .. } => {
            let contract = contraction(graph, id);
            let (mut product, mut output, mut hole) = without_factor(&contract, *factor);
            let extra = product.indices(&directions);
            hole.extend(&extra);
            output.extend(&extra);
            product.tensor(tangent, &hole);
            graph.contract(product, &output)
        }
        Piece::Elementwise { slope, .. } => along(graph, *slope, tangent),
    }
}

/// The adjoint that a piece sends back: the transpose of its linear map applied to `adjoint`,
/// whose trailing axes are functionals.
pub(crate) fn pull_back(graph: &mut Graph, id: NodeId, piece: &Piece, adjoint: NodeId) -> NodeId {
    let functionals = graph.shape(adjoint)[graph.shape(id).len()..].to_vec();
    match piece {
        Piece::Scaled { coefficient, .. } => graph.scale(*coefficient, adjoint),
        Piece::Factor { factor, .. } => {
            let contract = contraction(graph, id);
            let (mut product, mut carried, hole) = without_factor(&contract, *factor);
            let extra = product.indices(&functionals);
            carried.extend(&extra);
            product.tensor(adjoint, &carried);
            let mut output: Vec<Index> = Vec::new();
            for index in hole {
                // A diagonal reading: the gradient lives on the diagonal.
                let place = if output.contains(&index) {
                    let twin = product.index(contract.extents[index]);
                    product.delta(index, twin);
                    twin
                } else {
                    index
                };
                output.push(place);
            }
            output.extend(&extra);
            graph.contract(product, &output)
        }
        Piece::Elementwise { slope, .. } => along(graph, *slope, adjoint),
    }
}

/// `slope[i] tensor[i, ..]`: the slope repeated along the trailing axes.
fn along(graph: &mut Graph, slope: NodeId, tensor: NodeId) -> NodeId {
    let mut product = Product::new();
    let output = product.indices(graph.shape(tensor));
    let rank = graph.shape(slope).len();
    product
        .tensor(slope, &output[..rank])
        .tensor(tensor, &output);
    graph.contract(product, &output)
}

impl Piece {
    /// Whether the slope of an elementwise piece changes with its argument.
    pub fn is_nonlinear(&self, graph: &Graph) -> bool {
        match self {
            Piece::Elementwise { slope, .. } => graph.node(*slope).binding == Binding::Points,
            Piece::Scaled { .. } | Piece::Factor { .. } => false,
        }
    }
}

/// A bilinear piece of the second differential of a node: a product with two holes.
#[derive(Clone, Debug)]
pub(crate) struct SecondPiece {
    /// What stands beside the two differentials.
    pub product: Product,
    /// The indices of the node's axes.
    pub output: Vec<Index>,
    /// The two arguments that vary, each with the indices of its hole.
    pub holes: [(NodeId, Vec<Index>); 2],
}

/// The second differential of a node as a sum of bilinear pieces.
pub(crate) fn second_pieces(
    graph: &mut Graph,
    id: NodeId,
    varies: &dyn Fn(NodeId) -> bool,
) -> Vec<SecondPiece> {
    match graph.node(id).op.clone() {
        Op::Input(_)
        | Op::Parameter { .. }
        | Op::Increment { .. }
        | Op::Sum(_)
        | Op::FirstMax { .. }
        | Op::Held(_) => Vec::new(),
        Op::Map {
            function,
            order,
            argument,
        } => {
            let curvature = graph.map(function, order + 2, argument);
            if !varies(argument) || graph.is_zero(curvature) {
                return Vec::new();
            }
            let mut product = Product::new();
            let output = product.indices(graph.shape(id));
            product.tensor(curvature, &output);
            let hole = (argument, output.clone());
            vec![SecondPiece {
                product,
                output,
                holes: [hole.clone(), hole],
            }]
        }
        Op::Contract(contract) => {
            let tensors: Vec<(NodeId, Vec<Index>)> = contract
                .tensors()
                .map(|(node, indices)| (node, indices.to_vec()))
                .collect();
            let [first, second] = &tensors[..] else {
                return Vec::new();
            };
            if !(varies(first.0) && varies(second.0)) {
                return Vec::new();
            }
            let mut product = Product::new();
            for extent in &contract.extents {
                product.index(*extent);
            }
            for structure in contract.structure() {
                product.structure(structure);
            }
            let output: Vec<Index> = (0..contract.rank).collect();
            let piece = |holes| SecondPiece {
                product: product.clone(),
                output: output.clone(),
                holes,
            };
            vec![
                piece([first.clone(), second.clone()]),
                piece([second.clone(), first.clone()]),
            ]
        }
    }
}
