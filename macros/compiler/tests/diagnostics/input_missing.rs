#[derive_network]
struct Network {
    output: Dense<1>,
}

#[derive_network(derive(gradient, hessian))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input())]
struct Network {
    output: Dense<1>,
}
