//! Do all ways to a derivative of a chain agree: interpreters, eliminations, nested transforms to third order?

mod support;

use derive_network_symbolic::differentiate::{
    Form, Path, forward, forward_laplacian, reverse, second_order,
};
use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_loops};
use derive_network_symbolic::ir::{Graph, NodeId, Product, Program};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, schedule};
use support::{Random, chain, distance, outputs, parameters};

const CHAINS: usize = 200;

/// Nests of these chains that gather their lanes one by one: at most so many, one in four hundred.
const GATHERED_NESTS: usize = 340;

/// Sums of up to 33 products through six layers, twice differentiated, in two orders of summation.
const TOLERANCE: f64 = 1e-12;

struct Case {
    widths: Vec<usize>,
    activations: Vec<Activation>,
    program: Program,
    parameters: Vec<f64>,
    x: Vec<f64>,
}

impl Case {
    /// Depth 1 to 6, widths up to `widest`, inputs 1 to 9, outputs 1 to 4; every activation in turn.
    fn new(random: &mut Random, number: usize, widest: usize) -> Self {
        let depth = 1 + random.below(6);
        let mut widths = vec![1 + random.below(9)];
        widths.extend((1..depth).map(|_| 1 + random.below(widest)));
        widths.push(if random.below(2) == 0 {
            1
        } else {
            1 + random.below(4)
        });
        let mut activations: Vec<Activation> = (0..depth)
            .map(|_| Activation::ALL[random.below(Activation::ALL.len())])
            .collect();
        activations[0] = Activation::ALL[number % Activation::ALL.len()];
        let program = chain(&widths, &activations);
        let parameters = parameters(random, &widths);
        let x = random.numbers(widths[0]);
        Case {
            widths,
            activations,
            program,
            parameters,
            x,
        }
    }

    fn describe(&self) -> String {
        format!("{:?} {:?}", self.widths, self.activations)
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
            Elimination::ShortestPath,
            Elimination::Forward,
        ],
        _ => &[Elimination::Automatic],
    }
}

/// The elements of a block for a Hessian of so many layers.
fn block(layers: usize) -> usize {
    let mut widths = vec![8];
    widths.resize(layers + 1, 20);
    widths.push(1);
    let program = chain(&widths, &vec![Activation::Tanh; layers + 1]);
    let derived = derive(&program, Request::Hessian, Elimination::Contraction);
    schedule(&derived.program, Mode::Batch).block
}

/// A deep network's tangents are computed when its adjoints are there, so that they need not be kept.
#[test]
fn tangents_do_not_wait_for_adjoints() {
    let kept = (block(32) - block(16)) / 16;
    let tangents = 8 * 20;
    assert!(kept < tangents, "{kept} elements a layer");
}

#[test]
fn interpreters_and_eliminations_agree() {
    let mut random = Random(7);
    let (mut gathered, mut nests, mut programs, mut worst) = (0, 0, 0, 0.0_f64);
    for number in 0..CHAINS {
        // Every eighth chain has the full widths; the others are small, so that all of them stay cheap.
        let case = Case::new(&mut random, number, if number % 8 == 0 { 33 } else { 10 });
        let (inputs, last) = (case.widths[0], case.widths[case.widths.len() - 1]);
        for request in REQUESTS {
            if last > 1 && matches!(request, Request::Gradient | Request::Hvp) {
                continue;
            }
            let along = if matches!(request, Request::Jvp | Request::Hvp) {
                inputs
            } else {
                last
            };
            let data = [case.x.clone(), random.numbers(along)];
            let mut reference: Option<Vec<Tensor>> = None;
            for elimination in eliminations(request) {
                let derived = derive(&case.program, request, *elimination).program;
                derived.verify().expect("a well-formed program");
                let meaning = interpret(&derived, &data, &case.parameters);
                let reference = reference.get_or_insert_with(|| meaning.clone());
                let way = format!("{number}: {} {request:?} {elimination:?}", case.describe());
                let mut compare = |meaning: &[Tensor], way: &str| {
                    let difference = distance(meaning, reference);
                    assert!(difference <= TOLERANCE, "{way}: {difference:e}");
                    worst = worst.max(difference);
                };
                compare(&meaning, &way);
                for mode in [Mode::Batch, Mode::Single] {
                    let loops = schedule(&derived, mode);
                    if let Err(fault) = loops.verify() {
                        panic!("{way} {mode:?}: {fault}");
                    }
                    compare(
                        &interpret_loops(&loops, &data, &case.parameters),
                        &format!("{way} {mode:?}"),
                    );
                    gathered += loops.gathered_nests();
                    nests += loops.prologue.len() + loops.body.len();
                    programs += 1;
                }
            }
        }
    }
    println!("{CHAINS} chains, {programs} loop programs: worst difference {worst:.1e}");
    println!("no nest is a scalar loop; {gathered} of {nests} gather their lanes");
    assert!(
        gathered <= GATHERED_NESTS,
        "{gathered} of {nests} nests gather their lanes, {GATHERED_NESTS} are known"
    );
}

/// The tangents of a node along all entries of the source, whose axis comes last.
fn tangents(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(source).to_vec();
    let seed = graph.identity(&shape);
    forward(graph, &[node], &[(source, seed)])[0]
}

/// The adjoints of the source for all entries of a node, whose axes come last: the transposed Jacobian.
fn adjoints(graph: &mut Graph, node: NodeId, source: NodeId) -> NodeId {
    let shape = graph.shape(node).to_vec();
    let seed = graph.identity(&shape);
    reverse(graph, node, seed, &[source])
        .get(source)
        .unwrap_or_else(|| {
            let shape = [graph.shape(source), &shape[..]].concat();
            graph.zero(&shape)
        })
}

/// Moves the first axis behind the others: adjoints become tangents.
fn first_last(graph: &mut Graph, node: NodeId) -> NodeId {
    let mut product = Product::new();
    let mut indices = product.indices(graph.shape(node));
    product.tensor(node, &indices);
    indices.rotate_left(1);
    graph.contract(product, &indices)
}

fn derivative(graph: &mut Graph, node: NodeId, source: NodeId, by_adjoints: bool) -> NodeId {
    if by_adjoints {
        let adjoints = adjoints(graph, node, source);
        first_last(graph, adjoints)
    } else {
        tangents(graph, node, source)
    }
}

#[test]
fn nested_transforms_agree_to_third_order() {
    let mut random = Random(11);
    let mut worst: f64 = 0.0;
    for number in 0..CHAINS {
        let case = Case::new(&mut random, number, 5);
        let mut program = case.program.clone();
        let output = program.outputs[0].node;
        let source = program.graph.input(0, &[case.widths[0]]);
        let mut third = Vec::new();
        let mut second = Vec::new();
        for modes in 0..8 {
            let mut node = output;
            for order in 0..3 {
                node = derivative(&mut program.graph, node, source, modes >> order & 1 == 1);
                if order == 1 {
                    second.push(node);
                }
            }
            third.push(node);
        }
        // The family of Hessians, each differentiated once more, in the order of axes of the nests.
        let functionals = program.graph.shape(output).to_vec();
        let seed = program.graph.identity(&functionals);
        let weights = reverse(&mut program.graph, output, seed, &[source]);
        for path in [Path::Contraction, Path::Recursion, Path::Shortest] {
            let graph = &mut program.graph;
            let found = second_order(
                graph,
                source,
                output,
                &weights,
                &functionals,
                path,
                Form::Hessian,
            )
            .node;
            let hessian = first_last(graph, found);
            let hessian = first_last(graph, hessian);
            second.push(hessian);
            third.push(derivative(graph, hessian, source, false));
        }
        for (order, ways) in [(2, second), (3, third)] {
            let named: Vec<(&str, NodeId)> =
                ways.iter().map(|node| ("derivative", *node)).collect();
            program.outputs = outputs(&named);
            program.verify().expect("a well-formed program");
            let found = interpret(&program, std::slice::from_ref(&case.x), &case.parameters);
            for (way, tensor) in found.iter().enumerate() {
                let difference = distance(std::slice::from_ref(tensor), &found[..1]);
                assert!(
                    difference <= TOLERANCE,
                    "{number}: {} order {order}, way {way}: {difference:e}",
                    case.describe()
                );
                worst = worst.max(difference);
            }
        }
    }
    println!("{CHAINS} chains, orders two and three in 11 ways: worst difference {worst:.1e}");
}

#[test]
fn laplacians_are_traces() {
    let mut random = Random(13);
    for number in 0..CHAINS {
        let case = Case::new(&mut random, number, 8);
        let mut program = case.program.clone();
        let output = program.outputs[0].node;
        let source = program.graph.input(0, &[case.widths[0]]);
        let graph = &mut program.graph;
        let jacobian = tangents(graph, output, source);
        let hessian = tangents(graph, jacobian, source);
        let mut product = Product::new();
        let (output_axis, inputs) = (
            product.index(graph.shape(output)[0]),
            product.index(case.widths[0]),
        );
        product.tensor(hessian, &[output_axis, inputs, inputs]);
        let trace = graph.contract(product, &[output_axis]);
        let pushed = forward_laplacian(graph, source, output);
        let functionals = graph.shape(output).to_vec();
        let seed = graph.identity(&functionals);
        let weights = reverse(graph, output, seed, &[source]);
        let mut ways = vec![("trace", trace), ("pushed", pushed)];
        for path in [Path::Contraction, Path::Recursion, Path::Shortest] {
            let found = second_order(
                graph,
                source,
                output,
                &weights,
                &functionals,
                path,
                Form::Trace,
            );
            ways.push(("eliminated", found.node));
        }
        // A trace may cancel: the diagonal says how large its terms are.
        ways.push(("hessian", hessian));
        program.outputs = outputs(&ways);
        let found = interpret(&program, std::slice::from_ref(&case.x), &case.parameters);
        let (hessian, traces) = found.split_last().expect("six outputs");
        let terms = hessian
            .entries
            .iter()
            .fold(0.0_f64, |most, entry| most.max(entry.abs()))
            * case.widths[0] as f64;
        for trace in traces {
            for (a, b) in trace.entries.iter().zip(&traces[0].entries) {
                assert!(
                    (a - b).abs() <= TOLERANCE * terms,
                    "{number}: {} {a} {b}",
                    case.describe()
                );
            }
        }
    }
}

#[test]
fn hessians_are_known_to_be_symmetric_at_any_depth() {
    for depth in [1, 2, 3, 4, 8, 16] {
        let widths = [&[3][..], &vec![4; depth], &[1]].concat();
        let network = chain(&widths, &vec![Activation::Sigmoid; depth + 1]);
        let mut derived = derive(&network, Request::Hessian, Elimination::Contraction).program;
        let hessian = derived.outputs[2].node;
        assert!(
            derived.graph.is_symmetric(hessian, 0, 1),
            "{depth} hidden layers:\n{derived}"
        );
    }
}
