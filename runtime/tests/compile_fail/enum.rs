use derive_network::prelude::*;

#[derive_network(input(x: 2), derive(gradient))]
enum Network {
    Hidden(Dense<20, Tanh>),
    Output(Dense<1>),
}

fn main() {
    println!("{}", Network::glorot_normal(7).gradient(&vector![0.15, 0.1]).0);
}
