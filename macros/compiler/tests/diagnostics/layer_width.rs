#[derive_network(input(x: 2))]
struct Network {
    bare: Dense,
    empty: Dense<>,
    backwards: Dense<Tanh, 20>,
    more: Dense<20, Tanh, 3>,
    zero: Dense<0>,
    negative: Dense<-3>,
    fraction: Dense<2.5>,
    text: Dense<"20">,
    suffix: Dense<20u8>,
    constant: Dense<WIDTH, Tanh>,
    path: Dense<{ sizes::WIDTH }, Tanh>,
    computed: Dense<{ 4 * 5 }, Tanh>,
    large: Dense<2000000>,
    overflow: Dense<99999999999999999999>,
    output: Dense<1>,
}
