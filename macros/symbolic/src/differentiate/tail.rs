//! The chain rule where everything narrows to one number: an output φ(c(x)) goes in with the derivatives of c, those of φ ∘ c come out.
//!
//! Then c is derived by itself: no adjoint on the way waits for φ or carries the factor φ'(c), which multiplies what is asked for alone.

use crate::ir::{Binding, Graph, Index, NodeId, Product};

use super::cuts::Span;
use super::reverse::reverse;
use super::second_order::{Form, Path, second_order};

/// A number that the output is a function of, and the derivatives of that function there, numbers too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// c: a node of one entry.
    pub number: NodeId,
    slope: NodeId,
    curvature: NodeId,
}

impl Tail {
    /// The first such number behind the source, if the slope there depends on the point. Cuts that a linear stretch follows are none.
    pub fn of(graph: &mut Graph, source: NodeId, output: NodeId) -> Option<Tail> {
        let span = Span::new(graph, source, output);
        let cuts = span.cuts.iter().map(|position| span.nodes[*position]);
        let mut inner = cuts.filter(|cut| *cut != source && *cut != output);
        let number = inner.find(|cut| graph.node(*cut).size() == 1)?;
        // Both from the nodes between the number and the output: what is derived from them need not read the number itself any more, where
        // a constructor has written it out.
        let shape = graph.shape(output).to_vec();
        let one = graph.ones(&shape);
        let adjoints = reverse(graph, output, one, &[number]);
        let slope = adjoints.get(number)?;
        let path = Path::Contraction;
        let curvature =
            second_order(graph, number, output, &adjoints, &[], path, Form::Hessian).node;
        let [slope, curvature] = [slope, curvature].map(|derivative| as_number(graph, derivative));
        (graph.node(slope).binding == Binding::Points).then_some(Tail {
            number,
            slope,
            curvature,
        })
    }

    /// One, in the shape of the number: where its adjoints begin.
    pub fn one(&self, graph: &mut Graph) -> NodeId {
        let shape = graph.shape(self.number).to_vec();
        graph.ones(&shape)
    }

    /// The gradient of the output, given that of the number.
    pub fn first(&self, graph: &mut Graph, gradient: NodeId) -> NodeId {
        times(graph, self.slope, gradient)
    }

    /// The Hessian of the output or its trace, given the gradient of the number and its Hessian or trace.
    pub fn second(
        &self,
        graph: &mut Graph,
        gradient: NodeId,
        second: NodeId,
        form: Form,
    ) -> NodeId {
        let mut square = Product::new();
        let inputs = graph.shape(gradient).to_vec();
        let rows = square.indices(&inputs);
        let (columns, output) = match form {
            Form::Hessian => {
                let columns = square.indices(&inputs);
                let output: Vec<Index> = [&rows[..], &columns].concat();
                (columns, output)
            }
            Form::Trace => (rows.clone(), Vec::new()),
        };
        square.tensor(self.curvature, &[]);
        square.tensor(gradient, &rows);
        square.tensor(gradient, &columns);
        let square = graph.contract(square, &output);
        let scaled = times(graph, self.slope, second);
        let shape = graph.shape(scaled).to_vec();
        graph.sum(&[(1.0, scaled), (1.0, square)], &shape)
    }
}

fn times(graph: &mut Graph, number: NodeId, tensor: NodeId) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(graph.shape(tensor));
    product.tensor(number, &[]);
    product.tensor(tensor, &indices);
    graph.contract(product, &indices)
}

/// A tensor of one entry without its axes.
fn as_number(graph: &mut Graph, id: NodeId) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(graph.shape(id));
    product.tensor(id, &indices);
    graph.contract(product, &[])
}
