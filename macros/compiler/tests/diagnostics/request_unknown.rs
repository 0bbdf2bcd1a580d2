#[derive_network(input(x: 2), derive(gradiant, hesian, jacobain, grad, divergence, gradient, gradient))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), derive(hessian = 2, laplacian: 3))]
struct Network {
    output: Dense<1>,
}
