#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0..2 => 3..6, 7 => 2, [3, 9] => 2))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0..2 => 3..5, 3 => 2, [0, 1] => [4, 2]))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0..2, 0 > 2, , 3 => 2))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(a => 3, 0.. => 3, [] => 3, 3..3 => 4, 1 => -2, [1, x] => [3, 2..1], 3 => 2))]
    net: Graph,
}

#[derive_network(input(x: 2))]
struct Network {
    #[graph(neurons = 5, outputs = 1, steps = 2, edges = 3)]
    first: Graph,
    #[graph(neurons = 5, outputs = 1, steps = 2, edges)]
    second: Graph,
    #[graph(neurons = 5, outputs = 1, steps = 2, edges(0 => 2), edges(1 => 2))]
    third: Graph,
}
