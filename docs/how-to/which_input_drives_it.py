"""Which input drives an outcome: shares of its variance, and the outcome over the first of them.

    python docs/how-to/which_input_drives_it.py [FILE.h5 [FOLDER [OUTCOME]]]

FILE is a result file of 20 cases or more (docs/campaigns/modes_touch.h5 unless told), FOLDER where
the picture goes.  The same file opens as a notebook: every `# %%` is a cell.
"""

# %% What to read
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sampling_sim import open_store
from sampling_sim.campaign.statistics.stored import read_results, stored_drivers
from sampling_sim.errors import BadInput, StoreError

asked = [] if "ipykernel" in sys.modules else sys.argv[1:]
docs = Path(__file__).parents[1] if "__file__" in globals() else Path("..")
file = Path(asked[0]) if asked else docs / "campaigns" / "modes_touch.h5"
pictures = Path(asked[1]) if len(asked) > 1 else docs / "pictures"
outcome = asked[2] if len(asked) > 2 else "collected_mass"

# %% Shares of the variance, with intervals; * where chance alone does not give as much
try:
    _, columns, experiment = read_results(file)
except StoreError as error:
    sys.exit(str(error))
try:
    found = stored_drivers(columns, experiment, outcome)
except BadInput as error:
    sys.exit(f"{file}: {error}")
inputs = found["drivers"]
if not inputs or found["design"] != "given":
    sys.exit(f"{file}: {outcome} does not vary, or the design has indices of its own: use `show`")
print(f"{file.name}: what drives {outcome}, from {found['cases']} cases")
print("\n| input | share of the variance | 95 % interval | rank correlation |\n|---|---|---|---|")
for entry in inputs:
    share, rank = entry["first_order"], entry["rank_correlation"]
    mark = "\\*" if share["distinguishable"] else ""
    low, high = share["interval"]
    sign = "–" if rank is None else f"{rank['value']:+.2f}"
    print(f"| `{entry['input']}` | {share['value']:.2f}{mark} | {low:.2f} to {high:.2f} | {sign} |")

# %% The outcome itself over the strongest input: a number as points, words as columns of points
strongest = inputs[0]["input"]
runs = open_store(file, [strongest, outcome, "status"])
landed = runs.isel(case=~runs["status"].isin(["failed", "diverged"])).dropna("case")
values, results = landed[strongest].values, landed[outcome].values
print()
if values.dtype == object:
    for word in dict.fromkeys(values):
        part = results[values == word]
        print(f"{strongest} = {word}: {outcome} {part.min():.3g} to {part.max():.3g}", end=" ")
        print(f"{landed[outcome].attrs['units']} in {len(part)} cases")

# %% The picture
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"  # told apart by colour-blind readers
figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.4), layout="constrained")
shown = inputs[:8][::-1]
shares = np.array([entry["first_order"]["value"] for entry in shown])
low, high = np.transpose([entry["first_order"]["interval"] for entry in shown])
colours = [ORANGE if entry["first_order"]["distinguishable"] else GREY for entry in shown]
left.barh([entry["input"] for entry in shown], shares, color=colours)
left.errorbar(
    shares, range(len(shown)), fmt="none", ecolor="black", capsize=3,
    xerr=[np.maximum(shares - low, 0.0), np.maximum(high - shares, 0.0)],
)  # fmt: skip
left.set(xlabel=f"share of the variance of {outcome}", xlim=(0, 1))
left.tick_params(axis="y", labelsize="small")
if values.dtype == object:
    words = list(dict.fromkeys(values))
    aside = np.random.default_rng(1).uniform(-0.12, 0.12, len(values))
    right.plot([words.index(value) for value in values] + aside, results, "o", color=BLUE)
    right.set_xticks(range(len(words)), words)
    right.set_xlabel(strongest)
else:
    right.plot(values, results, "o", color=BLUE)
    right.set_xlabel(f"{strongest} [{landed[strongest].attrs['units']}]")
right.set_ylabel(f"{outcome} [{landed[outcome].attrs['units']}]")
pictures.mkdir(parents=True, exist_ok=True)
figure.savefig(pictures / "which_input_drives_it.png", dpi=110, metadata={"Software": None})
