#[derive_network(inputs(x: 2), derives(gradient), precision = f32)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), scaler = f32, derive(gradient), train(steps = 100))]
struct Network {
    output: Dense<1>,
}
