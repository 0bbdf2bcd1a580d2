//! The six files of seed 000, on all lanes: outputs, gradients in all pairs and in the edges, derivatives in the inputs.

use derive_network::prelude::*;
use derive_network::{Lanes, with_lanes};

use crate::face::{Derivatives, Propagation, propagation};
use crate::oracles::{Oracle, array, number, numbers, rows};

/// A file and the worst error over the scale of its tensor.
struct Comparison {
    oracle: Oracle,
    worst: f64,
}

impl Comparison {
    fn of(case: &'static str) -> Self {
        Self {
            oracle: Oracle::read(case),
            worst: 0.0,
        }
    }

    fn points(&self, name: &str) -> Vec<Vec<f64>> {
        rows(self.oracle.at(&format!("/inputs/{name}")))
    }

    fn has(&self, tensor: &str) -> bool {
        self.oracle.at("/expected").get(tensor).is_some()
    }

    /// Source, target and weight of each edge.
    fn edges(&self) -> Vec<(usize, usize, f64)> {
        let edges = array(self.oracle.at("/parameters/edges")).iter();
        edges
            .map(|edge| {
                let [source, target, weight] = numbers(edge)[..] else {
                    panic!("three numbers")
                };
                (source as usize, target as usize, weight)
            })
            .collect()
    }

    fn neurons(&self) -> usize {
        number(self.oracle.at("/parameters/n_neurons")) as usize
    }

    /// The matrix of weights; pairs without an edge hold something that nobody may read.
    fn matrix(&self, beside: f64) -> Vec<f64> {
        let neurons = self.neurons();
        let mut matrix = vec![beside; neurons * neurons];
        for (source, target, weight) in self.edges() {
            matrix[source * neurons + target] = weight;
        }
        matrix
    }

    fn weights(&self) -> Vec<f64> {
        self.edges().iter().map(|edge| edge.2).collect()
    }

    /// Those entries of a matrix that belong to edges.
    fn of_edges(&self, matrix: &[f64]) -> Vec<f64> {
        let neurons = self.neurons();
        let edges = self.edges().into_iter();
        edges
            .map(|(source, target, _)| matrix[source * neurons + target])
            .collect()
    }

    /// Compares a tensor of a block by the rule of the README; a row belongs to each sample, source, or edge.
    fn tensor(&mut self, block: &str, tensor: &str, precision: &str, found: &[f64]) {
        let expected = self.oracle.at(&format!("/{block}/{tensor}"));
        let key = match block {
            "expected" => tensor.to_owned(),
            block => format!("{block}.{tensor}"),
        };
        let tolerance = self.oracle.at("/tolerance");
        let own = tolerance[format!("{precision}_overrides")].get(key);
        let tolerance = number(own.unwrap_or(&tolerance[format!("{precision}_rtol")]));
        let wanted = numbers(expected);
        assert_eq!(found.len(), wanted.len(), "{} {tensor}", self.oracle.case);
        let slices = if array(expected)[0].is_array() {
            array(expected).len()
        } else {
            1
        };
        let largest = |numbers: &[f64]| numbers.iter().fold(0.0_f64, |m, n| m.max(n.abs()));
        let most = largest(&wanted);
        let length = wanted.len() / slices;
        for (found, wanted) in found.chunks(length).zip(wanted.chunks(length)) {
            let scale = largest(wanted).max(1e-6 * most);
            for (position, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                let error = (found - wanted).abs();
                assert!(
                    error <= (tolerance * scale).max(if most == 0.0 { 1e-15 } else { 0.0 }),
                    "{} {block} {tensor}[..{position}]: {found:e}, want {wanted:e}",
                    self.oracle.case
                );
                if scale > 0.0 {
                    self.worst = self.worst.max(error / scale);
                }
            }
        }
    }

    fn report(&self, what: &str) {
        println!(
            "{} {what}: worst relative error {:.1e}",
            self.oracle.case, self.worst
        );
    }
}

/// On all lanes, the outputs and gradients of both kinds of weights on one block of the file.
fn compare<M: Propagation, E: Propagation>(
    file: &mut Comparison,
    (points, block): (&str, &str),
    precision: &str,
) {
    let points = file.points(points);
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for beside in [0.0, 17.5] {
                let network = M::with(&file.matrix(beside));
                let gradient = network.gradient(&points);
                let edges = file.of_edges(&gradient);
                file.tensor(
                    block,
                    "outputs",
                    precision,
                    &network.values(&points).concat(),
                );
                file.tensor(block, "grad_weights_dense", precision, &gradient);
                file.tensor(block, "grad_edges", precision, &edges);
            }
            let network = E::with(&file.weights());
            file.tensor(
                block,
                "outputs",
                precision,
                &network.values(&points).concat(),
            );
            file.tensor(block, "grad_edges", precision, &network.gradient(&points));
        });
    }
}

/// The derivatives that only double precision is asked.
fn compare_derivatives<M: Derivatives, E: Derivatives>(file: &mut Comparison) {
    let points = file.points("x");
    let (matrix, weights) = (file.matrix(0.0), file.weights());
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            let network = M::with(&matrix);
            for gradient in [network.pulled_back(&points), network.by_jacobian(&points)] {
                file.tensor("expected", "grad_weights_dense", "f64", &gradient);
            }
            let by_edges = E::with(&weights);
            for gradient in [by_edges.pulled_back(&points), by_edges.by_jacobian(&points)] {
                file.tensor("expected", "grad_edges", "f64", &gradient);
            }
            let jacobians = [
                network.input_jacobian(&points),
                by_edges.input_jacobian(&points),
            ];
            let hessians = [
                network.input_hessian(&points),
                by_edges.input_hessian(&points),
            ];
            if file.has("input_jacobian") {
                for (jacobian, hessian) in jacobians.iter().zip(&hessians) {
                    file.tensor("expected", "input_jacobian", "f64", jacobian);
                    file.tensor("expected", "input_hessian", "f64", hessian);
                }
            }
        });
    }
}

macro_rules! files {
    ($($test:ident $case:literal $inputs:literal $graph:tt)+) => {$(
        mod $test {
            use super::*;

            files!(@ $inputs $graph);

            #[test]
            fn in_double_precision() {
                let mut file = Comparison::of($case);
                compare::<Matrix, Edges>(&mut file, ("x", "expected"), "f64");
                compare_derivatives::<Matrix, Edges>(&mut file);
                file.report("f64");
            }
        }
    )+};
    (@ $inputs:literal ($($graph:tt)*)) => {
        propagation!(Matrix $inputs ($($graph)*));
        propagation!(Edges $inputs (weights = edges, $($graph)*));
    };
}

/// The same in single precision, with data that single precision has exactly.
macro_rules! single_files {
    ($($test:ident $case:literal $inputs:literal $graph:tt)+) => {$(
        mod $test {
            use super::*;

            single_files!(@ $inputs $graph);

            #[test]
            fn in_both_precisions() {
                let mut file = Comparison::of($case);
                let rounded = ("x_f32", "expected_f32_data");
                compare::<Double, DoubleEdges>(&mut file, rounded, "f64");
                file.report("f64 on f32 data");
                file.worst = 0.0;
                compare::<Single, SingleEdges>(&mut file, rounded, "f32");
                file.report("f32");
            }
        }
    )+};
    (@ $inputs:literal ($($graph:tt)*)) => {
        propagation!(Double f64 $inputs ($($graph)*));
        propagation!(DoubleEdges f64 $inputs (weights = edges, $($graph)*));
        propagation!(Single f32 $inputs ($($graph)*));
        propagation!(SingleEdges f32 $inputs (weights = edges, $($graph)*));
    };
}

files! {
    case_1 "s0_case1_identity" 3 (neurons = 6, outputs = 3, steps = 1, edges(0..3 => 3..6))
    case_2 "s0_case2_sigmoid" 3 (
        neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6),
        hidden = Sigmoid, output = Sigmoid
    )
    case_3 "s0_case3_deep_tanh" 3 (
        neurons = 17, outputs = 5, steps = 4,
        edges(0..3 => 8..11, 8..11 => 11..14, 11..14 => 14..17, 14..17 => 3..8),
        hidden = Sigmoid, output = Tanh
    )
    skip "s0_dag_skip_literal" 3 (
        neurons = 10, outputs = 2, steps = 4, hidden = Sigmoid, output = Tanh,
        edges(
            0 => 5, 1 => 5, 1 => 6, 2 => 6, 5 => 7, 0 => 7, 6 => 8, 5 => 8, 7 => 9, 2 => 9, 8 => 9, 9 => 3,
            7 => 3, 8 => 4, 6 => 4, 1 => 4, 0 => 3
        )
    )
    held "s0_dag_skip_held_inputs" 3 (
        neurons = 10, outputs = 2, steps = 4, hidden = Sigmoid, output = Tanh,
        edges(
            [0, 1] => 5, [1, 2] => 6, 5 => 7, 0 => 7, 6 => 8, 5 => 8, 7 => 9, 2 => 9, 8 => 9, 9 => 3,
            7 => 3, 8 => 4, 6 => 4, 1 => 4, 0 => 3, 0 => 0, 1 => 1, 2 => 2
        )
    )
    recurrent "s0_recurrent_5_steps" 2 (
        neurons = 8, outputs = 2, steps = 5, input = Tanh, hidden = Tanh,
        edges(
            0 => 4, 1 => 5, 0 => 6, 4 => 5, 5 => 6, 6 => 7, 7 => 4, 5 => 5, 7 => 2, 6 => 3, 4 => 3, 2 => 5,
            3 => 2, 2 => 2, 7 => 0
        )
    )
}

single_files! {
    single_1 "s0_case1_identity" 3 (neurons = 6, outputs = 3, steps = 1, edges(0..3 => 3..6))
    single_2 "s0_case2_sigmoid" 3 (
        neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6),
        hidden = Sigmoid, output = Sigmoid
    )
    single_3 "s0_case3_deep_tanh" 3 (
        neurons = 17, outputs = 5, steps = 4,
        edges(0..3 => 8..11, 8..11 => 11..14, 11..14 => 14..17, 14..17 => 3..8),
        hidden = Sigmoid, output = Tanh
    )
}

/// Weights of the published cases are all equal: those of this file are not, so that their transpose is another network.
#[test]
fn a_transposed_matrix_is_another_network() {
    let file = Comparison::of("s0_dag_skip_held_inputs");
    let (neurons, matrix) = (file.neurons(), file.matrix(0.0));
    let transposed: Vec<f64> = (0..neurons * neurons)
        .map(|place| matrix[place / neurons + place % neurons * neurons])
        .collect();
    let points = file.points("x");
    let right = held::Matrix::with(&matrix).values(&points).concat();
    let wrong = held::Matrix::with(&transposed).values(&points).concat();
    let apart = right.iter().zip(&wrong).map(|(a, b)| (a - b).abs());
    assert!(apart.fold(0.0, f64::max) > 0.1);
}

/// The row of the notebook that saturates: sums of some ten millions through sigmoids.
#[test]
fn the_extreme_row_is_exact() {
    for case in [
        "s0_case1_identity",
        "s0_case2_sigmoid",
        "s0_case3_deep_tanh",
    ] {
        let file = Comparison::of(case);
        let extreme = [32.0, 10_000.0, 12_323_232.0];
        let points = file.points("x");
        let row = points
            .iter()
            .position(|point| point[..] == extreme)
            .unwrap();
        let expected = rows(file.oracle.at("/expected/outputs"));
        let found = match case {
            "s0_case1_identity" => case_1::Matrix::with(&file.matrix(0.0)).values(&points),
            "s0_case2_sigmoid" => case_2::Matrix::with(&file.matrix(0.0)).values(&points),
            _ => case_3::Matrix::with(&file.matrix(0.0)).values(&points),
        };
        for (found, wanted) in found[row].iter().zip(&expected[row]) {
            assert!((found - wanted).abs() <= 4.0 * f64::EPSILON * wanted.abs());
        }
        println!("{case}: {extreme:?} gives {:?}", found[row]);
    }
}
