#[derive_network(input(x), derive = gradient, scalar(f32), storage, allow = kinks, activation, output = u)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), scalar = f16, storage = heap, allow(kink, kinks = true))]
struct Network {
    output: Dense<1>,
}
