//! Does a linear combination of derivatives go through a network as one stream, with the meaning that its terms have?

mod support;

use derive_network_symbolic::differentiate::{forward, partial, reverse};
use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{Graph, NodeId, Op, Program};
use derive_network_symbolic::parameter_request::derive_parameter_gradient;
use derive_network_symbolic::request::{Elimination, Request, derive};
use support::programs::{Builder, map};
use support::{Random, chain, distance, outputs};

const INPUTS: usize = 2;
const WIDTH: usize = 20;
/// Multiply-adds of a stream through a layer.
const LAYER: f64 = (WIDTH * WIDTH) as f64;
/// Of the value through the first layer, which no derivative goes through, and of a stream through the last.
const FIRST: f64 = (INPUTS * WIDTH) as f64;
const LAST: f64 = WIDTH as f64;

/// Where the first of two parameters of formulas is: behind those of the network with two hidden layers.
const VISCOSITY: usize = (INPUTS + 1) * WIDTH + (WIDTH + 1) * WIDTH + WIDTH + 1;

/// What a program computes of u, of shape [], and its partial derivatives.
type Formula = fn(&mut Partials) -> NodeId;

struct Partials {
    graph: Graph,
    output: NodeId,
    x: NodeId,
}

impl Partials {
    /// The derivative of the first output in these entries of the inputs.
    fn d(&mut self, entries: &[usize]) -> NodeId {
        self.derivative(0, entries)
    }

    fn derivative(&mut self, output: usize, entries: &[usize]) -> NodeId {
        let (graph, x) = (&mut self.graph, self.x);
        let all = entries.iter();
        let output = graph.entry(self.output, 0, output);
        all.fold(output, |f, entry| partial(graph, f, x, *entry))
    }

    fn sum(&mut self, terms: &[(f64, NodeId)]) -> NodeId {
        self.graph.sum(terms, &[])
    }

    fn product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.graph.hadamard(a, b)
    }
}

fn burgers(of: &mut Partials) -> NodeId {
    let [u, t, x, xx] = [&[][..], &[0], &[1], &[1, 1]].map(|entries| of.d(entries));
    let steepens = of.product(u, x);
    of.sum(&[(1.0, t), (1.0, steepens), (-0.01, xx)])
}

fn laplacian(of: &mut Partials) -> NodeId {
    let [xx, yy] = [[0, 0], [1, 1]].map(|entries| of.d(&entries));
    of.sum(&[(1.0, xx), (1.0, yy)])
}

/// A derivative that stands twice, and others that stand once, in a sum within a sum.
fn used_twice(of: &mut Partials) -> NodeId {
    let [t, xx, xy] = [&[0][..], &[1, 1], &[0, 1]].map(|entries| of.d(entries));
    let square = of.product(t, t);
    let inner = of.sum(&[(2.0, xx), (0.5, xy)]);
    of.sum(&[(1.0, t), (1.0, square), (-3.0, inner)])
}

/// Korteweg and de Vries.
fn third_order(of: &mut Partials) -> NodeId {
    let [u, t, x, xxx] = [&[][..], &[0], &[1], &[1, 1, 1]].map(|entries| of.d(entries));
    let steepens = of.product(u, x);
    of.sum(&[(1.0, t), (6.0, steepens), (1.0, xxx)])
}

/// A parameter times a sum of derivatives, with another derivative.
fn learned(of: &mut Partials) -> NodeId {
    let viscosity = of.graph.parameter(VISCOSITY, &[]);
    let [u, t, x] = [&[][..], &[0], &[1]].map(|entries| of.d(entries));
    let spreads = laplacian(of);
    let (steepens, spreads) = (of.product(u, x), of.product(viscosity, spreads));
    of.sum(&[(1.0, t), (1.0, steepens), (-1.0, spreads)])
}

/// Parameters that multiply sums within each other, of which some terms stay as they are.
fn nested(of: &mut Partials) -> NodeId {
    let [a, b] = [0, 1].map(|number| of.graph.parameter(VISCOSITY + number, &[]));
    let [u, t, xx, yy] = [&[][..], &[0], &[1, 1], &[0, 0]].map(|entries| of.d(entries));
    let waves = [(0, Activation::Sin), (1, Activation::Tanh)].map(|(entry, function)| {
        let entry = of.graph.entry(of.x, 0, entry);
        map(&mut of.graph, function, entry)
    });
    let whole = of.sum(&[(1.0, waves[0]), (-1.0, waves[1])]);
    let square = of.product(u, u);
    let opened = of.sum(&[(2.0, yy), (1.0, square)]);
    let [whole, opened] = [whole, opened].map(|sum| of.product(b, sum));
    let all = of.sum(&[(1.0, xx), (3.0, opened), (1.0, whole)]);
    let all = of.product(a, all);
    of.sum(&[(1.0, t), (-1.0, all)])
}

const FORMULAS: [(&str, Formula); 6] = [
    ("nested", nested),
    ("learned", learned),
    ("burgers", burgers),
    ("laplacian", laplacian),
    ("used twice", used_twice),
    ("third order", third_order),
];

fn program(hidden: usize, formula: Formula) -> Program {
    with_outputs(1, hidden, formula)
}

fn with_outputs(count: usize, hidden: usize, formula: Formula) -> Program {
    let mut widths = vec![WIDTH; hidden];
    widths.insert(0, INPUTS);
    widths.push(count);
    let mut activations = vec![Activation::Tanh; hidden];
    activations.push(Activation::Identity);
    let mut program = chain(&widths, &activations);
    let output = program.outputs[0].node;
    let x = program.graph.input(0, &[INPUTS]);
    let graph = std::mem::take(&mut program.graph);
    program.parameters = program.parameters.max(VISCOSITY + 2);
    let mut partials = Partials { graph, output, x };
    let value = formula(&mut partials);
    program.graph = partials.graph;
    program.outputs = outputs(&[("value", value)]);
    program
}

/// Multiply-adds of the value of a formula.
fn multiply_adds(formula: Formula) -> f64 {
    let program = program(2, formula);
    let derived = derive(&program, Request::Value, Elimination::Automatic);
    derived.cost.multiply_adds
}

#[test]
fn a_derivative_that_is_added_to_another_costs_no_stream() {
    let without = |of: &mut Partials| {
        let [u, x, xx] = [&[][..], &[1], &[1, 1]].map(|entries| of.d(entries));
        let steepens = of.product(u, x);
        of.sum(&[(1.0, steepens), (-0.01, xx)])
    };
    assert_eq!(multiply_adds(burgers), multiply_adds(without));
}

#[test]
fn second_derivatives_that_are_added_up_are_one_stream() {
    // The value, whose output is not asked for, both tangents, and the trace.
    assert_eq!(multiply_adds(laplacian), FIRST + 4.0 * LAYER + LAST);
}

#[test]
fn outputs_with_the_same_combination_of_derivatives_share_its_stream() {
    let formula = |of: &mut Partials| {
        let residuals = [0, 1].map(|output| {
            let [t, xx] = [&[0][..], &[1, 1]].map(|entries| of.derivative(output, entries));
            of.sum(&[(1.0, t), (-0.01, xx)])
        });
        let squares = residuals.map(|residual| of.product(residual, residual));
        of.sum(&[(1.0, squares[0]), (1.0, squares[1])])
    };
    let program = with_outputs(2, 2, formula);
    let derived = derive(&program, Request::Value, Elimination::Automatic);
    // The value, the slope, and both terms together.
    assert_eq!(derived.cost.multiply_adds, FIRST + 3.0 * LAYER + 2.0 * LAST);
}

#[test]
fn a_derivative_that_a_formula_uses_twice_keeps_its_stream() {
    // The value, both tangents, and one for the two of second order; what is computed of the first is used by itself.
    assert_eq!(multiply_adds(used_twice), FIRST + 4.0 * LAYER + 2.0 * LAST);
    let sums_of_both = |of: &mut Partials| {
        let [t, xx] = [&[0][..], &[1, 1]].map(|entries| of.d(entries));
        let [xxx, txx] = [[1, 1, 1], [0, 1, 1]].map(|entries| of.d(&entries));
        let sum = of.sum(&[(1.0, t), (1.0, xx)]);
        let (square, product) = (of.product(sum, sum), of.product(t, xx));
        of.sum(&[(1.0, square), (1.0, product), (2.0, xxx), (1.0, txx)])
    };
    // The value, both tangents, both derivatives of second order that others need, and one for those of third order: none for the sum.
    assert_eq!(
        multiply_adds(sums_of_both),
        FIRST + 6.0 * LAYER + 3.0 * LAST
    );
}

#[test]
fn parameters_that_multiply_derivatives_go_in_with_them() {
    // The value, both tangents, and the rest together.
    assert_eq!(multiply_adds(learned), FIRST + 4.0 * LAYER + 3.0 * LAST);
    assert_eq!(multiply_adds(nested), FIRST + 4.0 * LAYER + 2.0 * LAST);
}

#[test]
fn a_multiple_that_a_formula_uses_twice_keeps_its_stream() {
    let twice = |of: &mut Partials| {
        let viscosity = of.graph.parameter(VISCOSITY, &[]);
        let [t, xx] = [&[0][..], &[1, 1]].map(|entries| of.d(entries));
        let spreads = of.product(viscosity, xx);
        let square = of.product(spreads, spreads);
        of.sum(&[(1.0, t), (-1.0, spreads), (1.0, square)])
    };
    // The value, both tangents, the second derivative: none for the sum.
    assert_eq!(multiply_adds(twice), FIRST + 4.0 * LAYER + 2.0 * LAST);
}

#[test]
fn parameters_are_not_added_up_to_save_a_product() {
    let mut builder = Builder::new(INPUTS);
    let [left, right] = [(); 2].map(|()| builder.parameter(&[WIDTH, INPUTS]));
    let (x, graph) = (builder.x, &mut builder.program.graph);
    let [left, right] = [left, right].map(|matrix| graph.multiply(matrix, x));
    let sum = graph.add(left, right);
    builder.program.outputs = outputs(&[("value", sum)]);
    let derived = derive(&builder.program, Request::Value, Elimination::Automatic);
    assert_eq!(derived.cost.multiply_adds, 2.0 * FIRST);
}

#[test]
fn a_small_difference_of_large_terms_stays_a_term() {
    let formula = |of: &mut Partials| {
        let [u, t, xx] = [&[][..], &[0], &[1, 1]].map(|entries| of.d(entries));
        let sines = [0, 1].map(|entry| {
            let entry = of.graph.entry(of.x, 0, entry);
            map(&mut of.graph, Activation::Sin, entry)
        });
        let difference = of.sum(&[(1e17, sines[0]), (-1e17, sines[1])]);
        let square = of.product(u, u);
        let terms = [u, square, difference, t, xx].map(|term| (1.0, term));
        of.sum(&terms)
    };
    let written = program(2, formula);
    let parameters = Random(5).numbers(written.parameters);
    let derived = derive(&written, Request::Value, Elimination::Automatic).program;
    let [found, expected] =
        [derived, written].map(|program| interpret(&program, &[vec![0.3; INPUTS]], &parameters));
    let [found, expected] = [found, expected].map(|tensors| tensors[0].entries[0]);
    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
}

/// Products of the parameters with numbers of a point must not change what they are worth: each derivative of the collapsed formula is compared
/// with that of the formula as it was written.
#[test]
fn derivatives_are_those_of_the_formula_as_it_was_written() {
    for (name, formula) in FORMULAS {
        let mut written = program(2, formula);
        let mut random = Random(name.len() as u64);
        let (point, parameters) = ([random.numbers(INPUTS)], random.numbers(written.parameters));
        let value = written.outputs[0].node;
        let derived = derive(&written, Request::Hessian, Elimination::Automatic).program;
        let found = interpret(&derived, &point, &parameters);
        let graph = &mut written.graph;
        let x = graph.input(0, &[INPUTS]);
        let identity = graph.identity(&[INPUTS]);
        let gradient = forward(graph, &[value], &[(x, identity)])[0];
        let hessian = forward(graph, &[gradient], &[(x, identity)])[0];
        written.outputs = outputs(&[("", value), ("", gradient), ("", hessian)]);
        let mut expected = interpret(&written, &point, &parameters);
        for (found, expected) in found.iter().zip(&mut expected) {
            expected.shape.clone_from(&found.shape);
        }
        let error = distance(&found, &expected);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

#[test]
fn parameter_gradients_are_those_of_the_formula_as_it_was_written() {
    for (name, formula) in FORMULAS {
        let mut written = program(2, formula);
        let mut random = Random(name.len() as u64 + 7);
        let (point, parameters) = ([random.numbers(INPUTS)], random.numbers(written.parameters));
        let value = written.outputs[0].node;
        let graph = &mut written.graph;
        let function = graph.reshape_unit(value, &[1]);
        let mut derived = derive_parameter_gradient(&written, function, &[]);
        let found: Vec<_> = derived.totals.drain(..).collect();
        let live = written.live().into_iter();
        let graph = &mut written.graph;
        let tensors = live.filter_map(|id| match graph.node(id).op {
            Op::Parameter { offset } => Some((offset, id)),
            _ => None,
        });
        let mut tensors: Vec<(usize, NodeId)> = tensors.collect();
        tensors.sort_unstable();
        let sources: Vec<NodeId> = tensors.iter().map(|(_, id)| *id).collect();
        let seed = graph.ones(&[]);
        let adjoints = reverse(graph, value, seed, &sources);
        let found = found.iter().map(|total| ("", total.node));
        derived.outputs = outputs(&found.collect::<Vec<_>>());
        let expected = sources.iter().filter_map(|id| adjoints.get(*id));
        written.outputs = outputs(&expected.map(|id| ("", id)).collect::<Vec<_>>());
        let [found, expected] =
            [derived, written].map(|program| interpret(&program, &point, &parameters));
        let error = distance(&found, &expected);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

#[test]
fn a_network_may_be_deep() {
    let cost = |hidden| {
        let program = program(hidden, burgers);
        derive(&program, Request::Value, Elimination::Automatic)
            .cost
            .multiply_adds
    };
    // Value, slope and the rest together for each layer.
    assert_eq!(cost(400) - cost(200), 200.0 * 3.0 * LAYER);
}
