#[derive_network(input(x: 2))]
#[derive(Clone, Debug, Eq, PartialEq, Hash)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), storage = boxed)]
#[derive(Clone, Copy)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 64))]
#[derive(Clone, Copy)]
struct Network {
    hidden: [Dense<64, Tanh>; 2],
    output: Dense<1>,
}

#[derive_network(input(x: 2))]
#[derive_network(derive(hessian))]
struct Network {
    #[cfg(feature = "deep")]
    hidden: Dense<20, Tanh>,
    #[trainable]
    output: Dense<1>,
}
