use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(hessian))]
struct Network {
    hessian: Dense<20, Tanh>,
    parameters: Dense<1>,
}

fn main() {
    let network = Network::glorot_normal(7);
    println!("{} {}", network.hessian(&vector![0.15, 0.1]).0, network.parameters().len());
}
