"""The networks, each written once: `network(parameters, x, functions)` over whatever arrays a library has, one point a column.

`parameters` is a flat list of arrays. `functions` supplies tanh, sigmoid, log_cosh2, identity and sum_square of that library.
"""

import numpy as np


def dense(hidden, output="identity"):
    """A chain of dense layers with one activation in the hidden layers and one in the last."""

    def network(parameters, x, functions):
        layers = list(zip(parameters[::2], parameters[1::2]))
        for weight, bias in layers[:-1]:
            x = getattr(functions, hidden)(weight @ x + bias)
        weight, bias = layers[-1]
        return getattr(functions, output)(weight @ x + bias)

    return network


def residual(parameters, x, functions):
    """hessQuik's: LogCosh2 opens, u + 0.5 tanh(K u + b) follows for each block, a linear layer closes."""
    weight, bias, *blocks, last_weight, last_bias = parameters
    u = functions.log_cosh2(weight @ x + bias)
    for weight, bias in zip(blocks[::2], blocks[1::2]):
        u = u + 0.5 * functions.tanh(weight @ u + bias)
    return last_weight @ u + last_bias


def potential(parameters, x, functions):
    """OT-Flow's Phi with two layers and h = 1: w u + |A x|^2 / 2 + c x + b."""
    opening, opening_bias, weight, bias, w, a, c, b = parameters
    u = functions.log_cosh2(opening @ x + opening_bias)
    u = u + functions.log_cosh2(weight @ u + bias)
    return w @ u + 0.5 * functions.sum_square(a @ x) + c @ x + b


def dense_shapes(widths):
    return [shape for n, m in zip(widths, widths[1:]) for shape in ((m, n), (m,))]


def residual_shapes(inputs, width=16, blocks=4):
    return dense_shapes([inputs] + [width] * (blocks + 1) + [1])


def potential_shapes(inputs, width=64, rank=10):
    return dense_shapes([inputs, width, width]) + [(1, width), (rank, inputs), (1, inputs), (1,)]


def draw(shapes, generator):
    """Weights of variance 2 / (fan in + fan out), biases of standard deviation 0.1."""
    return [
        generator.normal(0.0, np.sqrt(2.0 / sum(shape)) if len(shape) == 2 else 0.1, shape)
        for shape in shapes
    ]
