//! The six files of seed 000, on all lanes: outputs, gradients in all pairs and in the edges, derivatives in the inputs.

use derive_network::prelude::*;
use derive_network::{Lanes, with_lanes};

use crate::face::{
    Curvature, InInputs, InParameters, Propagation, curvature, in_inputs, in_parameters,
    propagation,
};
use crate::oracles::{Oracle, array, number, numbers, rows};

/// A file and the worst error over the scale of its tensor.
pub struct Comparison {
    pub oracle: Oracle,
    worst: f64,
}

impl Comparison {
    pub fn of(case: &'static str) -> Self {
        Self {
            oracle: Oracle::read(case),
            worst: 0.0,
        }
    }

    pub fn points(&self, name: &str) -> Vec<Vec<f64>> {
        rows(self.oracle.at(&format!("/inputs/{name}")))
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
    pub fn matrix(&self, beside: f64) -> Vec<f64> {
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

    /// Compares a tensor of a block; a row belongs to each sample, source, or edge.
    pub fn tensor(&mut self, block: &str, tensor: &str, precision: &str, found: &[f64]) {
        let error = self.oracle.compare((block, tensor), precision, found);
        self.worst = self.worst.max(error);
    }

    /// Compares Laplacians with the traces of the Hessians, on the scale of these.
    fn traces(&mut self, found: &[f64]) {
        let hessians = array(self.oracle.at("/expected/input_hessian"));
        let tolerance = number(self.oracle.at("/tolerance/f64_rtol"));
        let outputs = array(&hessians[0]).len();
        assert_eq!(found.len(), hessians.len() * outputs);
        for (hessians, found) in hessians.iter().zip(found.chunks(outputs)) {
            let entries = numbers(hessians).into_iter();
            let scale = entries.fold(0.0_f64, |most, entry| most.max(entry.abs()));
            for (hessian, found) in array(hessians).iter().zip(found) {
                let hessian = rows(hessian);
                let trace: f64 = (0..hessian.len()).map(|i| hessian[i][i]).sum();
                let error = (found - trace).abs() / scale;
                assert!(
                    error <= tolerance,
                    "{}: {found:e}, want {trace:e}",
                    self.oracle.case
                );
                self.worst = self.worst.max(error);
            }
        }
    }

    pub fn report(&self, what: &str) {
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

/// The same gradients, computed otherwise.
fn compare_in_parameters<M: InParameters, E: InParameters>(file: &mut Comparison) {
    let points = file.points("x");
    let (matrix, edges) = (M::with(&file.matrix(0.0)), E::with(&file.weights()));
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for gradient in [matrix.pulled_back(&points), matrix.by_jacobian(&points)] {
                file.tensor("expected", "grad_weights_dense", "f64", &gradient);
            }
            for gradient in [edges.pulled_back(&points), edges.by_jacobian(&points)] {
                file.tensor("expected", "grad_edges", "f64", &gradient);
            }
        });
    }
}

/// Jacobians and Hessians of both kinds of weights; and by the other requests, which do not know of these kinds.
fn compare_in_inputs<M: InInputs, E: Curvature>(file: &mut Comparison) {
    let points = file.points("x");
    let (matrix, edges) = (M::with(&file.matrix(0.0)), E::with(&file.weights()));
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            for [jacobian, hessian] in [matrix.hessian(&points), edges.hessian(&points)] {
                file.tensor("expected", "input_jacobian", "f64", &jacobian);
                file.tensor("expected", "input_hessian", "f64", &hessian);
            }
            let jacobian = matrix.jacobian(&points);
            file.tensor("expected", "input_jacobian", "f64", &jacobian);
            file.traces(&matrix.laplacian(&points));
        });
    }
}

/// A module for each file. Of some there are data `rounded` to single precision, of some derivatives `in_inputs`.
macro_rules! files {
    ($($test:ident $what:ident $case:literal $inputs:literal $graph:tt)+) => {$(
        pub mod $test {
            use super::*;

            const CASE: &str = $case;

            in_parameters!(Matrix Edges);
            files!(@ $what $inputs $graph);

            #[test]
            fn in_double_precision() {
                let mut file = Comparison::of(CASE);
                compare::<Matrix, Edges>(&mut file, ("x", "expected"), "f64");
                compare_in_parameters::<Matrix, Edges>(&mut file);
                file.report("f64");
            }
        }
    )+};
    (@ rounded $inputs:literal ($($graph:tt)*)) => {
        propagation!(Matrix f64 $inputs (parameter_jacobian, pullback) ($($graph)*));
        propagation!(Edges f64 $inputs (parameter_jacobian, pullback) (weights = edges, $($graph)*));
        propagation!(Single f32 $inputs () ($($graph)*));
        propagation!(SingleEdges f32 $inputs () (weights = edges, $($graph)*));

        #[test]
        fn rounded_to_single_precision() {
            let mut file = Comparison::of(CASE);
            compare::<Matrix, Edges>(&mut file, ROUNDED, "f64");
            file.report("f64 on f32 data");
        }

        #[test]
        fn in_single_precision() {
            let mut file = Comparison::of(CASE);
            compare::<Single, SingleEdges>(&mut file, ROUNDED, "f32");
            file.report("f32");
        }
    };
    (@ in_inputs $inputs:literal ($($graph:tt)*)) => {
        propagation!(
            Matrix f64 $inputs (jacobian, hessian, laplacian, parameter_jacobian, pullback) ($($graph)*)
        );
        propagation!(
            Edges f64 $inputs (hessian, parameter_jacobian, pullback)
            (weights = edges, $($graph)*)
        );
        curvature!(Matrix Edges);
        in_inputs!(Matrix);

        #[test]
        fn derivatives_in_the_inputs() {
            let mut file = Comparison::of(CASE);
            compare_in_inputs::<Matrix, Edges>(&mut file);
            file.report("f64, in the inputs");
        }
    };
}

/// Data that single precision has exactly.
const ROUNDED: (&str, &str) = ("x_f32", "expected_f32_data");

files! {
    case_1 rounded "s0_case1_identity" 3 (neurons = 6, outputs = 3, steps = 1, edges(0..3 => 3..6))
    case_2 rounded "s0_case2_sigmoid" 3 (
        neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6),
        hidden = Sigmoid, output = Sigmoid
    )
    case_3 rounded "s0_case3_deep_tanh" 3 (
        neurons = 17, outputs = 5, steps = 4,
        edges(0..3 => 8..11, 8..11 => 11..14, 11..14 => 14..17, 14..17 => 3..8),
        hidden = Sigmoid, output = Tanh
    )
    skip in_inputs "s0_dag_skip_literal" 3 (
        neurons = 10, outputs = 2, steps = 4, hidden = Sigmoid, output = Tanh,
        edges(
            0 => 5, 1 => 5, 1 => 6, 2 => 6, 5 => 7, 0 => 7, 6 => 8, 5 => 8, 7 => 9, 2 => 9, 8 => 9, 9 => 3,
            7 => 3, 8 => 4, 6 => 4, 1 => 4, 0 => 3
        )
    )
    held in_inputs "s0_dag_skip_held_inputs" 3 (
        neurons = 10, outputs = 2, steps = 4, hidden = Sigmoid, output = Tanh,
        edges(
            [0, 1] => 5, [1, 2] => 6, 5 => 7, 0 => 7, 6 => 8, 5 => 8, 7 => 9, 2 => 9, 8 => 9, 9 => 3,
            7 => 3, 8 => 4, 6 => 4, 1 => 4, 0 => 3, 0 => 0, 1 => 1, 2 => 2
        )
    )
    recurrent in_inputs "s0_recurrent_5_steps" 2 (
        neurons = 8, outputs = 2, steps = 5, input = Tanh, hidden = Tanh,
        edges(
            0 => 4, 1 => 5, 0 => 6, 4 => 5, 5 => 6, 6 => 7, 7 => 4, 5 => 5, 7 => 2, 6 => 3, 4 => 3, 2 => 5,
            3 => 2, 2 => 2, 7 => 0
        )
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
