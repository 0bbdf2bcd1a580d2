//! Derivatives of one input, and what they are in the parameters.

use derive_network::prelude::*;

use crate::comparison::{Comparison, columns, repeated};
use crate::oracles::numbers;

macro_rules! one_input {
    ($test:ident $network:ident $activation:ident $case:literal) => {
        #[derive_network(
                                            input(x), output(n),
                                            define = {
                                                let n_x = d(n, x);
                                                let n_xx = d(n, x, x);
                                            },
                                            derive(
                intermediates, parameter_jacobian,
                                                n_x(parameter_jacobian, parameter_gradient),
                                                n_xx(parameter_jacobian, parameter_gradient),
                                            ),
                                        )]
        struct $network {
            hidden: Dense<2, $activation>,
            #[layer(bias = false)]
            output: Dense<1>,
        }

        #[test]
        fn $test() {
            Comparison::on_all_lanes($case, |file| {
                const P: usize = $network::PARAMETERS;
                let parameters = ["w", "u", "v"]
                    .map(|name| numbers(file.oracle.at(&format!("/parameters/{name}"))));
                let network = $network::from_parameters(&parameters.concat()).unwrap();
                let points: Vec<SVector<f64, 1>> = numbers(file.oracle.at("/inputs/x"))
                    .into_iter()
                    .map(|x| vector![x])
                    .collect();
                let outputs: Vec<f64> = points
                    .iter()
                    .flat_map(|x| network.intermediates(x).hidden.a.data.0[0])
                    .collect();
                file.tensor("hidden_output", &outputs);
                let each = |call: &dyn Fn(&SVector<f64, 1>) -> f64| -> Vec<f64> {
                    points.iter().map(call).collect()
                };
                file.tensor("N", &each(&|x| network.value(x)));
                file.tensor(
                    "dN_dx",
                    &each(&|x| network.n_x_parameter_gradient(x, &mut [0.0; P]).unwrap()),
                );
                file.tensor(
                    "d2N_dx2",
                    &each(&|x| network.n_xx_parameter_gradient(x, &mut [0.0; P]).unwrap()),
                );
                for copies in [1, 3, 11] {
                    let points = repeated(&points, copies);
                    let rows = points.len();
                    let mut jacobian = vec![f64::NAN; rows * P];
                    let mut compare = |name: &str, jacobian: &[f64]| {
                        for (parameter, range) in [("w", 0..2), ("u", 2..4), ("v", 4..6)] {
                            for copy in columns(jacobian, rows, range).chunks(3 * 2) {
                                file.tensor(&format!("pjac_{name}/{parameter}"), copy);
                            }
                        }
                    };
                    network.parameter_jacobian(&points, &mut jacobian).unwrap();
                    compare("N", &jacobian);
                    network
                        .n_x_parameter_jacobian(&points, &mut jacobian)
                        .unwrap();
                    compare("dN_dx", &jacobian);
                    network
                        .n_xx_parameter_jacobian(&points, &mut jacobian)
                        .unwrap();
                    compare("d2N_dx2", &jacobian);
                }
            });
        }
    };
}

one_input!(of_a_linear_hidden_layer Linear Identity "s2_linear_h2");
one_input!(of_a_sigmoid_hidden_layer Sigmoids Sigmoid "s2_sigmoid_h2");
one_input!(of_a_tanh_hidden_layer Tanhs Tanh "s2_tanh_h2");
