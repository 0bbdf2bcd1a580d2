use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(hessian))]
struct Network {
    hidden: [Dense<20, Relu>; 2],
    output: Dense<1>,
}

fn main() {
    let network = Network::from_parameters(&[0.0; Network::PARAMETERS]).unwrap();
    println!("{}", network.hessian(&vector![0.15, 0.1]).0);
}
