#[derive_network(
    input(t, x: 3),
    output(u),
    given(target: 2),
    define = {
        let first = u * velocity;
        let second = u + taget;
        let third = hidden + later;
        let fourth = fourth + fit;
        let fifth = std::f64::consts::PI * u;
        let sixth = u.powi(2) + powi(u, 0.5) + u.norm();
        let seventh = sinus(u) + lapalcian(u, x) + tanh(u, t);
        let eighth = u as f64 + if t > 0 { u } else { t };
        let ninth = 1.0 / 0.0 + ln(-1.0) + 1e308 * 10.0;
        let tenth = |x| x;
        let eleventh = mse(u, target) + sum_square(x);
        let later = u;
    },
    loss(fit = mean_square(u)),
)]
struct Network {
    hidden: Dense<20, Tanh>,
    output: Dense<1>,
}

#[derive_network(input(t), define = { let r = d(u, t); })]
struct Network {
    output: Dense<1>,
}
