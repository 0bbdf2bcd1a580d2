//! Is the calculus closed: do values, parameter gradients, parameter Jacobians and input gradients of
//! random formulas over derivatives of random networks agree with Taylor polynomials?

#[path = "../support/mod.rs"]
mod support;

mod expression;
mod number;
mod taylor;

use derive_network_symbolic::differentiate::{gradient_of, laplacian_of, reverse};
use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_loops};
use derive_network_symbolic::ir::{Graph, NodeId, Program};
use derive_network_symbolic::schedule::{Mode, schedule};
use expression::{Expression, Terrain};
use number::Number;
use support::{Random, chain, outputs, parameter_gradient, parameter_nodes, parameters};
use taylor::{Polynomial, Space};

const PAIRS: usize = 240;
/// Roundings in a row that are allowed for. Some fifty are made, from layer to layer and order to order,
/// but they are not all of one sign and of the full size.
const ROUNDINGS: f64 = 16.0;
const ACTIVATIONS: [Activation; 4] = [
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Sin,
    Activation::Softplus,
];

struct Case {
    widths: Vec<usize>,
    activations: Vec<Activation>,
    residuals: Vec<Expression>,
    order: usize,
    parameters: Vec<f64>,
    x: Vec<f64>,
}

impl Case {
    fn new(random: &mut Random, number: usize) -> Self {
        let depth = 1 + random.below(3);
        let mut widths = vec![1 + random.below(3)];
        widths.extend((0..depth).map(|_| 1 + random.below(6)));
        widths.push(1 + random.below(2));
        let mut activations: Vec<Activation> =
            (0..depth).map(|_| ACTIVATIONS[random.below(4)]).collect();
        activations.push(Activation::Identity);
        let order = 1 + number % 4;
        let terrain = Terrain {
            inputs: widths[0],
            outputs: widths[depth + 1],
        };
        let count = 1 + random.below(2);
        let residuals = (0..count).map(|_| Expression::random(random, &terrain, order));
        Case {
            residuals: residuals.collect(),
            order,
            parameters: parameters(random, &widths),
            x: random.numbers(widths[0]),
            widths,
            activations,
        }
    }

    /// Residuals, the gradient of the sum of their squares in each parameter, their Jacobian in each
    /// parameter, and the gradient of each in the inputs.
    fn program(&self) -> Program {
        let mut program = chain(&self.widths, &self.activations);
        let value = program.outputs[0].node;
        let graph = &mut program.graph;
        let x = graph.input(0, &self.widths[..1]);
        let scalars: Vec<NodeId> = (0..graph.shape(value)[0])
            .map(|output| graph.entry(value, 0, output))
            .collect();
        let residuals: Vec<NodeId> = self
            .residuals
            .iter()
            .map(|residual| residual.build(graph, x, &scalars))
            .collect();
        let column: Vec<NodeId> = residuals
            .iter()
            .map(|residual| graph.reshape_unit(*residual, &[1]))
            .collect();
        let residual = graph.concat(&column, 0);
        let squares = graph.hadamard(residual, residual);
        let loss = graph.total(squares);
        let mut named = vec![("residual", residual)];
        for gradient in parameter_gradient(graph, loss) {
            named.push(("gradient", gradient));
        }
        for jacobian in parameter_jacobian(graph, residual) {
            named.push(("jacobian", jacobian));
        }
        for residual in residuals {
            named.push(("inputs", gradient_of(graph, residual, x, 0..self.widths[0])));
        }
        program.outputs = outputs(&named);
        program
    }

    /// The Taylor polynomials of the residuals, with slopes in one parameter.
    fn expand(&self, space: &Space, seeded: Option<usize>) -> Vec<Polynomial> {
        let inputs: Vec<Polynomial> = (0..self.x.len())
            .map(|entry| space.variable(entry, self.x[entry]))
            .collect();
        let outputs = network(space, &self.widths, &self.activations, &inputs, &|place| {
            let slope = if seeded == Some(place) { 1.0 } else { 0.0 };
            Number::seeded(self.parameters[place], slope)
        });
        let residuals = self.residuals.iter();
        residuals
            .map(|residual| residual.expand(space, &inputs, &outputs))
            .collect()
    }

    /// What the program is to give: for each output, for each entry, a value and its size.
    fn expected(&self, program: &Program) -> Vec<Vec<(f64, f64)>> {
        let space = Space::new(self.widths[0], self.order + 1);
        let values: Vec<Polynomial> = self.expand(&space, None);
        let slopes: Vec<Vec<Number>> = (0..self.parameters.len())
            .map(|place| {
                let residuals = self.expand(&space, Some(place));
                residuals.iter().map(|residual| residual[0]).collect()
            })
            .collect();
        let graph = &program.graph;
        let residual = program.outputs[0].node;
        let of_value = |number: &Number| (number.value, number.size);
        let mut expected = vec![values.iter().map(|r| of_value(&r[0])).collect()];
        let places = parameter_places(graph, residual);
        for range in &places {
            let loss = slopes[range.clone()].iter().map(|slopes| {
                let terms = slopes.iter().map(|r| {
                    let size = r.size * r.slope.abs() + r.value.abs() * r.slope_size;
                    (2.0 * r.value * r.slope, 2.0 * size)
                });
                terms.fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1))
            });
            expected.push(loss.collect());
        }
        for range in &places {
            // Functionals are the last axis: all parameters of the first residual, then of the next.
            let entries = (0..values.len()).flat_map(|residual| {
                let slopes = slopes[range.clone()].iter();
                slopes.map(move |slopes| (slopes[residual].slope, slopes[residual].slope_size))
            });
            expected.push(entries.collect());
        }
        for residual in &values {
            let entries = 0..self.widths[0];
            let linear = entries.map(|entry| of_value(&residual[space.linear(entry)]));
            expected.push(linear.collect());
        }
        expected
    }
}

/// The Jacobians of a vector in the parameters that it is computed from: their axes, then its own.
fn parameter_jacobian(graph: &mut Graph, residual: NodeId) -> Vec<NodeId> {
    let sources = parameter_nodes(graph, residual);
    let shape = graph.shape(residual).to_vec();
    let seed = graph.identity(&shape);
    let adjoints = reverse(graph, residual, seed, &sources);
    let jacobians = sources.iter().map(|source| {
        adjoints.get(*source).unwrap_or_else(|| {
            let shape = [graph.shape(*source), &shape].concat();
            graph.zero(&shape)
        })
    });
    jacobians.collect()
}

/// Where the parameters lie that a node is computed from.
fn parameter_places(graph: &Graph, root: NodeId) -> Vec<std::ops::Range<usize>> {
    let nodes = parameter_nodes(graph, root);
    let places = nodes.iter().map(|id| match graph.node(*id).op {
        derive_network_symbolic::ir::Op::Parameter { offset } => {
            offset..offset + graph.node(*id).size()
        }
        _ => unreachable!("parameters are parameters"),
    });
    places.collect()
}

/// The outputs of a chain of dense layers.
fn network(
    space: &Space,
    widths: &[usize],
    activations: &[Activation],
    inputs: &[Polynomial],
    parameter: &dyn Fn(usize) -> Number,
) -> Vec<Polynomial> {
    let mut state = inputs.to_vec();
    let mut offset = 0;
    for (layer, activation) in activations.iter().enumerate() {
        let (from, to) = (widths[layer], widths[layer + 1]);
        let neurons = (0..to).map(|neuron| {
            let mut z = space.constant(parameter(offset + from * to + neuron));
            for (input, entry) in state.iter().enumerate() {
                let weight = parameter(offset + input * to + neuron);
                z = space.add(&z, &space.scale(weight, entry));
            }
            match activation {
                Activation::Tanh => space.tanh(&z),
                Activation::Sigmoid => space.sigmoid(&z),
                Activation::Sin => space.sin(&z),
                Activation::Softplus => space.softplus(&z),
                _ => z,
            }
        });
        let next: Vec<Polynomial> = neurons.collect();
        state = next;
        offset += (from + 1) * to;
    }
    state
}

/// The worst error in roundings, and the worst relative to the largest entry of a tensor.
fn compare(case: &str, found: &[Tensor], expected: &[Vec<(f64, f64)>]) -> (f64, f64) {
    assert_eq!(found.len(), expected.len(), "{case}: as many tensors");
    let mut worst = (0.0_f64, 0.0_f64);
    for (number, (tensor, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(
            tensor.entries.len(),
            expected.len(),
            "{case}: tensor {number}"
        );
        let largest = expected
            .iter()
            .fold(0.0_f64, |most, (value, _)| most.max(value.abs()));
        for (entry, (value, size)) in tensor.entries.iter().zip(expected) {
            let error = (entry - value).abs();
            assert!(
                error <= ROUNDINGS * f64::EPSILON * size,
                "{case}: tensor {number} has {entry}, not {value} (size {size})"
            );
            if *size > 0.0 {
                worst.0 = worst.0.max(error / (size * f64::EPSILON));
            }
            if largest > 0.0 {
                worst.1 = worst.1.max(error / largest);
            }
        }
    }
    worst
}

#[test]
fn random_residuals_of_random_networks() {
    let mut random = Random(11);
    let (mut worst, mut scheduled, mut entries) = ((0.0_f64, 0.0_f64), 0, 0);
    for number in 0..PAIRS {
        let case = Case::new(&mut random, number);
        let program = case.program();
        let name = format!(
            "{number}: {:?} {:?} {:?}",
            case.widths, case.activations, case.residuals
        );
        program
            .verify()
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let expected = case.expected(&program);
        entries += expected.iter().map(Vec::len).sum::<usize>();
        let data = [case.x.clone()];
        let mut check = |found: &[Tensor]| {
            let errors = compare(&name, found, &expected);
            worst = (worst.0.max(errors.0), worst.1.max(errors.1));
        };
        check(&interpret(&program, &data, &case.parameters));
        if number % 10 == 0 {
            for mode in [Mode::Batch, Mode::Single] {
                let loops = schedule(&program, mode);
                loops
                    .verify()
                    .unwrap_or_else(|fault| panic!("{name} {mode:?}: {fault}"));
                check(&interpret_loops(&loops, &data, &case.parameters));
                scheduled += 1;
            }
        }
    }
    println!(
        "{PAIRS} pairs, {entries} entries, {scheduled} loop programs: worst error {:.1} roundings of the terms, {:.1e} of the largest entry",
        worst.0, worst.1
    );
}

/// Order five: the parameter gradient of the square of the biharmonic.
#[test]
fn parameter_gradient_of_a_biharmonic_loss() {
    let widths = [3, 12, 12, 1];
    let mut random = Random(3);
    for activation in [Activation::Tanh, Activation::Softplus, Activation::Sin] {
        let activations = [activation, activation, Activation::Identity];
        let mut program = chain(&widths, &activations);
        let u = program.outputs[0].node;
        let graph = &mut program.graph;
        let x = graph.input(0, &[3]);
        let laplacian = laplacian_of(graph, u, x, &[0, 1, 2]);
        let biharmonic = laplacian_of(graph, laplacian, x, &[0, 1, 2]);
        let square = graph.hadamard(biharmonic, biharmonic);
        let gradient = parameter_gradient(graph, square);
        let places: Vec<_> = parameter_places(graph, square);
        let named: Vec<_> = gradient.iter().map(|node| ("gradient", *node)).collect();
        program.outputs = outputs(&named);
        let parameters = parameters(&mut random, &widths);
        let point = random.numbers(3);
        let found = interpret(&program, std::slice::from_ref(&point), &parameters);
        let space = Space::new(3, 4);
        let inputs: Vec<Polynomial> = (0..3).map(|i| space.variable(i, point[i])).collect();
        let all = Box::new(Expression::Output(0));
        let inner = Box::new(Expression::Laplacian(all, vec![0, 1, 2]));
        let expression = Expression::Laplacian(inner, vec![0, 1, 2]);
        let slope = |seeded: usize| {
            let outputs = network(&space, &widths, &activations, &inputs, &|place| {
                Number::seeded(parameters[place], if place == seeded { 1.0 } else { 0.0 })
            });
            let biharmonic = expression.expand(&space, &inputs, &outputs)[0];
            2.0 * biharmonic.value * biharmonic.slope
        };
        let mut worst = 0.0_f64;
        for (tensor, range) in found.iter().zip(places) {
            let expected: Vec<f64> = range.map(slope).collect();
            let largest = expected
                .iter()
                .fold(0.0_f64, |most, entry| most.max(entry.abs()));
            for (found, expected) in tensor.entries.iter().zip(&expected) {
                worst = worst.max((found - expected).abs() / largest.max(f64::MIN_POSITIVE));
            }
        }
        println!("{activation:?}: {worst:.1e}");
        assert!(worst <= 1e-10, "{activation:?}: {worst:e}");
    }
}
