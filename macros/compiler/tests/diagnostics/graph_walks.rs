#[derive_network(input(x: 4))]
struct Network {
    #[graph(neurons = 5, outputs = 2, steps = 2, edges(0..4 => 4))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 7, outputs = 2, steps = 2, edges(0..2 => 4, 4 => 5, 5 => 6, 6 => 3, 4 => 2))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 2, steps = 2, edges(0..2 => 4, 4 => 2))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 3, outputs = 1, steps = 2, edges(0..2 => 2))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 8, outputs = 1, steps = 4000, weights = edges, edges(0..2 => 3, 3 => 2, 0 => 0))]
    net: Graph,
}

#[derive_network(input(x: 2), derive(hessian))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, hidden = Relu, output = LeakyRelu, edges(0..2 => 3..5, 3..5 => 2))]
    net: Graph,
}
