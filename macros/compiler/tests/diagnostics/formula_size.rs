#[derive_network(
    input(x: 2),
    activation(
        Twice = |z| z * z * z * z * z * z * z * z * z * z,
        Often = |z| twice(twice(twice(z))),
        More = |z| often(often(z)),
    ),
)]
struct Network {
    output: Dense<1, More>,
}
