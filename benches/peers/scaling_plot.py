"""Records of `scaling` go in, one picture comes out: a panel for each thing that grows, both scales logarithmic; a colour for what is
computed, a line for who computes it."""

import matplotlib.pyplot as plt

import report
from ours import HERE
from plot import FLOOR, save

LINES = {HERE: "o-", FLOOR: ":"}
OTHERS = ["s--", "^-.", "v--", "D-."]


def draw(records, path):
    records = report.widest(records)
    axes = list(dict.fromkeys(axis(record) for record in records))
    whats = list(dict.fromkeys(record["what"] for record in records))
    others = list(dict.fromkeys(r["by"] for r in records if r["by"] != HERE))
    lines = LINES | dict(zip(others, OTHERS))
    figure, panels = plt.subplots(
        1, len(axes), figsize=(3 * len(axes), 4), squeeze=False, layout="constrained"
    )
    for panel, name in zip(panels[0], axes):
        chosen = [record for record in records if axis(record) == name]
        for by, line in lines.items():
            for colour, what in enumerate(whats):
                points = curve(chosen, by, what)
                if points:
                    label = f"{report.WORDS.get(what, what)}: {by}"
                    style = {"color": f"C{colour}", "markersize": 3, "label": label}
                    panel.loglog(*zip(*points), line, **style)
        panel.set_xlabel(name)
        panel.grid(color="0.9")
    panels[0, 0].set_ylabel("nanoseconds a point")
    handles = {}
    for panel in panels[0]:
        handles |= dict(zip(*reversed(panel.get_legend_handles_labels())))
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=3)
    save(figure, path)


def axis(record):
    return record["case"].split("=")[0]


def curve(records, by, what):
    """(size, time) of one line; the floor is a figure of our records."""
    field, by = (FLOOR, HERE) if by == FLOOR else ("ns", by)
    chosen = [r for r in records if (r["by"], r["what"]) == (by, what) and r.get(field)]
    return sorted((int(record["case"].split("=")[1]), record[field]) for record in chosen)
