//! Do partial derivatives up to order four, biharmonics and a residual with its parameter gradient have
//! the values of 25 digits?

mod support;

use derive_network_symbolic::differentiate::{gradient_of, laplacian_of, partial};
use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_loops};
use derive_network_symbolic::ir::{Graph, NodeId, Program};
use derive_network_symbolic::schedule::{Mode, schedule};
use serde_json::Value;
use support::oracle::{numbers, read};
use support::{chain, outputs, parameter_gradient};

/// A file with the network that it describes.
struct Reference {
    file: Value,
    name: String,
    program: Program,
    parameters: Vec<f64>,
    points: Vec<Vec<f64>>,
    checked: usize,
    worst: f64,
}

impl Reference {
    fn new(name: &str) -> Self {
        let file = read(&format!("../../tests/oracles/{name}.json"));
        let layers = file["parameters"]["layers"].as_array().expect("layers");
        let mut widths = vec![layers[0]["kernel"].as_array().expect("rows").len()];
        let mut activations = Vec::new();
        let mut parameters = Vec::new();
        for layer in layers {
            widths.push(layer["bias"].as_array().expect("a bias").len());
            let activation = layer["activation"].as_str().expect("a name");
            let mut all = Activation::ALL.into_iter();
            activations.push(
                all.find(|known| known.name() == activation)
                    .expect(activation),
            );
            // Rows of inputs are the columns of our weight.
            parameters.extend(numbers(&layer["kernel"]));
            parameters.extend(numbers(&layer["bias"]));
        }
        let points = file["inputs"]["points"].as_array().expect("points");
        Reference {
            points: points.iter().map(numbers).collect(),
            program: chain(&widths, &activations),
            name: name.to_owned(),
            file,
            parameters,
            checked: 0,
            worst: 0.0,
        }
    }

    fn tolerance(&self) -> f64 {
        numbers(&self.file["tolerance"]["f64_rtol"])[0]
    }

    /// Nodes for the graph, the output as a scalar and the input.
    fn build<T>(&mut self, write: impl Fn(&mut Graph, NodeId, NodeId) -> T) -> T {
        let value = self.program.outputs[0].node;
        let inputs = self.program.inputs[0].clone();
        let graph = &mut self.program.graph;
        let x = graph.input(0, &inputs);
        let u = graph.entry(value, 0, 0);
        write(graph, u, x)
    }

    /// The nodes at every point, as the program and both loop programs give them.
    fn evaluate(&mut self, nodes: &[NodeId]) -> Vec<Vec<Vec<Tensor>>> {
        let named: Vec<(&str, NodeId)> = nodes.iter().map(|node| ("result", *node)).collect();
        self.program.outputs = outputs(&named);
        let loops = [Mode::Batch, Mode::Single].map(|mode| schedule(&self.program, mode));
        let points = self.points.iter().map(std::slice::from_ref);
        let mut meanings: Vec<Vec<Vec<Tensor>>> = vec![
            points
                .clone()
                .map(|point| interpret(&self.program, point, &self.parameters))
                .collect(),
        ];
        for loops in &loops {
            loops.verify().expect("a sound loop program");
            let run = |point: &[Vec<f64>]| interpret_loops(loops, point, &self.parameters);
            meanings.push(points.clone().map(run).collect());
        }
        meanings
    }

    /// Compares a tensor by the rule of the file: relative to its slice along the first axis, or to a
    /// millionth of the whole.
    fn compare(&mut self, path: &str, slices: &[Vec<f64>]) {
        let expected = path.split('/').fold(&self.file["expected"], |value, name| {
            name.parse()
                .map_or_else(|_| &value[name], |place: usize| &value[place])
        });
        let expected: Vec<Vec<f64>> = match expected {
            Value::Array(rows) => rows.iter().map(numbers).collect(),
            number => vec![numbers(number)],
        };
        assert_eq!(slices.len(), expected.len(), "{} {path}", self.name);
        let largest = |entries: &[f64]| entries.iter().fold(0.0_f64, |most, e| most.max(e.abs()));
        let whole = largest(&expected.concat());
        let vector = expected.iter().all(|slice| slice.len() == 1);
        for (found, expected) in slices.iter().zip(&expected) {
            assert_eq!(found.len(), expected.len(), "{} {path}", self.name);
            let scale = if vector {
                whole
            } else {
                largest(expected).max(1e-6 * whole)
            };
            for (found, expected) in found.iter().zip(expected) {
                let error = (found - expected).abs() / scale;
                assert!(
                    error <= self.tolerance(),
                    "{} {path}: {found} {expected}, off by {error:e}",
                    self.name
                );
                self.worst = self.worst.max(error);
                self.checked += 1;
            }
        }
    }

    fn report(&self) {
        println!(
            "{}: {} numbers, worst {:.1e}",
            self.name, self.checked, self.worst
        );
    }
}

/// Each point's entries of one of the results.
fn result(meaning: &[Vec<Tensor>], number: usize) -> Vec<Vec<f64>> {
    let points = meaning.iter();
    points
        .map(|results| results[number].entries.clone())
        .collect()
}

#[test]
fn partial_derivatives_to_order_four() {
    let mut reference = Reference::new("s5_high_derivatives_2_16_16_1_tanh");
    let partials = reference.file["expected"]["partials"]
        .as_object()
        .expect("partials")
        .clone();
    let orders: Vec<Vec<usize>> = partials
        .keys()
        .map(|key| {
            key.split(',')
                .map(|order| order.parse().expect("an order"))
                .collect()
        })
        .collect();
    let nodes = reference.build(|graph, u, x| {
        let derivative = |graph: &mut Graph, orders: &[usize]| {
            let entries = orders.iter().enumerate();
            let entries = entries.flat_map(|(entry, order)| vec![entry; *order]);
            entries.fold(u, |f, entry| partial(graph, f, x, entry))
        };
        let mut nodes: Vec<NodeId> = orders
            .iter()
            .map(|orders| derivative(graph, orders))
            .collect();
        for input in 0..2 {
            for order in 0..5 {
                let mut orders = [0, 0];
                orders[input] = order;
                nodes.push(derivative(graph, &orders));
            }
        }
        nodes
    });
    for meaning in reference.evaluate(&nodes) {
        for (number, key) in partials.keys().enumerate() {
            reference.compare(&format!("partials/{key}"), &result(&meaning, number));
        }
        for input in 0..2 {
            let rows = meaning.iter().map(|results| {
                let first = partials.len() + 5 * input;
                let orders = &results[first..first + 5];
                orders.iter().map(|tensor| tensor.entries[0]).collect()
            });
            reference.compare(&format!("d_k_input{input}"), &rows.collect::<Vec<_>>());
        }
    }
    reference.report();
}

#[test]
fn laplacians_and_biharmonics() {
    let mut reference = Reference::new("s5_biharmonic_3_12_12_1_softplus");
    let names = [
        "value",
        "gradient",
        "laplacian",
        "grad_laplacian",
        "biharmonic",
    ];
    let nodes = reference.build(|graph, u, x| {
        let all = [0, 1, 2];
        let laplacian = laplacian_of(graph, u, x, &all);
        [
            u,
            gradient_of(graph, u, x, 0..3),
            laplacian,
            gradient_of(graph, laplacian, x, 0..3),
            laplacian_of(graph, laplacian, x, &all),
        ]
    });
    for meaning in reference.evaluate(&nodes) {
        for (number, name) in names.iter().enumerate() {
            reference.compare(name, &result(&meaning, number));
        }
    }
    reference.report();
}

#[test]
fn a_residual_and_its_parameter_gradient() {
    let mut reference = Reference::new("s5_burgers_2_16_16_1_tanh");
    let viscosity = numbers(&reference.file["parameters"]["nu"])[0];
    let names = ["u", "u_x", "u_xx", "u_t", "residual"];
    let nodes = reference.build(|graph, u, x| {
        let u_x = partial(graph, u, x, 0);
        let u_xx = partial(graph, u_x, x, 0);
        let u_t = partial(graph, u, x, 1);
        let transport = graph.hadamard(u, u_x);
        let residual = graph.sum(&[(1.0, u_t), (1.0, transport), (-viscosity, u_xx)], &[]);
        let square = graph.hadamard(residual, residual);
        let mut nodes = vec![u, u_x, u_xx, u_t, residual, square];
        nodes.extend(parameter_gradient(graph, square));
        nodes
    });
    let layers = reference.file["parameters"]["layers"]
        .as_array()
        .expect("layers")
        .len();
    assert_eq!(nodes.len(), names.len() + 1 + 2 * layers);
    for meaning in reference.evaluate(&nodes) {
        for (number, name) in names.iter().enumerate() {
            reference.compare(name, &result(&meaning, number));
        }
        let sum = |number: usize| {
            let mut sum = vec![0.0; meaning[0][number].entries.len()];
            for point in result(&meaning, number) {
                for (sum, entry) in sum.iter_mut().zip(point) {
                    *sum += entry;
                }
            }
            sum
        };
        reference.compare("loss_sum_r2", &[sum(names.len())]);
        for layer in 0..layers {
            let bias = &sum(names.len() + 2 + 2 * layer);
            let kernel = &sum(names.len() + 1 + 2 * layer);
            let rows: Vec<Vec<f64>> = kernel.chunks(bias.len()).map(<[f64]>::to_vec).collect();
            reference.compare(&format!("dloss_dtheta/{layer}/kernel"), &rows);
            let entries: Vec<Vec<f64>> = bias.iter().map(|entry| vec![*entry]).collect();
            reference.compare(&format!("dloss_dtheta/{layer}/bias"), &entries);
        }
    }
    reference.report();
}
