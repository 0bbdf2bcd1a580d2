//! A mean of squares over samples.

use derive_network::prelude::*;

use crate::comparison::{Comparison, repeated};
use crate::oracles::numbers;

#[derive_network(
    input(x: 2), output(y), given(target: 1),
    loss(fit = mse(y, target)),
    derive(fit(parameter_hessian, parameter_hvp)),
)]
struct Fit {
    hidden: Dense<6, Tanh>,
    output: Dense<1>,
}

#[test]
fn the_mean_squared_error_its_gradient_its_hessian_and_a_product_with_it() {
    Comparison::on_all_lanes("s5_mse_hessian_2_6_1", |file| {
        const P: usize = Fit::PARAMETERS;
        let network = Fit::from_parameters(&file.oracle.parameters()).unwrap();
        let (points, targets) = (file.points::<2>("/inputs/x"), file.points("/inputs/target"));
        let v = numbers(file.oracle.at("/inputs/v"));
        let predictions: Vec<f64> = points.iter().map(|x| network.value(x)).collect();
        file.tensor("prediction", &predictions);
        for copies in [1, 2, 9] {
            let (x, target) = (repeated(&points, copies), repeated(&targets, copies));
            file.tensor("loss", &[network.fit(&x, &target).unwrap()]);
            let mut gradient = [f64::NAN; P];
            let loss = network.fit_gradient(&x, &target, &mut gradient).unwrap();
            file.tensor("loss", &[loss]);
            file.tensor("gradient_flat", &gradient);
            let layers = ["0/kernel", "0/bias", "1/kernel", "1/bias"];
            for (layer, entries) in layers.into_iter().zip([0..12, 12..18, 18..24, 24..25]) {
                file.tensor(&format!("dloss_dtheta/{layer}"), &gradient[entries]);
            }
            let mut product = [f64::NAN; P];
            let loss = network
                .fit_parameter_hvp(&x, &target, &v, &mut product)
                .unwrap();
            file.tensor("loss", &[loss]);
            file.tensor("hvp", &product);
            let mut hessian = [f64::NAN; P * P];
            let loss = network
                .fit_parameter_hessian(&x, &target, &mut hessian)
                .unwrap();
            file.tensor("loss", &[loss]);
            file.tensor("hessian", &hessian);
        }
    });
}
