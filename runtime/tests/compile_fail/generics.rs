use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(gradient))]
struct Network<'a, T: Clone, const WIDTH: usize> {
    hidden: Dense<WIDTH, Tanh>,
    output: Dense<1>,
}

fn main() {
    let network: Network<'static, f64, 20> = Network::glorot_normal(7);
    println!("{}", network.gradient(&vector![0.15, 0.1]).0);
}
