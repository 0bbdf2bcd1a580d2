#[derive_network(
    input(t, x: 3),
    output(y: 2, p),
    given(target: 2),
    define = {
        let a = x + y;
        let b = (t * x) * y / target;
        let c = dot(x, y) + dot(x, t);
        let e = matrix * x + matrix * y;
        let f = x * matrix;
        let g = matrix * matrix;
        let h = t / matrix;
        let i = matrix + 1.0;
        let j = x[3] + x[1..4] + x[i] + t[0] + x[-1] + x[2..1] + x[0..=2];
        let k = sum(t) + mean(p) + sum(x, y);
        let l = dot(x);
        let m = matrix[0];
        let n = y - target + exp(y) * x[..2];
    },
)]
struct Network {
    matrix: Parameter<2, 3>,
    output: Dense<3>,
}
