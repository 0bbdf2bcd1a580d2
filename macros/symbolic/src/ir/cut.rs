//! Products that are wanted in part of what windows write: the whole is written, and the part is a view.

use super::contract::{Factor, Index, Product};
use super::graph::{Graph, NodeId, Op};
use super::ties::{Cut, settle};

impl Graph {
    /// The product whose result, along some axes, is a part of what is written through windows: that
    /// is computed for the whole axes, and the part is a view.
    pub(super) fn cut(&mut self, mut product: Product, output: &[Index], cuts: &[Cut]) -> NodeId {
        let shape: Vec<usize> = output.iter().map(|i| product.extents[*i]).collect();
        let in_class = |index: &Index| cuts.iter().any(|cut| cut.class.contains(index));
        product
            .factors
            .retain(|factor| !matches!(factor, Factor::Delta(a, ..) if in_class(a)));
        let along = |index: &Index| {
            let cut = cuts.iter().find(|cut| cut.output.0 == *index);
            cut.map_or(*index, |cut| cut.axis.0)
        };
        let whole: Vec<Index> = output.iter().map(along).collect();
        let mut part = Product {
            extents: product.extents.clone(),
            factors: Vec::new(),
        };
        let node = self.contract(product, &whole);
        let (coefficient, inner) = self.scaled(node);
        part.tensor(inner, &whole);
        for cut in cuts {
            let carrier = part.index(cut.length);
            part.shifted_delta(cut.axis.0, carrier, cut.axis.1);
            part.shifted_delta(cut.output.0, carrier, cut.output.1);
        }
        let node = self.beside_writing(part, inner, output);
        self.sum(&[(coefficient, node)], &shape)
    }

    /// The product with some axes of the result kept as the indices that they run through, and then put
    /// together.
    pub(super) fn postpone(
        &mut self,
        mut product: Product,
        output: &[Index],
        axes: &[Index],
    ) -> NodeId {
        let shape: Vec<usize> = output.iter().map(|i| product.extents[*i]).collect();
        let mut outer = Product {
            extents: product.extents.clone(),
            factors: Vec::new(),
        };
        let later = |factor: &Factor| matches!(factor, Factor::Window(w) if axes.contains(&w.axis));
        outer
            .factors
            .extend(product.factors.iter().filter(|f| later(f)).cloned());
        product.factors.retain(|factor| !later(factor));
        let mut kept: Vec<Index> = Vec::new();
        for index in output {
            match outer.windows().find(|window| window.axis == *index) {
                Some(window) => kept.extend(window.terms.iter().map(|(term, _)| *term)),
                None => kept.push(*index),
            }
        }
        let node = self.contract(product, &kept);
        let (coefficient, inner) = self.scaled(node);
        outer.tensor(inner, &kept);
        let node = self.beside_writing(outer, inner, output);
        self.sum(&[(coefficient, node)], &shape)
    }

    /// A product of structure and of one tensor, which stays as it is if it is written through windows
    /// or a part of such a one.
    fn beside_writing(&mut self, mut product: Product, tensor: NodeId, output: &[Index]) -> NodeId {
        let writes = |id: NodeId| matches!(&self.node(id).op, Op::Contract(c) if c.writes());
        let written = writes(tensor) || self.arguments(tensor).into_iter().any(writes);
        let shape = output.iter().map(|i| product.extents[*i]).collect();
        if written && self.is_one_structure(tensor) && settle(&mut product, output).is_ok() {
            self.finish(&product, output, shape)
        } else {
            self.contract(product, output)
        }
    }

    fn is_one_structure(&self, id: NodeId) -> bool {
        matches!(&self.node(id).op, Op::Contract(contract) if contract.is_structure())
    }
}
