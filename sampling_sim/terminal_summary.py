"""What a person sees of many cases: counts, statistics with intervals, verdicts.

In: the reports that `campaign/statistics/stored.py` makes and `show --json` prints; out: tables on
stdout, 80 columns wide, and lines that a terminal breaks.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sampling_sim.campaign.statistics.clusters import CAUTION, FEW
from sampling_sim.terminal import cell, plain_table, print_table, print_whole, unit_of

Report = Mapping[str, Any]


def print_summary(report: Report, title: str, names: Sequence[str]) -> None:
    """Print counts by status, statistics of the named outcomes, and verdicts."""
    _print_all(report, title, names)
    for note in report["notes"]:
        print_whole(f"caution: {note}")


def inputs_text(inputs: Report) -> str:
    """Say which inputs make a design point or a surface, on one line."""
    return ", ".join(f"{key} = {cell(value)}" for key, value in inputs.items())


def add_columns(table: Any, texts: Sequence[str], numbers: Sequence[str]) -> None:
    """Add columns of texts, left, and of numbers, right, none of them broken."""
    for heading in texts:
        table.add_column(heading, no_wrap=True)
    for heading in numbers:
        table.add_column(heading, no_wrap=True, justify="right")


def _print_all(report: Report, title: str, names: Sequence[str]) -> None:
    points = report["design_points"]
    if not points:
        _print_cases(report, title, names, report["levels"])
        return
    _print_counts(report, title)
    _print_statistics(report["outcomes"], names)
    for point in points:
        head = f"design point {point['design_point']}: {inputs_text(point['inputs'])}"
        _print_cases(point, head, names, report["levels"])


def _print_cases(report: Report, title: str, names: Sequence[str], levels: Report) -> None:
    """Print one design point: its statistics, its verdicts, its surfaces."""
    _print_counts(report, title)
    _print_statistics(report["outcomes"], names)
    _print_intervals(report["outcomes"], names, levels)
    for surface in report["surfaces"]:
        head = f"surface {surface['surface']}: {inputs_text(surface['inputs'])}"
        _print_counts(surface, head)
        _print_intervals(surface["outcomes"], names, levels)
    part = (*report["surfaces"], report)[0]  # the replicates of one surface are those of all
    finished, packings = max(o["n"] for o in part["outcomes"].values()), part["packings"]
    if packings == 1 and finished > 1:
        print_whole("one packing of the bed: intervals and verdicts hold for it alone")
    elif packings < finished:
        wide = " (few: wide)" if packings < FEW else ""
        print_whole(f"{packings} packings of the bed: intervals are between packings{wide}")
    for requirement in report["requirements"]:
        _print_verdict(requirement)


def _print_counts(report: Report, title: str) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in report["status"].items())
    print_whole(f"{title}: {report['cases']} cases: {counts}")


def _print_statistics(statistics: Report, names: Sequence[str]) -> None:
    """Print a line an outcome: 80 columns hold the longest name and numbers of any size."""
    columns = ("n", "mean", "sd", "q05", "q50", "q95")
    table = plain_table()
    add_columns(table, ("outcome", "unit"), columns)
    for name in names:
        table.add_row(name, unit_of(name), *(cell(statistics[name][key]) for key in columns))
    print_table(table)


def _print_intervals(statistics: Report, names: Sequence[str], levels: Report) -> None:
    """Print what the mean and most landings keep to, of the outcomes that vary."""
    told = [name for name in names if not math.isnan(statistics[name]["mean_interval"][0])]
    if not told:
        return
    share, needed = f"{levels['tolerance_share']:.0%}", levels["tolerance_cases"]
    table = plain_table()
    add_columns(table, ("outcome", "unit"), ("mean from", "to", f"{share} above", f"{share} below"))
    for name in told:
        entry = statistics[name]
        values = (*entry["mean_interval"], entry["tolerance_low"], entry["tolerance_high"])
        table.add_row(name, unit_of(name), *map(cell, values))
    print_table(table)
    known = f"{share} of landings: at {levels['tolerance_confidence']:.0%} confidence"
    print_whole(f"mean: {levels['interval']:.0%} interval; {known}, from {needed} cases on")


def _print_verdict(requirement: Report) -> None:
    """Print one verdict, and those of each surface if there are several."""
    surfaces = requirement["surfaces"]
    low, high = requirement["interval"]
    where = f"; worst of {len(surfaces)}: surface {requirement['worst_surface']}"
    line = (
        f"{requirement['text']} in {requirement['probability']:.0%} of cases: "
        f"{requirement['verdict']}{where if len(surfaces) > 1 else ''} "
        f"({requirement['met_cases']} of {requirement['cases']}; share {low:.3f} to {high:.3f}, "
        f"each bound at {requirement['confidence']:.0%} confidence)"
    )
    if requirement["needed_cases"]:
        line += f"; {requirement['needed_cases']} more would show it if the share stays"
    print_whole(line)
    if requirement["design_effect"] > CAUTION:
        print_whole(
            f"caution: cases that share a packing resemble each other; they count as "
            f"{requirement['cases'] / requirement['design_effect']:.0f} independent ones "
            f"(design effect {requirement['design_effect']:.1f}), which the bounds leave out"
        )
    if len(surfaces) == 1:
        return
    table = plain_table()
    add_columns(table, ("surface", "verdict"), ("met", "cases", "share from", "to", "more needed"))
    for entry in surfaces:
        counts = str(entry["met_cases"]), str(entry["cases"])
        low, high = (f"{bound:.3f}" for bound in entry["interval"])
        needed = "-" if entry["needed_cases"] is None else str(entry["needed_cases"])
        table.add_row(str(entry["surface"]), entry["verdict"], *counts, low, high, needed)
    print_table(table)
