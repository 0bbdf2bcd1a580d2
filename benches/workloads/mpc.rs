//! Jacobian, and λ-weighted Hessian beside it, of the dynamics 10-64-64-8, tanh, f64: a horizon of twenty points, and one point a
//! call; the Jacobian also by hand with matrices of static size.

use std::hint::black_box;

use derive_network::prelude::*;
use derive_network_compiler::model::RequestKind;

use crate::support::count::Ask;
use crate::support::data::{assert_same, points, with_biases};
use crate::support::floor::Scalar;
use crate::support::session::{Case, Session};
use crate::support::{measure_batch, measure_single, network};

network! {
    #[derive_network(input(x: 10), derive(jacobian, adjoint_hessian))]
    struct Dynamics {
        hidden: [Dense<64, Tanh>; 2],
        output: Dense<8>,
    }
}

const HORIZON: usize = 20;

pub fn measure(session: &mut Session) {
    let points = points::<f64, 10>(HORIZON);
    let multipliers = self::points::<f64, 8>(HORIZON);

    let case = Case::new("mpc", "10-64-64-8", "jacobian");
    let ask = Ask::Output(RequestKind::Jacobian);
    measure_batch!(session, case, ask, Dynamics.jacobian_batch_with, [points] -> [values, jacobians]);
    measure_single!(session, case, ask, Dynamics.jacobian, [points]);
    let network = with_biases(Dynamics::glorot_normal(7));
    let by_hand = ByHand::new(network.parameters());
    let (value, jacobian) = network.jacobian(&points[0]);
    let (same_value, same_jacobian) = by_hand.jacobian(&points[0]);
    assert_same(
        &[value.as_slice(), jacobian.as_slice()],
        &[same_value.as_slice(), same_jacobian.as_slice()],
    );
    session.compare(&case.single(HORIZON), Scalar::F64, "nalgebra", &mut || {
        for x in &points {
            black_box(by_hand.jacobian(black_box(x)));
        }
    });

    let case = Case::new("mpc", "10-64-64-8", "adjoint_hessian");
    let ask = Ask::Output(RequestKind::AdjointHessian);
    measure_batch!(session, case, ask, Dynamics.adjoint_hessian_batch_with,
        [points, &multipliers] -> [values, jacobians, hessians]);
    measure_single!(
        session,
        case,
        ask,
        Dynamics.adjoint_hessian,
        [points, &multipliers[0]]
    );
}

/// The same network as matrices of static size.
struct ByHand {
    weights: (
        SMatrix<f64, 64, 10>,
        SMatrix<f64, 64, 64>,
        SMatrix<f64, 8, 64>,
    ),
    biases: (SVector<f64, 64>, SVector<f64, 64>, SVector<f64, 8>),
}

impl ByHand {
    fn new(parameters: &[f64]) -> Self {
        let (first, rest) = parameters.split_at(11 * 64);
        let (second, third) = rest.split_at(65 * 64);
        ByHand {
            weights: (
                SMatrix::from_column_slice(&first[..10 * 64]),
                SMatrix::from_column_slice(&second[..64 * 64]),
                SMatrix::from_column_slice(&third[..64 * 8]),
            ),
            biases: (
                SVector::from_column_slice(&first[10 * 64..]),
                SVector::from_column_slice(&second[64 * 64..]),
                SVector::from_column_slice(&third[64 * 8..]),
            ),
        }
    }

    fn jacobian(&self, x: &SVector<f64, 10>) -> (SVector<f64, 8>, SMatrix<f64, 8, 10>) {
        let slope = |a: f64| 1.0 - a * a;
        let first = (self.weights.0 * x + self.biases.0).map(f64::tanh);
        let second = (self.weights.1 * first + self.biases.1).map(f64::tanh);
        // From the eight outputs down: fewer than the ten inputs.
        let mut rows = self.weights.2;
        scale_columns(&mut rows, &second.map(slope));
        let mut rows = rows * self.weights.1;
        scale_columns(&mut rows, &first.map(slope));
        (
            self.weights.2 * second + self.biases.2,
            rows * self.weights.0,
        )
    }
}

fn scale_columns(rows: &mut SMatrix<f64, 8, 64>, scales: &SVector<f64, 64>) {
    for (mut column, scale) in rows.column_iter_mut().zip(scales.iter()) {
        column *= *scale;
    }
}
