//! One to 64 hidden layers of twenty.

use derive_network::prelude::*;

use crate::measure_requests;
use crate::support::network;
use crate::support::session::Session;

const BATCH: usize = 1024;

macro_rules! networks {
    ($($name:ident $size:tt)*) => {
        $(network! {
            #[derive_network(input(x: 2), derive(gradient, laplacian, hessian))]
            struct $name {
                hidden: [Dense<20, Sigmoid>; $size],
                output: Dense<1, Sigmoid>,
            }
        })*

        pub fn measure(session: &mut Session) {
            $({
                let case = concat!("depth=", stringify!($size));
                measure_requests!(session, case, $name, 2, BATCH);
            })*
        }
    };
}

networks! {
    Depth1 1
    Depth2 2
    Depth4 4
    Depth8 8
    Depth16 16
    Depth32 32
    Depth64 64
}
