#[derive_network(input(x: 2), given(), output(u))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), output(u), given(a, a, x, u, b: 0, c = 2, fn))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), output(u), given(nu: 1048576, mu: 1))]
struct Network {
    nu: Parameter,
    output: Dense<1>,
}

#[derive_network(input(x: 2), given: 3)]
struct Network {
    output: Dense<1>,
}
