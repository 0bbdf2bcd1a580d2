use derive_network::prelude::*;

#[derive_network(
    input(x: 2),
    activation(Swish = |z| z * sigmiod(z) + SCALE),
    derive(gradient),
)]
struct Network {
    hidden: Dense<20, Swish>,
    output: Dense<1>,
}

fn main() {
    println!("{}", Network::glorot_normal(7).gradient(&vector![0.15, 0.1]).0);
}
