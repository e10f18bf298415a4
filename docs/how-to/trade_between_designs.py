"""Trade between design points: what each gives, and which of them no other beats.

    python docs/how-to/trade_between_designs.py [FILE.h5 [FOLDER [OBJECTIVES]]]

FILE is a result file whose experiment has a grid (docs/campaigns/sites.h5 unless told), FOLDER
where the picture goes, OBJECTIVES two of them, as "max collected_mass, min ejected_mass".  The same
file opens as a notebook: every `# %%` is a cell.
"""

# %% What to read
import sys
from itertools import cycle
from math import isfinite
from pathlib import Path

import matplotlib.pyplot as plt

from sampling_sim.campaign.statistics.stored import read_results, stored_pareto
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.store import open_store

asked = [] if "ipykernel" in sys.modules else sys.argv[1:]
docs = Path(__file__).parents[1] if "__file__" in globals() else Path("..")
file = Path(asked[0]) if asked else docs / "campaigns" / "sites.h5"
pictures = Path(asked[1]) if len(asked) > 1 else docs / "pictures"
objectives = asked[2] if len(asked) > 2 else "max collected_mass, min ejected_mass"

# %% Each objective at each design point, on the surface where it is worst, with its interval
try:
    _, columns, experiment = read_results(file)
except StoreError as error:
    sys.exit(str(error))
try:
    found = stored_pareto(columns, experiment, objectives)
except BadInput as error:
    sys.exit(f"{file}: {error}")
points = found["points"]
across, up = (
    list(points[0]["values"])[:2]
    if len(points[0]["values"]) > 1
    else sys.exit(f"{objectives!r}: name two objectives, a comma between")
)
names = [
    ", ".join(f"{v:.3g}" if isinstance(v, float) else str(v) for v in point["inputs"].values())
    for point in points
]
name_of = {point["design_point"]: name for point, name in zip(points, names, strict=True)}


def text(point: dict, objective: str) -> str:
    """Value of an objective with its interval."""
    low, high = point["intervals"][objective]
    known = f" ({low:.3g} to {high:.3g})" if isfinite(high - low) else ""  # too few cases to say
    return f"{point['values'][objective]:.3g}{known}"


print(f"{file.name}: {found['replicates']} replicates, {found['packings']} packings of the bed")
print(f"\n| {', '.join(points[0]['inputs'])} | {across} | {up} | nothing beats it |")
print("|---|---|---|---|")
for point, name in zip(points, names, strict=True):
    beats = "yes" if point["is_non_dominated"] else "no"
    print(f"| {name} | {text(point, across)} | {text(point, up)} |", end=" ")
    print(f"{beats}; in {point['share']:.0%} of resamples |")

# %% The same landings at two design points share their random numbers: differences in pairs
print()
for entry in found["differences"]:
    low, high = entry["interval"]
    if isfinite(high - low):
        sure = "" if low <= 0.0 <= high else ", not 0"
        new, old = (name_of[entry[key]] for key in ("design_point", "against"))
        print(f"{entry['outcome']}, {new} less {old}:", end=" ")
        print(f"{entry['mean']:+.3g} ({low:.3g} to {high:.3g}){sure}")

# %% The picture
BLUE, GREY = "#0072B2", "#999999"  # told apart by colour-blind readers
figure, axes = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
for point, name, marker in zip(points, names, cycle("os^vDP*X"), strict=False):
    place = [point["values"][across], point["values"][up]]
    reach = [point["intervals"][key] for key in (across, up)]
    bars = [
        None if not all(map(isfinite, ends)) else [[value - ends[0]], [ends[1] - value]]
        for value, ends in zip(place, reach, strict=True)
    ]
    colour = BLUE if point["is_non_dominated"] else GREY
    axes.errorbar(
        *place, xerr=bars[0], yerr=bars[1], fmt=marker, ms=8, lw=1, color=colour, label=name
    )
figure.legend(loc="outside right upper", title=", ".join(points[0]["inputs"]))
units = {name: column.attrs["units"] for name, column in open_store(file).variables.items()}
axes.set_xlabel(f"{across} [{units[across.split()[-1]]}]")
axes.set_ylabel(f"{up} [{units[up.split()[-1]]}]")
axes.set_title("blue: no other is as good in both", fontsize="medium")
pictures.mkdir(parents=True, exist_ok=True)
figure.savefig(pictures / "trade_between_designs.png", dpi=110, metadata={"Software": None})
