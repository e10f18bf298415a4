"""The plan of the study, its stores, and the small file that is kept of them.

A level is a campaign of its own in a result file under results/bennu/ (not in the repository); what
the page and the rows are written from is results/bennu.json, made anew from those files level by
level, so that levels flown elsewhere or earlier stay.
"""

import fcntl
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from flight_measures import flight_of, measures, thinned

from sampling_sim import load_experiment
from sampling_sim.asteroid.site import load_site
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.recording.recorder import Recording
from sampling_sim.store import read_attributes

ROOT = Path(__file__).parents[3]
BASE = ROOT / "experiments" / "bennu.toml"
PLAN = Path(__file__).parent / "plan.toml"
KEPT = ROOT / "results" / "bennu.json"


class SeriesOnly(RecordedReplicates):
    """Every row of the time series, and of the grains the first frame alone."""

    def recording(self, experiment: Experiment) -> Recording:
        """How each of the cases is recorded."""
        return replace(super().recording(experiment), interval=1e3)


WORDS = {
    "NO_GAS": ["mechanism.gas_mass=0 g", "sequence.retreat_thrust=60 N"],
    "FINE": [
        "regolith.diameter_min=28 mm", "regolith.diameter_max=40 mm",
        "engine.contact_step=0.2 ms", "engine.exchange_step=0.4 ms",
    ],
    "COARSE": ["regolith.diameter_min=57 mm", "regolith.diameter_max=80 mm"],
    "QUICK": [
        "regolith.packing_seed=1", "regolith.depth=1 m",
        "engine.contact_step=0.2 ms", "engine.exchange_step=0.4 ms",
    ],
    "ONE": ["regolith.packing_seed={ grid = [1] }"],
    "DRAWN": [
        "regolith.packing_fraction={ choice = [0.40, 0.45, 0.50] }",
        "regolith.grain_density={ choice = ['1100 kg/m^3', '1500 kg/m^3'] }",
        "regolith.friction_coefficient={ uniform = [0.3, 1.0] }",
        "regolith.rolling_friction={ uniform = [0.0, 0.3] }",
        "regolith.tensile_strength={ uniform = ['0 Pa', '1 Pa'] }",
        "mechanism.speed_kept={ uniform = [0.2, 0.9] }",
        "craft.arm_stiffness={ log_uniform = ['200 N/m', '5000 N/m'] }",
        "sequence.retreat_thrust={ log_uniform = ['18 N', '132 N'] }",
    ],
    "GROUND": [
        "campaign.design=latin_hypercube", "campaign.cases=20", "regolith.packing_seed=1",
    ],
}  # fmt: skip
"""Words of the plan, and what they stand for.  Without gas the craft is faster at 6 s: more
thrust keeps it from the floor, and what it does later is not compared."""
SHORT = "sequence.time_limit=16 s"
"""Of flights whose sample does not count: they end once the head is on its way back."""
INPUTS = (
    "regolith.packing_fraction", "regolith.grain_density", "regolith.friction_coefficient",
    "regolith.rolling_friction", "regolith.tensile_strength",
    "mechanism.gas_mass", "mechanism.speed_kept", "craft.arm_stiffness", "sequence.retreat_thrust",
    "regolith.width_x", "regolith.depth", "sequence.approach_speed",
)  # fmt: skip
OUTCOMES = (
    "status", "message", "packing_seed", "collected_mass", "wall_time", "overlap_mean",
    "overlap_peak", "overlap_tool", "gas_used",
)  # fmt: skip


def levels(*, quick: bool) -> list[dict[str, Any]]:
    """Levels of the plan, the quick ones or all others."""
    plan = tomllib.loads(PLAN.read_text())
    return [
        level | {"set": overrides(level, plan["always"])}
        for level in plan["level"]
        if level.get("quick", False) == quick
    ]


def overrides(level: dict[str, Any], always: list[str]) -> list[str]:
    """`KEY=VALUE` texts of a level, words of the plan replaced."""
    plain = [text for word in level["set"] for text in WORDS.get(word, [word])]
    return [*always, *([] if level.get("full", False) else [SHORT]), *plain]


def flights_of(level: dict[str, Any]) -> int:
    """How many flights a level asks for: its cases, or the packings that it flies."""
    seeds = [text for text in level["set"] if text.startswith("regolith.packing_seed=")][-1]
    return int(level.get("cases", seeds.count(",") + 1))


def experiment_of(level: dict[str, Any]) -> Experiment:
    """Experiment of a level."""
    return load_experiment(BASE, level["set"])


def store_of(level: dict[str, Any], folder: Path) -> Path:
    """Name the result file of a level."""
    name = level["name"].replace(" ", "_").replace("/", "per").replace(",", "")
    return folder / f"{name}.h5"


def fly(level: dict[str, Any], folder: Path, workers: int) -> Path:
    """Fly what is missing of a level; return its result file."""
    experiment, cases = experiment_of(level), int(level.get("cases", 1))
    record = SeriesOnly(cases)
    return run_campaign(
        experiment, store_of(level, folder), cases=cases, workers=workers, resume=True,
        record=record,
    )  # fmt: skip


def cases_in(path: Path, level: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is kept of each case of a result file."""
    runs = xr.load_dataset(path, engine="h5netcdf", group="runs")
    series = xr.load_dataset(path, engine="h5netcdf", group="series")
    offsets, experiment = series["offsets"].values, experiment_of(level)
    found = []
    for index in range(runs.sizes["case"]):
        row = runs.isel(case=index)
        kept = {name: plain(row[name].values[()]) for name in (*INPUTS, *OUTCOMES) if name in row}
        rows = {
            name: column.values[offsets[index] : offsets[index + 1]]
            for name, column in series.items()
            if column.dims == series["time"].dims
        }
        rows["time"] = series["time"].values[offsets[index] : offsets[index + 1]]
        found.append(kept | measured(rows, experiment.case(0)))
    return found


def measured(rows: dict[str, np.ndarray], case: Any) -> dict[str, Any]:
    """Measures and thinned series of one case; nothing measured where it never touched."""
    gravity = -float(load_site(case.asteroid, case.site).field.effective_acceleration[2])
    try:
        flight = flight_of(rows)
    except ValueError:
        return {"series": {}}
    figures = {k: plain(v) for k, v in measures(flight, case.craft.mass, gravity).items()}
    gap = plain(case.regolith.depth - flight.depth.max())
    return figures | {"floor_gap": gap, "series": thinned(flight)}


def plain(value: Any) -> Any:
    """Python value that JSON holds, numbers to six figures; NaN stays NaN."""
    if isinstance(value, bytes):
        return value.decode()
    number = getattr(value, "item", lambda: value)()
    return float(f"{number:.6g}") if isinstance(number, float) else number


def kept_levels(path: Path = KEPT) -> dict[str, dict[str, Any]]:
    """Kept flights: level → group, place on its axis, commit and cases."""
    return json.loads(path.read_text()) if path.exists() else {}


def is_being_flown(level: dict[str, Any], folder: Path) -> bool:
    """Tell a level that another process has in hand from one of which no case can be flown."""
    return any(folder.glob(store_of(level, folder).name + "*"))


def keep_refusal(level: dict[str, Any], reason: str, path: Path = KEPT) -> None:
    """Keep why a level cannot be flown at all."""
    _put(level, {"group": level["group"], "cases": [], "refused": reason}, path)


def keep(level: dict[str, Any], folder: Path, path: Path = KEPT) -> None:
    """Put a level's flights in place of its former ones, whole or not at all."""
    file = store_of(level, folder)
    entry = {
        "group": level["group"], "at": level.get("at"), "full": level.get("full", False),
        "calm": True,  # loose beds were poured without shaking (docs/beds.md); absent: before that
        "commit": read_attributes(file)["git_commit"], "cases": cases_in(file, level),
    }  # fmt: skip
    _put(level, entry, path)


def _put(level: dict[str, Any], entry: dict[str, Any], path: Path) -> None:
    with path.with_suffix(".lock").open("w") as lock:  # two studies may run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = kept_levels(path) | {level["name"]: entry}
        text = json.dumps(found, separators=(",", ":")).replace('"cases":', '\n"cases":')
        aside = path.with_suffix(".part")
        aside.write_text(text + "\n")
        aside.replace(path)
