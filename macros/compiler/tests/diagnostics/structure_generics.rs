#[derive_network(input(x: 2))]
struct Network<T> {
    output: Dense<1>,
}

#[derive_network(input(x: 2))]
struct Network<'a, const WIDTH: usize>
where
    [f64; WIDTH]: Clone,
{
    hidden: Dense<WIDTH>,
    output: Dense<1>,
}
