#[derive_network(
    input(x: 2),
    derive(
        gradient(order = recursion),
        hessian(order = recursive, order = mixed),
        laplacian(order),
        adjoint_hessian(ordre = recursion),
        hvp(order = forward),
    ),
)]
struct Network {
    output: Dense<1>,
}
