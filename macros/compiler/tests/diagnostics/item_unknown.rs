#[derive_network(inputs(x: 2), derives(gradient), precision = f32)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x: 2), scaler = f32, derive(gradient), loss(fit = mse(u, target)))]
struct Network {
    output: Dense<1>,
}
