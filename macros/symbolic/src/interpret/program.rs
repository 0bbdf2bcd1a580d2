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
        Op::Held(argument) => value(*argument).entries.clone(),
        Op::FirstMax { argument, axis } => first_maxima(value(*argument), *axis),
        Op::Contract(contract) => contract_entries(contract, size, &value),
    };
    Tensor {
        shape: node.shape.clone(),
        entries,
    }
}

fn first_maxima(argument: &Tensor, axis: usize) -> Vec<f64> {
    let step: usize = argument.shape[..axis].iter().product();
    let extent = argument.shape[axis];
    let mut entries = vec![0.0; argument.entries.len()];
    for place in 0..entries.len() {
        if (place / step).is_multiple_of(extent) {
            let mut best = place;
            for other in (1..extent).map(|number| place + number * step) {
                if argument.entries[other] > argument.entries[best] {
                    best = other;
                }
            }
            entries[best] = 1.0;
        }
    }
    entries
}

fn contract_entries<'a>(
    contract: &Contract,
    size: usize,
    value: &dyn Fn(NodeId) -> &'a Tensor,
) -> Vec<f64> {
    let mut entries = vec![0.0; size];
    let free: Vec<usize> = (0..contract.extents.len())
        .filter(|index| contract.is_free(*index))
        .collect();
    let sums: Vec<_> = (0..contract.extents.len())
        .map(|index| contract.as_sum(index))
        .collect();
    let mut position = vec![0; contract.extents.len()];
    for number in 0..contract.volume() {
        let mut rest = number;
        for index in &free {
            position[*index] = rest % contract.extents[*index];
            rest /= contract.extents[*index];
        }
        let along = |index: usize| -> usize {
            let (terms, offset) = &sums[index];
            let terms = terms.iter().map(|(term, times)| times * position[*term]);
            offset + terms.sum::<usize>()
        };
        let mut product = 1.0;
        for factor in &contract.factors {
            if let Factor::Tensor(id, indices) = factor {
                let place: Vec<usize> = indices.iter().map(|index| along(*index)).collect();
                product *= value(*id).at(&place);
            }
        }
        let place = (0..contract.rank).rev().fold(0, |address, index| {
            address * contract.extents[index] + along(index)
        });
        entries[place] += product;
    }
    entries
}
