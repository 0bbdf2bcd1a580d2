#[derive_network(
    input(x: 2),
    forward = {
        let (a, b) = (x, x);
        let c: f64 = 1.0;
        let e;
        x[0] = 1.0;
        hidden(x);
        while true {}
        for (i, j) in 0..3 { }
        'outer: for i in 0.. { }
        for block in [hidden, output] { }
        for i in 0..3 { x }
        output(hidden(x))
    },
)]
struct Network {
    hidden: Dense<4, Tanh>,
    output: Dense<1>,
}

#[derive_network(
    input(x: 2, t),
    given(target),
    output(u),
    forward = {
        let first = hidden(y);
        let second = third + hidden(x);
        let third = secnd + target;
        let fourth = fourth + later + fit;
        let mut fifth = u * x[0];
        fifht = x[1];
        second = x[0];
        x = second;
        unknown = third;
        first + fourth + fifth
    },
    define = { let later = u; },
    loss(fit = mean(u)),
)]
struct Network {
    hidden: Dense<4, Tanh>,
}

#[derive_network(
    input(x: 2),
    forward = {
        let h = hidden(x);
        let h = x;
        let mut u = tanh(h);
        u = output(h);
        let unused = 2.0 * u;
        for block in blocks {
            let inner = block(u);
            u = block(u) + u;
        }
        u = u * u;
        h
    },
)]
struct Network {
    hidden: Dense<2>,
    blocks: [Dense<1>; 3],
    output: Dense<1>,
}

#[derive_network(
    input(x: 2),
    forward = {
        let mut u = x;
        for block in hidden { u = block(u); }
        for block in x { u = block(u); }
        for block in blcks { u = block(u); }
        for block in tanh { u = block(u); }
        for block in blocks { u = block(u) + missing; }
        for i in 0..4 { u = u + blocks[i](u); }
        for i in 0..3 { u = u * x[i]; i = 1; }
        sum(u)
    },
)]
struct Network {
    hidden: Dense<2>,
    blocks: [Dense<2>; 3],
}

#[derive_network(
    input(x: 2),
    forward = {
        let mut u = x;
        for i in 0..1000 { for j in 0..1000 { u = u + i * j; } }
        hidden(u)
    },
)]
struct Network {
    hidden: Dense<1>,
}

#[derive_network(
    input(x: 2),
    forward = {
        let mut u = x;
        for i in 0..1000 { u = blocks(u); }
        u
    },
)]
struct Network {
    blocks: [Dense<2>; 100],
}
