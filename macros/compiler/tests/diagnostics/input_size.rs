#[derive_network(input(x: 0, y: N, z: -1, u: 2.0, v: 3000000, w = 2))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 1000000, y: 1000000))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input = 2)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x(size = 2)))]
struct Network {
    output: Dense<1>,
}
