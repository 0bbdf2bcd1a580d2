//! Does free propagation, written in the language of `forward`, pass through the states of the reference files, and end
//! in the outputs of the graph?

use derive_network::prelude::*;
use derive_network::{Lanes, with_lanes};

use crate::face::{Propagation, vectors};
use crate::oracles::number;
use crate::reference::{self, Comparison};

/// Inputs, zeros behind them, steps and neurons; then the activation of each group and its neurons: inputs, outputs, and
/// hidden ones if there are any.
macro_rules! files {
    ($($test:ident $case:literal
       ($size:tt, zeros $zeros:tt, steps $steps:tt, neurons $neurons:tt)
       ($input:ident[$($inputs:tt)*] $output:ident[$($outputs:tt)*] $($hidden:ident[$($hiddens:tt)*])?))+) => {$(
        mod $test {
            use super::*;

            #[derive_network(
                input(x: $size),
                output(states),
                forward = {
                    let mut row = x;
                    for _ in 0..$zeros {
                        row = concat(row, 0.0);
                    }
                    let mut state = $input(row);
                    let mut all = state;
                    for _ in 0..$steps {
                        let sums = step(state);
                        state = concat(
                            $input(sums[$($inputs)*]),
                            $output(sums[$($outputs)*])
                            $(, $hidden(sums[$($hiddens)*]))?
                        );
                        all = concat(all, state);
                    }
                    all
                },
            )]
            struct Written {
                #[layer(bias = false)]
                step: Dense<$neurons>,
            }

            #[test]
            fn every_state_and_the_outputs_of_the_graph() {
                let mut file = Comparison::of($case);
                let weights = file.matrix(0.0);
                let written = Written::from_parameters(&weights).unwrap();
                let graph = reference::$test::Matrix::with(&weights);
                let points = file.points("x");
                let sample = number(file.oracle.at("/expected/states_of_sample/sample")) as usize;
                let last = $steps * $neurons..;
                for lanes in Lanes::available() {
                    with_lanes(lanes, || {
                        let mut states = vec![SVector::zeros(); points.len()];
                        written.value_batch(&vectors(&points), &mut states).unwrap();
                        for states in [states[sample], written.value(&vectors(&points)[sample])] {
                            file.tensor(
                                "expected", "states_of_sample/states", "f64", states.as_slice(),
                            );
                        }
                        for (states, outputs) in states.iter().zip(graph.values(&points)) {
                            let found = &states.as_slice()[last.clone()][$($outputs)*];
                            let largest = outputs.iter().fold(0.0_f64, |m, y| m.max(y.abs()));
                            for (found, wanted) in found.iter().zip(&outputs) {
                                let error = (found - wanted).abs();
                                assert!(error <= 8.0 * f64::EPSILON * largest, "{found} {wanted}");
                            }
                        }
                    });
                }
                file.report("states");
            }
        }
    )+};
}

files! {
    case_1 "s0_case1_identity" (3, zeros 3, steps 1, neurons 6)
        (identity[0..3] identity[3..6])
    case_2 "s0_case2_sigmoid" (3, zeros 6, steps 2, neurons 9)
        (identity[0..3] sigmoid[3..6] sigmoid[6..9])
    case_3 "s0_case3_deep_tanh" (3, zeros 14, steps 4, neurons 17)
        (identity[0..3] tanh[3..8] sigmoid[8..17])
    skip "s0_dag_skip_literal" (3, zeros 7, steps 4, neurons 10)
        (identity[0..3] tanh[3..5] sigmoid[5..10])
    held "s0_dag_skip_held_inputs" (3, zeros 7, steps 4, neurons 10)
        (identity[0..3] tanh[3..5] sigmoid[5..10])
    recurrent "s0_recurrent_5_steps" (2, zeros 6, steps 5, neurons 8)
        (tanh[0..2] identity[2..4] tanh[4..8])
}
