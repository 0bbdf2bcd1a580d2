//! The networks that the other files ask about: every layer beside the dense ones, with each of its options.

use crate::face::network;

network! {
    [input(image: [2, 6, 5]), derive(gradient, hessian, laplacian, hvp, parameter_gradient)]
    struct EveryOption {
        #[layer(kernel = (3, 2), stride = (2, 1), padding = (1, 2), dilation = (1, 3), groups = 2)]
        convolution: Conv2d<4, Tanh>,
        flatten: Flatten,
        output: Dense<1>,
    }
    f64: value gradient hessian laplacian hvp
}

network! {
    [input(image: [2, 5, 4]), derive(laplacian, parameter_gradient)]
    struct Stacked {
        #[layer(kernel = 2)]
        hidden: [Conv2d<3, Softplus>; 2],
        #[layer(kernel = 2, padding = 1, groups = 3, bias = false)]
        depthwise: Conv2d<3, Sin>,
        flatten: Flatten,
        output: Dense<1, Sigmoid>,
    }
    f64: laplacian
}

network! {
    [input(signal: [2, 16]), derive(jacobian, hessian, adjoint_hessian, jvp, vjp)]
    struct Signal {
        #[layer(kernel = 3, dilation = 2, padding = 2)]
        convolution: Conv1d<4, Silu>,
        #[layer(kernel = 3, stride = 2, padding = 1)]
        pool: AvgPool1d,
        flatten: Flatten,
        output: Dense<2>,
    }
    f64: jacobian hessian adjoint_hessian jvp vjp
}

network! {
    [input(image: [2, 6, 6]), derive(hessian, parameter_gradient)]
    struct Averaged {
        #[layer(kernel = 3, stride = 1, padding = 1)]
        pool: AvgPool2d,
        #[layer(kernel = 3, stride = 3)]
        convolution: Conv2d<3, Tanh>,
        flatten: Flatten,
        output: Dense<1>,
    }
    f64: hessian
}

network! {
    [input(image: [1, 4, 5]), allow(kinks), derive(gradient, hessian, parameter_gradient)]
    struct Largest {
        #[layer(kernel = 3, padding = 1)]
        convolution: Conv2d<3, Tanh>,
        #[layer(kernel = (2, 3), stride = 2, padding = (0, 1))]
        pool: MaxPool2d,
        flatten: Flatten,
        output: Dense<1>,
    }
    f64: gradient hessian
}

network! {
    [input(signal: [1, 40]), allow(kinks), scalar = f32, derive(vjp, gradient)]
    struct LongWindows {
        #[layer(kernel = 20, stride = 5, padding = 9)]
        pool: MaxPool1d,
        #[layer(kernel = 3)]
        convolution: Conv1d<3, Tanh>,
        flatten: Flatten,
        output: Dense<1>,
    }
    f32: value vjp gradient
}

network! {
    [input(x: 5), derive(gradient, hessian, laplacian, parameter_gradient)]
    struct Normalised {
        hidden: Dense<6, Tanh>,
        #[layer(epsilon = 1e-3)]
        norm: LayerNorm,
        second: Dense<4, Tanh>,
        output: Dense<1>,
    }
    f64: gradient hessian laplacian
}

network! {
    [input(image: [2, 3, 2]), scalar = f32, derive(jacobian)]
    struct NormalisedImage {
        norm: LayerNorm,
        #[layer(kernel = 2)]
        convolution: Conv2d<2, Tanh>,
    }
    f32: jacobian
}

network! {
    [input(x: 4), derive(jacobian, hessian)]
    struct Shares {
        hidden: Dense<6, Tanh>,
        scores: Dense<3>,
        shares: Softmax,
    }
    f64: jacobian hessian
}

network! {
    [input(x: 4), derive(laplacian, parameter_gradient)]
    struct Attention {
        scores: Dense<12>,
        shares: Softmax,
        output: Dense<1, Tanh>,
    }
    f64: laplacian
}

network! {
    [input(x: 3), derive(hessian, parameter_gradient)]
    struct Convex {
        hidden: Dense<6, Softplus>,
        #[layer(weight = softplus)]
        second: Dense<5, Softplus>,
        #[layer(weight = softplus, bias = false)]
        output: Dense<1>,
    }
    f64: hessian
}

network! {
    [input(image: [1, 12, 12]), allow(kinks), derive(gradient, parameter_gradient)]
    struct SmallLeNet {
        #[layer(kernel = 3)]
        first: Conv2d<4, Tanh>,
        #[layer(kernel = 2)]
        pool_first: MaxPool2d,
        #[layer(kernel = 3, padding = 1)]
        second: Conv2d<6, Tanh>,
        #[layer(kernel = 2)]
        pool_second: AvgPool2d,
        flatten: Flatten,
        hidden: Dense<8, Tanh>,
        output: Dense<1>,
    }
    f64: gradient
}
