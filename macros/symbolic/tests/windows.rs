//! Do convolutions, pooling and changes of shape, built of windows, mean what plain loops say, with all derivatives?

mod support;

use derive_network_symbolic::differentiate::forward;
use derive_network_symbolic::interpret::Tensor;
use derive_network_symbolic::ir::{NodeId, Program};
use derive_network_symbolic::parameter_request::{
    Densities, LossRequest, derive_loss, derive_parameter_jacobian, derive_pullback,
};
use derive_network_symbolic::request::{Elimination, Request, derive};
use support::blocks::{meaning, sums};
use support::convolution::{Convolution, Layer, Network, close};
use support::programs::tangents;
use support::series::Series;
use support::{Random, distance, outputs};

const NETWORKS: usize = 64;

/// A random network, a point, parameters, and directions in both.
struct Case {
    name: String,
    network: Network,
    program: Program,
    x: Vec<f64>,
    direction: Vec<f64>,
    parameters: Vec<f64>,
    change: Vec<f64>,
}

impl Case {
    fn new(random: &mut Random, number: usize, depth: usize) -> Self {
        let network = Network::random(random, depth);
        let program = network.program();
        Case {
            name: format!("{number}: {network:?}"),
            x: random.numbers(network.inputs()),
            direction: random.numbers(network.inputs()),
            parameters: random.numbers(program.parameters),
            change: random.numbers(program.parameters),
            network,
            program,
        }
    }

    /// The values along a line: with steps in the inputs, or in the parameters.
    fn along(&self, inputs: bool, parameters: bool) -> Vec<Series> {
        let line = |start: &[f64], direction: &[f64], moves: bool| -> Vec<Series> {
            let pairs = start.iter().zip(direction);
            pairs
                .map(|(a, b)| Series::line(*a, if moves { *b } else { 0.0 }))
                .collect()
        };
        let x = line(&self.x, &self.direction, inputs);
        let parameters = line(&self.parameters, &self.change, parameters);
        self.network.plain(&x, &parameters)
    }

    fn orders(&self, inputs: bool, parameters: bool, order: usize) -> Vec<f64> {
        let along = self.along(inputs, parameters);
        along
            .iter()
            .map(|series| series.derivatives()[order])
            .collect()
    }
}

/// Sums over axes of `direction.len()` entries: the first or the last one.
fn contracted(entries: &[f64], direction: &[f64], last: bool) -> Vec<f64> {
    let (length, rest) = (direction.len(), entries.len() / direction.len());
    let step = if last { (1, rest) } else { (length, 1) };
    (0..rest)
        .map(|place| {
            let terms = direction.iter().enumerate();
            terms
                .map(|(i, d)| d * entries[place * step.0 + i * step.1])
                .sum()
        })
        .collect()
}

#[test]
fn values_and_derivatives_are_those_of_plain_loops() {
    let mut random = Random(3);
    for number in 0..NETWORKS {
        let case = Case::new(&mut random, number, 1 + number % 2);
        let mut program = case.program.clone();
        let value = program.outputs[0].node;
        let graph = &mut program.graph;
        let x = graph.input(0, &[case.network.inputs()]);
        let first = tangents(graph, value, x);
        let second = tangents(graph, first, x);
        // The whole third derivative is large: along one direction it has the size of the second.
        program.inputs.push(vec![case.network.inputs()]);
        let direction = graph.input(1, &[case.network.inputs()]);
        let third = forward(graph, &[second], &[(x, direction)])[0];
        program.outputs = outputs(&[("", value), ("", first), ("", second), ("", third)]);
        let data = [case.x.clone(), case.direction.clone()];
        let found = meaning(&case.name, &program, &data, &case.parameters);
        for (order, tensor) in found.iter().enumerate() {
            let mut entries = tensor.entries.clone();
            for _ in 0..order.min(2) {
                entries = contracted(&entries, &case.direction, true);
            }
            close(
                &format!("{} of order {order}", case.name),
                &entries,
                &case.orders(true, false, order),
            );
        }
    }
}

const REQUESTS: [Request; 9] = [
    Request::Value,
    Request::Gradient,
    Request::Jacobian,
    Request::Hessian,
    Request::Laplacian,
    Request::AdjointHessian,
    Request::Jvp,
    Request::Vjp,
    Request::Hvp,
];

fn eliminations(request: Request) -> &'static [Elimination] {
    match request {
        Request::Hessian | Request::Laplacian | Request::AdjointHessian => &[
            Elimination::Automatic,
            Elimination::Contraction,
            Elimination::Recursion,
        ],
        _ => &[Elimination::Automatic],
    }
}

#[test]
fn all_ways_to_derivatives_agree() {
    let mut random = Random(11);
    for number in 0..NETWORKS {
        let case = Case::new(&mut random, number, 1 + number % 2);
        let heads = case.network.heads;
        for request in REQUESTS {
            if heads > 1 && matches!(request, Request::Gradient | Request::Hvp) {
                continue;
            }
            let along = if matches!(request, Request::Jvp | Request::Hvp) {
                case.network.inputs()
            } else {
                heads
            };
            let data = [case.x.clone(), random.numbers(along)];
            let mut reference: Option<Vec<Tensor>> = None;
            for elimination in eliminations(request) {
                let name = format!("{} {request:?} {elimination:?}", case.name);
                let derived = derive(&case.program, request, *elimination).program;
                let found = meaning(&name, &derived, &data, &case.parameters);
                let reference = reference.get_or_insert_with(|| found.clone());
                let difference = distance(&found, reference);
                assert!(difference < 1e-11, "{name}: {difference:e}");
            }
        }
    }
}

#[test]
fn no_joined_nest_writes_over_what_is_still_to_be_read() {
    // Here scratch is used again while a nest that reads it otherwise is joined with the writer.
    let first = Convolution {
        channels: 3,
        image: [4, 4],
        outputs: 2,
        kernel: [3, 1],
        stride: 2,
        dilation: 2,
        padding: 1,
        groups: 1,
    };
    let second = Convolution {
        channels: 2,
        image: [1, 3],
        outputs: 1,
        kernel: [1, 1],
        stride: 1,
        padding: 0,
        ..first
    };
    let network = Network {
        shape: [3, 4, 4],
        layers: vec![
            Layer::Convolve(first),
            Layer::Tanh,
            Layer::Convolve(second),
            Layer::Tanh,
        ],
        heads: 2,
        softmax: false,
    };
    let program = network.program();
    let mut random = Random(51);
    let data = [random.numbers(network.inputs()), random.numbers(2)];
    let parameters = random.numbers(program.parameters);
    let derived = derive(&program, Request::AdjointHessian, Elimination::Automatic);
    meaning("two convolutions", &derived.program, &data, &parameters);
}

/// The mean of half the square of the first head and the sum of all.
fn densities(program: &mut Program) -> Densities {
    let value = program.outputs[0].node;
    let graph = &mut program.graph;
    let first = graph.entry(value, 0, 0);
    let square = graph.hadamard(first, first);
    Densities {
        sum: Some(graph.total(value)),
        mean: Some(graph.scale(0.5, square)),
    }
}

#[test]
fn losses_have_the_derivatives_of_plain_loops_in_the_parameters() {
    let mut random = Random(17);
    for number in 0..NETWORKS {
        let mut case = Case::new(&mut random, number, 1 + number % 2);
        let densities = densities(&mut case.program);
        let count = case.parameters.len();
        let program = derive_loss(&case.program, densities, &[], LossRequest::Hvp);
        let weights = [0.5, 0.25];
        let points = vec![vec![case.x.clone(), weights.to_vec()]; 8];
        let parameters = [&case.parameters[..], &case.change].concat();
        let mut found = sums(&case.name, &program, &points, &parameters, &[1, 8]);
        // What is known to be zero is not summed: all windows may lie in the padding.
        found.resize(2 * count + 1, 0.0);
        let along = case.along(false, true);
        let half = Series::line(0.5 * weights[1], 0.0);
        let sum = along.iter().fold(Series::ZERO, |sum, head| sum + *head);
        let loss = Series::line(weights[0], 0.0) * sum + half * along[0] * along[0];
        let loss = loss.derivatives();
        let product = |entries: &[f64]| -> f64 {
            let products = entries.iter().zip(&case.change);
            products.map(|(a, b)| a * b / 8.0).sum()
        };
        let (gradient, rest) = found.split_at(count);
        let found = [
            rest[count] / 8.0,
            product(gradient),
            product(&rest[..count]),
        ];
        close(&case.name, &found, &loss[..3]);
    }
}

#[test]
fn jacobians_and_pullbacks_agree_in_the_parameters() {
    let mut random = Random(19);
    for number in 0..NETWORKS {
        let case = Case::new(&mut random, number, 1 + number % 2);
        let value: NodeId = case.program.outputs[0].node;
        let heads = case.network.heads;
        let jacobian = derive_parameter_jacobian(&case.program, value, &[]);
        let name = format!("{} Jacobian", case.name);
        let data = [case.x.clone(), random.numbers(heads)];
        let found = meaning(&name, &jacobian.program, &data[..1], &case.parameters);
        let expected = case.orders(false, true, 1);
        let mut along = vec![0.0; heads];
        for piece in &jacobian.pieces {
            let tensor = &found[piece.output];
            let size = tensor.entries.len() / heads;
            let change = &case.change[piece.offset..piece.offset + size];
            let part = contracted(&tensor.entries, change, false);
            for (sum, part) in along.iter_mut().zip(part) {
                *sum += part;
            }
        }
        close(&name, &along, &expected);
        let name = format!("{} pullback", case.name);
        let pullback = derive_pullback(&case.program, value, &[]);
        meaning(&name, &pullback, &data, &case.parameters);
        let found = sums(&name, &pullback, &[data.to_vec()], &case.parameters, &[1]);
        let pulled: f64 = found.iter().zip(&case.change).map(|(a, b)| a * b).sum();
        let expected: f64 = expected.iter().zip(&data[1]).map(|(a, b)| a * b).sum();
        close(&name, &[pulled], &[expected]);
    }
}
