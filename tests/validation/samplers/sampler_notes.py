"""Notes under the rows of case 10, with the figures of these shots and flights, and the picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from brush_flights import LEVELS, PACKINGS
from horn_shots import COLUMNS, GROUNDS

from sampling_sim.constants import FloatArray

PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "samplers.png"
DECADES = ((0.1, 1.0), (1.0, 10.0), (10.0, 100.0), (100.0, 1e3), (1e3, 4e3))
"""[Pa] parts of the range of strength of the grains."""
MOVED_NAMES = ("taken", "dropped", "under", "aside")


def horn_notes(found: dict[str, FloatArray]) -> dict[str, str]:
    """Assumptions and explanations of the horn's rows."""
    grains, beads = found["grains"], found["beads"]
    strength = grains[:, COLUMNS.index("strength")]
    parts = []
    for low, high in DECADES:
        mine = grains[(strength >= low) & (strength <= high)]
        if len(mine):
            launched, in_time, fast, about, caught = (
                f"{1e3 * np.median(mine[:, COLUMNS.index(name)]):.2g}"
                for name in ("launched", "in_time", "fast", "about", "caught")
            )
            parts.append(
                f"{low:g} to {high:g} Pa: {launched}, {in_time}, {fast}, {about}, {caught}"
            )
    about = 1e3 * np.quantile(grains[:, COLUMNS.index("about")], [0.05, 0.95])
    low, high = GROUNDS["grains"].density
    return {
        "grains": "Horn: the value is the median and the interval holds 90 % of the shots, 5 g at "
        "300 m/s under a horn at rest, throat open for 4 s; drawn for each are the law's row "
        "(sand/fly ash or perlite/sand), strength (0.1 Pa up to the row's 2 to 4 kPa), bulk "
        f"density ({low:g} to {high:g} kg/m³), angle of launch (45 ± 10°), restitution, friction "
        "and scatter on the horn (0.3 to 0.7, 0.2 to 0.6, 0.15 to 0.45; chosen). Medians in g, "
        "launched in all, of that within 4 s (if a crater takes x/v to grow to x: to an order of "
        "magnitude), faster than 10 cm/s, at about 1 m/s (0.5 to 2, chosen), caught: "
        f"{'; '.join(parts)}. Of tens of kilograms from pascals nine tenths are too slow and too "
        "late for a touch to see, so \"in all\" is no fair row there; but what goes at about 1 m/s "
        f"is: {about[0]:.0f} to {about[1]:.0f} g, whatever the strength short of kilopascals; "
        "2 to 20 g were seen. So neither slow ejecta nor weak ground is why. The law knows grains "
        "far finer than the projectile of 8 mm; pebbles and boulders of centimetres to metres take "
        "its momentum in a few pieces. How small a piece could be counted in the pictures was not "
        "read.",
        "rock": "Rock: rows of weakly cemented basalt and of rock at their own strength, density "
        f"{GROUNDS['rock'].density[0]:g} to {GROUNDS['rock'].density[1]:g} kg/m³. It launches "
        "little, and hardly any as slow as 1 m/s: what was seen lies between rock and fine grains, "
        "as ground of pebbles would.",
        "all": "The tenfold and the 0.5 % are themselves of simulations of 5 mm grains without "
        "cohesion (Thuillet et al. 2019): a comparison of models, not of a model with flight. Both "
        "follow strength: weak ground launches much that is slow and outside the mouth. They say "
        "that a second impact adds ejecta but not necessarily sample; here a second shot finds "
        "fresh ground and doubles both, a limit of the law's use.",
        "caught": "Caught: 0.1 to 1 g were estimated for the first touch, and 5.4 g came home from "
        "two; the band ends at half of that. Over fine grains too much enters the mouth (it takes "
        "100 to 500 g of the fastest), over rock the catch is right, though the scatter of the "
        "bounces was chosen knowing what came home (docs/projectile-horn.md), so no proof.",
        "beads": "Beads: row \"sand\" in its gravity regime, 50,000 parcels, gravity of 9.81 m/s² "
        "also in flight (the product leaves it out; here half of g dt before and after each step "
        f"of 2 ms). Without it 22 g would be caught, at the default bounces, with it 0.8 g; "
        f"{np.median(beads[:, COLUMNS.index('caught')]) * 1e3:.2g} g is the median of the draws. "
        "The only row with a number that no parameter was chosen after. Too much by four: friction "
        "and angle decide (rank correlation −0.7 and +0.65), then restitution (−0.4); left out are "
        "collisions among 50 times as many beads as a real horn lets pass, and air if there was "
        "any. That the shots used this horn and projectile is supposed.",
    }  # fmt: skip


def brush_notes(flights: list[dict[str, Any]]) -> dict[str, str]:
    """Assumptions and explanations of the brushes' rows."""
    speeds, times = ("50 rpm", "about", "150 rpm", "300 rpm"), ("1.5 s", "about", "8 s")
    gaps = ("tips 24 mm apart", "about", "tips 70 mm apart", "bite 15 mm")

    def means(levels: Sequence[str], name: str, scale: float = 1.0) -> str:
        return ", ".join(f"{scale * mean(flights, level, name):.2g}" for level in levels)

    return {
        "speed": means(speeds, "collected_mass"),
        "why": means(speeds, "moved") + means(speeds, "aside"),
        "dwell": means(times, "collected_mass"),
        "gap": means(gaps, "collected_mass"),
    }


def mean(flights: list[dict[str, Any]], level: str, name: str) -> float:
    """Mean of an outcome over the packings of a level."""
    return float(np.mean([f[name] for f in flights if f["level"] == level]))


def write_picture(
    found: dict[str, FloatArray], flights: list[dict[str, Any]], path: Path = PICTURE
) -> None:
    """Draw what is launched and caught against strength, and each brush flight by its level."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 4.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.0, 1.0, 1.2))
    published = ((left, "about", (2.0, 20.0), "seen"), (middle, "caught", (0.1, 2.7), "flown"))
    titles = {"about": "Horn: launched at about 1 m/s", "caught": "Horn: caught"}
    for axes, name, band, what in published:
        for kind, mark in (("grains", "."), ("rock", "x")):
            rows = found[kind]
            mass = 1e3 * rows[:, COLUMNS.index(name)]
            axes.loglog(rows[:, COLUMNS.index("strength")], mass, mark, label=kind)
        axes.axhspan(*band, color="tab:orange", alpha=0.5, label=f"Hayabusa2, {what}")
        axes.set(title=titles[name], xlabel="strength of the ground [Pa]", ylabel="mass [g]")
        axes.legend(fontsize="small")
    names = [name for name in LEVELS if any(f["level"] == name for f in flights)]
    for place, name in enumerate(names):
        mass = [f["collected_mass"] for f in flights if f["level"] == name]
        right.plot(np.full(len(mass), place), mass, ".", color="tab:blue")
        right.plot(place, np.mean(mass), "_", color="black", markersize=16)
    labels = ["95 rpm, 4 s, 40 mm" if name == "about" else name for name in names]
    right.set_xticks(range(len(names)), labels, rotation=40, ha="right", fontsize="small")
    right.set(title=f"Brushes: {len(PACKINGS)} packings a level", ylabel="collected [kg]", ylim=0.0)
    figure.savefig(path, dpi=100)
