#[derive_network(input(x: 2), forward = { output(x) })]
struct Network {
    hidden: Dense<2>,
    output: Dense<1>,
}

#[derive_network(input(x: 2), forward = { output(blocks[0](x)) })]
struct Network {
    blocks: [Dense<2>; 3],
    output: Dense<1>,
}

#[derive_network(input(x: 2), forward = { let mut u = x; for block in blocks { u = block(x); } sum(u) })]
struct Network {
    blocks: [Dense<2>; 3],
}

#[derive_network(input(x: 2), forward = { sum(x) + tanh(x) })]
struct Network {
    sum: Dense<1>,
    swish: Dense<1>,
    tanh: Dense<1>,
}

#[derive_network(
    input(x: 2),
    output(u),
    define = { let a = hidden(u); let b = hiden(x); let c = hidden; let e = hidden[1](x); let f = hidden(x, x); },
)]
struct Network {
    hidden: Dense<2>,
    output: Dense<1>,
}

#[derive_network(
    input(x: 2),
    given(target),
    output(u),
    loss(fit = mse(u, target)),
    forward = { sum(cell(cell(x))) },
    derive(intermediates, fit(intermediates)),
)]
struct Network {
    cell: Dense<2>,
}
