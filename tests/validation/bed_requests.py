"""Requests taken through the calibration and measured on fresh packings: do beds keep them?

    nice python tests/validation/bed_requests.py --packings 4 >> results/bed_requests.jsonl
    python tests/validation/bed_requests.py --table results/bed_requests.jsonl

Each point is the command `bed` without the drum: the bed of the experiment file is poured to the
packing fraction asked for and examined on specimens of its own.  A point with bonds answers for a
tensile strength and for a cohesion: the request for the cohesion that the same calibration expects
of these bonds gives the same grains.  Packings differ from those of the calibration
(`tests/bench/calibrate_regolith.py`) by the name of their random stream.
"""

import argparse
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sampling_sim import load_experiment
from sampling_sim.errors import ConfigError, PackingError
from sampling_sim.regolith.calibration import bond_strength, calibration
from sampling_sim.regolith.lab.examination import Examination, examine
from sampling_sim.regolith.lab.report import (
    ANGLE_TOLERANCE,
    PACKING_TOLERANCE,
    STRESS_FLOOR,
    STRESS_TOLERANCE,
    material_of,
)
from sampling_sim.regolith.packing import prepare_bed, uniform_field
from sampling_sim.regolith.parameters import RegolithParameters

EXPERIMENT = Path(__file__).parents[2] / "experiments" / "touch_and_go.toml"
FIRST_SEED = 201
"""Packing seed of the first point; chosen: no other bed of the repository has it."""
POINTS = (
    (25, 1, 0.55), (35, 1, 0.55), (30, 1, 0.575), (25, 1, 0.60), (35, 1, 0.60),
    (25, 0, 0.55), (35, 0, 0.55), (30, 0, 0.575), (25, 0, 0.60), (35, 0, 0.60),
    (30, 50, 0.575),
)  # fmt: skip
"""Friction angle [deg], tensile strength [Pa], packing fraction: the corners and the middle.  The
last is the third with other bonds, on the same packings: hard grains do not tell them apart."""
FIELD = uniform_field(2e-4)
"""Inward, so that a bed without bonds stays: specimens know no field."""


def requested(angle: float, strength: float, fraction: float, seed: int) -> RegolithParameters:
    """Parameters of the experiment's bed with a request: deg, Pa."""
    p = load_experiment(EXPERIMENT).case(0).regolith
    asked = {"friction_angle": math.radians(angle), "tensile_strength": float(strength)}
    return replace(p, packing_fraction=fraction, packing_seed=seed, **asked)


def answered(p: RegolithParameters, packings: int) -> dict[str, Any]:
    """Measure a bed of these requests, or say why there is none."""
    start = time.process_time()
    try:
        bed = prepare_bed(p, FIELD)
    except (PackingError, ConfigError) as error:
        return {"refused": str(error)}
    found = examine(material_of(bed), packings=packings, drum=False)
    return {
        "packing": [bed.packing_fraction] * 3,
        "specimen": interval(found, "packing_fraction"),
        "angle": [math.degrees(bound) for bound in interval(found, "friction_angle")],
        "tension": interval(found, "tensile_strength"),
        "cohesion": interval(found, "cohesion"),
        "expected_cohesion": bond_strength(p) * calibration(p).cohesion_share,
        "friction": [bed.parameters.friction_coefficient, bed.parameters.rolling_friction],
        "bed_rumpf": bed.rumpf_strength,
        "rumpf": interval(found, "rumpf_strength"),
        "coordination": [bed.coordination_number, found.coordination_number.value],
        "packings": packings,
        "seconds": time.process_time() - start,
    }


def interval(found: Examination, name: str) -> list[float]:
    """Value, low, high of one finding."""
    measured = getattr(found, name)
    return [measured.value, measured.low, measured.high]


def measure(points: list[int], packings: int, seed: int) -> None:
    """Print a line of JSON a point; the strong twin takes the packings of its original."""
    for number in points:
        angle, strength, fraction = POINTS[number]
        own = seed + [(a, f) for a, _, f in POINTS].index((angle, fraction))
        request = {"angle": angle, "strength": strength, "packing": fraction, "seed": own}
        found = answered(requested(angle, strength, fraction, own), packings)
        sys.stdout.write(json.dumps({"requested": request, "measured": found}) + "\n")
        sys.stdout.flush()


def table(path: Path) -> str:
    """Lines of Markdown: requested, measured with the 95 % interval, verdict."""
    lines = [
        "| packing | friction angle [deg] | tensile strength [Pa] | cohesion [Pa] |",
        "|---|---|---|---|",
    ]
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        asked, found = row["requested"], row["measured"]
        if "refused" in found:
            lines.append(f"| {asked['packing']:g} | {asked['angle']:g} | {found['refused']} | |")
            continue
        near = [max(STRESS_TOLERANCE * s, STRESS_FLOOR) for s in (asked["strength"],
                found["expected_cohesion"])]  # fmt: skip
        cells = [
            cell(asked["packing"], found["packing"][:1], PACKING_TOLERANCE),
            cell(asked["angle"], found["angle"], math.degrees(ANGLE_TOLERANCE)),
            cell(asked["strength"], found["tension"], near[0]),
            cell(found["expected_cohesion"], found["cohesion"], near[1]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def cell(asked: float, found: list[float], tolerance: float) -> str:
    """`asked → value (low to high) verdict`."""
    text = f"{asked:.3g} → {found[0]:.3g}"
    text += f" ({found[1]:.3g} to {found[2]:.3g})" if len(found) > 1 else ""
    return text + (" ✓" if abs(found[0] - asked) <= tolerance else " **off**")


def main() -> None:
    """Measure, or print the table of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packings", type=int, default=4)
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--points", type=int, nargs="*", default=list(range(len(POINTS))))
    parser.add_argument("--table", type=Path, help="lines of a former run")
    asked = parser.parse_args()
    if asked.table:
        sys.stdout.write(table(asked.table))
    else:
        measure(asked.points, asked.packings, asked.seed)


if __name__ == "__main__":
    main()
