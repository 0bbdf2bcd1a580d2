"""Does a peer compute what it should? Its results beside numpy's, in f64.

Derivatives in x by arithmetic on (value, first, second derivatives), forward through the network; derivatives in the parameters by central
differences along one random direction. Neither uses automatic differentiation of a peer.
"""

import numpy as np

import workloads

POINTS = 2
STEP = 1e-4
TOLERANCE = {"f64": 1e-12, "f32": 1e-5}
DIFFERENCES_TOLERANCE = {"f64": 1e-6, "f32": 1e-4}


class Jet:
    """Value (points, n), first derivatives (points, d, n), second ones (points, d, d, n) or, of the diagonal only, (points, d, n)."""

    __array_ufunc__ = None  # so that `array @ jet` asks the jet

    def __init__(self, value, first, second):
        self.parts = value, first, second

    @classmethod
    def inputs(cls, points, whole):
        count, n = points.shape
        first = np.broadcast_to(np.eye(n), (count, n, n))
        return cls(points, first, np.zeros((count, n, n, n) if whole else (count, n, n)))

    def __rmatmul__(self, weight):
        return Jet(*(part @ weight.T for part in self.parts))

    def __rmul__(self, factor):
        return Jet(*(factor * part for part in self.parts))

    def __add__(self, other):
        value, first, second = self.parts
        if isinstance(other, Jet):
            return Jet(*(a + b for a, b in zip(self.parts, other.parts)))
        return Jet(value + other, first, second)

    def map(self, function, derivative, second_derivative):
        """Of an elementwise function."""
        value, first, second = self.parts
        whole = second.ndim == 4
        outer = first[:, :, None] * first[:, None] if whole else first * first
        once = np.expand_dims(derivative, tuple(range(1, second.ndim - 1)))
        twice = np.expand_dims(second_derivative, tuple(range(1, second.ndim - 1)))
        return Jet(function, derivative[:, None] * first, once * second + twice * outer)


class Functions:
    """What the networks need, on jets."""

    @staticmethod
    def tanh(jet):
        t = np.tanh(jet.parts[0])
        return jet.map(t, 1 - t**2, -2 * t * (1 - t**2))

    @staticmethod
    def sigmoid(jet):
        p = 1 / (1 + np.exp(-jet.parts[0]))
        return jet.map(p, p * (1 - p), p * (1 - p) * (1 - 2 * p))

    @staticmethod
    def log_cosh2(jet):
        z = jet.parts[0]
        return jet.map(np.logaddexp(z, -z), np.tanh(z), 1 - np.tanh(z) ** 2)

    @staticmethod
    def identity(jet):
        return jet

    @staticmethod
    def sum_square(jet):
        z = jet.parts[0]
        squares = jet.map(z * z, 2 * z, np.full_like(z, 2.0))
        return np.ones((1, z.shape[1])) @ squares


def derivatives(case, parameters, count, whole):
    """Value (points, o), first (points, o, d) and second derivatives (points, o, d, d) or (points, o, d) at the first points."""
    points = case.points[:count].astype(np.float64)
    value, first, second = case.network(parameters, Jet.inputs(points, whole), Functions).parts
    return value, np.moveaxis(first, -1, 1), np.moveaxis(second, -1, 1)


def residuals(case, parameters, count):
    """What a loss squares: (points, n)."""
    value, first, second = derivatives(case, parameters, count, whole=False)
    given = case.given[:count].astype(np.float64)
    if case.workload == "poisson":
        return second[:, 0].sum(axis=1, keepdims=True) + given
    if case.workload == "burgers":
        (u_t, u_x), u_xx = first[:, 0].T, second[:, 0, 1]
        return (u_t + value[:, 0] * u_x - 0.01 / np.pi * u_xx)[:, None]
    return value - given


def expected(case):
    """The results that a peer should have had, at the first points; of parameter gradients, along `direction`."""
    parameters = [array.astype(np.float64) for array in case.parameters]
    what = case.what
    if what in (workloads.LOSS, workloads.RESIDUAL_JACOBIAN):
        moved = [
            [p + sign * STEP * v for p, v in zip(parameters, direction(case))] for sign in (1, -1)
        ]
        if what == workloads.LOSS:
            mean = lambda p: np.mean(residuals(case, p, case.batch) ** 2)
            return [mean(parameters), (mean(moved[0]) - mean(moved[1])) / (2 * STEP)]
        forward, backward = (residuals(case, p, POINTS)[:, 0] for p in moved)
        return [(forward - backward) / (2 * STEP)]
    whole = what in (workloads.HESSIAN, workloads.ADJOINT_HESSIAN)
    value, first, second = derivatives(case, parameters, POINTS, whole)
    if what == workloads.VALUE:
        return [value[:, 0]]
    if what == workloads.GRADIENT:
        return [value[:, 0], first[:, 0]]
    if what == workloads.HESSIAN:
        return [value[:, 0], first[:, 0], second[:, 0]]
    if what == workloads.LAPLACIAN:
        return [value[:, 0], first[:, 0], second[:, 0].sum(axis=1)]
    if what == workloads.JACOBIAN:
        return [value, first]
    weights = case.given[:POINTS].astype(np.float64)
    return [value, first, np.einsum("po,podq->pdq", weights, second)]


def direction(case):
    """Of length one, in the space of all parameters."""
    generator = np.random.default_rng(13)
    arrays = [generator.normal(size=array.shape) for array in case.parameters]
    length = np.sqrt(sum(np.sum(array**2) for array in arrays))
    return [array / length for array in arrays]


def along(case, gradients):
    """Gradients in the parameters, arrays with any leading axes, along the direction."""
    return sum(
        np.sum(np.asarray(g, np.float64) * v, axis=tuple(range(-v.ndim, 0)))
        for g, v in zip(gradients, direction(case))
    )


def check(case, by, results):
    """Asserts that a peer's results are those expected; without an axis of points where the case is a single call."""
    tolerances = [TOLERANCE[case.scalar]] * len(results)
    if case.what == workloads.LOSS:
        found = [results[0], along(case, results[1])]
        tolerances[1] = DIFFERENCES_TOLERANCE[case.scalar]
    elif case.what == workloads.RESIDUAL_JACOBIAN:
        found = [along(case, results)[:POINTS]]
        tolerances = [DIFFERENCES_TOLERANCE[case.scalar]]
    else:
        single = case.form == "single"
        found = [
            np.asarray(part)[None] if single else np.asarray(part)[:POINTS] for part in results
        ]
    for part, right, tolerance in zip(found, expected(case), tolerances, strict=True):
        part = np.asarray(part, np.float64).reshape(np.shape(right))
        error = np.max(np.abs(part - right)) / np.max(np.abs(right))
        assert error < tolerance, f"{case.label}: {by} is wrong by {error:.1e}"
