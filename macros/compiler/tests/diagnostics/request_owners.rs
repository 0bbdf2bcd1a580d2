#[derive_network(
    input(t, x: 2),
    output(u, v),
    define = { let residual = d(u, t); let both = gradient(u, x); },
    loss(physics = mean_square(residual)),
    derive(
        parameter_hessian,
        parameter_gradient,
        parameter_jacobian(order = forward),
        physics(gauss_newton, hessian, gradient, gradient, parameter_hvp = 2, hess),
        residual(parameter_hvp, intermediates, hesian, jvp(order = forward), gradient, gradient),
        both(gradient, parameter_gradient, hvp),
        residual,
        residul,
        physics = 2,
    ),
)]
struct Network {
    hidden: Dense<3, Tanh>,
    output: Dense<2>,
}
