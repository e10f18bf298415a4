"""Read a campaign: its table, who collects how much, and the force on the head.

    python docs/how-to/read_a_campaign.py [FILE.h5 [FOLDER]]

FILE is a result file (docs/campaigns/demo.h5 unless told), FOLDER where the picture goes.  The same
file opens as a notebook: every `# %%` is a cell.
"""

# %% What to read
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sampling_sim import open_series, open_store
from sampling_sim.campaign.statistics.stored import read_results, stored_summary
from sampling_sim.errors import StoreError

asked = [] if "ipykernel" in sys.modules else sys.argv[1:]
docs = Path(__file__).parents[1] if "__file__" in globals() else Path("..")
file = Path(asked[0]) if asked else docs / "campaigns" / "demo.h5"
pictures = Path(asked[1]) if len(asked) > 1 else docs / "pictures"

# %% One row a case, units in the attributes; failed and diverged cases measured nothing
try:
    runs = open_store(file)
except StoreError as error:
    sys.exit(str(error))
landed = runs.isel(case=~runs["status"].isin(["failed", "diverged"]))
if not landed.sizes["case"]:
    sys.exit(f"{file}: none of its {runs.sizes['case']} cases finished")
print(f"{file.name}: {runs.sizes['case']} cases, seed {runs.attrs['seed']}")
print(f"flown on {runs.attrs['cpu_model']}, commit {runs.attrs['git_commit'][:12]}")

# %% A table for people; in the file everything is in SI
ROWS = [  # words, column, times what, unit
    ("collected mass", "collected_mass", 1.0, "kg"),
    ("collected grains", "collected_count", 1.0, ""),
    ("peak force on the head", "peak_force", 1.0, "N"),
    ("force carried by the wrist", "wrist_force", 1.0, "N"),
    ("force where the arm hangs on the bus", "bus_force", 1.0, "N"),
    ("impulse of the ground", "impulse", 1.0, "N·s"),
    ("sinkage of the rim", "max_sinkage", 1e3, "mm"),
    ("slip", "slip_distance", 1e3, "mm"),
    ("tilt", "tilt_max", 180.0 / np.pi, "°"),
    ("thrown off and leaving", "ejected_mass", 1.0, "kg"),
    ("wings to the body", "wing_clearance", 1.0, "m"),
    ("motor work", "motor_work", 1.0, "J"),
    ("time with a wheel stalled", "stall_time", 1.0, "s"),
    ("largest overlap of grains, over the radius", "overlap_peak", 100.0, "%"),
    ("largest overlap of a tool, over the radius", "overlap_tool", 100.0, "%"),
]
print("\n| outcome | smallest | mean | largest |\n|---|---|---|---|")
for words, name, scale, unit in ROWS:
    values = scale * landed[name].dropna("case")
    if values.size:
        three = [float(value) for value in (values.min(), values.mean(), values.max())]
        numbers = [f"{value:#.3g}".rstrip(".") if unit else f"{value:.0f}" for value in three]
        print(f"| {words} | " + " | ".join(f"{number} {unit}".strip() for number in numbers) + " |")

# %% The mean with its interval, and the verdicts: what `sampling-sim show` prints
report = stored_summary(*read_results(file))
mass = report["outcomes"]["collected_mass"]
interval = mass["mean_interval"]
is_known = bool(np.isfinite(interval).all())  # the cases may be too few to say
if is_known:
    print(f"\nmean collected mass: {mass['mean']:.2f} kg, 95 % interval", end=" ")
    print(f"{interval[0]:.2f} to {interval[1]:.2f} kg")
for verdict in report["requirements"]:
    print(
        f"{verdict['text']} with probability {verdict['probability']}: {verdict['verdict']}", end=""
    )
    print(f" ({verdict['met_cases']} of {verdict['cases']} cases)")

# %% Time series, of the cases that were recorded
recorded = {}
for case in runs["case"].values:
    try:
        series = open_series(file, int(case))
    except StoreError:
        continue
    force = np.hypot(
        np.hypot(series["head_force_x"], series["head_force_y"]), series["head_force_z"]
    )
    if (touched := np.flatnonzero(force > 0.1)).size:
        since_contact = series["time"] - series["time"][touched[0]]
        recorded[int(case)] = (since_contact.values, force.values)
if not recorded:
    print("no case is recorded: sampling-sim sweep … --record 4 keeps force histories")

# %% The picture
BLUE, ORANGE = "#0072B2", "#D55E00"  # told apart by colour-blind readers (Okabe & Ito)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.4), layout="constrained")
masses = np.sort(landed["collected_mass"].dropna("case").values)
left.step([0.0, *masses], np.arange(len(masses) + 1) / len(masses), where="post", color=BLUE)
left.plot(masses, (np.arange(len(masses)) + 1) / len(masses), "o", color=BLUE, label="one case")
if is_known:
    left.axvspan(*interval, color=ORANGE, alpha=0.25, label="mean, 95 % interval")
left.set(xlabel="collected mass [kg]", ylabel="share of cases with at most that", xlim=(0, None))
left.legend(loc="center left", frameon=False)
right.set(xlabel="time since first contact [s]", ylabel="force on the head [N]")
if recorded:
    width = max(0.1, *(2.0 * np.diff(time).max() for time, _ in recorded.values()))
    edges = np.arange(0.0, min(time[-1] for time, _ in recorded.values()), width)
    bins = [np.digitize(time, edges) for time, _ in recorded.values()]
    inside = range(1, len(edges))
    forces = [force for _, force in recorded.values()]
    each = [[force[i == n] for n in inside] for i, force in zip(bins, forces, strict=True)]
    largest = np.max([[part.max() for part in case] for case in each], axis=0)
    mean = np.mean([[part.mean() for part in case] for case in each], axis=0)
    right.stairs(
        largest, edges, fill=True, color=BLUE, alpha=0.25, label=f"largest in {width:.2g} s"
    )
    right.stairs(mean, edges, color=BLUE, lw=1.5, label="mean")
    right.set(xlim=(0.0, edges[-1]), ylim=(0.0, None))
    right.legend(frameon=False, title=f"{len(recorded)} recorded cases")
pictures.mkdir(parents=True, exist_ok=True)
figure.savefig(pictures / "read_a_campaign.png", dpi=110, metadata={"Software": None})
