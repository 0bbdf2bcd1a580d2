//! Does a graph of neurons cost no more than its walks, and is it computed as its whole matrix would be?

use derive_network_compiler::lower::lower;
use derive_network_compiler::model::{LayerKind, Network, Walks, Weights};
use derive_network_compiler::request::schedule_requests;
use derive_network_symbolic::interpret::{interpret, interpret_loops};
use derive_network_symbolic::request::{Elimination, Request, derive};

fn model(attribute: &str, fields: &str) -> Network {
    let item = format!("struct Network {{ {fields} }}");
    let found = derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap());
    found.unwrap_or_else(|mistakes| panic!("{}", mistakes[0].text()))
}

/// Three inputs, three hidden neurons, three outputs: two steps.
const CASE_2: &str =
    "#[graph(neurons = 9, outputs = 3, steps = 2, hidden = Sigmoid, output = Sigmoid,
    edges(0..3 => 6..9, 6..9 => 3..6))] net: Graph";
const CHAIN_2: &str = "#[layer(bias = false)] hidden: Dense<3, Sigmoid>, #[layer(bias = false)] output: Dense<3, Sigmoid>";

/// Three hidden layers of three, five outputs: four steps.
const CASE_3: &str =
    "#[graph(neurons = 17, outputs = 5, steps = 4, hidden = Sigmoid, output = Tanh,
    edges(0..3 => 8..11, 8..11 => 11..14, 11..14 => 14..17, 14..17 => 3..8))] net: Graph";
const CHAIN_3: &str = "#[layer(bias = false)] hidden: [Dense<3, Sigmoid>; 3], #[layer(bias = false)] output: Dense<5, Tanh>";

/// Flops of each request in the inputs.
fn flops(fields: &str) -> Vec<f64> {
    let value = lower(&model("input(x: 3)", fields));
    let requests = [
        Request::Value,
        Request::Jacobian,
        Request::Hessian,
        Request::Laplacian,
    ];
    let flops =
        requests.map(|request| derive(&value, request, Elimination::Automatic).cost.flops());
    flops.to_vec()
}

#[test]
fn a_chain_written_as_a_graph_costs_what_the_chain_costs() {
    for (case, graph, chain) in [("2", CASE_2, CHAIN_2), ("3", CASE_3, CHAIN_3)] {
        let (graph, chain) = (flops(graph), flops(chain));
        println!("case {case}: flops {graph:?}, as dense layers {chain:?}");
        for (graph, chain) in graph.iter().zip(&chain) {
            assert!(
                *graph <= 1.05 * chain,
                "case {case}: {graph} beside {chain}"
            );
        }
    }
}

#[test]
fn edges_one_by_one_cost_what_blocks_of_them_cost() {
    let single = |sources: std::ops::Range<usize>, targets: std::ops::Range<usize>| -> String {
        let pairs = sources.flat_map(|source| targets.clone().map(move |target| (source, target)));
        pairs
            .map(|(source, target)| format!("{source} => {target}, "))
            .collect()
    };
    let edges = [single(6..9, 3..6), single(0..3, 6..9)].concat();
    let written = CASE_2.replace("0..3 => 6..9, 6..9 => 3..6", &edges);
    assert_ne!(written, CASE_2);
    assert_eq!(flops(&written), flops(CASE_2));
}

/// All steps of the whole matrix in plain loops, pairs without an edge at zero.
fn propagate(network: &Network, parameters: &[f64], x: &[f64]) -> Vec<f64> {
    let LayerKind::Graph(graph) = &network.layers[0].kind else {
        panic!("a graph")
    };
    let neurons = graph.neurons;
    let mut matrix = vec![0.0; neurons * neurons];
    for Weights { edges, place } in graph.weights() {
        for (column, source) in edges.sources.enumerate() {
            for (row, target) in edges.targets.clone().enumerate() {
                let weight = place.offset + (place.column + column) * place.rows + place.row + row;
                matrix[source * neurons + target] = parameters[weight];
            }
        }
    }
    let group = |neuron: usize| {
        usize::from(neuron >= graph.inputs) + usize::from(neuron >= graph.inputs + graph.outputs)
    };
    let activated = |group: usize, sum: f64| graph.activations[group].function.evaluate(0, sum);
    let mut state: Vec<f64> = (0..neurons)
        .map(|neuron| activated(0, x.get(neuron).copied().unwrap_or(0.0)))
        .collect();
    for _ in 0..graph.steps {
        let next = (0..neurons).map(|target| {
            let sum = (0..neurons).map(|source| state[source] * matrix[source * neurons + target]);
            activated(group(target), sum.sum())
        });
        state = next.collect();
    }
    state[graph.inputs..graph.inputs + graph.outputs].to_vec()
}

/// Numbers between -1 and 1, as if random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    fn vector(&mut self, length: usize) -> Vec<f64> {
        (0..length)
            .map(|_| self.next() as f64 / (1_u64 << 30) as f64 - 1.0)
            .collect()
    }
}

/// A graph of random blocks of edges; those that share an edge with an earlier one are left out.
fn random_graph(numbers: &mut Numbers) -> Option<Network> {
    let (inputs, outputs) = (1 + numbers.below(3), 1 + numbers.below(3));
    let neurons = inputs + outputs + numbers.below(6);
    let mut taken = vec![false; neurons * neurons];
    let mut blocks = Vec::new();
    for _ in 0..3 + numbers.below(8) {
        let mut stretch = || {
            let start = numbers.below(neurons);
            start..start + 1 + numbers.below((neurons - start).min(4))
        };
        let (sources, targets) = (stretch(), stretch());
        let pairs = || {
            sources
                .clone()
                .flat_map(|source| targets.clone().map(move |target| source * neurons + target))
        };
        if pairs().any(|pair| taken[pair]) {
            continue;
        }
        pairs().for_each(|pair| taken[pair] = true);
        blocks.push(format!("{sources:?} => {targets:?}"));
    }
    let activations = ["Identity", "Sigmoid", "Tanh", "Sin", "Softplus"];
    let mut activation = || activations[numbers.below(5)];
    let groups = format!(
        "input = {}, hidden = {}, output = {}",
        activation(),
        activation(),
        activation()
    );
    let weights = ["matrix", "edges"][numbers.below(2)];
    let item = format!(
        "struct Network {{ #[graph(neurons = {neurons}, outputs = {outputs}, steps = {}, weights = {weights}, {groups}, edges({}))] net: Graph }}",
        1 + numbers.below(5),
        blocks.join(", "),
    );
    let attribute = format!("input(x: {inputs}), derive(jacobian)");
    derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap()).ok()
}

#[test]
fn programs_and_loops_are_what_plain_loops_over_the_matrix_are() {
    let mut numbers = Numbers(7);
    let mut count = 0;
    for _ in 0..400 {
        let Some(network) = random_graph(&mut numbers) else {
            continue;
        };
        count += 1;
        let parameters = numbers.vector(network.parameters());
        let x = numbers.vector(network.inputs());
        let expected = propagate(&network, &parameters, &x);
        let program = lower(&network);
        program.verify().unwrap();
        let close = |found: &[f64]| {
            for (found, wanted) in found.iter().zip(&expected) {
                assert!(
                    (found - wanted).abs() <= 1e-13 * wanted.abs().max(1.0),
                    "{found} beside {wanted}\n{program}"
                );
            }
        };
        close(&interpret(&program, std::slice::from_ref(&x), &parameters)[0].entries);
        let plain = derive_network_compiler::lower::lower_definition(&network);
        for scheduled in schedule_requests(&network, &plain) {
            for loops in [&scheduled.batch, &scheduled.single] {
                loops.verify().unwrap();
                close(&interpret_loops(loops, std::slice::from_ref(&x), &parameters)[0].entries);
            }
        }
    }
    println!("{count} graphs");
    assert!(count > 100, "{count}");
}

#[test]
fn what_leads_nowhere_is_not_computed() {
    // Neurons 3 to 1,002 are reached, and lead to nothing.
    let dead = "#[graph(neurons = 1003, outputs = 1, steps = 2, hidden = Tanh, edges(0..2 => 3..1003, 3 => 2))] net: Graph";
    let live = "#[graph(neurons = 4, outputs = 1, steps = 2, hidden = Tanh, edges(0..2 => 3, 3 => 2))] net: Graph";
    let flops = |fields: &str| {
        let value = lower(&model("input(x: 2)", fields));
        derive(&value, Request::Value, Elimination::Automatic)
            .cost
            .flops()
    };
    assert_eq!(flops(dead), flops(live));
    // Neuron 5 is fed by nobody: what it brings is a number that is known, times a weight.
    let constant = "#[graph(neurons = 5, outputs = 1, steps = 2, hidden = Sigmoid, edges(0..2 => 3, 3..5 => 2))] net: Graph";
    let network = model("input(x: 2)", constant);
    let LayerKind::Graph(graph) = &network.layers[0].kind else {
        panic!("a graph")
    };
    assert!(Walks::of(graph, &graph.weights()).reach_output());
    let program = lower(&network);
    let text = program.to_string();
    assert_eq!(text.matches("sigmoid(").count(), 1, "{text}");
}
