#[derive_network(input(x: 2))]
struct Network {
    without: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph()]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0..2 => 3, 3 => 2))]
    output: Dense<1>,
    #[graph(neurons = 5)]
    shift: Parameter,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0..2 => 3, 3 => 2))]
    #[graph(steps = 3)]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0..2 => 3, 3 => 2))]
    #[layer(bias = false)]
    net: Graph<5>,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neuron = 5, neurons = N, outputs = 0, steps = 0, steps = 2, edges(0 => 2), hidden(Tanh))]
    net: Graph,
}

#[derive_network(input(x: 2), activation(Bad = |z| ln(-1) * z))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, hidden = Tanhh, input = Bad, output = 2, weights = dense, edges(0..2 => 3, 3 => 2))]
    net: Graph,
}
