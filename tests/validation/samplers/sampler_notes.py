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
MASSES = ("launched", "in_time", "fast", "about", "caught")
"""In the order of the note."""


def horn_notes(found: dict[str, FloatArray]) -> dict[str, str]:
    """Assumptions and explanations of the horn's rows."""
    grains, rock = GROUNDS["grains"].density, GROUNDS["rock"].density
    about, outside, entered = (spread(found["grains"], n) for n in ("about", "outside", "entered"))
    beads = 1e3 * np.median(found["beads"][:, COLUMNS.index("caught")])
    return {
        "grains": "Horn: the value is the median and the interval holds 90 % of the shots, 5 g at "
        "300 m/s under a horn at rest, throat open for 4 s; drawn for each are the law's row "
        "(sand/fly ash or perlite/sand), strength (0.1 Pa up to the row's 2 or 4 kPa), bulk "
        f"density ({grains[0]:g} to {grains[1]:g} kg/m³), angle of launch (45 ± 10°), restitution, "
        "friction and scatter on the horn (0.3 to 0.7, 0.2 to 0.6, 0.15 to 0.45; chosen). Fine "
        "grains, medians in g of what is launched in all, within 4 s (if a crater takes x/v to "
        "grow to x: an order of magnitude), faster than 10 cm/s, at about 1 m/s (0.5 to 2, "
        f"chosen), caught: {by_strength(found['grains'])}. Of tens of kilograms under 1 Pa nine "
        "tenths are too slow and too late for a touch to see: \"in all\" is no fair row there.",
        "outside": f"At about 1 m/s fine grains launch {about} g whatever their strength, short of "
        "kilopascals, where 2 to 20 g were seen: slow ejecta and weak ground are not why. Most of "
        f"it starts under the mouth, which stands on the ground; outside start {outside} g, which "
        "leaves room for what was seen. Which ejecta were counted, and how small a piece could be, "
        "was not read; the thrusters of the ascent raised some as well (M). The law knows grains "
        "far finer than the projectile of 8 mm: pebbles and boulders probably take its momentum in "
        "few pieces.",
        "rock": "Rock: rows of weakly cemented basalt and of rock at their own strength, density "
        f"{rock[0]:g} to {rock[1]:g} kg/m³. All of it starts under the mouth and hardly any is as "
        "slow as 1 m/s: what was seen lies between rock and fine grains.",
        "all": "The tenfold and the 0.5 % are themselves of simulations of 5 mm grains without "
        "cohesion (Thuillet et al. 2019): one model beside another. Both follow strength here: "
        "weak ground launches much that is slow and outside the mouth. They found that a second "
        "impact adds ejecta but not necessarily sample; here it would find fresh ground and double "
        "both, which is a limit of the law's use.",
        "caught": "0.1 to 1 g were estimated for the first touch, and 5.4 g came home from two: "
        f"the band ends at half of that. Over fine grains too much enters the mouth, {entered} g. "
        "Over rock the catch lies within, but the scatter of the bounces was chosen knowing what "
        "came home ([horn](projectile-horn.md)): no proof.",
        "beads": "Beads: row \"sand\" in its gravity regime, 50,000 parcels a shot, and 9.81 m/s² "
        "in flight as well (the product leaves it out; here half of g dt before and after each "
        "step of 2 ms). No parameter was chosen knowing this number. At the default bounces 0.8 g "
        f"are caught, without gravity in flight 22 g; the median of the draws, {beads:.2g} g, is "
        "four times too much. Friction on the horn and angle decide (rank correlation −0.7 and "
        "+0.65), then restitution (−0.4). Left out are collisions of the beads with one another "
        "and air. That the laboratory's horn and projectile were these is supposed.",
    }  # fmt: skip


def spread(shots: FloatArray, name: str) -> str:
    """Say between which masses [g] 90 % of the shots lie."""
    low, high = 1e3 * np.quantile(shots[:, COLUMNS.index(name)], [0.05, 0.95])
    return f"{low:.0f} to {high:.0f}"


def by_strength(shots: FloatArray) -> str:
    """Say the medians [g] of five masses in each part of the range of strength."""
    strength, parts = shots[:, COLUMNS.index("strength")], []
    for low, high in DECADES:
        mine = shots[(strength >= low) & (strength <= high)]
        if len(mine):
            medians = (1e3 * np.median(mine[:, COLUMNS.index(name)]) for name in MASSES)
            parts.append(f"{low:g} to {high:g} Pa: {', '.join(grams(m) for m in medians)}")
    return "; ".join(parts)


def grams(mass: float) -> str:
    """Write two figures without a power of ten."""
    return f"{float(f'{mass:.2g}'):g}"


def brush_notes(flights: list[dict[str, Any]]) -> dict[str, str]:
    """Assumptions and explanations of the brushes' rows."""
    speeds, times = ("50 rpm", "about", "150 rpm", "300 rpm"), ("1.5 s", "about", "8 s")
    gaps, bites = ("tips 24 mm apart", "about", "tips 70 mm apart"), ("about", "bite 15 mm")

    def means(levels: Sequence[str], name: str, scale: float = 1.0) -> str:
        return ", ".join(f"{scale * mean(flights, level, name):.2g}" for level in levels)

    first = ", ".join(f"{mean(marked(flights), level, 'first'):.2g}" for level in speeds)
    return {
        "speed": "Brushes: experiments/brush_trade.toml (grains of 20 to 32 mm, a sample is 10 to "
        f"40 of them) at 1 Pa, {len(PACKINGS)} packings with errors of navigation of their own; "
        "one key at a time is changed about 95 rpm, 4 s, tips 40 mm apart and 30 mm below the rim, "
        "and each ratio is within a packing. Too fast wheels are said to spill (Zhang et al.: two "
        "brush wheels, 24 g in 8 s from a sampler of 280 g pressed with 0.2 N; at which speeds was "
        f"not read). Collected at 50, 95, 150, 300 rpm: {means(speeds, 'collected_mass')} kg. JPL "
        "drove its three brush wheels at 800 to 2000 rpm (NASA Tech Brief NPO-47100, P) and says "
        "of rates that they exceeded what was required; its grains and bristles were others.",
        "why": "Where the grains go, in the same order, kg: in the container but not at the end "
        f"{means(speeds, 'dropped')}; up between the wheels, above their axes, but never in "
        f"{means(speeds, 'refused')}; never in and once faster than 20 cm/s "
        f"{means(speeds, 'flung')}; moved by over 5 cm when retreat begins "
        f"{means(speeds, 'moved')}, of it beside the housing {means(speeds, 'aside')}, drifting "
        f"at {means(speeds, 'speed', 100.0)} cm/s. The flap loses a part of the first at most. The "
        "row's share is that "
        "of what came up between the wheels: a tenth to a fifth of that is lost, at every speed "
        "alike. What fast wheels lack they never lift, so they do not spill in this sense. In the "
        f"first second all take about the same, {first} kg; later the fast ones get less, "
        "probably because they have knocked aside what was in reach (the mass over 20 cm/s; over "
        "10 cm/s it showed no trend on two packings).",
        "dwell": f"Collected in 1.5, 4, 8 s: {means(times, 'collected_mass')} kg. The paper "
        "speaks of a rate, and more than 1 is all that the word says: the row is weak. If a rate "
        "lasted, masses would be as the times, the band's far end; that ours falls off is ours "
        "alone, for no published yield against "
        "time was read (a former prototype of Zhang et al., IROS 2019, abstract: 19 g in 25 s on "
        "Earth). Our head stops sinking after a second or two, when the thrust has braked it, "
        "and empties the ground that it then has in reach.",
        "gap": f"Collected with tips 24, 40, 70 mm apart: {means(gaps, 'collected_mass')} kg (the "
        "housing widens with them, by 16 and 30 mm); with tips 30, 15 mm below the rim: "
        f"{means(bites, 'collected_mass')} kg, where the rim stands at "
        f"{means(bites, 'rim_height', 1000.0)} mm, so that the tips reach as deep and the walls "
        "deeper. No published dependence on a gap, neither between wheels nor to the ground, was "
        "read: of Luo et al. 2023 (Frontiers Mech. Eng.) not even the abstract was stored, those "
        "of Lei et al. 2022 and of Thermal Science 29, 1423 (P) name parameters and no trend; of "
        "Schäfer et al. 2017 the figures of rate "
        "against rotation, cohesion and friction were not readable. That asteroids are harder than "
        "Earth (Zhang et al.) is not tested: the campaign knows no 1 g.",
        "picture": "![Horn: launched at about 1 m/s and caught, against strength; brushes: "
        "collected, each packing a point](pictures/samplers.png)",
    }  # fmt: skip


def marked(flights: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Flights with what is in the container a second after contact; marks are 0.25 s apart."""
    return [f | {"first": f["contained"][min(4, len(f["contained"]) - 1)]} for f in flights]


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
        axes.axhspan(*band, color="tab:gray", alpha=0.4, label=f"Hayabusa2, {what}")
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
