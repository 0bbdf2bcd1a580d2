use derive_network::prelude::*;

const WIDTH: usize = 20;

#[derive_network(input(x: 2), derive(laplacian))]
struct Network {
    hidden: Dense<WIDTH, Tanh>,
    output: Dense<1>,
}

fn main() {
    let (_, _, laplacian): (f64, _, f64) = Network::he_normal(7).laplacian(&vector![0.15, 0.1]);
    println!("{laplacian} {WIDTH}");
}
