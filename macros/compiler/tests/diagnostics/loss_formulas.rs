#[derive_network(
    input(t, x),
    output(u),
    given(target, weights: 2),
    define = { let residual = d(u, t) - d(u, x, x); },
    loss(
        bare,
        sized: 2,
        point = residual,
        formula = u * u,
        number = mean(u) + 1.0,
        root = sqrt(mean_square(residual)),
        product = mean(u) * mean(residual),
        quotient = 1.0 / mean(u),
        weighted = nu * mean(u) + mean(u) / x,
        nested = mean(mse(u, target)),
        other = bare + 0.5 * weighted,
        alone = mse(residual),
        unknown = mse(u, measured) + mean_sqare(u),
        shapes = half_mse(weights, gradients),
        many = mean(u, x),
        zero = mean(u) / 0.0,
        two = mse(weights, vector),
    ),
)]
struct Network {
    nu: Parameter,
    vector: Parameter<3>,
    output: Dense<1>,
}

#[derive_network(input(x), output(u), loss(fit = mse(u, target), fit = mean(u)))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), loss(fit = mean_square(value)))]
struct Network {
    output: Dense<1>,
}
