#[derive_network(input(x: 2, t, x), output(t))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(type, fn: 2, _))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(inputs: 2, parameters, x, X, hessian_flops, laplacian_flops), derive(hessian))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), output(u, v, u, w = 2))]
struct Network {
    output: Dense<3>,
}
