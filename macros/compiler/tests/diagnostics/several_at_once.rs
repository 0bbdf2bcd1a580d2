#[derive_network(input(x: 0), scalar = f16, derive(hesian, gradient))]
#[derive(Ord)]
struct Network {
    hidden: [Dense<0, Tahn>; 0],
    value: Dens<2>,
    output: Dense<2, Relu>,
}
