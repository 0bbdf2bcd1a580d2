#[derive_network(input(x: 2 y: 3), derive(gradient; hessian), scalar =, 42, storage == inline, [boxed])]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: ), activation(Swish = |z| z *), derive(gradient,, hessian))]
struct Network {
    output: Dense<1>,
}
