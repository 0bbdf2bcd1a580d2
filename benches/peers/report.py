"""Records go in, Markdown comes out: a table for each workload, put between its markers in a page.

A row of a table is what is computed, a column who computes it.
"""

import re

from ours import HERE

WORDS = {  # of what is computed
    "gradient": "value + gradient",
    "hessian": "value + gradient + Hessian",
    "laplacian": "value + gradient + Laplacian",
    "jacobian": "value + Jacobian",
    "adjoint_hessian": "value + Jacobian + weighted Hessian",
    "loss_gradient": "loss + parameter gradient",
    "residual_jacobian": "residual's Jacobian in the parameters",
    "gauss_newton": "Gauss-Newton's products",
}


def row_key(record):
    """What is computed: case, what, scalar, how it is called; parts that there is nothing to say of are empty."""
    calls = "one point a call" if record["form"] == "single" else f"batch of {record['batch']:,}"
    what = WORDS.get(record["what"], record["what"])
    return record["case"], what, record["scalar"], calls


def shared_and_labels(keys):
    """What all rows of a table have in common, and a label of what is left for each."""
    columns = list(zip(*keys))
    common = [len(keys) > 1 and len(set(column)) == 1 for column in columns]
    shared = ", ".join(column[0] for column, same in zip(columns, common) if same and column[0])
    labels = [
        ", ".join(part for part, same in zip(key, common) if part and not same) for key in keys
    ]
    return shared, labels


def column(record):
    return ", ".join(part for part in (record["by"], record.get("lanes")) if part)


def columns(records):
    """Ours first, then the others as they come."""
    ours = [column(record) for record in records if record["by"] == HERE]
    return list(dict.fromkeys(ours + [column(record) for record in records]))


def rows(records):
    return list(dict.fromkeys(row_key(record) for record in records if "ns" in record))


def figure(nanoseconds):
    """Three digits: 0.123, 12.3, 12,300."""
    if nanoseconds >= 100:
        digits = len(str(int(nanoseconds))) - 3
        return f"{int(round(nanoseconds, -digits)):,}"
    return f"{nanoseconds:#.3g}".rstrip(".")


def widest(records):
    """For pictures: of ours only the first record of each row, since the benches print the widest lanes first."""
    found = {}
    for record in records:
        if "ns" in record:
            key = (record["workload"], row_key(record), record["by"])
            found.setdefault(key, record)
    return list(found.values())


def cell(record):
    if "absent" in record:
        return record["absent"]
    text = f"{figure(record['ns'])} ({figure(record['least'])})"
    return f"{text}; {record['ratio']:.2f}" if record.get("ratio") else text


def compile_times(records):
    """The least and the most that each peer took to compile."""
    found = {}
    for record in records:
        if "compiled" in record:
            found.setdefault(record["by"], []).append(record["compiled"])
    parts = []
    for by, times in found.items():
        ends = dict.fromkeys(f"{time:.1f}" for time in (min(times), max(times)))
        parts.append(f"{by} {' to '.join(ends)}")
    return f"Seconds to compile a function: {'; '.join(parts)}." if parts else ""


def table(records):
    """Of one workload: median (least), and after a semicolon how many times the floor the median is."""
    heads = columns(records)
    cells = {(row_key(r), column(r)): cell(r) for r in records if "ns" in r}
    absent = {column(r): cell(r) for r in records if "absent" in r}
    keys = rows(records)
    shared, labels = shared_and_labels(keys)
    lines = [[f"ns a point: {shared}".removesuffix(": "), *heads], ["---"] * (len(heads) + 1)]
    for key, label in zip(keys, labels):
        lines.append([label, *(cells.get((key, head), absent.get(head, "")) for head in heads)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


LEGEND = "Median (least) of the passes; ours with the median over the floor after a semicolon."


def section(records):
    return "\n\n".join(part for part in (table(records), LEGEND, compile_times(records)) if part)


def between(workload):
    """The text between a workload's markers, lines of their own, with the markers as groups."""
    begin, end = (re.escape(f"<!-- {word} compare: {workload} -->") for word in ("begin", "end"))
    return re.compile(f"(^{begin}\n).*?(^{end}$)", re.DOTALL | re.MULTILINE)


def missing_markers(page, workloads):
    """The workloads that the page has no place for."""
    return [name for name in workloads if len(between(name).findall(page)) != 1]


def insert(page, workload, text):
    """The page with a workload's section in its place."""
    return between(workload).sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)
