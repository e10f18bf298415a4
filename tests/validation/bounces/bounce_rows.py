"""Rows of the bounces: published figures against the 5 to 95 % of the flights, and what fits.

The interval is that of one flight (not of their mean): nobody knows which flight was flown.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from bounce_boulders import boulder_model, boulder_row
from bounce_cases import (
    MODEL,
    REST,
    RESTITUTION,
    RYUGU,
    STAYING,
    hayabusa_row,
    impact_speed,
    mascot_row,
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
ROUGH = 20.0
"""[deg] chosen: steepest facet, just under the angle at which a box slides for good."""
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
    hops = {name: [(i, s) for s in (0.0, ROUGH) for i in range(FLIGHTS[name])]
            for name in ("mascot", "soft")}  # fmt: skip
    return {
        "hayabusa": np.array([hayabusa_row(i, MODEL) for i in range(FLIGHTS["hayabusa"])]),
        "horn": np.array([horn_row(i, MODEL) for i in range(FLIGHTS["horn"])]),
        "philae": np.array([philae_row(i, MODEL) for i in range(FLIGHTS["philae"])]),
        "foot": np.array([[s, *foot_row(p, s)] for p in PACKINGS for s in STRENGTHS]),
        "mascot": np.array(
            [[s, *mascot_row(i, s, *RESTITUTION, MODEL)] for i, s in hops["mascot"]]
        ),
        "soft": np.array([[s, *mascot_row(i, s, *SOFT, MODEL)] for i, s in hops["soft"]]),
        "boulders": np.array(
            [boulder_row(i, *RESTITUTION, boulder_model()) for i in range(FLIGHTS["mascot"])]
        ),
        "soft boulders": np.array(
            [boulder_row(i, *SOFT, boulder_model()) for i in range(FLIGHTS["soft"])]
        ),
    }


def grounds(flights: dict[str, FloatArray], restitutions: str) -> dict[str, FloatArray]:
    """MASCOT's flights by ground; `restitutions` is `mascot` or `soft`.

    Columns: lean of the facets, or of the first face met [deg], then those of `mascot_row`.
    """
    planes = flights[restitutions]
    return {
        "on level rock": planes[planes[:, 0] == 0.0],
        "on leaning facets": planes[planes[:, 0] == ROUGH],
        "among boulders": flights["boulders" if restitutions == "mascot" else "soft boulders"],
    }


def fitting(restitution: FloatArray, fits: FloatArray) -> str:
    """Say in words which restitutions fitted."""
    if not fits.any():
        return f"none of {fits.size} flights"
    low, high = restitution[fits].min(), restitution[fits].max()
    return f"{fits.sum()} of {fits.size} flights, with restitutions of {low:.2f} to {high:.2f}"


def within(found: FloatArray, band: tuple[float, float]) -> FloatArray:
    """Which lie in a band."""
    return (found >= band[0]) & (found <= band[1])


def like_mascot(flights: FloatArray) -> FloatArray:
    """Which flights bounced about as long as MASCOT, with 3 to 5 intermediate contacts."""
    share = np.abs(flights[:, 2] / BOUNCING[0] - 1.0)
    return (share <= NEAR) & (np.abs(flights[:, 3] - 1.0 - CONTACTS[0]) <= 1.0)


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
    for name, hops in grounds(flights, "mascot").items():
        about = f"MASCOT {name}"
        note = notes["boulders" if name == "among boulders" else "mascot"]
        rows += [
            band_row(CASE, f"{about}: time of bouncing [s]", "facts (P/M)", BOUNCING, hops[:, 2],
                     note),
            band_row(CASE, f"{about}: intermediate contacts", "facts (P/M)", CONTACTS,
                     hops[:, 3] - 1.0, note),
            band_row(CASE, f"{about}: way over ground [m]", "DLR 2019 (P)", WAY, hops[:, 4],
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


def fits(flights: dict[str, FloatArray], name: str) -> str:
    """Say which flights over a ground were like MASCOT's, of both ranges of restitution."""
    sets = (("mascot", RESTITUTION), ("soft", SOFT))
    found = ((grounds(flights, key)[name], ends) for key, ends in sets)
    about = name.capitalize()
    return " ".join(
        f"{about}, {fitting(hops[:, 1], like_mascot(hops))} ({low:g} to {high:g} drawn)."
        for hops, (low, high) in found
    )


def mascot_note(flights: dict[str, FloatArray]) -> str:
    """MASCOT's assumptions, and what planes explain."""
    rebound = np.median(flights["mascot"][:, 6])
    return (
        "MASCOT: a uniform box of 9.6 kg, 0.3 × 0.3 × 0.2 m (chosen), any attitude, "
        'turning by up to 0.12 rad/s ("several times" in the descent, P), up to 5 cm/s sideways '
        f"(chosen), Ryugu's 1.4e-4 m/s² (M), {impact_speed() * 100:.1f} cm/s down at contact: 41 m "
        "in 350 s are an input (start at 9 cm/s), not a result. Arcs under 20 s count as contact; "
        "at rest is 10 s on the rock, too slow to rise by 1 cm (chosen). Leaning facets: each "
        f"contact on a plane that leans by up to {ROUGH:g}°, for boulders. Like MASCOT (663 s ± "
        f"{NEAR:.0%}, 3 to 5 intermediate contacts) are: {fits(flights, 'on level rock')} "
        f"{fits(flights, 'on leaning facets')} The first upward rebound "
        f"is {rebound:.2f} of the speed down in the median, but the box gets spin "
        "from it and later contacts turn that into height again. MASCOT met the side of a boulder "
        "first and ended in a hollow (DLR, P), neither of which these planes have."
    )


def boulder_note(flights: dict[str, FloatArray]) -> str:
    """Describe the field, what it changes, and what it leaves unexplained."""
    level, hops = (grounds(flights, "mascot")[n] for n in ("on level rock", "among boulders"))
    soft = flights["soft boulders"]
    shares = [np.median(hops[:, c] / level[:, c]) for c in (2, 4)]
    most = 0.5 * RYUGU * BOUNCING[0]
    return (
        "Among boulders: a tile of 8 m without end, of 180 angular hulls of 0.3 to 3 m, twice as "
        "long as high, that cover a third to two fifths of the ground. Number: Ryugu's 4400 over "
        "5 m on 2.7 km² (Michikami 2019, P, abstract) carried on with the index of -2.65 read for "
        "5 m and more (Michikami & Hagermann 2021, P, abstract), which is rather too full; "
        "proportions 2 : √2 : 1 (Michikami 2022, P, abstract); the rest chosen. The contact is "
        "the world's own, edges that cross between their corners sink in by some centimetres "
        "unmet. Unknowns as on level rock, flight by flight: time is "
        f"{shares[0]:.2f}, way {shares[1]:.2f} of that there in the median. "
        f"{np.sum(hops[:, 0] > ROUGH)} of {len(hops)} meet a face that leans by over {ROUGH:g}° "
        f"first, {np.sum(hops[:, 7] < REST)} end on the rock between boulders. "
        f"{fits(flights, 'among boulders')} Sides and hollows probably halve the way; the time is "
        "still too long. Arcs of 663 s in all leave less than "
        f"{most * 100:.1f} cm/s ({most / impact_speed():.2f} of the speed down) upward after the "
        f"first contact, were the others of no length; here it is {np.median(hops[:, 6]):.2f} in "
        "the median. So MASCOT lost more than rock of 0.3 to 0.9 mostly takes; at 0.1 to 0.3 "
        f"boulders give {np.median(soft[:, 2]):.0f} s and {np.median(soft[:, 4]):.0f} m in the "
        "median. The best explanation, not flown, is ground that gives way: our boulders are "
        "fixed, which is true by mass from about 0.7 m (ten times MASCOT's); nine in ten are "
        "lighter and would shift unless bedded, the smallest weigh less than MASCOT."
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
    colours = ("tab:blue", "tab:green", "tab:red")
    for key, mark in (("mascot", "."), ("soft", "x")):
        for (name, hops), colour in zip(grounds(flights, key).items(), colours, strict=True):
            label = name if key == "mascot" else None
            right.semilogy(hops[:, 1], hops[:, 2], mark, color=colour, label=label)
    right.axhline(BOUNCING[0], color="tab:orange", label="flown")
    right.set(title="MASCOT", ylabel="time of bouncing [s]")
    for axes in (left, middle, right):
        axes.set_xlabel("restitution drawn")
        axes.legend(fontsize="small")
    figure.savefig(path, dpi=100)
