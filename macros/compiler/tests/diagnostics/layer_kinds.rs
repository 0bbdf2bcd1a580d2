#[derive_network(input(image: [3, 7, 5]))]
struct Options {
    #[layer(kernal = 3)]
    first: Conv2d<4>,
    #[layer(kernel = 3, dilation = 2)]
    second: MaxPool2d,
    #[layer(start = 1)]
    third: Flatten,
    #[layer(kernel = 3, kernel = 2)]
    fourth: Conv2d<4>,
    #[layer(bias = false)]
    fifth: LayerNorm,
    #[layer(weight = softplus, kernel = 2)]
    sixth: Conv2d<4>,
}

#[derive_network(input(x: 3))]
struct Types {
    first: Conv2<4>,
    second: Flatten<4>,
    third: Softmax<Tanh>,
    fourth: LayerNrom,
    fifth: [Flatten; 2],
    sixth: [Softmax; 2],
}

#[derive_network(input(image: [3, 7, 5]))]
struct Arguments {
    #[layer(kernel = 3)]
    first: Conv2d,
    #[layer(kernel = 3)]
    second: Conv2d<Tanh>,
    #[layer(kernel = 3)]
    third: Conv2d<4, Tanh, 3>,
    #[layer(kernel = 3)]
    fourth: Conv1d<4, Tahn>,
    #[layer(kernel = 3)]
    fifth: Conv2d<4, 3>,
    #[layer(kernel = 3)]
    sixth: MaxPool2d<3>,
}

#[derive_network(input(x: 3))]
struct LayersAsActivations {
    first: Dense<10, Softmax>,
    second: Dense<10, LayerNorm>,
    third: Dense<10, Softmx>,
}

#[derive_network(input(x: 3))]
struct Numbers {
    #[layer(epsilon = 0.0)]
    first: LayerNorm,
    #[layer(epsilon = -1e-3)]
    second: LayerNorm,
    #[layer(epsilon)]
    third: LayerNorm,
    #[layer(epsilon = tiny)]
    fourth: LayerNorm,
}

#[derive_network(input(x: 3), activation(Square = |z| z * z))]
struct Weights {
    #[layer(weight = Softplus)]
    first: Dense<3>,
    #[layer(weight = softpuls)]
    second: Dense<3>,
    #[layer(weight = |w| w * w)]
    third: Dense<3>,
    #[layer(weight)]
    fourth: Dense<3>,
    #[layer(weight = square)]
    output: Dense<1>,
}

#[derive_network(input(image: [1, 4, 4]), derive(hessian, parameter_gradient))]
struct Kinks {
    #[layer(kernel = 2)]
    pool: MaxPool2d,
    #[layer(kernel = 2)]
    convolution: Conv2d<2, Relu>,
    flatten: Flatten,
    #[layer(weight = abs)]
    output: Dense<1>,
}

#[derive_network(input(image: [64, 512, 16]))]
struct TooManyParameters {
    #[layer(kernel = (500, 10))]
    convolution: Conv2d<4096>,
}
