//! The networks that the other files ask about: depth 1 to 6, widths 1 to 33, every activation, both precisions, and graphs of neurons.

use crate::face::network;

network! {
    [input(x: 3), derive(jacobian, jvp, vjp)]
    struct OneLayer { only: Dense<4, Sin> }
    f64: value jacobian jvp vjp
}

network! {
    [input(t), derive(hessian, gradient)]
    struct OneInput { hidden: [Dense<7, Tanh>; 2], output: Dense<1> }
    f64: hessian gradient
}

network! {
    [input(x: 2), derive(hessian, laplacian, hvp)]
    struct Wide { hidden: Dense<33, Sigmoid>, output: Dense<1, Softplus> }
    f64: hessian laplacian hvp
}

network! {
    [input(x: 4), derive(hessian(order = recursion), adjoint_hessian)]
    struct Deep { hidden: [Dense<5, Silu>; 5], output: Dense<1> }
    f64: hessian adjoint_hessian
}

network! {
    [input(x: 9), output(u, v, w, p), derive(jacobian, hessian)]
    struct FourOutputs { hidden: Dense<6, GeluTanh>, output: Dense<4> }
    f64: jacobian hessian
}

network! {
    [input(x: 3), allow(kinks), derive(adjoint_hessian, laplacian)]
    struct Kinked { first: Dense<8, Relu>, second: Dense<5, LeakyRelu>, output: Dense<2, Elu> }
    f64: adjoint_hessian laplacian
}

network! {
    [input(x: 5), activation(Swish = |z| z * sigmoid(1.5 * z)), derive(jvp, vjp, laplacian)]
    struct Custom { hidden: Dense<12, Swish>, output: Dense<3, LogCosh2> }
    f64: jvp vjp laplacian
}

network! {
    [input(t, x: 2), derive(hvp, gradient)]
    struct WithoutBias { #[layer(bias = false)] hidden: Dense<10, Gelu>, output: Dense<1, Identity> }
    f64: hvp gradient
}

network! {
    [input(x: 6), scalar = f32, derive(hessian, gradient)]
    struct Single { hidden: Dense<17, Tanh>, output: Dense<1> }
    f32: value hessian gradient
}

network! {
    [input(x: 3), scalar = f32, derive(jacobian, adjoint_hessian)]
    struct SingleOutputs { hidden: [Dense<9, Softplus>; 2], output: Dense<3, Sigmoid> }
    f32: jacobian adjoint_hessian
}

network! {
    [input(x: 2), scalar = f32, activation(Wave = |z| sin(2 * z) / (1 + z * z)), derive(hvp, laplacian)]
    struct SingleCustom { first: Dense<16, Wave>, hidden: [Dense<4, Sin>; 2], output: Dense<1> }
    f32: hvp laplacian
}

network! {
    [input(x: 8), scalar = f32, storage = boxed, derive(vjp, gradient)]
    struct SingleBoxed { first: Dense<32, Elu>, second: Dense<20, Silu>, output: Dense<1, LogCosh2> }
    f32: vjp gradient
}

network! {
    [input(x: 29), derive(hessian)]
    struct ManyInputs { hidden: [Dense<6, Tanh>; 2], output: Dense<1> }
    f64: hessian
}

network! {
    [input(x: 30), output(u, v), derive(hessian)]
    struct ManyInputsTwoOutputs { hidden: Dense<5, Softplus>, output: Dense<2> }
    f64: hessian
}

network! {
    [input(x: 37), scalar = f32, derive(hessian)]
    struct SingleManyInputs { hidden: Dense<7, Sigmoid>, output: Dense<1> }
    f32: hessian
}

network! {
    [input(x: 3), derive(hessian, laplacian, jacobian, vjp)]
    struct Propagated {
        first: Dense<3, Tanh>,
        #[graph(
            neurons = 11, outputs = 2, steps = 4, hidden = Sigmoid, output = Tanh,
            edges(0..3 => 5..9, [5, 7] => 9..11, 8 => 3, 9..11 => 3..5, 6 => 8, 1 => 1, 4 => 10)
        )]
        net: Graph,
        output: Dense<2>,
    }
    f64: value hessian laplacian jacobian vjp
}

network! {
    [input(x: 2), scalar = f32, derive(hessian)]
    struct SinglePropagated {
        #[graph(neurons = 8, outputs = 1, steps = 3, weights = edges, hidden = Tanh, edges(0..2 => 3..6, 3..5 => 6..8, 5..8 => 2, 0 => 0))]
        net: Graph,
    }
    f32: value hessian
}
