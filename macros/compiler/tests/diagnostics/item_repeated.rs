#[derive_network(input(x), derive(gradient), input(t), scalar = f32, derive(hessian), scalar = f32)]
struct Network {
    output: Dense<1>,
}
