"""Times every workload in JAX, folx and CasADi and then here, on one core in one run, and writes docs/benchmarks.md's tables and
docs/benchmarks/compare.svg and scaling.svg.

    pip install "jax[cpu]==0.10.2" folx casadi numpy matplotlib
    python benches/peers/compare.py                                   # all of it, into docs
    python benches/peers/compare.py fnn mpc --peers-only --quick      # while developing: only prints
"""

import argparse
import importlib
from importlib.metadata import version
from pathlib import Path

import machine
import ours
import report
from workloads import WORKLOADS

DOCS = ours.ROOT / "docs"
PEERS = {  # module -> (name, workloads that it has)
    "jax_peers": ("JAX", list(WORKLOADS)),
    "folx_peers": ("folx", ["otflow", "poisson"]),
    "casadi_peers": ("CasADi", ["fnn", "hessquik", "mpc"]),
}
PASSES, QUICK_PASSES = 15, 3


def main():
    options = read_arguments()
    names = options.workloads or list(WORKLOADS)
    docs = options.docs or (None if options.peers_only or options.quick or options.case else DOCS)
    if docs:
        refuse_without_markers(docs / "benchmarks.md", names)
    if not options.peers_only:
        ours.build(names)
    machine.pin()
    peers, absent = load_peers(names)
    environment = describe(peers.values())
    print(environment, flush=True)
    records = []
    for name in names:
        found = [record for record in absent if record["workload"] == name]
        found += measure(name, peers, options)
        print(f"\n{name}\n\n{report.section(found)}", flush=True)
        records += found
    if docs:
        write(docs, names, records, environment)


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("workloads", nargs="*", metavar="workload", help=", ".join(WORKLOADS))
    parser.add_argument(
        "--case", default="", help="only cases with this in their name; prints only"
    )
    parser.add_argument("--lanes", nargs="+", default=[], help="ours on these only: avx2 avx512")
    parser.add_argument("--processes", type=int, help="ours in so many processes, merged")
    parser.add_argument("--peers-only", action="store_true", help="no cargo; prints only")
    parser.add_argument("--quick", action="store_true", help="few passes; prints only")
    parser.add_argument("--docs", type=Path, help="where to write instead of docs")
    options = parser.parse_args()
    unknown = set(options.workloads) - set(WORKLOADS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    return options


def refuse_without_markers(page, names):
    """Before hours of timing, not after."""
    text = page.read_text() if page.exists() else ""
    missing = report.missing_markers(text, names)
    if missing:
        lines = "\n".join(
            f"<!-- begin compare: {name} -->\n<!-- end compare: {name} -->" for name in missing
        )
        raise SystemExit(f"{page} needs each of these pairs of lines once:\n{lines}")


def load_peers(names):
    """The peers that are installed, by module, and records that say which are not."""
    peers, absent = {}, []
    for module, (name, workloads) in PEERS.items():
        try:
            peers[module] = importlib.import_module(module)
        except ImportError as error:
            reason = "not installed" if isinstance(error, ModuleNotFoundError) else str(error)
            print(f"{name} is left out: {error}")
            absent += [
                {"workload": workload, "by": name, "absent": reason}
                for workload in workloads
                if workload in names
            ]
    return peers, absent


def measure(name, peers, options):
    """A workload's records: of each peer, then of ours, in turn on the same core."""
    passes = QUICK_PASSES if options.quick else PASSES
    cases = [case for case in WORKLOADS[name]() if options.case in case.case]
    found = []
    for module, peer in peers.items():
        if name in PEERS[module][1]:
            for case in cases:
                found += peer.measure(case, passes)
    if not options.peers_only:
        found += ours.measure(name, options.case, options.lanes, options.processes)
    return found


def describe(peers):
    """The machine and the versions, for whoever reads the tables."""
    packages = [package for peer in peers for package in peer.PACKAGES]
    versions = "".join(f"; {package} {version(package)}" for package in packages)
    return f"One core of {machine.processor()}{versions}."


def write(docs, names, records, environment):
    """The tables into the page, the pictures beside it."""
    plot, scaling_plot = (importlib.import_module(name) for name in ("plot", "scaling_plot"))
    page = docs / "benchmarks.md"
    text = page.read_text()
    for name in names:
        section = report.section([record for record in records if record["workload"] == name])
        text = report.insert(text, name, f"{environment}\n\n{section}")
    page.write_text(text)
    folder = docs / "benchmarks"
    folder.mkdir(exist_ok=True)
    scaling = [record for record in records if record["workload"] == "scaling"]
    others = [record for record in records if record["workload"] != "scaling"]
    pictured = set(WORKLOADS) - {"scaling"}
    if pictured <= set(names):
        plot.draw(others, folder / "compare.svg")
    elif others:
        print("compare.svg is left as it is: it shows all workloads, of one run")
    if scaling:
        scaling_plot.draw(scaling, folder / "scaling.svg")


if __name__ == "__main__":
    main()
