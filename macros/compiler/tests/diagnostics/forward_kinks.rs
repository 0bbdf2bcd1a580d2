#[derive_network(
    input(x: 2),
    output(u, v),
    forward = {
        let h = first(x);
        let energy = sum(second(h));
        let force = gradient(energy, x);
        (max(x[0], energy), force[0] + abs(third(x)[0]))
    },
    define = { let slope = d(u, x[0]); let curvature = d(slope, x[0]); },
    derive(jacobian, parameter_jacobian, curvature(gradient)),
)]
struct Network {
    first: Dense<2, Elu>,
    #[frozen]
    second: Dense<2, Relu>,
    third: Dense<2, LeakyRelu>,
}
