#[derive_network(
    input(x: 3, t),
    output(u),
    forward = {
        let a = hidden(x) + x;
        let b = tall * hidden(x);
        let c = hidden(x) * tall;
        let e = tall * tall;
        let f = x[3] + x[1..5] + tall[4] + tall[1..7][0] + t[0];
        let g = transpose(x);
        let h = concat(x, tall) + concat();
        let i = [x, 1.0] + [];
        let j = dot(x, hidden(x));
        let k = max(x, hidden(x)) + min(x);
        let l = softmax(t) + sum_square(t) + norm(tall);
        let m = (x, t);
        let n = tall / x;
        let o = hidden(tall) + hidden(x, t) + hidden();
        let p = x[index] + blocks[2](x) + blocks[t](x) + hidden[0](x) + tanh[0](x) + x(t);
        let q = hidden + blocks;
        a + b + c + e + f + g + h + i + j + k + l + m + n + o + p + q
    },
)]
struct Network {
    hidden: Dense<4, Tanh>,
    blocks: [Dense<3>; 2],
    tall: Parameter<4, 3>,
}

#[derive_network(
    input(x: 3, t),
    forward = {
        let u = hidden(x);
        let v = hidden(concat(x, t));
        let mut w = u + v;
        for block in blocks { w = concat(block(w), t); }
        output(w)
    },
)]
struct Network {
    hidden: Dense<3, Tanh>,
    blocks: [Dense<3>; 2],
    output: Dense<1>,
}

#[derive_network(
    input(x: 3, t),
    forward = {
        let u = hidden(x);
        let g = gradient(u, x);
        let h = gradient(sum(u), t) + gradient(sum(u), y);
        let x = 2.0 * x;
        let i = d(u, x[0]) + laplacian(u, x) + d(u, u);
        g + h + i
    },
)]
struct Network {
    hidden: Dense<3, Tanh>,
}
