use derive_network::prelude::*;

#[derive_network(
    input(t, x),
    output(u),
    given(target),
    define = {
        let flux = d(u, z) - nu * target;
        let residual = d(u, t) + flux;
        let drift = slope * u;
    },
    derive(residual(gradient), drift(jvp)),
)]
struct Network {
    hidden: Dense<8, Tanh>,
    output: Dense<1>,
    nu: Parameter,
    slope: Parameter<2>,
}

fn trained<N: derive_network::Network>(network: N) -> N {
    network
}

fn main() -> Result<(), BatchLengthError> {
    let mut network = trained(Network::glorot_uniform(7));
    *network.nu_mut() = 0.1 + network.slope()[0];
    let (x, given) = (vector![0.1, 0.2], vector![0.3]);
    println!("{}", network.flux(&x, &given) + network.residual_gradient(&x, &given).1[0]);
    println!("{} {}", network.drift_jvp(&x, &x).1[0], Network::RESIDUAL_FLOPS);
    let mut values = [0.0];
    network.residual_batch(&[x], &[given], &mut values)
}
