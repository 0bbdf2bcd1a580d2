use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(hesian))]
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    hidden: Dense<20, Tanh>,
    output: Dense<1>,
}

fn main() {
    let network = Network::glorot_uniform(7).clone();
    let (_, _, hessian) = network.hessian(&vector![0.15, 0.1]);
    assert_eq!(hessian.trace(), 1.0);
}
