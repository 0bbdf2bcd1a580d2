#[derive_network(input(x: 2), derive(jacobian, hessian))]
struct Network {
    hidden: [Dense<20, Relu>; 3],
    output: Dense<1>,
}

#[derive_network(
    input(x: 2),
    activation(Hinge = |z| relu(1.0 - z), Distance = |z| abs(z)),
    derive(laplacian, adjoint_hessian, hvp),
)]
struct Network {
    first: Dense<20, LeakyRelu>,
    second: Dense<20, Hinge>,
    third: Dense<20, Elu>,
    output: Dense<1, Distance>,
}
