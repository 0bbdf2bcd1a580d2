"""One core for everything that is timed, and the clock over it."""

import os
import platform
import time
from pathlib import Path

AVAILABLE = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None


def pin():
    """Pins this process, and what it starts, to the last core it may use, and JAX to one thread; to be called before JAX is imported."""
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if AVAILABLE:
        os.sched_setaffinity(0, {max(AVAILABLE)})


def unpin():
    """Gives all cores back: for a child that builds."""
    if AVAILABLE:
        os.sched_setaffinity(0, AVAILABLE)


def processor():
    """The processor's name as the system says it."""
    listing = Path("/proc/cpuinfo")
    for line in listing.read_text().splitlines() if listing.exists() else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def median_and_least(times):
    times = sorted(times)
    return times[len(times) // 2], times[0]


def plan(once, passes):
    """Calls in a pass, which lasts about a millisecond at least, and passes: `passes` at least, and of short ones so many that they last twenty
    milliseconds for each, since others disturb the machine for longer than a short pass. `once` are the seconds of a call."""
    repeats = 1 + int(1e-3 / once)
    return repeats, max(passes, int(passes * 20e-3 / (repeats * once)))


def nanoseconds(call, passes):
    """Median and least time of `call` over the passes."""
    start = time.perf_counter()
    call()
    repeats, passes = plan(time.perf_counter() - start, passes)
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append(1e9 * (time.perf_counter() - start) / repeats)
    return median_and_least(times)
