"""What is computed, of which network, at how many points: the cases of each workload."""

from dataclasses import dataclass
from typing import Callable

import numpy as np

import networks

VALUE = "value"
GRADIENT = "value + gradient"
HESSIAN = "value + gradient + Hessian"
LAPLACIAN = "gradient + Laplacian"
JACOBIAN = "value + Jacobian"
WEIGHTED_HESSIAN = "value + Jacobian + weighted Hessian"
LOSS = "loss + parameter gradient"
RESIDUAL_JACOBIAN = "residual Jacobian"


@dataclass
class Case:
    workload: str
    case: str
    what: str
    form: str  # "batch", or "single": a call a point
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
    """A case with its parameters and points drawn from one seed; a batch of one point is a single call."""
    generator = np.random.default_rng(7)
    kind = {"f32": np.float32, "f64": np.float64}[scalar]
    parameters = [array.astype(kind) for array in networks.draw(shapes, generator)]
    points = generator.uniform(-1.0, 1.0, (batch, inputs)).astype(kind)
    extra = generator.uniform(-1.0, 1.0, (batch, given)).astype(kind)
    form = "single" if batch == 1 else "batch"
    return Case(workload, case, what, form, batch, scalar, network, parameters, points, extra)


def dense_case(workload, widths, what, batch, scalar, hidden, output="identity", given=0, case=""):
    network, shapes = networks.dense(hidden, output), networks.dense_shapes(widths)
    return draw_case(workload, case, what, batch, scalar, network, shapes, widths[0], given)


FNN = [2, 20, 20, 20, 1]


def fnn():
    for batch in (8192, 1):
        yield dense_case("fnn", FNN, HESSIAN, batch, "f64", "sigmoid", "sigmoid")


def hessquik():
    for inputs in (2, 8, 32, 64):
        for batch in (10, 8192, 1):
            shapes = networks.residual_shapes(inputs)
            case = f"d = {inputs}"
            yield draw_case(
                "hessquik", case, HESSIAN, batch, "f64", networks.residual, shapes, inputs
            )


def otflow():
    for inputs in (2, 43, 63, 784):
        shapes = networks.potential_shapes(inputs)
        case = f"d = {inputs}"
        yield draw_case("otflow", case, LAPLACIAN, 512, "f32", networks.potential, shapes, inputs)


def poisson():
    for what in (LOSS, RESIDUAL_JACOBIAN):
        yield dense_case("poisson", FNN, what, 1000, "f32", "tanh", given=1)


def burgers():
    for scalar in ("f64", "f32"):
        yield dense_case("burgers", [2] + [20] * 8 + [1], LOSS, 4096, scalar, "tanh")


def simplechains():
    yield dense_case("simplechains", [4, 32, 16, 4], LOSS, 10_000, "f32", "tanh", given=4)


def regression():
    for widths in (FNN, [2, 64, 64, 1], [64, 128, 128, 10]):
        for scalar in ("f64", "f32"):
            for batch in (1024, 1):
                case = "-".join(map(str, widths))
                yield dense_case(
                    "regression", widths, LOSS, batch, scalar, "tanh", given=widths[-1], case=case
                )


def value():
    yield dense_case("value", [8, 32, 32, 1], VALUE, 1, "f32", "tanh")


def mpc():
    for what in (JACOBIAN, WEIGHTED_HESSIAN):
        for batch in (20, 1):
            yield dense_case("mpc", [10, 64, 64, 8], what, batch, "f64", "tanh", given=8)


WORKLOADS = {
    make.__name__: make
    for make in (fnn, hessquik, otflow, poisson, burgers, simplechains, regression, value, mpc)
}
