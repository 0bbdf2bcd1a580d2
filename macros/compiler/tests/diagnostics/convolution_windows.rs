#[derive_network(input(image: [3, 7, 5]))]
struct LargerThanTheImage {
    #[layer(kernel = (8, 2))]
    convolution: Conv2d<20, Tanh>,
}

#[derive_network(input(image: [3, 7, 5]))]
struct LargerThanThePaddedImage {
    #[layer(padding = 1, kernel = 3, dilation = 4)]
    convolution: Conv2d<20, Tanh>,
}

#[derive_network(input(image: [3, 7, 5]))]
struct Zeros {
    #[layer(kernel = 3, stride = 0)]
    first: Conv2d<4>,
    #[layer(kernel = 0)]
    second: Conv2d<4>,
    #[layer(kernel = 2, dilation = (1, 0))]
    third: Conv2d<4>,
    #[layer(kernel = 2, groups = 0)]
    fourth: Conv2d<4>,
    #[layer(kernel = 2)]
    fifth: Conv2d<0>,
}

#[derive_network(input(image: [3, 7, 5]))]
struct Missing {
    convolution: Conv2d<4>,
    pool: MaxPool2d,
}

#[derive_network(input(signal: [3, 7]))]
struct MissingInOneDimension {
    convolution: Conv1d<4>,
}

#[derive_network(input(image: [3, 7, 5]))]
struct Groups {
    #[layer(kernel = 2, groups = 2)]
    convolution: Conv2d<4>,
}

#[derive_network(input(image: [4, 7, 5]))]
struct GroupsOfOutputs {
    #[layer(kernel = 2, groups = 4)]
    convolution: Conv2d<6>,
}

#[derive_network(input(image: [3, 7, 5]))]
struct PoolBeyond {
    #[layer(kernel = 3)]
    first: AvgPool2d,
    #[layer(kernel = 3)]
    second: MaxPool2d,
}

#[derive_network(input(signal: [3, 7]))]
struct PoolOfPadding {
    #[layer(kernel = 2, padding = 2)]
    pool: MaxPool1d,
}

#[derive_network(input(image: [3, 7, 5]))]
struct Sizes {
    #[layer(kernel = (3, 2, 1))]
    first: Conv2d<4>,
    #[layer(kernel = 2, padding = same)]
    second: Conv2d<4>,
    #[layer(kernel)]
    third: Conv2d<4>,
    #[layer(kernel = 2, stride = 1.5)]
    fourth: Conv2d<4>,
    #[layer(kernel = 2, padding = -1)]
    fifth: Conv2d<4>,
    #[layer(kernel = 2000000)]
    sixth: Conv2d<4>,
}

#[derive_network(input(signal: [3, 7]))]
struct SizesInOneDimension {
    #[layer(kernel = (3, 2))]
    convolution: Conv1d<4>,
}

#[derive_network(input(image: [3, 700, 500]))]
struct TooLarge {
    #[layer(kernel = 3)]
    convolution: Conv2d<4>,
}

#[derive_network(input(signal: [3, 7]))]
struct TooMuchPadding {
    #[layer(kernel = 1000000, padding = 900000)]
    pool: AvgPool1d,
}
