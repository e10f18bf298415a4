"""Brush-wheel flights of case 10: one key at a time about one touch, and where the grains went.

Each flight is a campaign of one case of experiments/brush_trade.toml at 1 Pa, run as a user runs it
and recorded; packing number p flies with errors of navigation of its own, the same on every level.
What is kept of a flight is a row of results/samplers.json.  SI.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.spatial.transform import Rotation

from sampling_sim import load_experiment
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.mechanism.brush_surfaces import HeadGeometry
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store import read_attributes, read_snapshots

ROOT = Path(__file__).parents[3]
BASE = ROOT / "experiments" / "brush_trade.toml"
KEPT = ROOT / "results" / "samplers.json"
PACKINGS = (1, 2, 3, 4, 5)
SEED = 20250528
"""Of the experiment; packing p has SEED + p."""
ABOUT = {
    "regolith.tensile_strength": "1 Pa", "mechanism.wheel_speed": "95 rpm",
    "sequence.dwell": "4 s", "mechanism.axis_offset": "70 mm", "mechanism.rim_depth": "20 mm",
}  # fmt: skip
"""The touch about which one key at a time is changed: the experiment's middle, default head."""
LEVELS: dict[str, dict[str, str]] = {
    "about": {},
    "50 rpm": {"mechanism.wheel_speed": "50 rpm"},
    "150 rpm": {"mechanism.wheel_speed": "150 rpm"},
    "300 rpm": {"mechanism.wheel_speed": "300 rpm", "engine.contact_step": "0.05 ms"},
    "1.5 s": {"sequence.dwell": "1.5 s"},
    "8 s": {"sequence.dwell": "8 s"},
    "tips 24 mm apart": {"mechanism.axis_offset": "62 mm"},
    "tips 70 mm apart": {"mechanism.axis_offset": "85 mm"},
    "bite 15 mm": {"mechanism.rim_depth": "35 mm"},
}
"""Chosen: slower and faster, shorter and longer by a factor of two or three; a gap smaller than the
largest grain of 32 mm and one of two; tips half as far below the rim (15 in place of 30 mm).  At
300 rpm the step is halved: a grain of 3.4 m/s was too fast for 0.1 ms, and the case diverged."""
FLUNG = 0.2
"""[m/s] chosen: below the tips of the slowest wheels, 0.26 m/s."""
MOVED = 0.05
"""[m] way from its place beyond which a grain counts as moved; chosen: two grains."""


def overrides(level: str, packing: int) -> list[str]:
    """`KEY=VALUE` texts of a flight."""
    keys = ABOUT | LEVELS[level] | {"regolith.packing_seed": str(packing)}
    return [f"{key}={value}" for key, value in keys.items()]


def fly(level: str, packing: int, folder: Path) -> dict[str, Any]:
    """Fly one touch, or read it where it was flown; what is kept of it."""
    experiment = load_experiment(BASE, overrides(level, packing))
    path = folder / f"{level.replace(' ', '_')}-{packing}.h5"
    run_campaign(
        experiment, path, cases=1, seed=SEED + packing, executor=Inline(), resume=True,
        record=RecordedReplicates(1),
    )  # fmt: skip
    case = experiment.case(0)
    row = xr.load_dataset(path, engine="h5netcdf", group="runs").isel(case=0)
    series = xr.load_dataset(path, engine="h5netcdf", group="series")
    kept = {"level": level, "packing": packing, "commit": read_attributes(path)["git_commit"]}
    for name in ("status", "message", "abort_rule"):
        kept[name] = text(row[name].values[()])
    for name in OUTCOMES:
        kept[name] = rounded(row[name].values[()])
    time, phase = series["time"].values, series["phase"].values
    working = (phase == 1) | (phase == 2)
    kept["rim_height"] = rounded(series["rim_height"].values[working].mean())
    kept["wheel_rate"] = rounded(series["wheel_rate"].values[working].mean())
    since, mass = time[working] - time[working][0], series["contained_mass"].values[working]
    marks = np.arange(0.0, since[-1], 0.25)
    kept["contained"] = [rounded(m) for m in np.interp(marks, since, mass)]
    found = read_snapshots(path, 0)
    geometry = HeadGeometry(case.mechanism, case.craft)
    leaving = float(time[working][-1])
    fates = fates_of(found, geometry, case.regolith.grain_density, leaving)
    return kept | {name: rounded(value) for name, value in fates.items()}


OUTCOMES = (
    "collected_mass", "collected_count", "ejected_mass", "peak_force", "contact_duration",
    "max_sinkage", "flap_open_fraction", "stall_time", "tool_work", "overlap_tool", "overlap_peak",
    "wall_time",
)  # fmt: skip


def fates_of(found: Snapshots, g: HeadGeometry, density: float, leaving: float) -> dict[str, float]:
    """Where the grains went, in kg, from frames 0.1 s apart.

    `moved`: farther than MOVED from its place when retreat begins (`leaving` [s]), and collected;
    of these `taken` are collected in the end, `dropped` were in the container and are not,
    `under` lie between the housing's walls without ever having been in it, `aside` are elsewhere.
    Of those never in it, `refused` once were in the housing above the wheels' axes, and `flung`
    once were faster than FLUNG (not all of either `moved` in time).
    `speed`: mean [m/s] of what is aside, weighed by mass; `rising`: of its mass, the share higher
    than the largest grain over the ground.
    """
    mass = density * 4.0 / 3.0 * np.pi * found.radius**3
    head = found.link_names.index("head")
    frame = int(np.searchsorted(found.time, leaving, side="right")) - 1
    was_in, was_up = (
        np.any([_inside(found, f, head, g, ends) for f in range(len(found.time))], axis=0)
        for ends in ((g.roof, g.top), (0.0, g.roof))
    )
    way = np.linalg.norm(found.position[frame] - found.position[0], axis=1)
    moved = (way > MOVED) | found.collected
    dropped = moved & was_in & ~found.collected
    under = moved & ~was_in & ~found.collected & _inside(found, frame, head, g, (-np.inf, g.roof))
    aside = moved & ~was_in & ~found.collected & ~under
    refused = was_up & ~was_in & ~found.collected
    flung = ~was_in & ~found.collected & (found.speed.max(axis=0) > FLUNG)
    high = found.position[frame][:, 2] > 2.0 * found.radius.max()
    speed = found.speed[frame]
    return {
        "moved": float(mass[moved].sum()),
        "taken": float(mass[found.collected].sum()),
        "dropped": float(mass[dropped].sum()),
        "under": float(mass[under].sum()),
        "aside": float(mass[aside].sum()),
        "refused": float(mass[refused].sum()),
        "flung": float(mass[flung].sum()),
        "speed": float(np.average(speed[aside], weights=mass[aside])) if aside.any() else 0.0,
        "rising": float(mass[aside & high].sum() / mass[aside].sum()) if aside.any() else 0.0,
    }


def _inside(
    found: Snapshots, frame: int, head: int, g: HeadGeometry, heights: tuple[float, float]
) -> np.ndarray:
    """Which grains are between the head's walls, and between two heights in its frame H."""
    turn = rotation(found.link_orientation[frame, head])
    local = (found.position[frame] - found.link_position[frame, head]) @ turn
    height = local[:, 2] + g.centre
    across = (np.abs(local[:, 0]) < g.half_x) & (np.abs(local[:, 1]) < g.half_y)
    return np.asarray(across & (height > heights[0]) & (height < heights[1]))


def rotation(quaternion: np.ndarray) -> np.ndarray:
    """Matrix to P from a link's axes, of a quaternion xyzw."""
    return np.asarray(Rotation.from_quat(quaternion).as_matrix())


def text(value: Any) -> str:
    """Text, of whatever the store has it in."""
    return value.decode() if isinstance(value, bytes) else str(value)


def rounded(value: Any) -> Any:
    """Python number of five figures."""
    number = getattr(value, "item", lambda: value)()
    return float(f"{number:.5g}") if isinstance(number, float) else number


def kept_flights(path: Path = KEPT) -> list[dict[str, Any]]:
    """Kept flights, in the order of the levels."""
    return json.loads(path.read_text()) if path.exists() else []


def keep(row: dict[str, Any], path: Path = KEPT) -> None:
    """Put a flight in place of its former one, whole or not at all."""
    names = list(LEVELS)
    rows = [r for r in kept_flights(path) if (r["level"], r["packing"]) != key(row)] + [row]
    rows.sort(key=lambda r: (names.index(r["level"]), r["packing"]))
    aside = path.with_suffix(".part")
    aside.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
    aside.replace(path)


def key(row: dict[str, Any]) -> tuple[str, int]:
    """Level and packing of a flight."""
    return row["level"], row["packing"]
