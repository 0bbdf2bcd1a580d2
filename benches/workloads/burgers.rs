//! The mean square of Burgers' residual u_t + u u_x - (0.01 / π) u_xx of 2-20x8-1, tanh, with its parameter gradient.

use derive_network::prelude::*;

use crate::support::count::Ask;
use crate::support::data::points;
use crate::support::session::{Case, Session};
use crate::support::{measure_sums, network};

const BATCH: usize = 4096;

macro_rules! networks {
    ($($name:ident $scalar:tt)*) => {
        $(network! {
            #[derive_network(
                input(t, x), output(u), scalar = $scalar,
                define = { let residual = d(u, t) + u * d(u, x) - 0.01 / PI * d(u, x, x); },
                loss(physics = mean_square(residual)),
            )]
            struct $name {
                hidden: [Dense<20, Tanh>; 8],
                output: Dense<1>,
            }
        })*

        pub fn measure(session: &mut Session) {
            $({
                let case = Case::new("burgers", "2-20x8-1", "loss_gradient");
                let points = points::<$scalar, 2>(BATCH);
                let mut gradient = vec![0.0; $name::PARAMETERS];
                measure_sums!(session, case, Ask::Loss("physics"),
                    $name.physics_gradient_with, [points, &mut gradient]);
            })*
        }
    };
}

networks! {
    Double f64
    Single f32
}
