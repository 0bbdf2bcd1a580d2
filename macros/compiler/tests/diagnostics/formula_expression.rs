#[derive_network(
    input(x: 2),
    activation(
        Unknown = |z| y * z + SCALE + std::f64::consts::PI,
        Function = |z| sigmiod(z) + softmax(z) + f64::exp(z),
        Arity = |z| exp(z, z) + powi(z) + tanh(),
        Exponent = |z| powi(z, 2.5) + powi(z, n) + powi(z, 1000),
        Method = |z| z.tanh() + z.powi(3) + z.clone(),
        Branch = |z| if z > 0.0 { z } else { 0.0 },
        Operator = |z| z % 2.0 + (z as f64) + !z + (z < 1.0),
        Literal = |z| z * 2.0f32 + "1" + 'c' + 1e999,
        Constant = |z| z / 0.0,
        Block = |z| 1.0 + { z },
        Nested = |z| tanh(exp(w)) + z,
    ),
)]
struct Network {
    output: Dense<1, Unknown>,
}
