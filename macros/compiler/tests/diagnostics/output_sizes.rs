#[derive_network(input(x: 2), output(y: 3))]
struct Network {
    output: Dense<4>,
}

#[derive_network(input(x: 2), output(y: 3, p, q))]
struct Network {
    output: Dense<4>,
}

#[derive_network(input(x: 2), output(y: 0, p: N))]
struct Network {
    output: Dense<4>,
}
