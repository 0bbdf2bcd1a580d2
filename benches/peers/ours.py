"""The same workloads here: runs the Rust benches, which time num-dual and nalgebra too, and reads their lines of JSON."""

import json
import subprocess
from pathlib import Path

import machine

HERE = "here"
ROOT = Path(__file__).resolve().parents[2]


def bench(workload):
    """The bench that has a workload."""
    return "scaling" if workload == "scaling" else "workloads"


def build(workloads):
    """Builds the benches on all cores, so that nothing is built between timings."""
    for name in sorted({bench(workload) for workload in workloads}):
        command = ["cargo", "bench", "--no-run", "--bench", name]
        subprocess.run(command, cwd=ROOT, check=True, preexec_fn=machine.unpin)


def measure(workload, case, lanes, processes):
    """The bench's records of a workload, on all lanes unless some are named."""
    arguments = [workload, "--json"]
    for name in lanes:
        arguments += ["--lanes", name]
    if processes:
        arguments += ["--processes", str(processes)]
    command = ["cargo", "bench", "--quiet", "--bench", bench(workload), "--", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [record for record in lines if record["workload"] == workload and case in record["case"]]
