//! Gradient and Laplacian of the potential of OT-Flow, wᵀu + |A x|²/2 + cᵀx + b with two layers of 64 (Onken, Wu Fung, Li and Ruthotto,
//! *OT-Flow: Fast and Accurate Continuous Normalizing Flows via Optimal Transport*, AAAI 2021), f32.

use derive_network::prelude::*;
use derive_network_compiler::model::RequestKind;

use crate::support::count::Ask;
use crate::support::data::points;
use crate::support::session::{Case, Session};
use crate::support::{measure_batch, network};

const BATCH: usize = 512;

macro_rules! potentials {
    ($($name:ident $inputs:tt)*) => {
        $(network! {
            #[derive_network(
                input(x: $inputs), scalar = f32,
                forward = {
                    let u = open(x);
                    let u = u + block(u);
                    dot(w, u) + 0.5 * sum_square(a * x) + dot(c, x) + b
                },
                derive(laplacian),
            )]
            struct $name {
                open: Dense<64, LogCosh2>,
                block: Dense<64, LogCosh2>,
                w: Parameter<64>,
                a: Parameter<10, $inputs>,
                c: Parameter<$inputs>,
                b: Parameter,
            }
        })*

        pub fn measure(session: &mut Session) {
            $({
                let case = Case::new("otflow", concat!("d=", stringify!($inputs)), "laplacian");
                let ask = Ask::Output(RequestKind::Laplacian);
                let points = points::<f32, $inputs>(BATCH);
                measure_batch!(session, case, ask, $name.laplacian_batch_with, [points] -> [values, gradients, laplacians]);
            })*
        }
    };
}

potentials! {
    D2 2
    D43 43
    D63 63
    D784 784
}
