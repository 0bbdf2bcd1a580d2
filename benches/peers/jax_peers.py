"""JAX: jit, and vmap over the points of a batch; parameters are arguments, as they are at run time here."""

import time

import jax
import jax.numpy as jnp

import machine
import reference
import workloads
from otflow_by_hand import by_gram_matrices, by_recursion

PACKAGES = ["jax"]
LARGEST_RESULT = 2**30

# A thread of its own for each call only costs time on one core.
jax.config.update("jax_cpu_enable_async_dispatch", False)


@jax.custom_jvp
def log_cosh2(z):
    return jnp.abs(z) + jnp.log1p(jnp.exp(-2 * jnp.abs(z)))


# Faster, with folx much faster, than the derivatives of the formula.
log_cosh2.defjvps(lambda tangent, answer, z: tangent * jnp.tanh(z))


class Functions:
    """What the networks need, in JAX."""

    tanh = staticmethod(jnp.tanh)
    sigmoid = staticmethod(jax.nn.sigmoid)

    log_cosh2 = staticmethod(log_cosh2)

    @staticmethod
    def identity(z):
        return z

    @staticmethod
    def sum_square(z):
        return jnp.sum(z * z, keepdims=True)


def scalar_function(case):
    return lambda parameters, x: case.network(parameters, x, Functions)[0]


def value_and_gradient(case):
    f = scalar_function(case)
    return lambda parameters, x, given: jax.value_and_grad(f, argnums=1)(parameters, x)


def value_gradient_hessian(case):
    f = scalar_function(case)

    def point(parameters, x, given):
        def gradient(x):
            value, gradient = jax.value_and_grad(f, argnums=1)(parameters, x)
            return gradient, (value, gradient)

        hessian, (value, gradient) = jax.jacfwd(gradient, has_aux=True)(x)
        return value, gradient, hessian

    return point


def laplacian_by_trace(f, x):
    return jnp.trace(jax.hessian(f)(x))


def laplacian_by_directions(f, x):
    """The sum of second derivatives along the axes, each forward over forward: no Hessian is formed."""

    def second_derivative(axis):
        derivative = lambda x: jax.jvp(f, (x,), (axis,))[1]
        return jax.jvp(derivative, (x,), (axis,))[1]

    return jnp.sum(jax.vmap(second_derivative)(jnp.eye(x.size, dtype=x.dtype)))


LAPLACIANS = {
    "JAX, trace of Hessian": laplacian_by_trace,
    "JAX, jvp of jvp": laplacian_by_directions,
}


def value_gradient_laplacian(case, laplacian):
    f = scalar_function(case)

    def point(parameters, x, given):
        value, gradient = jax.value_and_grad(f, argnums=1)(parameters, x)
        return value, gradient, laplacian(lambda x: f(parameters, x), x)

    return point


def value_jacobian(case, transform=jax.jacrev):
    def point(parameters, x, given):
        def value(x):
            value = case.network(parameters, x, Functions)
            return value, value

        jacobian, value = transform(value, has_aux=True)(x)
        return value, jacobian

    return point


def value_jacobian_adjoint_hessian(case):
    jacobian = value_jacobian(case, jax.jacfwd)

    def point(parameters, x, weights):
        weighted = lambda x: weights @ case.network(parameters, x, Functions)
        return *jacobian(parameters, x, weights), jax.hessian(weighted)(x)

    return point


def poisson(case, laplacian):
    f = scalar_function(case)
    return lambda parameters, x, source: laplacian(lambda x: f(parameters, x), x) + source[0]


def burgers(case):
    f = scalar_function(case)

    def point(parameters, x, given):
        derive = lambda x: jax.value_and_grad(f, argnums=1)(parameters, x)
        (u, (u_t, u_x)), (_, (_, u_xx)) = jax.jvp(derive, (x,), (jnp.array([0, 1], x.dtype),))
        return u_t + u * u_x - 0.01 / jnp.pi * u_xx

    return point


def fit(case):
    return lambda parameters, x, target: case.network(parameters, x, Functions) - target


def over_points(case, point):
    """At all points of a batch, or at the one of a single call."""
    if case.form == "single":
        return jax.jit(point), (case.parameters, case.points[0], case.given[0])
    batch = jax.jit(jax.vmap(point, in_axes=(None, 0, 0)))
    return batch, (case.parameters, case.points, case.given)


def with_parameter_gradient(case, residual):
    """A loss or a Jacobian of a residual, in the parameters."""
    if case.what == workloads.RESIDUAL_JACOBIAN:
        return over_points(case, jax.grad(residual))
    batch = jax.vmap(residual, in_axes=(None, 0, 0))
    loss = jax.value_and_grad(lambda *arguments: jnp.mean(batch(*arguments) ** 2))
    return jax.jit(loss), (case.parameters, case.points, case.given)


POINTWISE = {
    workloads.VALUE: lambda case: lambda p, x, given: (scalar_function(case)(p, x),),
    workloads.GRADIENT: value_and_gradient,
    workloads.HESSIAN: value_gradient_hessian,
    workloads.JACOBIAN: value_jacobian,
    workloads.ADJOINT_HESSIAN: value_jacobian_adjoint_hessian,
}


def functions(case):
    """Ways of JAX to compute the case: name -> (compiled function, its arguments)."""
    if case.workload == "poisson":
        return {
            by: with_parameter_gradient(case, poisson(case, laplacian))
            for by, laplacian in LAPLACIANS.items()
        }
    if case.what == workloads.LOSS:
        residual = burgers if case.workload == "burgers" else fit
        return {"JAX": with_parameter_gradient(case, residual(case))}
    if case.what == workloads.LAPLACIAN:
        return laplacians(case)
    return {"JAX": over_points(case, POINTWISE[case.what](case))}


def laplacians(case):
    points = {by: value_gradient_laplacian(case, laplacian) for by, laplacian in LAPLACIANS.items()}
    if case.batch * case.points.shape[1] ** 2 * case.points.itemsize > LARGEST_RESULT:
        del points["JAX, trace of Hessian"]
    if case.workload == "otflow":
        points["JAX, recursion by hand"] = by_recursion
        points["JAX, Gram matrices by hand"] = by_gram_matrices
    return {by: over_points(case, point) for by, point in points.items()}


def measure_functions(case, functions, passes):
    """A record for each function: its first call compiles it and is checked, the others are timed."""
    with jax.enable_x64(case.scalar == "f64"):
        for by, (function, arguments) in functions.items():
            arguments = jax.tree.map(jnp.asarray, arguments)
            start = time.perf_counter()
            results = jax.block_until_ready(function(*arguments))
            compiled = time.perf_counter() - start
            reference.check(case, by, results)
            del results
            call = lambda: jax.block_until_ready(function(*arguments))
            yield case.record(by, *machine.nanoseconds(call, passes), compiled)


def measure(case, passes):
    return measure_functions(case, functions(case), passes)
