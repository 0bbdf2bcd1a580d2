"""folx: the forward Laplacian, on JAX."""

import folx

import jax_peers
import workloads

PACKAGES = ["folx"]


def gradient_laplacian(case):
    f = jax_peers.scalar_function(case)

    def point(parameters, x, given):
        result = folx.forward_laplacian(lambda x: f(parameters, x))(x)
        return result.jacobian.dense_array, result.laplacian

    return point


def poisson(case):
    laplacian = gradient_laplacian(case)
    return lambda parameters, x, source: laplacian(parameters, x, source)[1] + source[0]


def functions(case):
    if case.what == workloads.LAPLACIAN:
        return {"folx": jax_peers.over_points(case, gradient_laplacian(case))}
    if case.workload == "poisson":
        return {"folx": jax_peers.with_parameter_gradient(case, poisson(case))}
    return {}


def measure(case, passes):
    return jax_peers.measure_functions(case, functions(case), passes)
