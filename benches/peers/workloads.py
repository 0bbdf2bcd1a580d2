"""What is computed, of which network, at how many points: the cases of each workload."""

from dataclasses import dataclass
from typing import Callable

import numpy as np

import networks

# What is computed, named as the requests of the Rust benches are.
VALUE = "value"
GRADIENT = "gradient"
HESSIAN = "hessian"
LAPLACIAN = "laplacian"
JACOBIAN = "jacobian"
ADJOINT_HESSIAN = "adjoint_hessian"
LOSS = "loss_gradient"
RESIDUAL_JACOBIAN = "residual_jacobian"


@dataclass
class Case:
    workload: str
    case: str
    what: str
    form: str  # "batch" in one call, or "single": one point a call
    batch: int
    scalar: str  # "f32" or "f64"
    network: Callable
    parameters: list  # of arrays, in the scalar's type
    points: np.ndarray  # (batch, inputs)
    given: np.ndarray  # (batch, n): targets, source terms, weights of the outputs

    @property
    def label(self):
        return (
            f"{self.workload} {self.case}, {self.what}, {self.scalar}, {self.form} of {self.batch}"
        )

    def record(self, by, median, least, compiled):
        """Of the form that the Rust benches print, times of all points in nanoseconds; `compiled` is in seconds."""
        return {
            "workload": self.workload,
            "case": self.case,
            "what": self.what,
            "form": self.form,
            "batch": self.batch,
            "scalar": self.scalar,
            "by": by,
            "lanes": "",
            "ns": median / self.batch,
            "least": least / self.batch,
            "compiled": compiled,
        }


def draw_case(workload, case, what, batch, scalar, network, shapes, inputs, given=0):
    """A case with its parameters and points drawn from one seed; without a batch it is a call of one point."""
    generator = np.random.default_rng(7)
    kind = {"f32": np.float32, "f64": np.float64}[scalar]
    form, batch = ("batch", batch) if batch else ("single", 1)
    parameters = [array.astype(kind) for array in networks.draw(shapes, generator)]
    points = generator.uniform(-1.0, 1.0, (batch, inputs)).astype(kind)
    extra = generator.uniform(-1.0, 1.0, (batch, given)).astype(kind)
    return Case(workload, case, what, form, batch, scalar, network, parameters, points, extra)


def dense_case(workload, widths, what, batch, scalar, hidden, output="identity", given=0, case=""):
    """Of a chain of dense layers, named by its widths unless it has a name."""
    network, shapes = networks.dense(hidden, output), networks.dense_shapes(widths)
    case = case or "-".join(map(str, widths))
    return draw_case(workload, case, what, batch, scalar, network, shapes, widths[0], given)


FNN = [2, 20, 20, 20, 1]


def fnn():
    for batch in (8192, None):
        yield dense_case("fnn", FNN, HESSIAN, batch, "f64", "sigmoid", "sigmoid")


def hessquik():
    network = networks.residual
    for inputs in (1, 2, 4, 8, 16, 32, 64):
        shapes = networks.residual_shapes(inputs)
        for batch in (10, 8192, None):
            case = f"d={inputs}"
            yield draw_case("hessquik", case, HESSIAN, batch, "f64", network, shapes, inputs)


def otflow():
    network = networks.potential
    for inputs in (2, 43, 63, 784):
        shapes = networks.potential_shapes(inputs)
        yield draw_case("otflow", f"d={inputs}", LAPLACIAN, 512, "f32", network, shapes, inputs)


def poisson():
    for what in (LOSS, RESIDUAL_JACOBIAN):
        yield dense_case("poisson", FNN, what, 1000, "f32", "tanh", given=1)


def burgers():
    widths = [2] + [20] * 8 + [1]
    for scalar in ("f64", "f32"):
        yield dense_case("burgers", widths, LOSS, 4096, scalar, "tanh", case="2-20x8-1")


def simplechains():
    yield dense_case("simplechains", [4, 32, 16, 4], LOSS, 10_000, "f32", "tanh", given=4)


def regression():
    for widths in (FNN, [2, 64, 64, 1], [64, 128, 128, 10]):
        for scalar in ("f64", "f32"):
            for batch in (1024, 1):
                yield dense_case(
                    "regression", widths, LOSS, batch, scalar, "tanh", given=widths[-1]
                )


def value():
    yield dense_case("value", [8, 32, 32, 1], VALUE, None, "f32", "tanh")


def mpc():
    for what in (JACOBIAN, ADJOINT_HESSIAN):
        for batch in (20, None):
            yield dense_case("mpc", [10, 64, 64, 8], what, batch, "f64", "tanh", given=8)


def scaling():
    """Some of the sizes that the Rust bench has, around `fnn`, one axis at a time: name, widths, batch."""
    sizes = [(f"width={n}", [2, n, n, n, 1], 256) for n in (8, 64, 512)]
    sizes += [(f"depth={n}", [2] + [20] * n + [1], 1024) for n in (1, 8, 64)]
    sizes += [(f"inputs={n}", [n, 20, 20, 20, 1], 64) for n in (1, 64, 784)]
    sizes += [(f"batch={n}", FNN, n) for n in (1, 1000, 100_000)]
    for case, widths, batch in sizes:
        for what in (GRADIENT, LAPLACIAN, HESSIAN):
            yield dense_case("scaling", widths, what, batch, "f64", "sigmoid", "sigmoid", case=case)


WORKLOADS = {
    make.__name__: make
    for make in (
        fnn,
        hessquik,
        otflow,
        poisson,
        burgers,
        simplechains,
        regression,
        value,
        mpc,
        scaling,
    )
}
