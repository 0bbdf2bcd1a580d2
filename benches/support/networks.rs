//! The networks that several benches time.

use derive_network::prelude::*;

use super::network;

network! {
    /// The notebook's network, sigmoid in every layer.
    #[derive_network(input(x: 2), derive(gradient, hessian, laplacian))]
    pub struct Fnn {
        hidden: [Dense<20, Sigmoid>; 3],
        output: Dense<1, Sigmoid>,
    }
}

network! {
    /// What runs in a control loop or beside audio: small, in single precision.
    #[derive_network(input(x: 8), scalar = f32)]
    pub struct Small {
        hidden: [Dense<32, Tanh>; 2],
        output: Dense<1>,
    }
}
