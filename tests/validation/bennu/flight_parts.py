"""Parts of the page: what each question's flights say."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flight_rows import (
    FLOWN,
    exponents,
    flown_with_gas,
    gas_needed,
    good,
    reproduces,
    values,
)
from flight_tables import (
    HEAD,
    Kept,
    cases_at,
    cell,
    group_of,
    level_line,
    level_table,
    pictures_of,
)

BASE_LEVEL = "loose 0.8 m"
"""Flown without gas, and what the sweeps change."""
SWEEPS = {
    "packing": "packing fraction",
    "friction, loose": "friction 0.3 without rolling, 1.0 with 0.3; packing 0.45",
    "friction, dense": "friction 0.3 without rolling, 0.6 with 0.2, 1.0 with 0.3; packing 0.60",
    "cohesion, loose": "cohesion [Pa], packing 0.45",
    "grain size, loose": "mean grain [m], packing 0.45",
    "grain size, dense": "mean grain [m], packing 0.58",
}
GASEOUS = ("gas", "ensemble", "ground", "near")
"""Groups with flights that have gas."""
LOOSE = 0.5
"""[1] packing fraction up to which pours of Bennu's depth cohere."""
FEWEST = 8
"""Flights of the ensemble below which ranks say nothing; chosen."""
UNKNOWNS = (
    "mechanism.gas_mass", "mechanism.speed_kept", "regolith.packing_fraction",
    "regolith.grain_density", "regolith.friction_coefficient", "regolith.rolling_friction",
    "regolith.tensile_strength", "craft.arm_stiffness", "sequence.retreat_thrust",
)  # fmt: skip
"""What the ensemble draws, by its key in the experiment; SI in the table."""


def drag_speeds(
    kept: Kept, group: str = "drag", base: str = BASE_LEVEL
) -> dict[float, Sequence[Mapping[str, object]]]:
    """Flights for the exponent: the group, and the base at 10 cm/s."""
    cases = kept.get(base, {"cases": []})["cases"]
    return cases_at(kept, group) | ({0.1: cases} if cases else {})


def level_part(kept: Kept, group: str, title: str) -> list[str]:
    """Heading and table of a group, beside the base level; nothing where it was not flown."""
    found = group_of(kept, group)
    base = [(BASE_LEVEL, kept[BASE_LEVEL])] if BASE_LEVEL in kept else []
    return [title, level_table([*base, *found])] if found else []


def drivers_part(kept: Kept, level: str, title: str) -> list[str]:
    """Say what the unknowns do to an ensemble, and where in their ranges the flight is met."""
    cases = good(kept.get(level, {"cases": []})["cases"])
    if len(cases) < FEWEST:
        return []
    low, high = FLOWN["speed_at_6s"][-1]
    met = [case for case in cases if low <= float(case["speed_at_6s"]) <= high]
    lines = [
        "| unknown | flown | rank correlation with speed, depth at 6 s | where the speed is met |",
        "|---|---|---|---|",
    ]
    for name in UNKNOWNS:
        drawn = np.array([float(case[name]) for case in cases])
        if np.ptp(drawn) == 0.0:
            continue
        shares = [rank_correlation(drawn, cases, m) for m in ("speed_at_6s", "depth_at_6s")]
        inside = f"{cell(values(met, name))}" if met else "–"
        span = f"{drawn.min():.3g} to {drawn.max():.3g}"
        lines.append(f"| {name} | {span} | {shares[0]:+.2f}, {shares[1]:+.2f} | {inside} |")
    said = f"Of {len(cases)} flights {', '.join(shares_met(cases))}."
    return [title, said, "\n".join(lines)]


def shares_met(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how many flights lie in the measured band of each quantity, and of speed and depth."""
    met: dict[str, set[int]] = {}
    for name in ("speed_at_6s", "depth", "stop_time"):
        low, high = FLOWN[name][-1]
        met[name] = {i for i, case in enumerate(cases) if low <= case[name] <= high}
    said = [f"{len(found)} meet the {FLOWN[name][0]}" for name, found in met.items()]
    return [*said, f"{len(met['speed_at_6s'] & met['depth'])} both speed and depth (raw figures)"]


def rank_correlation(drawn: np.ndarray, cases: Sequence[Mapping[str, object]], name: str) -> float:
    """Spearman's coefficient of an unknown and a measure, over the flights that have it."""
    from scipy.stats import spearmanr

    found = np.array([float(case[name]) for case in cases])
    has = np.isfinite(found)
    return float(spearmanr(drawn[has], found[has]).statistic)


def given_part(kept: Kept, drawn: Mapping[str, str]) -> list[str]:
    """Show the same grounds with the gas given, and what of the ground then decides."""
    found = group_of(kept, "ground")
    if not found:
        return []
    said = (
        "The same grounds under each mass of gas: mean and range of the flights. Those of no gas "
        "and of 30 g end once the speed at 6 s is known: deepest point and stop are there of the "
        "few that had stopped by then."
    )
    return [
        "## The published ground, with the gas given",
        said,
        level_table(found),
        pictures_of(drawn, "given"),
        *drivers_part(kept, "ground, 100 g", "With 100 g of gas, what of the ground decides:"),
    ]


def pour_part(kept: Kept) -> list[str]:
    """Say over which beds the flights were flown, and what the other pour does."""
    found = group_of(kept, "pour")
    if not found or BASE_LEVEL not in kept:
        return []
    loose = [
        (name, entry)
        for name, entry in kept.items()
        if any(float(case["regolith.packing_fraction"]) <= LOOSE for case in entry["cases"])
    ]
    still = "; ".join(name for name, entry in loose if entry.get("calm"))
    said = (
        "Beds of 0.50 and looser, poured before it was found that the dampers of a restitution of "
        "0.5 shook them ([beds](beds.md)), were as dense as asked, but shaken. Flown over calm "
        f"pours, of which some still do not quite rest as asked: {still}. All others as loose: "
        "over shaken ones. What the shaking did to the base:"
    )
    return ["## Beds that shook", said, level_table([(BASE_LEVEL, kept[BASE_LEVEL]), *found])]


def depth_part(kept: Kept) -> list[str]:
    """Every figure against the depth of the bed."""
    found = group_of(kept, "depth, loose", "depth, dense")
    base = [(name, kept[name]) for name in (BASE_LEVEL, "dense 0.8 m") if name in kept]
    said = (
        "The beds of all other levels are 1.4 m deep. In a first flight over loose ground of finer "
        "grains, 1 m deep, the force rose threefold from 43 cm on: what is pressed together ahead "
        "of the head may have met the floor, or the sides. These levels and the widths tell which."
    )
    return ["## Depth of the bed", said, level_table([*base, *found])] if found else []


def gas_part(kept: Kept) -> list[str]:
    """With and without gas, one packing each."""
    found = group_of(kept, "gas")
    if not found:
        return []
    base = []
    if BASE_LEVEL in kept:
        same = [case for case in kept[BASE_LEVEL]["cases"] if case["packing_seed"] == 1]
        base = [(f"{BASE_LEVEL}, packing 1", {"cases": same})]
    sample = group_of(kept, "sample")
    lines = [
        f"- {name}, in fine grains: collected {cell(values(entry['cases'], 'collected_mass'))} kg."
        for name, entry in sample
    ]
    said = (
        "Same packings and plan but for the gas; up to 6 s these are pairs, after it the flights "
        "without gas have more thrust (60 N against 20 N). 80 g with the thrust of four "
        "thrusters of 1 lbf was chosen afterwards, to see whether one flight can meet all that was "
        "measured."
    )
    flown = level_table([*base, *found, *sample])
    return ["## With and without gas", said, flown, "\n".join(lines)]


def region_part(kept: Kept, drawn: Mapping[str, str]) -> list[str]:
    """Packing, friction, cohesion, grain size: what each does, and where the flight comes out."""
    flown = [c for _, entry in group_of(kept, *GASEOUS) for c in entry["cases"]]
    gas = flown_with_gas([case for case in flown if float(case["mechanism.gas_mass"]) > 0.0])
    parts = ["## Which ground reproduces the flight"]
    if np.isfinite(gas).all():
        low, high = FLOWN["mean_force"][-1]
        parts.append(
            f"Flights with gas got {gas[0]:.2g} to {gas[1]:.2g} N of it (mean over 6 s). A "
            f"ground, flown without gas, is not excluded by the speed at 6 s if its force and that "
            f"range make {low:g} to {high:g} N; what it needs is the middle less its own "
            f"force. At the head's default, half of the speed kept, 8 g of gas make 1 N. So as "
            f"long as the gas is not known, the flight cannot tell loose ground with much from "
            f"denser ground with little."
        )
    else:
        parts.append("No flight with gas is in, so the last column cannot be filled.")
    heads = ["what", "value", "flights", *HEAD, "gas it needs [N]", "not excluded"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    base = kept.get(BASE_LEVEL, {"cases": []})
    if base["cases"]:
        line = level_line("base: packing 0.45", base, "0.45")
        lines.append(f"{line} {gas_needed(base['cases'])} | {reproduces(base['cases'], gas)} |")
    for _, entry in group_of(kept, "pour"):
        line = level_line("base over calm pours", entry, "0.45")
        lines.append(f"{line} {gas_needed(entry['cases'])} | {reproduces(entry['cases'], gas)} |")
    for group, words in SWEEPS.items():
        for _, entry in group_of(kept, group):
            line = level_line(words, entry, format(entry["at"], "g"))
            lines.append(
                f"{line} {gas_needed(entry['cases'])} | {reproduces(entry['cases'], gas)} |"
            )
    figures = [pictures_of(drawn, name) for name in ("packing", "gas")]
    return [*parts, "\n".join(lines), *figures] if len(lines) > 2 else []


def drag_part(kept: Kept, drawn: Mapping[str, str]) -> list[str]:
    """Exponent of the drag in the speed."""
    speeds = drag_speeds(kept)
    found = [(f"{100 * s:g} cm/s", speeds[s]) for s in sorted(speeds)]
    if len(found) < 2:
        return []
    lines = [
        "| approach | flights | drag [N], 5 to 25 cm | speed there [m/s] |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {len(good(cases))} | {cell(values(cases, 'drag'))} | "
        f"{cell(values(cases, 'drag_speed'))} |"
        for name, cases in found
    ]
    powers = exponents(speeds)
    said = (
        "Exponent, one a packing: " + ", ".join(f"{p:.2f}" for p in powers) + "."
        if powers
        else "No packing was flown at three speeds: no exponent."
    )
    for word, friction in (("smooth", "0.3 without rolling"), ("rough", "1.0 with 0.3")):
        other = exponents(drag_speeds(kept, f"drag, {word}", f"loose, {word}"))
        said += f" Friction {friction}, one packing: {other[0]:.2f}." if other else ""
    return ["## Drag against speed", "\n".join(lines), said, pictures_of(drawn, "drag")]


def quick_part(kept: Kept) -> list[str]:
    """Table of the quick form, with what it is worth."""
    found = group_of(kept, "quick", "quick drag")
    said = (
        "One packing, 0.8 m wide and 1 m deep, flown before the levels above and at 0.2 ms: shows "
        "that the chain works, and decides nothing."
    )
    if not found:
        return []
    speeds = drag_speeds(kept, "quick drag", "quick loose")
    powers = exponents(speeds)
    drag = (
        "Its drag, mean from 5 to 25 cm of depth: "
        + ", ".join(
            f"{cell(values(cases, 'drag'))} N at {100 * v:g} cm/s"
            for v, cases in sorted(speeds.items())
        )
        + f"; exponent {powers[0]:.2f} of one packing."
        if powers
        else ""
    )
    return ["## Quick form", said, level_table(found), drag]
