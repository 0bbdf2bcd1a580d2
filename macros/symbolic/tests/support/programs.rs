//! Programs that are checked by every way to their derivatives and every interpreter.

use derive_network_symbolic::differentiate::{forward, reverse};
use derive_network_symbolic::functions::{Activation, Function};
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_loops};
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};
use derive_network_symbolic::schedule::{Mode, schedule};

use super::{Random, distance, outputs};

const TOLERANCE: f64 = 1e-12;

pub fn map(graph: &mut Graph, activation: Activation, argument: NodeId) -> NodeId {
    let function = graph.add_function(Function::builtin(activation));
    graph.map(function, 0, argument)
}

/// A program being built, and its input.
pub struct Builder {
    pub program: Program,
    pub x: NodeId,
}

impl Builder {
    pub fn new(inputs: usize) -> Self {
        let mut program = Program {
            inputs: vec![vec![inputs]],
            ..Program::default()
        };
        let x = program.graph.input(0, &[inputs]);
        Builder { program, x }
    }

    pub fn parameter(&mut self, shape: &[usize]) -> NodeId {
        let offset = self.program.parameters;
        self.program.parameters += shape.iter().product::<usize>();
        self.program.graph.parameter(offset, shape)
    }

    /// Adds the value, its first derivative by tangents and by adjoints, and the second in all four orders of both;
    /// all ways to one derivative have one layout. Then compares them, through all interpreters.
    pub fn check(mut self, name: &str, value: NodeId) {
        self.program.outputs = outputs(&[("value", value)]);
        let (x, graph) = (self.x, &mut self.program.graph);
        let by_tangents = tangents(graph, value, x);
        let by_adjoints = adjoints(graph, value, x);
        let first = [by_tangents, by_adjoints];
        let second = [
            tangents(graph, by_tangents, x),
            adjoints(graph, by_tangents, x),
            tangents(graph, by_adjoints, x),
            adjoints(graph, by_adjoints, x),
        ];
        let third = tangents(graph, second[3], x);
        let third = [third, adjoints(graph, second[0], x)];
        let mut random = Random(name.len() as u64);
        let data = [random.numbers(graph.shape(x)[0])];
        let parameters = random.numbers(self.program.parameters);
        check_ways(
            &mut self.program,
            name,
            &[&[value], &first, &second, &third],
            &data,
            &parameters,
        );
    }
}

/// Each group holds ways to one tensor: they agree, and each interpreter says so.
pub fn check_ways(
    program: &mut Program,
    name: &str,
    groups: &[&[NodeId]],
    data: &[Vec<f64>],
    parameters: &[f64],
) {
    let mut meanings: Vec<Vec<Tensor>> = Vec::new();
    let ways: Vec<(&str, NodeId)> = groups
        .concat()
        .into_iter()
        .map(|node| ("way", node))
        .collect();
    program.outputs = outputs(&ways);
    program
        .verify()
        .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}"));
    meanings.push(interpret(program, data, parameters));
    for mode in [Mode::Batch, Mode::Single] {
        let loops = schedule(program, mode);
        loops
            .verify()
            .unwrap_or_else(|fault| panic!("{name} {mode:?}: {fault}\n{program}\n{loops}"));
        meanings.push(interpret_loops(&loops, data, parameters));
    }
    let mut position = 0;
    for group in groups {
        let expected = meanings[0][position].clone();
        assert!(
            expected.entries.iter().any(|entry| *entry != 0.0) || group.len() != 1,
            "{name}: the value is zero"
        );
        for _ in *group {
            for meaning in &meanings {
                let found = &meaning[position];
                let difference =
                    distance(std::slice::from_ref(found), std::slice::from_ref(&expected));
                assert!(
                    difference <= TOLERANCE,
                    "{name}: output {position} is off by {difference:e}\n{program}"
                );
            }
            position += 1;
        }
    }
}

/// By tangents: axes of the node, then of the source.
pub fn tangents(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(source).to_vec();
    let seed = graph.identity(&shape);
    forward(graph, &[node], &[(source, seed)])[0]
}

/// By adjoints, in the layout of tangents: axes of the node, then of the source.
pub fn adjoints(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(node).to_vec();
    let seed = graph.identity(&shape);
    let adjoint = reverse(graph, node, seed, &[source]).get(source);
    let adjoint = adjoint.unwrap_or_else(|| {
        let shape = [graph.shape(source), &shape[..]].concat();
        graph.zero(&shape)
    });
    let mut product = Product::new();
    let mut indices = product.indices(graph.shape(adjoint));
    product.tensor(adjoint, &indices);
    indices.rotate_left(1);
    graph.contract(product, &indices)
}
