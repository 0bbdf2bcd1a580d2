#[derive_network(
    input(t, x: 3),
    output(u),
    define = {
        let a = d(u, z);
        let b = d(u, T);
        let c = d(u, nu) + d(u, u) + d(u, a) + d(u, 2.0) + d(u, t * t);
        let e = d(u, x);
        let f = d(u, x[0], x[3], y[0]);
        let g = gradient(u, t) + gradient(u, x[0]);
        let h = gradient(gradient(u, x), x);
        let i = laplacian(u) + d() + gradient(u) + laplacian(u, x, t, x[1]);
        let j = gradient(u, x, t);
        let k = d(u, x[0..2]) + laplacian(u, nu);
        let l = d(u, t, t, t, t, t, t, t, t, t);
        let m = laplacian(laplacian(u, t), t);
        let n = laplacian(m, x);
        let o = laplacian(n, x) + laplacian(laplacian(n, x), t);
        let p = d(unknown, t);
    },
)]
struct Network {
    nu: Parameter,
    hidden: Dense<20, Tanh>,
    output: Dense<1>,
}
