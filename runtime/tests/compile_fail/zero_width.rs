use derive_network::prelude::*;

#[derive_network(input(t, x), derive(jacobian))]
struct Network {
    hidden: Dense<0, Tanh>,
    output: Dense<2>,
}

fn main() {
    let network = Network::he_normal(7);
    println!("{} {}", network.hidden().weight()[(0, 0)], network.output().bias()[1]);
    println!("{:?} {:?}", Network::T, Network::X);
    let (value, jacobian) = network.jacobian(&vector![0.15, 0.1]);
    println!("{} {}", value[1], jacobian[(1, 1)]);
}
