use derive_network::prelude::*;

#[derive_network(derive(gradient, jvp))]
struct Network {
    output: Dense<1>,
}

fn main() {
    let network = Network::he_normal(7);
    let (value, gradient) = network.gradient(&vector![0.15, 0.1]);
    let mut directional = [0.0];
    network.jvp_batch(&[gradient], &[vector![1.0, 0.0]], &mut [value], &mut directional).unwrap();
}
