#[derive_network(input(x: 2), derive(gradient, hessian, hvp))]
struct Network {
    hidden: Dense<20, Tanh>,
    output: Dense<2>,
}
