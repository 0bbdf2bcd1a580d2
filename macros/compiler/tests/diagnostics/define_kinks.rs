#[derive_network(
    input(t, x),
    output(u),
    define = {
        let wave = d(u, t, t) - d(u, x, x);
        let first = d(u, t);
        let size = abs(u);
    },
    loss(fit = mean_square(first), plain = mean_square(u)),
    derive(first(gradient), size(hessian)),
)]
struct Network {
    hidden: Dense<20, Relu>,
    output: Dense<1>,
}

#[derive_network(
    input(t),
    output(u),
    define = { let acceleration = d(u, t, t); },
    derive(hessian, parameter_gradient, acceleration(parameter_jacobian)),
)]
struct Network {
    hidden: Dense<20, Elu>,
    output: Dense<1>,
}

#[derive_network(
    input(t),
    output(u),
    given(target),
    define = { let a = abs(target) * u; let b = abs(a); let c = d(b, t); },
    loss(fit = mean(abs(u - target))),
    derive(a(hessian), fit(parameter_hessian)),
)]
struct Network {
    hidden: Dense<20, Tanh>,
    output: Dense<1>,
}
