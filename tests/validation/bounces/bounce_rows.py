"""Rows of the bounces: published figures against the 5 to 95 % of the flights, and what fits.

The interval is that of one flight (not of their mean): nobody knows which flight was flown.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from bounce_boulders import COLUMNS, MASCOT_MODEL, mascot_row
from bounce_cases import (
    MODEL,
    RESTITUTION,
    RYUGU,
    STAYING,
    hayabusa_row,
    impact_speed,
    philae_row,
)
from bounce_foot import foot_row
from bounce_horn import horn_row
from rows import ROOT, Row, band_row

from sampling_sim.constants import FloatArray

CASE = "9 Bounces of landers"
PICTURE = ROOT / "docs" / "pictures" / "bounces.png"
FLIGHTS = {"hayabusa": 100, "horn": 24, "philae": 100, "mascot": 20, "soft": 10}
PACKINGS, STRENGTHS = (1, 2, 3, 4, 5), (1.0, 10.0, 100.0, 1000.0)
"""[Pa] chosen: from van der Waals to 1 kPa, ten times a step."""
SOFT = (0.1, 0.3)
"""[1] restitutions below the stated range, flown to see what fits; no row is made of them."""
STEEP = 20.0
"""[deg] chosen: just under the angle at which a box slides for good."""
ON_ROCK = 0.01
"""[m] chosen: with its lowest corner under this a box at rest is on the rock, not on a boulder."""
GROUNDS = {"on level rock": False, "among boulders": True}
"""Of MASCOT's flights: whether there are boulders."""
OUT_IN = {"hayabusa": (0.84, (0.827, 0.854)), "philae": (0.3525, (0.325, 0.38))}
"""Published speed out over in; Hayabusa's band is the rounding of 6.9 and 5.8 cm/s."""
BOUNCING, CONTACTS, WAY = (663.0, (658.0, 668.0)), (4.0, (4.0, 4.0)), (17.0, (16.0, 18.0))
"""MASCOT: s, intermediate contacts (facts §3), m (DLR's page, P); bands chosen: ±5 s, ±1 m."""
STRESS = (1000.0, (500.0, 2000.0))
"""[Pa] facts §3; band chosen: a factor of two.  Roll & Witte 2016 (P): under 1.7 kPa."""
NEAR = 0.2
"""[1] share of 663 s within which a flight counts as MASCOT's; chosen."""


def flown() -> dict[str, FloatArray]:
    """All flights, kept ones read; see the functions for the columns."""
    hops = {
        mascot_flights(name, ground): np.array(
            [mascot_row(i, boulders, *ends, MASCOT_MODEL) for i in range(FLIGHTS[name])]
        )
        for name, ends in (("mascot", RESTITUTION), ("soft", SOFT))
        for ground, boulders in GROUNDS.items()
    }
    return {
        "hayabusa": np.array([hayabusa_row(i, MODEL) for i in range(FLIGHTS["hayabusa"])]),
        "horn": np.array([horn_row(i, MODEL) for i in range(FLIGHTS["horn"])]),
        "philae": np.array([philae_row(i, MODEL) for i in range(FLIGHTS["philae"])]),
        "foot": np.array([[s, *foot_row(p, s)] for p in PACKINGS for s in STRENGTHS]),
    } | hops


def mascot_flights(restitutions: str, ground: str) -> str:
    """Name of MASCOT's flights over a ground; `restitutions` is `mascot` or `soft`."""
    return f"{restitutions} {ground}"


def hops_of(
    flights: dict[str, FloatArray], restitutions: str, ground: str
) -> dict[str, FloatArray]:
    """Columns of MASCOT's flights over a ground, by name."""
    return dict(zip(COLUMNS, flights[mascot_flights(restitutions, ground)].T, strict=True))


def fitting(restitution: FloatArray, fits: FloatArray) -> str:
    """Say in words which restitutions fitted."""
    if not fits.any():
        return f"none of {fits.size} flights"
    low, high = (f"{end(restitution[fits]):.2f}" for end in (np.min, np.max))
    ends = f"a restitution of {low}" if low == high else f"restitutions of {low} to {high}"
    return f"{fits.sum()} of {fits.size} flights, with {ends}"


def within(found: FloatArray, band: tuple[float, float]) -> FloatArray:
    """Which lie in a band."""
    return (found >= band[0]) & (found <= band[1])


def like_mascot(hops: dict[str, FloatArray]) -> FloatArray:
    """Which flights bounced about as long as MASCOT, with 3 to 5 intermediate contacts."""
    share = np.abs(hops["time"] / BOUNCING[0] - 1.0)
    return (share <= NEAR) & (np.abs(hops["arcs"] - 1.0 - CONTACTS[0]) <= 1.0)


def bounce_rows(flights: dict[str, FloatArray]) -> list[Row]:
    """Rows of the table."""
    hayabusa, philae, foot = flights["hayabusa"], flights["philae"], flights["foot"]
    touch, notes = "speed out over in", bounce_notes(flights)
    source = "facts (M)"
    rows = [
        band_row(CASE, f"Hayabusa, {touch}: rigid body on rock", source, OUT_IN["hayabusa"],
                 hayabusa[:, 2], notes["hayabusa"]),
        band_row(CASE, f"Hayabusa, {touch}: our horn craft", source, OUT_IN["hayabusa"],
                 flights["horn"][:, 1], notes["horn"]),
        band_row(CASE, f"Philae, {touch}: rigid legs on rock", "facts (P/M)", OUT_IN["philae"],
                 philae[:, 1], notes["philae"]),
        band_row(CASE, f"Philae, {touch}: a foot on bonded grains", "facts (P/M)", OUT_IN["philae"],
                 foot[:, 1], notes["foot"]),
        band_row(CASE, "Philae, stress that stops it [Pa]: a foot on bonded grains", "facts (P/M)",
                 STRESS, foot[:, 3], notes["foot"]),
    ]  # fmt: skip
    for ground, boulders in GROUNDS.items():
        hops, about = hops_of(flights, "mascot", ground), f"MASCOT {ground}"
        note = notes["boulders" if boulders else "mascot"]
        rows += [
            band_row(CASE, f"{about}: time of bouncing [s]", "facts (P/M)", BOUNCING, hops["time"],
                     note),
            band_row(CASE, f"{about}: intermediate contacts", "facts (P/M)", CONTACTS,
                     hops["arcs"] - 1.0, note),
            band_row(CASE, f"{about}: way over ground [m]", "DLR 2019 (P)", WAY, hops["way"],
                     notes["picture"]),
        ]  # fmt: skip
    return rows


def bounce_notes(flights: dict[str, FloatArray]) -> dict[str, str]:
    """Assumptions and explanations, with the figures of these flights."""
    hayabusa, philae, foot = flights["hayabusa"], flights["philae"], flights["foot"]
    ours = fitting(hayabusa[:, 0], within(hayabusa[:, 2], OUT_IN["hayabusa"][1]))
    theirs = fitting(philae[:, 0], within(philae[:, 1], OUT_IN["philae"][1]))
    stress = "; ".join(
        f"{np.mean(foot[foot[:, 0] == s, 3]) / 1e3:.2g} kPa and "
        f"{np.mean(foot[foot[:, 0] == s, 2]) * 100:.2g} cm at {s:g} Pa" for s in STRENGTHS
    )  # fmt: skip
    common = (
        "In this case the interval holds 90 % of the flights, not their mean, and the value is "
        "their median. Restitution 0.3 to 0.9 and friction 0.4 to 0.8 are drawn for each. "
    )
    return {
        "hayabusa": f"{common}Hayabusa: 500 kg on a rigid mouth of Ø 20 cm, 1.55 m below its "
        "centre of mass, tilt up to 10°, up to 2 cm/s sideways, all chosen. Restitution is drawn, "
        f"not foretold: the row says that 0.84 is within reach. In the published band: {ours} "
        "(of the contact with the mouth flat; tilted, a rim point bounces better than that).",
        "horn": "Our horn hangs from an arm with a spring and a dashpot (500 N/m, 120 N·s/m: "
        "defaults) that Hayabusa had not: the arm takes the energy, whatever the rock.",
        "philae": "Philae: 98 kg, a cube of 1 m on three rigid legs (feet 1.3 m out, 0.9 m below), "
        "tilt up to 20°, turning by up to 0.05 rad/s, all chosen. The world's rock is a spring and "
        "a dashpot: it has no crushing strength, so its restitution stands for the crushing. In "
        f"the published band: {theirs}. {np.sum(philae[:, 3] >= STAYING)} of {len(philae)} had "
        f"not left after {STAYING:g} s and count as 0. Feet that strike one after another turn "
        "speed into rotation, so that the ratio is mostly below the restitution.",
        "foot": "A third of 98 kg on a plate of 0.018 m² (0.055 m² under three legs: 94 N of "
        "damper and 1.7 kPa, Roll & Witte 2016, P) at 1 m/s onto 22 cm of grains, 22 to 30 mm, "
        f"~530 kg/m³, bonds of 1 to 1000 Pa, 5 packings; none reaches the floor. Stress and "
        f"depth: {stress}. Tensile strength is not crushing strength: weak bonds do not decide, as "
        "10 Pa stops the foot like 1 Pa. ρv² alone is 0.5 kPa; the rest is grains that lock under "
        "the foot, not the walls: a box half as wide again gives the same within 5 %. 67P's "
        "ground gave way by its pores, and spheres at 0.55 packing have few to give; but the "
        "feet's own accelerometers were read as ~10 kPa (CASSE, P), which would be as found here. "
        "They return hardly anything: the flight's rebound probably came from what one foot on "
        "grains has not, a stiff layer below, the lander's legs, contacts over 20 s (Roll & "
        "Witte).",
        "mascot": mascot_note(flights),
        "boulders": boulder_note(flights),
        "picture": "![Each bounce against the restitution drawn, and what was flown; crosses at "
        "the right: restitutions below the stated range](pictures/bounces.png)",
    }  # fmt: skip


def fits(flights: dict[str, FloatArray], ground: str) -> str:
    """Say which flights over a ground were like MASCOT's, of both ranges of restitution."""
    sets = (("mascot", RESTITUTION), ("soft", SOFT))
    found = ((hops_of(flights, name, ground), ends) for name, ends in sets)
    about = ground.capitalize()
    return " ".join(
        f"{about}, {fitting(hops['restitution'], like_mascot(hops))} ({low:g} to {high:g} drawn)."
        for hops, (low, high) in found
    )


def thrown_higher(hops: dict[str, FloatArray]) -> str:
    """Count the flights that a later contact throws higher, and say what that came from."""
    higher = hops["highest"] > hops["rebound"]
    counted = (
        f"{higher.sum()} of {higher.size} are thrown higher by a later contact than by the first"
    )
    if not higher.any():
        return counted
    spin, sideways = (np.median(hops[name][higher]) for name in ("spin", "sideways"))
    return (
        f"{counted}, out of sideways motion and spin (which lose {sideways:.2f} and {spin:.2f} of "
        "the fall's energy from the first arc to the highest, in the median of these)"
    )


def mascot_note(flights: dict[str, FloatArray]) -> str:
    """MASCOT's assumptions, and what level rock explains."""
    hops = hops_of(flights, "mascot", "on level rock")
    return (
        "MASCOT: a uniform box of 9.6 kg, 0.3 × 0.3 × 0.2 m (chosen), any attitude, "
        'turning by up to 0.12 rad/s ("several times" in the descent, P), up to 5 cm/s sideways '
        f"(chosen), Ryugu's 1.4e-4 m/s² (M), {impact_speed() * 100:.1f} cm/s down at contact: 41 m "
        "in 350 s are an input (start at 9 cm/s), not a result. Arcs under 20 s count as contact; "
        "at rest is 10 s on the rock, too slow to rise by 1 cm (chosen). Like MASCOT (663 s ± "
        f"{NEAR:.0%}, 3 to 5 intermediate contacts) are: {fits(flights, 'on level rock')} "
        f"The first upward rebound is {np.median(hops['rebound']):.2f} of the speed down in the "
        f"median. {thrown_higher(hops)}. A tumbling box forgets its start: the same 20 flights "
        "begun 1 cm lower (as of commit 4575eb9) took 2730 s, 9 intermediate contacts and 98 m in "
        "the median. MASCOT met the side of a boulder first and ended in a hollow (DLR, P), "
        "neither of which level rock has."
    )


def boulder_note(flights: dict[str, FloatArray]) -> str:
    """Describe the field, what it changes, and what it leaves unexplained."""
    level, hops = (hops_of(flights, "mascot", ground) for ground in GROUNDS)
    soft = hops_of(flights, "soft", "among boulders")
    time, way = (np.median(hops[name]) / np.median(level[name]) for name in ("time", "way"))
    leaning, on_rock = hops["lean"] > STEEP, hops["height"] < ON_ROCK
    return (
        "Among boulders: a tile of 8 m without end, of 180 angular hulls of 0.3 to 3 m, twice as "
        "long as high, that cover a third to two fifths of the ground. Number: Ryugu's 4400 over "
        "5 m on 2.7 km² (Michikami 2019, P, abstract) carried on with the index of -2.65 read for "
        "5 m and more (Michikami & Hagermann 2021, P, abstract), which is rather too full; "
        "proportions 2 : √2 : 1 (Michikami 2022, P, abstract); the rest chosen. The contact is "
        "the world's own, edges that cross between their corners sink in by some centimetres "
        f"unmet. Unknowns as on level rock: the medians of time and way are {time:.2f} and "
        f"{way:.2f} of those there. {leaning.sum()} of {leaning.size} are first pushed along a "
        f"normal that leans by over {STEEP:g}°, {on_rock.sum()} end on the rock between boulders. "
        f"{fits(flights, 'among boulders')} {weak_note(hops)} At restitutions of 0.1 to 0.3 "
        f"boulders give {np.median(soft['time']):.0f} s and {np.median(soft['way']):.0f} m in the "
        "median. A likely explanation, not flown, is ground that gives way: our boulders are "
        "fixed, which is true by mass from about 0.7 m (ten times MASCOT's); nine in ten are "
        "lighter and would shift unless bedded, the smallest weigh less than MASCOT."
    )


def weak_note(hops: dict[str, FloatArray]) -> str:
    """Say how flights go on whose first rebound is as weak as MASCOT's must have been."""
    most = 0.5 * RYUGU * BOUNCING[0]
    weak = hops["rebound"] < most / impact_speed()
    limit = (
        f"Arcs of {BOUNCING[0]:.0f} s in all leave less than {most * 100:.1f} cm/s "
        f"({most / impact_speed():.2f} of the speed down) upward after the first contact. "
        f"{weak.sum()} of {weak.size} rebound by less"
    )
    if not weak.any():
        return f"{limit}."
    theirs = {name: column[weak] for name, column in hops.items()}
    longer = theirs["time"] > BOUNCING[1][1]
    first_arc = 2.0 * impact_speed() * theirs["rebound"] / RYUGU
    return (
        f"{limit}, yet bounce for {theirs['time'].min():.0f} to {theirs['time'].max():.0f} s, "
        f"{longer.sum()} of them longer than MASCOT: a weak first rebound is not enough, later "
        f"arcs take {1.0 - np.median(first_arc / theirs['time']):.0%} of their time in the "
        "median. Of them "
        f"{thrown_higher(theirs)}; why the later arcs of the others last is not explained."
    )


def write_picture(flights: dict[str, FloatArray], path: Path = PICTURE) -> None:
    """Draw each bounce against the restitution drawn, with the published band."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.4), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for axes, name, column in ((left, "hayabusa", 2), (middle, "philae", 1)):
        axes.plot(flights[name][:, 0], flights[name][:, column], ".", label="on rock")
        axes.axhspan(*OUT_IN[name][1], color="tab:orange", alpha=0.5, label="published")
        axes.set(title=name.capitalize(), ylabel="speed out / in")
    left.plot(flights["horn"][:, 0], flights["horn"][:, 1], "x", label="our horn craft")
    for name, mark in (("mascot", "."), ("soft", "x")):
        for ground, colour in zip(GROUNDS, ("tab:blue", "tab:red"), strict=True):
            hops, label = hops_of(flights, name, ground), ground if name == "mascot" else None
            right.semilogy(hops["restitution"], hops["time"], mark, color=colour, label=label)
    right.axhline(BOUNCING[0], color="tab:orange", label="flown")
    right.set(title="MASCOT", ylabel="time of bouncing [s]")
    for axes in (left, middle, right):
        axes.set_xlabel("restitution drawn")
        axes.legend(fontsize="small")
    figure.savefig(path, dpi=100)
