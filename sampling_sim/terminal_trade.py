"""What a person sees of drivers and trades: tables on stdout, 80 columns wide.

In: the reports that `campaign/statistics/stored.py` makes and `show --drivers`, `--pareto` print as
JSON.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sampling_sim.terminal import cell, plain_table, print_table, print_whole

Report = Mapping[str, Any]

_INDICES = {"first_order": "first", "total": "total", "delta": "delta"}


def print_drivers(report: Report, title: str) -> None:
    """Print the indices of every input, the largest first."""
    print_whole(
        f"{title}: what drives {report['outcome']}, from {report['cases']} cases "
        f"({report['left_out']} without a value left out)"
    )
    entries = report["drivers"]
    if not entries:
        few = (
            "too few base points are whole" if report["design"] == "saltelli" else "no input varies"
        )
        print_whole(f"nothing: the outcome is always the same, or {few}")
        return
    is_given = report["design"] == "given"
    places = {(entry.get("design_point", 0), entry.get("surface", 0)) for entry in entries}
    for point, surface in sorted(places):
        if len(places) > 1:
            print_whole(f"design point {point}, surface {surface}")
        here = [
            e
            for e in entries
            if (e.get("design_point", 0), e.get("surface", 0)) == (point, surface)
        ]
        _print_indices(here, is_given=is_given)
    if is_given:
        print_whole(
            "first: share of the variance its means explain; *: more than chance makes of any "
            "input (first, delta: less what shuffled inputs get); intervals at 95 %"
        )


def print_pareto(report: Report, title: str) -> None:
    """Print the design points, those that nothing beats marked, and what they differ by."""
    counts = f"{report['replicates']} replicates, {report['packings']} packings of the bed"
    print_whole(f"{title}: {len(report['points'])} design points, {counts}")
    for text in report["points"][0]["values"]:
        table = plain_table()
        for heading in ("point", "value", "from", "to", "nothing beats", "in resamples"):
            table.add_column(heading, justify="right", no_wrap=True)
        for point in report["points"]:
            low, high = point["intervals"][text]
            is_best = "yes" if point["is_non_dominated"] else "-"
            cells = cell(point["values"][text]), cell(low), cell(high), is_best
            table.add_row(str(point["design_point"]), *cells, f"{point['share']:.0%}")
        print_whole(text)
        print_table(table)
    for point in report["points"]:
        inputs = ", ".join(f"{key} = {cell(value)}" for key, value in point["inputs"].items())
        print_whole(f"design point {point['design_point']}: {inputs}")
    _print_differences(report["differences"])


def _print_indices(entries: Sequence[Report], *, is_given: bool) -> None:
    """Print a line an input, each index with the ends of its interval."""
    shown = [name for name in _INDICES if any(entry.get(name) for entry in entries)]
    shown += ["rank_correlation"] if is_given else []
    table = plain_table()
    table.add_column("input", overflow="fold")
    for name in shown:
        for heading in (_INDICES.get(name, "rank"), "from", "to"):
            table.add_column(heading, justify="right", no_wrap=True)
    for entry in entries:
        cells = [text for name in shown for text in _index_cells(entry.get(name))]
        table.add_row(entry["input"], *cells)
    print_table(table)


def _index_cells(index: Report | None) -> list[str]:
    """Value, with its mark, and ends of its interval."""
    if index is None:
        return ["-", "-", "-"]
    mark = "*" if index.get("distinguishable") else ""
    return [f"{index['value']:z.2f}{mark}", *(f"{end:z.2f}" for end in index["interval"])]


def _print_differences(differences: Sequence[Report]) -> None:
    """Print paired differences from the first design point."""
    if not differences:
        return
    several = len({entry["surface"] for entry in differences}) > 1
    table = plain_table()
    table.add_column("outcome", no_wrap=True)
    for heading in (
        "point",
        *(("surface",) if several else ()),
        "differs by",
        "from",
        "to",
        "pairs",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for entry in differences:
        place = [str(entry["design_point"])] + ([str(entry["surface"])] if several else [])
        numbers = map(cell, (entry["mean"], *entry["interval"]))
        table.add_row(entry["outcome"], *place, *numbers, str(entry["pairs"]))
    print_whole(
        f"mean differences from design point {differences[0]['against']}, replicate by replicate:"
    )
    print_table(table)
