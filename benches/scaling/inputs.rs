//! One to 784 inputs: a batch of Hessians takes up to 300 MiB.

use derive_network::prelude::*;

use crate::measure_requests;
use crate::support::network;
use crate::support::session::Session;

const BATCH: usize = 64;

macro_rules! networks {
    ($($name:ident $size:tt)*) => {
        $(network! {
            #[derive_network(input(x: $size), derive(gradient, laplacian, hessian))]
            struct $name {
                hidden: [Dense<20, Sigmoid>; 3],
                output: Dense<1, Sigmoid>,
            }
        })*

        pub fn measure(session: &mut Session) {
            $({
                let case = concat!("inputs=", stringify!($size));
                measure_requests!(session, case, $name, $size, BATCH);
            })*
        }
    };
}

networks! {
    Inputs1 1
    Inputs2 2
    Inputs4 4
    Inputs8 8
    Inputs16 16
    Inputs32 32
    Inputs64 64
    Inputs128 128
    Inputs256 256
    Inputs512 512
    Inputs784 784
}
