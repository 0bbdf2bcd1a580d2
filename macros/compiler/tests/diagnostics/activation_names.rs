#[derive_network(
    input(x: 2),
    activation(swish = |z| z * sigmoid(z), Tanh = |z| 2.0 * z, Exp = |z| exp(z)),
    activation(Bump = |z| exp(-z * z), Bump = |z| z, Powi = |z| z, Mish),
    activation(my_swish = |z| z, self = |z| z, Flat(z), Mean = |z| z, D = |z| z),
)]
struct Network {
    hidden: Dense<20, Bump>,
    output: Dense<1>,
}
