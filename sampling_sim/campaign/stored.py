"""From a result file back to the experiment it holds, and what it says."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sampling_sim.campaign.config import Experiment, parse_experiment
from sampling_sim.campaign.intervals import (
    CONFIDENCE,
    TOLERANCE_CONFIDENCE,
    TOLERANCE_SHARE,
    tolerance_cases,
)
from sampling_sim.campaign.leaves import belongs_to
from sampling_sim.campaign.rows import Columns, rows_of, told_apart, with_surface
from sampling_sim.campaign.statistics import summary
from sampling_sim.errors import BadInput
from sampling_sim.store import StoreContent


def stored_experiment(
    content: StoreContent, file: str, case_type: type | None = None
) -> Experiment:
    """Experiment of a result file, checked anew; `file` names it in messages."""
    attributes = content.attributes
    overrides = json.loads(str(attributes["overrides"]))
    return parse_experiment(str(attributes["experiment"]), overrides, file, case_type)


def check_same_meshes(content: StoreContent, file: str, meshes: Mapping[str, str]) -> None:
    """Refuse to add to a result file, or to repeat a case of it, with other meshes than its own.

    Raises
    ------
    BadInput
        If the hashes differ.
    """
    if content.attributes["shape_sha256"] != ", ".join(meshes.values()):
        names = ", ".join(meshes)
        raise BadInput(f"{file}: was made with another mesh than {names} is now; restore the mesh")


def stored_summary(content: StoreContent, experiment: Experiment) -> dict[str, Any]:
    """Summarise a result file as `show --json` gives it.

    Each design point has its own verdicts: design points share random numbers, so their cases
    taken together are not independent.
    """
    attributes, columns = content.attributes, with_surface(content.columns)
    varying = [name for name, column in content.runs.items() if column.attributes.get("varying")]
    numbers = np.unique(columns["design_point"])
    points: list[dict[str, Any]] = []
    for number in numbers:
        part = columns if len(numbers) == 1 else rows_of(columns, columns["design_point"] == number)
        keys = [name for name in part if belongs_to(name, experiment.grid_keys)]
        head = {"design_point": int(number), "inputs": {key: part[key][0] for key in keys}}
        points.append(head | _point_summary(part, experiment, varying))
    whole = points[0] if len(points) == 1 else {**summary(columns, ()), "surfaces": []}
    return {
        "schema_version": attributes["schema_version"],
        "campaign_id": attributes["campaign_id"],
        "seed": attributes["seed"],
        **{key: whole[key] for key in ("cases", "status", "packings", "outcomes")},
        "requirements": [
            {**verdict, "design_point": point["design_point"]}
            for point in points
            for verdict in point["requirements"]
        ],
        "surfaces": whole["surfaces"],
        "design_points": points if len(points) > 1 else [],
        "levels": {
            "interval": CONFIDENCE,
            "tolerance_share": TOLERANCE_SHARE,
            "tolerance_confidence": TOLERANCE_CONFIDENCE,
            "tolerance_cases": tolerance_cases(),
        },
    }


def _point_summary(
    columns: Columns, experiment: Experiment, varying: Sequence[str]
) -> dict[str, Any]:
    """Summary of one design point, and of each of its surfaces if there are several."""
    numbers = np.unique(columns["surface"])
    told = told_apart(columns, varying) if len(numbers) > 1 else []
    surfaces = []
    for number in numbers if len(numbers) > 1 else ():
        part = rows_of(columns, columns["surface"] == number)
        inputs = {name: part[name][0] for name in told}
        shown = {k: v for k, v in summary(part, ()).items() if k != "requirements"}
        surfaces.append({"surface": int(number), "inputs": inputs, **shown})
    return {**summary(columns, experiment.requirements), "surfaces": surfaces}
