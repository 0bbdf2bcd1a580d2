#[derive_network(input(x: 2))]
struct Network {
    none: [Dense<20, Tanh>; 0],
    constant: [Dense<20, Tanh>; DEPTH],
    computed: [Dense<20, Tanh>; 1 + 2],
    long: [Dense<20, Tanh>; 10_000],
    nested: [[Dense<20, Tanh>; 2]; 3],
    slice: [Dense<20, Tanh>],
    unknown: [Dence<20, Tanh>; 2],
    output: Dense<1>,
}
