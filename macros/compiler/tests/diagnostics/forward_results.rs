#[derive_network(input(x: 2), forward = { let u = hidden(x); })]
struct Network {
    hidden: Dense<1>,
}

#[derive_network(input(x: 2), forward = { () })]
struct Network {
    hidden: Dense<1>,
}

#[derive_network(input(x: 2), forward = hidden(x))]
struct Network {
    hidden: Dense<1>,
}

#[derive_network(input(x: 2), forward { hidden(x) })]
struct Network {
    hidden: Dense<1>,
}

#[derive_network(input(x: 2), forward = { hidden(x) }, forward = { hidden(x) })]
struct Network {
    hidden: Dense<1>,
}

#[derive_network(
    input(x: 2),
    forward = { let u = hidden(x); (dot(u, u), u) },
    derive(gradient, parameter_gradient),
)]
struct Network {
    hidden: Dense<2>,
}

#[derive_network(input(x: 2), output(u, v, w), forward = { let u = hidden(x); (dot(u, u), u) })]
struct Network {
    hidden: Dense<2>,
}

#[derive_network(input(x: 2), output(u, v: 3), forward = { let u = hidden(x); (dot(u, u), u) })]
struct Network {
    hidden: Dense<2>,
}

#[derive_network(input(x: 2), output(u, v), forward = { concat(x, hidden(x)) })]
struct Network {
    hidden: Dense<2>,
}

#[derive_network(input(x: 2), forward = { (a, hidden(x)) })]
struct Network {
    hidden: Dense<2>,
    a: Parameter<2, 2>,
}
