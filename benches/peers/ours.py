"""The same workloads here: runs the Rust benches, which time num-dual and nalgebra too, and reads their lines of JSON."""

import json
import subprocess
from pathlib import Path

import machine

HERE = "here"
ROOT = Path(__file__).resolve().parents[2]


def bench(workload):
    """The bench that has a workload, and its arguments for just that."""
    return ("scaling", []) if workload == "scaling" else ("workloads", [workload])


def build(workloads):
    """Builds the benches on all cores, so that nothing is built between timings."""
    for name in sorted({bench(workload)[0] for workload in workloads}):
        command = ["cargo", "bench", "--no-run", "--bench", name]
        subprocess.run(command, cwd=ROOT, check=True, preexec_fn=machine.unpin)


def measure(workload, case, lanes, processes):
    """The bench's records of a workload, on all lanes unless some are named."""
    name, arguments = bench(workload)
    arguments += ["--json"]
    for lane in lanes:
        arguments += ["--lanes", lane]
    if processes:
        arguments += ["--processes", str(processes)]
    command = ["cargo", "bench", "--quiet", "--bench", name, "--", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [record for record in lines if record["workload"] == workload and case in record["case"]]
