use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(gradient))]
struct Network {
    hidden: Dense<20, Tanh>,
    output: Dense<2>,
}

fn main() {
    let (value, gradient) = Network::glorot_normal(7).gradient(&vector![0.15, 0.1]);
    println!("{} {}", value[0], gradient[0]);
}
