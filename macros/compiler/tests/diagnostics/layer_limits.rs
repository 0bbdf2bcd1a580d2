#[derive_network(input(x: 2))]
struct Network {
    hidden: Dense<100000, Tanh>,
    wide: Dense<100000, Tanh>,
    output: Dense<1>,
}

#[derive_network(input(x: 2))]
struct Network {
    hidden: [Dense<2, Tanh>; 4096],
    output: Dense<1>,
}
