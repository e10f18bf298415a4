"""Tables of the page: a line a level, a cell a measure; and which kept flights they show."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flight_keep import levels
from flight_rows import good, values

COLUMNS = (
    "depth_at_6s", "depth", "speed_at_6s", "stop_time", "ground_force", "gas_force", "mean_force",
)  # fmt: skip
HEAD = (
    "depth at 6 s [m]", "deepest [m]", "speed at 6 s [m/s]", "stop [s]", "ground [N]", "gas [N]",
    "in all [N]",
)  # fmt: skip
ROUND_OFF = 1e-9
"""Below which a figure of a balance is none."""

Kept = Mapping[str, Mapping[str, Any]]


def cases_at(kept: Kept, group: str) -> dict[float, Sequence[Mapping[str, object]]]:
    """Flights of a group by their place on its axis; levels that share a place together."""
    found: dict[float, list[Mapping[str, object]]] = {}
    for entry in kept.values():
        if entry["group"] == group and entry["cases"]:
            found.setdefault(float(entry["at"]), []).extend(entry["cases"])
    return dict(found)


def group_of(kept: Kept, *groups: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Levels of some groups that were flown, in the order of the plan."""
    order = [level["name"] for quick in (False, True) for level in levels(quick=quick)]
    names = [name for name in order if name in kept and kept[name]["group"] in groups]
    return [(name, kept[name]) for name in names if kept[name]["cases"]]


def table(lines: Any) -> str:
    """Markdown table of validation rows."""
    head = [
        "| quantity | source | measured | simulated (90 %) | verdict |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *lines])


def pictures_of(drawn: Mapping[str, str], name: str) -> str:
    """Figure with its words, where it was drawn."""
    return f"![{drawn[name]}](pictures/bennu-{name}.png)" if name in drawn else ""


def level_line(name: str, entry: Mapping[str, Any], *extra: str) -> str:
    """Line of a level: means over its flights, with their spread."""
    cases = good(entry["cases"])
    cells = [cell(values(cases, column)) for column in COLUMNS]
    lost = len(entry["cases"]) - len(cases)
    count = f"{len(cases)}" + (f" ({lost} lost)" if lost else "")
    return f"| {' | '.join([name, *extra, count, *cells])} |"


def cell(found: np.ndarray) -> str:
    """Mean, with the range of the flights."""
    if not found.size:
        return "–"
    low, high = found.min(), found.max()
    if max(abs(low), abs(high)) < ROUND_OFF:
        return "0"
    spread = "" if found.size == 1 else f" ({low:.3g} to {high:.3g})"
    return f"{found.mean():.3g}{spread}"


def level_table(entries: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Table of levels: mean and range of the flights."""
    heads = ["level", "flights", *HEAD]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *(level_line(name, entry) for name, entry in entries)])
