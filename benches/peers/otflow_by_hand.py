"""Value, gradient and Laplacian of OT-Flow's potential at one point in JAX, derived by hand as in its paper (Onken, Wu Fung, Li and
Ruthotto, *OT-Flow*, AAAI 2021, section 3): what somebody writes who finds automatic differentiation too slow.
"""

import jax.numpy as jnp


def by_recursion(parameters, x, given):
    """The trace of the second layer from the first one's Jacobian J = diag(tanh) K0, of shape (m, d)."""
    opening, opening_bias, weight, *_ = parameters
    steps = jnp.tanh(opening @ x + opening_bias)
    return finish(parameters, x, jnp.sum((weight @ (steps[:, None] * opening)) ** 2, axis=1))


def by_gram_matrices(parameters, x, given):
    """The same from G = K0 K0ᵀ, of shape (m, m), which no point changes: the square of row k of K J is s_k G s_kᵀ, s_k = K_k * tanh."""
    opening, opening_bias, weight, *_ = parameters
    scaled = weight * jnp.tanh(opening @ x + opening_bias)
    return finish(parameters, x, jnp.sum((scaled @ (opening @ opening.T)) * scaled, axis=1))


def finish(parameters, x, square_rows):
    """Value, gradient and Laplacian, given the square norms of the rows of the second layer's pre-activation Jacobian."""
    opening, opening_bias, weight, bias, w, a, c, b = parameters
    first = opening @ x + opening_bias
    opened = jnp.logaddexp(first, -first)
    second = weight @ opened + bias
    u = opened + jnp.logaddexp(second, -second)
    ax = a @ x
    value = (w @ u + 0.5 * ax @ ax + c @ x + b)[0]
    first, second = jnp.tanh(first), jnp.tanh(second)
    adjoint = w[0] + weight.T @ (second * w[0])
    gradient = opening.T @ (first * adjoint) + a.T @ ax + c[0]
    trace = jnp.sum((1 - first**2) * adjoint * jnp.sum(opening**2, axis=1))
    trace += jnp.sum((1 - second**2) * w[0] * square_rows) + jnp.sum(a**2)
    return value, gradient, trace
