"""The report of a bed: what was asked, what was measured, what was not reached.

In: a prepared bed and the parameters as the user gave them; out: one dictionary, SI, radians, which
`sampling-sim bed --json` prints.  An examination takes minutes, so it is kept beside the cached
beds under a hash of its material, the number of packings and the source text.
"""

import hashlib
import json
import logging
import math
import os
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sampling_sim.errors import ConfigError
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import default_cache_dir
from sampling_sim.regolith.calibration import beyond_calibration, calibration_of
from sampling_sim.regolith.lab.examination import (
    PACKINGS,
    Examination,
    Material,
    examine,
)
from sampling_sim.regolith.lab.mohr_coulomb import Measured
from sampling_sim.regolith.lab.quarters import bed_packing
from sampling_sim.regolith.lab.repose import REPOSE_GRAVITY
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.sources import source_hash

log = logging.getLogger(__name__)

ANGLE_TOLERANCE = math.radians(2.0)
"""[rad] within which requested and measured friction angle agree (requirement of the bed)."""
STRESS_TOLERANCE, STRESS_FLOOR = 0.2, 0.2
"""Share, and [Pa] if that is more, within which strengths agree (likewise)."""
PACKING_TOLERANCE = 0.01
"""Within which packing fractions agree; chosen: what a bed keeps of the one asked for."""

WIDEST_RATIO = 3.0
"""Largest over smallest diameter that a cell is pressed with: at 3 it reaches the packing asked
for; at 4 the gas it starts from is so thin that pressing ends at 0.16."""


def bed_report(
    bed: Bed,
    *,
    packings: int = PACKINGS,
    cache_dir: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Examine a bed's material, and set it beside what was asked for.

    Raises
    ------
    ConfigError
        As `require_one_material`.
    """
    require_one_material(bed.parameters)
    material = material_of(bed)
    found = _kept(material, packings, cache_dir, progress)
    fraction, coordination = bed_packing(bed)
    p = bed.parameters
    asked = {
        "packing_fraction": p.packing_fraction,
        "friction_angle": p.friction_angle,
        "cohesion": p.cohesion,
        "tensile_strength": None if p.cohesion is not None else p.tensile_strength,
    }
    measured = {
        "packing_fraction": fraction,
        "coordination_number": coordination,
        "friction_angle": found.friction_angle,
        "cohesion": found.cohesion,
        "tensile_strength": found.tensile_strength,
        "angle_of_repose": found.angle_of_repose,
        "friction_angle_steady": found.friction_angle_steady,
        "cohesion_steady": found.cohesion_steady,
        "rumpf_strength": found.rumpf_strength,
    }
    report: dict[str, Any] = {"grains": int(bed.radius.size)}
    for key, value in measured.items():
        report[key] = asdict(value) | {"requested": asked.get(key)}
    report["conditions"] = {
        "packings": packings,
        "normal_stresses": list(found.normal_stresses),
        "repose_gravity": REPOSE_GRAVITY,
        "repose_cohesion": 0.0,
        "specimen_packing_fraction": asdict(found.packing_fraction),
        "mean_overlap": found.mean_overlap,
    }
    report["calibration"] = calibration_of(p) | {"pull_off_scale": bed.pull_off_scale}
    report["not_reached"] = not_reached(report)
    report["beyond_calibration"] = beyond_calibration(p)
    return report


def require_one_material(parameters: RegolithParameters) -> None:
    """Refuse what specimens cannot stand for: clumps, layers, boulders, very unequal grains.

    Raises
    ------
    ConfigError
        Names the key.
    """
    shape = parameters.shape
    for key, value, is_in_the_way in (
        ("shape.kind", shape.kind, shape.kind != "sphere"),
        ("shape.boulder_mesh", shape.boulder_mesh, not shape.is_round),
        ("layers", len(parameters.layers), bool(parameters.layers)),
        ("boulder_count", parameters.boulder_count, parameters.boulder_count > 0),
    ):
        if is_in_the_way:
            allowed = "the laboratory measures one material of spheres: leave it out"
            raise ConfigError(f"regolith.{key}", value, allowed)
    if parameters.diameter_max > WIDEST_RATIO * parameters.diameter_min * (1.0 + 1e-9):
        allowed = f"the laboratory presses grains of at most {WIDEST_RATIO:g} times diameter_min"
        raise ConfigError("regolith.diameter_max", parameters.diameter_max, allowed)


def material_of(bed: Bed) -> Material:
    """Return what the laboratory makes specimens of, for a bed."""
    cohesive = bed.pull_off_scale > 0.0
    share = calibration_of(bed.parameters)["cohesion_share"]
    return Material(
        parameters=bed.parameters,
        packing_fraction=bed.packing_fraction,
        pull_off_scale=bed.pull_off_scale,
        expected_cohesion=share * bed.rumpf_strength if cohesive else 0.0,
        rumpf_strength=bed.rumpf_strength if cohesive else 0.0,
    )


def not_reached(report: dict[str, Any]) -> list[str]:
    """Say, a line each, which requests the measured values miss by more than the tolerance."""
    lines = []
    for key in ("packing_fraction", "friction_angle", "cohesion", "tensile_strength"):
        wanted, value = report[key]["requested"], report[key]["value"]
        if wanted is None:
            continue
        allowed = _tolerance(key, wanted)
        if not abs(value - wanted) <= allowed:
            factor, unit = _shown_in(key)
            lines.append(
                f"{key}: {factor * wanted:.4g}{unit} requested, {factor * value:.4g}{unit} "
                f"measured, off by more than {factor * allowed:.2g}{unit}"
            )
    return lines


def _shown_in(key: str) -> tuple[float, str]:
    """Factor and unit of a quantity in a sentence: a reader thinks in degrees."""
    if key == "friction_angle":
        return math.degrees(1.0), " deg"
    return 1.0, "" if key == "packing_fraction" else " Pa"


def _tolerance(key: str, wanted: float) -> float:
    """Largest difference of measured and requested that counts as agreement."""
    if key == "friction_angle":
        return ANGLE_TOLERANCE
    return (
        PACKING_TOLERANCE
        if key == "packing_fraction"
        else max(STRESS_TOLERANCE * wanted, STRESS_FLOOR)
    )


def _kept(
    material: Material, packings: int, cache_dir: Path | None, progress: Callable[[str], None]
) -> Examination:
    """Return the examination from the cache, or made and kept."""
    text = json.dumps(
        [asdict(material), packings, source_hash(with_laboratory=True)], sort_keys=True
    )
    name = hashlib.sha256(text.encode()).hexdigest()[:20]
    path = (cache_dir or default_cache_dir()) / f"examination-{name}.json"
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass  # none yet
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("cached examination %s is damaged (%s): made anew", path.name, error)
    found = examine(material, packings=packings, progress=progress)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}.part")
        aside.write_text(json.dumps(asdict(found)), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        log.warning("examination not cached in %s: %s", path.parent, error)
    return found


def _read(values: dict[str, Any]) -> Examination:
    """Return the examination that a cached file holds."""
    parts: dict[str, Any] = {
        field.name: Measured(**value) if isinstance(value, dict) else value
        for field, value in ((field, values[field.name]) for field in fields(Examination))
    }
    parts["normal_stresses"] = tuple(parts["normal_stresses"])
    return Examination(**parts)
