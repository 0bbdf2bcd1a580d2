#[derive_network(input(x: 2))]
struct Network {
    first: Dens<20, Tanh>,
    second: Recurrent<20, Tanh>,
    third: derive_network::Dense<20, Tanh>,
    fourth: (Dense<20>, Dense<20>),
    fifth: Vec<Dense<20>>,
    sixth: &'static Dense<20>,
    output: Dense<1>,
}
