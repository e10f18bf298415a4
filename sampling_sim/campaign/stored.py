"""From a result file back to the experiment it holds, and what it says."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from sampling_sim.campaign.config import Experiment, parse_experiment
from sampling_sim.campaign.leaves import belongs_to
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
    columns, attributes = content.columns, content.attributes
    points: list[dict[str, Any]] = []
    for point in np.unique(columns["design_point"]):
        rows = columns["design_point"] == point
        part = {name: values[rows] for name, values in columns.items()}
        inputs = {name: part[name][0] for name in part if belongs_to(name, experiment.grid_keys)}
        head = {"design_point": int(point), "inputs": inputs}
        points.append(head | summary(part, experiment.requirements))
    return {
        "schema_version": attributes["schema_version"],
        "campaign_id": attributes["campaign_id"],
        "seed": attributes["seed"],
        **summary(columns, ()),
        "requirements": [
            {**verdict, "design_point": point["design_point"]}
            for point in points
            for verdict in point["requirements"]
        ],
        "design_points": points if len(points) > 1 else [],
    }
