//! The meaning of a [`Program`]: inputs and parameters go in, outputs come out, in plain loops.

use crate::ir::{Contract, Factor, NodeId, Op, Program};

/// A tensor, first axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Extents.
    pub shape: Vec<usize>,
    /// Entries, first axis fastest.
    pub entries: Vec<f64>,
}

impl Tensor {
    fn at(&self, position: &[usize]) -> f64 {
        let mut address = 0;
        for (extent, index) in self.shape.iter().zip(position).rev() {
            address = address * extent + index;
        }
        self.entries[address]
    }
}

/// The outputs of a program at one point.
pub fn interpret(program: &Program, inputs: &[Vec<f64>], parameters: &[f64]) -> Vec<Tensor> {
    let mut values: Vec<Option<Tensor>> = vec![None; program.graph.len()];
    for id in program.live() {
        let tensor = evaluate(program, id, inputs, parameters, &values);
        values[id.index()] = Some(tensor);
    }
    let outputs = program.outputs.iter();
    outputs
        .map(|output| {
            values[output.node.index()]
                .clone()
                .expect("outputs are live")
        })
        .collect()
}

fn evaluate(
    program: &Program,
    id: NodeId,
    inputs: &[Vec<f64>],
    parameters: &[f64],
    values: &[Option<Tensor>],
) -> Tensor {
    let graph = &program.graph;
    let node = graph.node(id);
    let size = node.size();
    let value = |id: NodeId| values[id.index()].as_ref().expect("arguments come first");
    let entries = match &node.op {
        Op::Input(number) => inputs[*number].clone(),
        Op::Parameter { offset } => parameters[*offset..offset + size].to_vec(),
        Op::Increment { .. } => vec![0.0; size],
        Op::Sum(terms) => {
            let mut sum = vec![0.0; size];
            for (coefficient, term) in terms {
                for (total, entry) in sum.iter_mut().zip(&value(*term).entries) {
                    *total += coefficient.0 * entry;
                }
            }
            sum
        }
        Op::Map {
            function,
            order,
            argument,
        } => {
            let function = graph.function(*function);
            let arguments = value(*argument).entries.iter();
            arguments.map(|x| function.evaluate(*order, *x)).collect()
        }
        Op::Contract(contract) => contract_entries(contract, size, &value),
    };
    Tensor {
        shape: node.shape.clone(),
        entries,
    }
}

fn contract_entries<'a>(
    contract: &Contract,
    size: usize,
    value: &dyn Fn(NodeId) -> &'a Tensor,
) -> Vec<f64> {
    let mut entries = vec![0.0; size];
    let volume: usize = contract.extents.iter().product();
    let mut position = vec![0; contract.extents.len()];
    for number in 0..volume {
        let mut rest = number;
        for (index, extent) in position.iter_mut().zip(&contract.extents) {
            *index = rest % extent;
            rest /= extent;
        }
        let apart = |(a, b, offset): (usize, usize, usize)| position[a] != position[b] + offset;
        if contract.deltas().any(apart) {
            continue;
        }
        let mut product = 1.0;
        for factor in &contract.factors {
            if let Factor::Tensor(id, indices) = factor {
                let place: Vec<usize> = indices.iter().map(|index| position[*index]).collect();
                product *= value(*id).at(&place);
            }
        }
        // Output indices come first, so the low digits of the number are the output's address.
        entries[number % size.max(1)] += product;
    }
    entries
}
