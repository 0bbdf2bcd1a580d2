"""folx: the forward Laplacian, on JAX."""

import folx

import jax_peers
import workloads

PACKAGES = ["folx"]


def value_gradient_laplacian(case):
    f = jax_peers.scalar_function(case)

    def point(parameters, x, given):
        result = folx.forward_laplacian(lambda x: f(parameters, x))(x)
        return result.x, result.jacobian.dense_array, result.laplacian

    return point


def laplacian(f, x):
    return folx.forward_laplacian(f)(x).laplacian


def functions(case):
    if case.what == workloads.LAPLACIAN:
        return {"folx": jax_peers.over_points(case, value_gradient_laplacian(case))}
    if case.workload == "poisson":
        residual = jax_peers.poisson(case, laplacian)
        return {"folx": jax_peers.with_parameter_gradient(case, residual)}
    return {}


def measure(case, passes):
    return jax_peers.measure_functions(case, functions(case), passes)
