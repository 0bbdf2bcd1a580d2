//! Text of a graph: one line a node, readable beside the mathematics.

use std::fmt::{self, Display, Formatter};

use super::contract::{Contract, Factor, Index};
use super::graph::{Binding, Graph, NodeId, Op};
use super::program::Program;

const LETTERS: &[u8] = b"ijklmnopqrstuvw";

impl Display for NodeId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "%{}", self.0)
    }
}

impl Graph {
    /// One line: `%7: points [20] = sigmoid'(%5)`.
    pub fn describe(&self, id: NodeId) -> String {
        let node = self.node(id);
        let binding = match node.binding {
            Binding::Constant => "constant",
            Binding::Parameters => "parameters",
            Binding::Points => "points",
        };
        format!("{id}: {binding} {:?} = {}", node.shape, self.formula(id))
    }

    fn formula(&self, id: NodeId) -> String {
        match &self.node(id).op {
            Op::Input(number) => format!("input {number}"),
            Op::Parameter { offset } => format!("parameters[{offset}..]"),
            Op::Increment { offset } => format!("increment of parameters[{offset}..]"),
            Op::Sum(terms) if terms.is_empty() => "0".to_owned(),
            Op::Sum(terms) => {
                let mut text = String::new();
                for (position, (coefficient, term)) in terms.iter().enumerate() {
                    let value = coefficient.0;
                    let sign = match (position, value < 0.0) {
                        (0, false) => "",
                        (0, true) => "-",
                        (_, false) => " + ",
                        (_, true) => " - ",
                    };
                    text.push_str(sign);
                    if value.abs() != 1.0 {
                        text.push_str(&format!("{} ", value.abs()));
                    }
                    text.push_str(&term.to_string());
                }
                text
            }
            Op::Contract(contract) => contract.to_string(),
            Op::FirstMax { argument, axis } => format!("first maximum of {argument} along {axis}"),
            Op::Held(argument) => format!("{argument} held"),
            Op::Map {
                function,
                order,
                argument,
            } => {
                let primes = match order {
                    0..=3 => "'".repeat(*order),
                    order => format!("^({order})"),
                };
                format!("{}{primes}({argument})", self.function(*function).name())
            }
        }
    }
}

fn letters(indices: &[Index]) -> String {
    let letter = |index: &Index| match LETTERS.get(*index) {
        Some(letter) => char::from(*letter).to_string(),
        None => format!("_{index}"),
    };
    indices.iter().map(letter).collect()
}

impl Display for Contract {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let output: Vec<Index> = (0..self.rank).collect();
        write!(formatter, "[{}]", letters(&output))?;
        if self.factors.is_empty() {
            return formatter.write_str(" 1");
        }
        for factor in &self.factors {
            match factor {
                Factor::Tensor(node, indices) => {
                    write!(formatter, " {node}[{}]", letters(indices))?
                }
                Factor::Delta(a, b, 0) if self.extents[*a] == self.extents[*b] => {
                    write!(formatter, " delta[{}]", letters(&[*b, *a]))?
                }
                Factor::Delta(a, b, offset) => {
                    let (a, b) = (letters(&[*a]), letters(&[*b]));
                    write!(formatter, " delta[{a}={b}+{offset}]")?
                }
                Factor::Window(window) => {
                    let terms = window
                        .terms
                        .iter()
                        .map(|(index, multiplier)| match multiplier {
                            1 => letters(&[*index]),
                            _ => format!("{multiplier}{}", letters(&[*index])),
                        });
                    let mut terms: Vec<String> = terms.collect();
                    terms.push(window.offset.to_string());
                    let axis = letters(&[window.axis]);
                    write!(formatter, " window[{axis}={}]", terms.join("+"))?
                }
            }
        }
        Ok(())
    }
}

impl Display for Program {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for id in self.live() {
            writeln!(formatter, "{}", self.graph.describe(id))?;
        }
        for output in &self.outputs {
            writeln!(formatter, "{} = {}", output.name, output.node)?;
        }
        Ok(())
    }
}
