#[derive_network(input(x: 2), output(u))]
struct Network {
    first: Parameter<2, 3, 4>,
    second: Parameter<0>,
    third: Parameter<N, 2.5>,
    fourth: [Parameter; 3],
    #[layer(bias = false)]
    fifth: Parameter,
    #[frozen(true)]
    sixth: Parameter,
    #[frozen]
    #[frozen]
    seventh: Dense<2>,
    x: Parameter,
    u: Parameter,
    #[cfg(test)]
    seventh: Parameter,
    parameters: Parameter,
    output: Dense<1>,
}

#[derive_network(input(x: 2))]
struct Network {
    only: Parameter,
}

#[derive_network(input(x: 2))]
struct Network {
    output: Dense<1>,
    wide: Parameter<100000, 100000>,
}
