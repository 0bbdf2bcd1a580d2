"""Records go in, one picture comes out: a panel a workload, a line for each thing computed, a mark for each who computes it, time on a
logarithmic scale. Only the widest lanes of ours are drawn, beside their floor."""

import matplotlib.pyplot as plt

import report
from ours import HERE

LINE_HEIGHT = 0.26  # inches
FLOOR = "floor"
MARKERS = "osD^vP*Xph<>"


plt.rcParams.update(
    {"backend": "svg", "svg.hashsalt": "compare", "svg.fonttype": "none", "font.size": 8}
)


def save(figure, path):
    """Writes a picture, the same to the byte for the same records."""
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


def draw(records, path):
    records = report.widest(records)
    styles = {by: style for by, style in zip(names(records), cycle())}
    groups = {}
    for record in records:
        groups.setdefault(record["workload"], []).append(record)
    heights = [len(report.rows(group)) + 1.5 for group in groups.values()]
    figure, axes = plt.subplots(
        len(groups),
        figsize=(9, LINE_HEIGHT * sum(heights) + 1),
        sharex=True,
        squeeze=False,
        height_ratios=heights,
        layout="constrained",
    )
    for panel, (workload, group) in zip(axes[:, 0], groups.items()):
        draw_workload(panel, workload, group, styles)
    axes[-1, 0].set_xlabel("nanoseconds a point")
    handles = {}
    for panel in axes[:, 0]:
        handles |= dict(zip(*reversed(panel.get_legend_handles_labels())))
    ordered = [name for name in styles if name in handles]
    figure.legend([handles[name] for name in ordered], ordered, loc="outside upper center", ncols=4)
    save(figure, path)


def draw_workload(panel, workload, records, styles):
    lines = report.rows(records)
    for by, style in styles.items():
        key = FLOOR if by == FLOOR else "ns"
        chosen = [r for r in records if (r.get(FLOOR) if by == FLOOR else r["by"] == by)]
        if chosen:
            heights = [lines.index(report.row_key(record)) for record in chosen]
            panel.plot([record[key] for record in chosen], heights, label=by, **style)
    panel.set_xscale("log")
    shared, labels = report.shared_and_labels(lines)
    panel.set_yticks(range(len(lines)), labels)
    panel.set_ylim(len(lines) - 0.25, -0.75)
    panel.set_title(f"{workload}: {shared}".removesuffix(": "), loc="left", fontweight="bold")
    panel.grid(axis="both", color="0.9")
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)


def names(records):
    """Ours and the floor first, then the others as they come."""
    here = [HERE, FLOOR] if any(record["by"] == HERE for record in records) else []
    return list(dict.fromkeys(here + [record["by"] for record in records]))


def cycle():
    """Styles: ours filled and dark, the floor a stroke, the others by colour and mark."""
    yield {"color": "black", "marker": "o", "linestyle": "", "zorder": 4}
    yield {"color": "black", "marker": "|", "markersize": 12, "linestyle": "", "zorder": 3}
    for i in range(len(MARKERS)):
        colour = f"C{i % 10}"
        yield {"color": colour, "marker": MARKERS[i], "linestyle": "", "alpha": 0.85}
