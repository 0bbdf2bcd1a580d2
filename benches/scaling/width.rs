//! Three hidden layers of 8 to 512.

use derive_network::prelude::*;

use crate::measure_requests;
use crate::support::network;
use crate::support::session::Session;

const BATCH: usize = 256;

macro_rules! networks {
    ($($name:ident $size:tt)*) => {
        $(network! {
            #[derive_network(input(x: 2), derive(gradient, laplacian, hessian))]
            struct $name {
                hidden: [Dense<$size, Sigmoid>; 3],
                output: Dense<1, Sigmoid>,
            }
        })*

        pub fn measure(session: &mut Session) {
            $({
                let case = concat!("width=", stringify!($size));
                measure_requests!(session, case, $name, 2, BATCH);
            })*
        }
    };
}

networks! {
    Width8 8
    Width16 16
    Width32 32
    Width64 64
    Width128 128
    Width256 256
    Width512 512
}
