"""Figures of the study at Bennu (docs/pictures/bennu-*.png)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from flight_predicted import Curve, evens_and_speeds, fitted, measured_even, stopped
from flight_rows import FEWEST_IN_BAND, FLOWN, MASS, band, exponents, good, values
from flight_width import endless

mpl.use("Agg")
import matplotlib.pyplot as plt

COLOURS = ("#1b6ca8", "#c1440e", "#4b7f52", "#7a5195", "#8a8a8a")
MEASURED = {"color": "black", "marker": "x", "linestyle": "none", "markersize": 8, "zorder": 5}
FLOWN_GROUPS = ("ensemble", "gas", "width, loose", "depth, loose", "quick")
"""Groups whose series are shown."""

GAS_GROUPS = ("ensemble", "ground", "gas", "width, loose", "width, dense", "packing")
"""Groups shown against the force of the gas."""
DENSE_GROUPS = ("packing", "friction, dense")
"""Groups that hold the ground packed to 0.60 (and some less)."""
FEWEST_GASES = 3
"""Masses of gas below which nothing is shown against it; chosen."""
OTHERS = (("friction, loose", 0.456, "^"), ("friction, dense", 0.606, "v"),
          ("cohesion, loose", 0.462, "s"))  # fmt: skip
"""Groups shown beside the packings, where, and by what."""


def draw(
    kept: Mapping[str, Any], cases_at: Callable, speeds: Mapping, folder: Path
) -> dict[str, str]:
    """Draw what there are flights for; name of a figure → its words."""
    folder.mkdir(exist_ok=True)
    drawn = {}
    for name, make in {
        "flights": lambda: flights(kept),
        "predicted": lambda: predicted(kept),
        "width": lambda: against_width(kept, cases_at),
        "packing": lambda: against_packing(kept, cases_at),
        "gas": lambda: against_gas(kept),
        "given": lambda: gas_given(cases_at(kept, "ground")),
        "drag": lambda: drag(speeds),
    }.items():
        words = make()
        if words:
            plt.savefig(folder / f"bennu-{name}.png", dpi=90, bbox_inches="tight")
            drawn[name] = words
        plt.close("all")
    return drawn


def flights(kept: Mapping[str, Any]) -> str:
    """Speed, depth and force of the ground against time."""
    shown = [
        (group, case)
        for group in FLOWN_GROUPS
        for entry in kept.values()
        if entry["group"] == group
        for case in good(entry["cases"])
        if case["series"]
    ]
    if not shown:
        return ""
    _, axes = plt.subplots(1, 3, figsize=(11.0, 3.4), layout="constrained")
    columns = (("speed", 100.0, "speed down [cm/s]"), ("depth", 100.0, "depth of the head [cm]"),
               ("force", 1.0, "ground on the head [N]"))  # fmt: skip
    labelled = set()
    for group, case in shown:
        colour = COLOURS[FLOWN_GROUPS.index(group)]
        time = np.array(case["series"]["time"])
        for axis, (name, scale, _) in zip(axes, columns, strict=True):
            label = None if group in labelled else group
            axis.plot(time, scale * np.array(case["series"][name]), color=colour, lw=0.8,
                      alpha=0.7, label=label)  # fmt: skip
        labelled.add(group)
    for axis, (_, _, words) in zip(axes, columns, strict=True):
        axis.set(xlabel="time since contact [s]", ylabel=words, xlim=(-0.2, 12.0))
        axis.axvspan(1.0, 6.0, color="0.93", zorder=0)
    axes[0].set_ylim(-15.0, 12.0)
    axes[1].set_ylim(-20.0, 100.0)
    axes[2].set_ylim(-5.0, None)
    axes[0].plot([6.0], [100.0 * FLOWN["speed_at_6s"][3]], label="measured", **MEASURED)
    axes[1].plot([FLOWN["stop_time"][3]], [100.0 * FLOWN["depth"][3]], **MEASURED)
    axes[0].legend(fontsize=7)
    return "Speed, depth and ground force of the flights; grey: gas flows in those that have any"


def predicted(kept: Mapping[str, Any]) -> str:
    """Depth against stop; speed at 6 s against that of a craft braked evenly, with the curve."""
    cases = fitted(kept)
    if len(cases) < FEWEST_IN_BAND:
        return ""
    _, (where, axis) = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")
    where.plot(values(cases, "stop_time"), 100.0 * values(cases, "depth"), "o", ms=3.5,
               color=COLOURS[0])  # fmt: skip
    (depth, deeper), (stop, later), (speed, faster) = (
        (np.mean(FLOWN[name][4]), 0.5 * np.ptp(FLOWN[name][4]))
        for name in ("depth", "stop_time", "speed_at_6s")
    )
    cross = {"color": "black", "capsize": 2.0, "zorder": 5, "label": "measured"}
    where.errorbar(stop, 100.0 * depth, 100.0 * deeper, later, **cross)
    where.set(xlabel="time of stop [s]", ylabel="deepest point of the head [cm]")
    where.legend(fontsize=7)
    sets = {
        "gas, ground drawn": cases,
        "no gas, packing 0.60": [c for e in kept.values() if e["group"] in DENSE_GROUPS
                                 for c in stopped(e["cases"])
                                 if c["regolith.packing_fraction"] == 0.60],
    }  # fmt: skip
    for colour, (words, flights) in zip(COLOURS, sets.items(), strict=False):
        if flights:
            even, kept_speed = evens_and_speeds(flights)
            axis.plot(100.0 * even, 100.0 * kept_speed, "o", ms=3.5, color=colour, label=words)
    even, error = measured_even()
    axis.errorbar(100.0 * even, 100.0 * speed, 100.0 * faster, 100.0 * error, **cross)
    ends = np.linspace(0.0, 0.09)
    curve = Curve(*evens_and_speeds(cases))
    middle, half = curve.at(ends), curve.half_width(ends)
    axis.plot(
        100.0 * ends, 100.0 * middle, "-", color="0.4", lw=0.8, label="curve, 90 % of flights"
    )
    axis.fill_between(100.0 * ends, 100.0 * (middle - half), 100.0 * (middle + half), color="0.9")
    axis.plot(100.0 * ends, 100.0 * ends, ":", color="0.5", lw=0.8, label="braked evenly")
    axis.set(xlabel="u = 2 (z - 0.3 m)/T [cm/s]", ylabel="speed down at 6 s [cm/s]")
    axis.legend(fontsize=7)
    return (
        "Deepest point and time of stop of the flights; their speed at 6 s against what these say"
    )


def against_width(kept: Mapping[str, Any], cases_at: Callable) -> str:
    """Speed at 6 s and ground force against 1/width, with the fits to an endless bed."""
    kinds = [k for k in ("loose", "dense") if len(cases_at(kept, f"width, {k}")) > 1]
    if not kinds:
        return ""
    _, axes = plt.subplots(1, 2, figsize=(8.0, 3.2), layout="constrained")
    for colour, kind in zip(COLOURS, kinds, strict=False):
        levels, rim = cases_at(kept, f"width, {kind}"), cases_at(kept, f"rim, {kind}")
        for axis, (name, scale) in zip(
            axes, (("speed_at_6s", 100.0), ("ground_force", 1.0)), strict=True
        ):
            x = np.array([1.0 / w for w, cases in levels.items() for _ in values(cases, name)])
            y = scale * np.array([v for cases in levels.values() for v in values(cases, name)])
            axis.plot(x, y, "o", color=colour, label=f"{kind}, walls")
            if len(set(x)) > 1 and len(x) > 2:
                reach = np.linspace(0.0, x.max())
                axis.plot(reach, scale * endless(levels, name).at(reach), color=colour, lw=0.8)
            for width, cases in rim.items():
                found = scale * values(cases, name)
                axis.plot(np.full(found.size, 1.0 / width), found, "s", mfc="none", color=colour,
                          label=f"{kind}, rim")  # fmt: skip
    axes[0].set(xlabel="1 / width [1/m]", ylabel="speed down at 6 s, no gas [cm/s]")
    axes[1].set(xlabel="1 / width [1/m]", ylabel="ground, mean over 6 s [N]")
    axes[0].legend(fontsize=7)
    return "Against the width of the bed, without gas; fits to an endless bed at 0"


def against_packing(kept: Mapping[str, Any], cases_at: Callable) -> str:
    """Speed left at 6 s against packing, friction and cohesion."""
    packings = dict(cases_at(kept, "packing"))
    base = kept.get("loose 0.8 m", {"cases": []})["cases"]
    if base:
        packings[0.45] = base
    dense = cases_at(kept, "width, dense").get(0.8)
    if dense:
        packings[0.58] = dense
    if len(packings) < 2:
        return ""
    _, axis = plt.subplots(figsize=(5.0, 3.4), layout="constrained")
    for packing in sorted(packings):
        found = 100.0 * values(packings[packing], "speed_at_6s")
        axis.plot(np.full(found.size, packing), found, "o", color=COLOURS[0])
    for (name, at, marker), colour in zip(OTHERS, COLOURS[1:4], strict=True):
        levels = cases_at(kept, name)
        for share, (place, cases) in enumerate(levels.items()):
            found = 100.0 * values(cases, "speed_at_6s")
            axis.plot(np.full(found.size, at), found, marker, mfc="none", color=colour,
                      alpha=1.0 - 0.3 * share, label=f"{name}: {place:g}")  # fmt: skip
    axis.axhline(
        100.0 * FLOWN["speed_at_6s"][3], color="black", lw=0.8, label="measured, gas included"
    )
    axis.set(xlabel="packing fraction", ylabel="speed down at 6 s, no gas [cm/s]")
    axis.legend(fontsize=6)
    return "Speed left at 6 s without gas against packing; what the flight had, gas included"


def against_gas(kept: Mapping[str, Any]) -> str:
    """Speed left at 6 s against the force of the gas, coloured by packing."""
    shown = [
        case
        for entry in kept.values()
        if entry["group"] in GAS_GROUPS
        for case in good(entry["cases"])
        if np.isfinite(case["speed_at_6s"])
    ]
    if len({case["mechanism.gas_mass"] for case in shown}) < FEWEST_GASES:
        return ""
    figure, axis = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
    gas, speed, packing = (
        np.array([float(case[name]) for case in shown])
        for name in ("gas_force", "speed_at_6s", "regolith.packing_fraction")
    )
    points = axis.scatter(gas, 100.0 * speed, c=packing, cmap="viridis", s=18.0)
    figure.colorbar(points, label="packing fraction")
    measured = [100.0 * v for v in FLOWN["speed_at_6s"][-1]]
    axis.axhspan(*measured, color="0.85", zorder=0, label="measured")
    reach = np.array([0.0, gas.max()])
    for ground in (0.0, 5.0, 10.0):
        left = 100.0 * (0.1 - 6.0 * (ground + reach) / MASS)
        axis.plot(reach, left, ":", color="0.5", lw=0.8)
        axis.annotate(f"ground {ground:g} N", (reach[1], left[1]), fontsize=6, ha="right")
    axis.set(xlabel="gas on the craft, mean over 6 s [N]", ylabel="speed down at 6 s [cm/s]")
    axis.legend(fontsize=7)
    return (
        "Speed left at 6 s against the force of the gas; dotted: what a ground of 0, 5, 10 N leaves"
    )


def gas_given(levels: Mapping[float, Any]) -> str:
    """Speed left at 6 s on each of the same grounds, against the mass of gas given."""
    flown = {gas: values(cases, "speed_at_6s") for gas, cases in sorted(levels.items())}
    flown = {gas: 100.0 * found for gas, found in flown.items() if found.size}
    if len(flown) < 2:
        return ""
    _, axis = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
    for place, found in enumerate(flown.values()):
        spread = place + 0.3 * (np.arange(found.size) / max(found.size - 1, 1) - 0.5)
        axis.plot(spread, found, "o", color=COLOURS[0], ms=3.5)
        axis.vlines(place, *band(found), color=COLOURS[1], lw=3.0, zorder=3)
    measured = [100.0 * v for v in FLOWN["speed_at_6s"][-1]]
    axis.axhspan(*measured, color="0.85", zorder=0, label="measured")
    axis.set_xticks(range(len(flown)), [f"{gas:g} g" if gas else "none" for gas in flown])
    axis.set(xlabel="gas given", ylabel="speed down at 6 s [cm/s]")
    axis.legend(fontsize=7)
    return (
        "Speed left at 6 s over the same grounds in 0.8 m, by the mass of gas; orange: 90 % of them"
    )


def drag(speeds: Mapping[float, Any]) -> str:
    """Drag against speed."""
    if sum(bool(values(cases, "drag").size) for cases in speeds.values()) < 2:
        return ""
    _, axis = plt.subplots(figsize=(5.0, 3.4), layout="constrained")
    for cases in speeds.values():
        axis.loglog(values(cases, "drag_speed"), values(cases, "drag"), "o", color=COLOURS[0])
    ends = np.array(axis.get_xlim())
    middle = np.exp(np.mean([np.log(v) for c in speeds.values() for v in values(c, "drag_speed")]))
    level = np.exp(
        np.mean([np.log(v) for c in speeds.values() for v in values(c, "drag") if v > 0.0])
    )
    for power, style in ((4.0 / 3.0, "-"), (2.0, ":")):
        axis.loglog(
            ends,
            level * (ends / middle) ** power,
            style,
            color="0.5",
            lw=0.8,
            label=f"power {power:.2f}",
        )
    found = exponents(speeds)
    title = f"fitted: {np.mean(found):.2f}" if found else "no fit: too few speeds"
    axis.set_xticks([0.05, 0.1, 0.2, 0.4], ["0.05", "0.1", "0.2", "0.4"])
    axis.tick_params(which="minor", labelbottom=False)
    axis.set(xlabel="speed [m/s]", ylabel="mean ground force, 5 to 25 cm [N]", title=title)
    axis.legend(fontsize=7)
    return "Drag on the head in loose ground against speed, without gas"
