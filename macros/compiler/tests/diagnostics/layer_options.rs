#[derive_network(input(x: 2))]
struct Network {
    #[layer(bais = false)]
    first: Dense<20, Tanh>,
    #[layer(bias = 0)]
    second: Dense<20, Tanh>,
    #[layer(bias)]
    third: Dense<20, Tanh>,
    #[layer(bias = false, bias = false)]
    fourth: Dense<20, Tanh>,
    #[layer(bias = true)]
    #[layer(bias = true)]
    fifth: Dense<20, Tanh>,
    #[layer(kernel = 3)]
    sixth: Dense<20, Tanh>,
    output: Dense<1>,
}

#[derive_network(input(x: 2))]
struct Network {
    #[layer]
    first: Dense<20, Tanh>,
    #[layer = false]
    second: Dense<20, Tanh>,
    #[layer(bias = )]
    output: Dense<1>,
}
