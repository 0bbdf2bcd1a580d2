use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(hessian))]
pub struct Network {
    hidden: [Dense<20, Tahn>; 3],
    output: Dense<1>,
}

fn main() {
    let network = Network::glorot_uniform(7);
    let (value, gradient, hessian) = network.hessian(&vector![0.15, 0.1]);
    println!("{} {} {}", value * 2.0, gradient[0], hessian.trace());
}
