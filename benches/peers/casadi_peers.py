"""CasADi: symbolic derivatives by its SX (scalars) or MX (matrices), generated as C with the weights as constants, compiled with a loop
in C that calls it point after point and reads the clock. Only f64, one point a call."""

import ctypes
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import casadi
import numpy as np

import machine
import reference
import workloads

PACKAGES = ["casadi"]
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fPIC", "-shared"]
LOOP = Path(__file__).with_name("casadi_loop.c")
KINDS = {"fnn": [casadi.SX, casadi.MX], "hessquik": [casadi.MX], "mpc": [casadi.MX]}
LARGEST_INPUTS = 32  # beyond, generating and compiling takes minutes
COMPILER = shutil.which("gcc") or shutil.which("cc")
if not COMPILER:
    raise ImportError("no C compiler")


class Functions:
    """What the networks need, in CasADi."""

    tanh = staticmethod(casadi.tanh)

    @staticmethod
    def sigmoid(z):
        return 1 / (1 + casadi.exp(-z))

    @staticmethod
    def log_cosh2(z):
        return casadi.fabs(z) + casadi.log1p(casadi.exp(-2 * casadi.fabs(z)))

    @staticmethod
    def identity(z):
        return z


def symbolic(case, kind):
    """The case as a CasADi function of x and of the weights of its outputs."""
    x = kind.sym("x", case.points.shape[1])
    weights = kind.sym("weights", case.given.shape[1])
    y = case.network([casadi.DM(array) for array in case.parameters], x, Functions)
    if case.what == workloads.HESSIAN:
        hessian, gradient = casadi.hessian(y, x)
        results = [y, gradient, hessian]
    else:
        results = [y, casadi.jacobian(y, x)]
        if case.what == workloads.ADJOINT_HESSIAN:
            results.append(casadi.hessian(casadi.dot(weights, y), x)[0])
    return casadi.Function("network", [x, weights], [casadi.densify(part) for part in results])


class Compiled:
    """A function as C code, compiled and loaded, with buffers for its results and its work."""

    def __init__(self, function, folder):
        generator = casadi.CodeGenerator("network.c")
        generator.add(function)
        source, library = generator.generate(f"{folder}/"), f"{folder}/network.so"
        names = [f"-DFUNCTION={function.name()}", f"-DINPUTS={function.numel_in(0)}"]
        command = [COMPILER, *FLAGS, *names, source, str(LOOP), "-o", library, "-lm"]
        subprocess.run(command, check=True)
        self.loop = ctypes.CDLL(library).nanoseconds_a_call
        self.loop.restype = ctypes.c_double
        shapes = [function.size_out(i) for i in range(function.n_out())]
        self.results = [np.zeros(shape, order="F") for shape in shapes]
        self.res = pointers(self.results, function.sz_res())
        self.iw = (ctypes.c_longlong * (function.sz_iw() + 1))()
        self.w = (ctypes.c_double * (function.sz_w() + 1))()
        self.arg_count = function.sz_arg()

    def nanoseconds(self, points, given, repeats):
        """A call, mean over the points; the last point's results stay in `results`."""
        arg = pointers([points, given], self.arg_count)
        count, repeats = ctypes.c_longlong(len(points)), ctypes.c_longlong(repeats)
        return self.loop(points.ctypes, count, repeats, arg, self.res, self.iw, self.w)


def pointers(arrays, count):
    """`count` pointers, the first of them to the arrays' data."""
    found = (ctypes.c_void_p * count)()
    for i, array in enumerate(arrays):
        found[i] = array.ctypes.data
    return found


def measure(case, passes):
    """A record for each kind of expression; the C compiler's time counts as compile time."""
    if case.form != "single" or case.points.shape[1] > LARGEST_INPUTS:
        return
    for kind in KINDS.get(case.workload, []):
        by = f"CasADi {kind.__name__}"
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            compiled = Compiled(symbolic(case, kind), folder)
            seconds = time.perf_counter() - start
            # The first call warms the caches.
            once = min(compiled.nanoseconds(case.points, case.given[0], 1) for _ in range(2))
            results = [part.squeeze() for part in compiled.results]
            reference.check(case, by, results)
            repeats, count = machine.plan(1e-9 * once, passes)
            times = [
                compiled.nanoseconds(case.points, case.given[0], repeats) for _ in range(count)
            ]
            yield case.record(by, *machine.median_and_least(times), seconds)
