#[derive_network(input(x: 2), derive(gradient))]
pub enum Network {
    Hidden(Dense<20, Tanh>),
}

#[derive_network(input(x: 2))]
fn network() {}

#[derive_network(input(x: 2))]
struct Network(Dense<20, Tanh>, Dense<1>);

#[derive_network(input(x: 2))]
struct Network;

#[derive_network(input(x: 2))]
struct Network {}
