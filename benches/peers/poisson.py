"""Poisson residual u_xx + u_yy + f of 2-20-20-20-1, tanh, f32, 1,000 points, on one core: the loss (mean square) with its parameter
gradient, and the residual's Jacobian in the parameters for each point, in JAX (trace of the Hessian) and in folx (forward Laplacian).
Then runs `cargo bench --bench poisson`, which computes the same here.

    pip install "jax[cpu]" folx numpy
    python benches/peers/poisson.py
"""

import os
import subprocess
import time

os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import folx
import jax
import jax.numpy as jnp
import numpy as np

WIDTHS = [2, 20, 20, 20, 1]
POINTS = 1000
PASSES = 31


def parameters(seed=7):
    generator = np.random.default_rng(seed)
    layers = []
    for inputs, outputs in zip(WIDTHS[:-1], WIDTHS[1:]):
        spread = np.sqrt(2.0 / (inputs + outputs))
        weight = generator.normal(0.0, spread, (outputs, inputs)).astype(np.float32)
        bias = (0.1 * generator.normal(size=outputs)).astype(np.float32)
        layers.append((jnp.array(weight), jnp.array(bias)))
    return layers


def value(layers, x):
    for weight, bias in layers[:-1]:
        x = jnp.tanh(weight @ x + bias)
    weight, bias = layers[-1]
    return (weight @ x + bias)[0]


def by_hessian(layers, x, f):
    return jnp.trace(jax.hessian(value, argnums=1)(layers, x)) + f


def by_folx(layers, x, f):
    return folx.forward_laplacian(lambda x: value(layers, x))(x).laplacian + f


def milliseconds(function, *arguments):
    jax.block_until_ready(function(*arguments))
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    return times[len(times) // 2], times[0]


def main():
    generator = np.random.default_rng(11)
    x = jnp.array(generator.uniform(-1.0, 1.0, (POINTS, 2)).astype(np.float32))
    f = jnp.array(generator.normal(size=POINTS).astype(np.float32))
    layers = parameters()
    print("Poisson residual, 2-20-20-20-1 tanh, f32, 1,000 points; ms, median (least)\n")
    for name, residual in [("JAX, trace of the Hessian", by_hessian), ("folx", by_folx)]:
        batch = jax.vmap(residual, in_axes=(None, 0, 0))
        loss = jax.jit(jax.value_and_grad(lambda p, x, f: jnp.mean(batch(p, x, f) ** 2)))
        rows = jax.jit(jax.vmap(jax.grad(residual), in_axes=(None, 0, 0)))
        for what, function in [("loss + parameter gradient", loss), ("residual Jacobian", rows)]:
            median, least = milliseconds(function, layers, x, f)
            print(f"{name + ', ' + what:<56} {median:8.3f} ({least:.3f})", flush=True)
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run(["cargo", "bench", "--quiet", "--bench", "poisson"], cwd=here, check=True)


if __name__ == "__main__":
    main()
