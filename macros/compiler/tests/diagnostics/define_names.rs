#[derive_network(
    input(t, x: 2),
    output(u),
    given(target),
    define = {
        let x = u;
        let u = t;
        let target = t;
        let nu = t;
        let a = u;
        let a = u * u;
        let hidden = u;
        let other_mut = u;
        let hessian = u;
        let gauss_newton = u;
        let parameter_hessian = u;
        let glorot_uniform = u;
        let T = u;
        let b = u;
        let b_gradient = u;
        let b_batch = u;
        let fit = u;
        let fit_gradient = u;
        let add_fit_gradient = u;
    },
    loss(fit = mse(u, target), a = mean(u), pullback = mean(u), _ = mean(u), other = mean(u)),
    derive(b(gradient)),
)]
struct Network {
    hidden: Dense<20, Tanh>,
    nu: Parameter,
    other: Parameter<2>,
    output: Dense<1>,
}

#[derive_network(input(x), output(u), define = { let a = x; let A = x; let PI = x; let exp = x; })]
struct Network {
    output: Dense<1>,
}
