//! The residual Δu + f of 2-20-20-20-1, tanh, f32, 1,000 points: its mean square with the parameter gradient, its Jacobian in
//! the parameters for each point, and the products of Gauss-Newton.

use derive_network::prelude::*;

use crate::support::count::Ask;
use crate::support::data::{points, uniform, with_biases};
use crate::support::session::{Case, Session};
use crate::support::{measure_sums, network};

network! {
    #[derive_network(
        input(x: 2), output(u), given(f), scalar = f32,
        define = { let residual = laplacian(u, x) + f; },
        loss(physics = mean_square(residual)),
        derive(residual(parameter_jacobian, gauss_newton)),
    )]
    struct Poisson {
        hidden: [Dense<20, Tanh>; 3],
        output: Dense<1>,
    }
}

const BATCH: usize = 1000;
const COUNT: usize = Poisson::PARAMETERS;

pub fn measure(session: &mut Session) {
    let points = points::<f32, 2>(BATCH);
    let given = uniform::<f32, 1, 1>(BATCH);
    let case = |what| Case::new("poisson", "2-20-20-20-1", what);

    let mut gradient = vec![0.0; COUNT];
    measure_sums!(
        session,
        case("loss_gradient"),
        Ask::Loss("physics"),
        Poisson.physics_gradient_with,
        [points, &given, &mut gradient]
    );

    let mut jacobian = vec![0.0; BATCH * COUNT];
    measure_sums!(
        session,
        case("residual_jacobian"),
        Ask::Rows("residual"),
        Poisson.residual_parameter_jacobian_with,
        [points, &given, &mut jacobian]
    );

    let mut squares = vec![0.0; COUNT * COUNT];
    let network = with_biases(Poisson::glorot_normal(7));
    let newton = case("gauss_newton").batch(BATCH);
    session.measure(&network, &newton, Ask::GaussNewton("residual"), &mut || {
        let done = network.residual_gauss_newton(&points, &given, &mut gradient, &mut squares);
        std::hint::black_box(done.is_ok());
    });
}
