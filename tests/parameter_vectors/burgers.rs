//! The residual of Burgers' equation.

use derive_network::prelude::*;

use crate::comparison::{Comparison, divided, repeated};
use crate::oracles::number;

#[derive_network(
    input(x, t), output(u),
    define = {
        let u_x = d(u, x);
        let u_xx = d(u_x, x);
        let u_t = d(u, t);
        let residual = d(u, t) + u * d(u, x) - nu * d(u, x, x);
    },
    loss(physics = sum_square(residual)),
    derive(residual(parameter_gradient, gauss_newton)),
)]
struct Burgers {
    hidden: [Dense<16, Tanh>; 2],
    output: Dense<1>,
    #[frozen]
    nu: Parameter,
}

/// Derivatives in the parameters, in the order in which they lie.
const LAYERS: [(&str, std::ops::Range<usize>); 6] = [
    ("0/kernel", 0..32),
    ("0/bias", 32..48),
    ("1/kernel", 48..304),
    ("1/bias", 304..320),
    ("2/kernel", 320..336),
    ("2/bias", 336..337),
];

#[test]
fn the_residual_its_sum_of_squares_and_the_gradient_of_that() {
    Comparison::on_all_lanes("s5_burgers_2_16_16_1_tanh", |file| {
        const P: usize = Burgers::PARAMETERS;
        let mut parameters = file.oracle.parameters();
        parameters.push(f64::NAN);
        let mut network = Burgers::from_parameters(&parameters).unwrap();
        *network.nu_mut() = number(file.oracle.at("/parameters/nu"));
        let points = file.points::<2>("/inputs/points");
        let each = |call: &dyn Fn(&SVector<f64, 2>) -> f64| -> Vec<f64> {
            points.iter().map(call).collect()
        };
        let mut gradient = [0.0; P];
        file.tensor("u", &each(&|x| network.value(x)));
        file.tensor("u_x", &each(&|x| network.u_x(x)));
        file.tensor("u_xx", &each(&|x| network.u_xx(x)));
        file.tensor("u_t", &each(&|x| network.u_t(x)));

        // 2 Σ r ∂r/∂θ, from the points one by one.
        let mut sum = [0.0; P];
        let residuals = points.iter().map(|x| {
            let residual = network
                .residual_parameter_gradient(x, &mut gradient)
                .unwrap();
            sum.iter_mut()
                .zip(&gradient)
                .for_each(|(sum, entry)| *sum += 2.0 * residual * entry);
            residual
        });
        let residuals: Vec<f64> = residuals.collect();
        file.tensor("residual", &residuals);
        file.tensor("residual", &each(&|x| network.residual(x)));
        compare_gradient(file, &sum);

        for copies in [1, 2, 7] {
            let points = repeated(&points, copies);
            let copies = copies as f64;
            let loss = network.physics(&points).unwrap();
            file.tensor("loss_sum_r2", &[loss / copies]);
            let loss = network.physics_gradient(&points, &mut gradient).unwrap();
            file.tensor("loss_sum_r2", &[loss / copies]);
            compare_gradient(file, &divided(&gradient, copies));
            let mut squares = vec![0.0; P * P];
            let loss = network
                .residual_gauss_newton(&points, &mut gradient, &mut squares)
                .unwrap();
            file.tensor("loss_sum_r2", &[loss / copies]);
            compare_gradient(file, &divided(&gradient, copies / 2.0));
        }
    });
}

fn compare_gradient(file: &mut Comparison, gradient: &[f64]) {
    for (layer, entries) in LAYERS {
        file.tensor(&format!("dloss_dtheta/{layer}"), &gradient[entries]);
    }
    assert_eq!(gradient[337], 0.0, "nu is frozen");
}
