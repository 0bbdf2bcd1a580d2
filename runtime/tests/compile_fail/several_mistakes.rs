use derive_network::prelude::*;

#[derive_network(input(x: 0), scalar = f16, derive(hessian(order = recursive)))]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Network {
    #[layer(bais = false)]
    hidden: [Dense<0, Tahn>; 0],
    output: Dens<1>,
}

fn main() {
    let network = Network::glorot_normal(7);
    println!("{}", network.hessian(&vector![0.15, 0.1]).0);
    println!("{}", network.hidden(1).weight()[(0, 0)]);
}
