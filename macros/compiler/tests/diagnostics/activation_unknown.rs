#[derive_network(input(x: 2))]
struct Network {
    first: Dense<20, Tahn>,
    second: Dense<20, tanh>,
    third: Dense<20, Maxout>,
    fourth: Dense<20, activations::Tanh>,
    fifth: Dense<20, 3>,
    output: Dense<1, Swish>,
}
