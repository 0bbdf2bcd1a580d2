#[derive_network(input(x: 20))]
struct ImageOfVector {
    #[layer(kernel = 3)]
    convolution: Conv2d<4, Tanh>,
    output: Dense<1>,
}

#[derive_network(input(image: [3, 7, 5]), derive(hessian))]
struct DenseOfImage {
    #[layer(kernel = 3)]
    convolution: Conv2d<4, Tanh>,
    output: Dense<1>,
}

#[derive_network(input(signal: [2, 16]))]
struct ImageOfSignal {
    #[layer(kernel = 3)]
    convolution: Conv2d<4>,
    shares: Softmax,
}

#[derive_network(input(image: [2, 16, 3]))]
struct SignalOfImage {
    #[layer(kernel = 3)]
    pool: AvgPool1d,
}

#[derive_network(input(image: [2, 16, 3], x: 2))]
struct SeveralInputs {
    #[layer(kernel = 3)]
    pool: AvgPool2d,
}

#[derive_network(input(image: [2, 16, 3]))]
struct SharesOfImage {
    shares: Softmax,
}

#[derive_network(input(image: [2, 9, 9]))]
struct ArrayThatShrinks {
    #[layer(kernel = 4)]
    convolution: [Conv2d<4>; 3],
    flatten: Flatten,
    output: Dense<1>,
}

#[derive_network(input(a: [3], b: [1, 2, 3, 4], c: [0, 2], d: [1000, 1000, 1000], e: [n, 2]))]
struct Extents {
    output: Dense<1>,
}
