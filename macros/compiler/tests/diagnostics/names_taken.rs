#[derive_network(input(x: 2), derive(hessian))]
struct Network {
    value: Dense<20, Tanh>,
    hessian_batch: Dense<20, Tanh>,
    parameters: Dense<20, Tanh>,
    workspace: Dense<20, Tanh>,
    glorot_uniform: Dense<20, Tanh>,
    gradient: Dense<20, Tanh>,
    hidden_mut: Dense<20, Tanh>,
    hidden: Dense<20, Tanh>,
    OUTPUTS: Dense<20, Tanh>,
    X: Dense<1>,
}

#[derive_network(input(x: 2))]
struct Network {
    hidden: Dense<20, Tanh>,
    hidden: Dense<20, Tanh>,
    hidden: Dense<1>,
}
