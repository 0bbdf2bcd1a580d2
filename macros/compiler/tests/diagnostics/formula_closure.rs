#[derive_network(
    input(x: 2),
    activation(A = 3.0, B = swish, C = || 1.0, L = |x, y| x * y, E = |z: f64| z, F = |mut z| z),
    activation(G = move |z| z, H = |(a, b)| a, I = |z| -> f64 { z }, J = |z| { z * z }, K = |z| { let y = z; y }),
)]
struct Network {
    output: Dense<1, A>,
}
