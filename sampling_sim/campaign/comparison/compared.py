"""The two runs that a comparison is between: their columns, what differs in how they were made, and
which of their cases belong together.

Cases pair where campaign seed, replicate, surface and design point are the same: they then had the
same random numbers.  Under identical physics the members of a pair can be swapped, whatever their
correlation; sharing inputs can only make it positive.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.campaign.experiment.parameters import unknown_key
from sampling_sim.campaign.experiment.requirements import NOT_FINISHED
from sampling_sim.campaign.experiment.toml_tree import flat, override
from sampling_sim.campaign.statistics.summary import NUMERIC_OUTCOMES
from sampling_sim.constants import BoolArray, IntArray
from sampling_sim.errors import BadInput
from sampling_sim.outcome import NOT_COMPARED, outcome_columns
from sampling_sim.store import (
    column_names,
    read_attributes,
    read_columns,
    read_runs,
    same_bits,
    write_store,
)

Source = str | Path | Mapping[str, Any]
"""A result file, or its columns by name."""

ADDRESS = ("seed", "replicate", "surface", "design_point")
SETTINGS = ("shape_sha256", "versions", "git_commit", "cpu_model")
"""Root attributes that can make a difference beside the experiment."""

Point = tuple[int, int]
"""(design point, surface): what is compared on its own."""


@dataclass(frozen=True)
class Run:
    """One side of a comparison."""

    name: str
    columns: Mapping[str, NDArray[Any]]
    attributes: Mapping[str, str | int]

    @property
    def cases(self) -> int:
        """Rows."""
        return len(self.columns["status"])

    @property
    def is_finished(self) -> BoolArray:
        """Rows that neither failed nor diverged."""
        return ~np.isin(self.columns["status"].astype(str), NOT_FINISHED)

    @property
    def points(self) -> list[Point]:
        """Design points and surfaces there are, sorted."""
        pairs = np.stack([self.columns["design_point"], self.columns["surface"]], axis=1)
        return [(int(p), int(s)) for p, s in np.unique(pairs, axis=0)]

    def at(self, point: Point) -> "Run":
        """Give the rows of one point."""
        rows = (self.columns["design_point"] == point[0]) & (self.columns["surface"] == point[1])
        return self.rows(np.flatnonzero(rows))

    def rows(self, rows: IntArray) -> "Run":
        """Give some rows."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Run(self.name, columns, self.attributes)


def read_run(source: Source, name: str, outcomes: Sequence[str]) -> Run:
    """Read one side; `name` stands in messages for columns that have no file.

    Raises
    ------
    BadInput
        If an outcome is not in it or is no number, or nothing is in it.
    """
    if isinstance(source, Mapping):
        columns, attributes = {k: np.asarray(v) for k, v in source.items()}, {}
    else:
        read = {*ADDRESS, *outcome_columns()}.intersection(column_names(source))
        columns = read_columns(source, [*read])  # inputs are five times as many, and not compared
        attributes, name = dict(read_attributes(source)), str(source)
    for outcome in outcomes:
        if outcome not in NUMERIC_OUTCOMES or outcome in NOT_COMPARED:
            known = [n for n in NUMERIC_OUTCOMES if n not in NOT_COMPARED]
            raise BadInput(f"outcome {outcome!r}: {unknown_key(outcome, known)}")
    for needed in ("status", *outcomes):
        if needed not in columns:
            raise BadInput(f"{name}: has no column {needed!r}, which is to be compared")
    cases = len(columns["status"])
    if not cases:
        raise BadInput(f"{name}: holds no case")
    # an older file has no surfaces; columns without an address belong to no pair
    absent = {"seed": -1, "replicate": 0, "surface": 0, "design_point": 0, "packing_seed": 0}
    filled = {n: np.full(cases, value) for n, value in absent.items() if n not in columns}
    if "replicate" in filled:
        filled["seed"] = np.full(cases, -1)
    return Run(name, {**columns, **filled}, attributes)


def check_same_points(base: Run, new: Run) -> None:
    """Refuse runs whose design points are not the same.

    Raises
    ------
    BadInput
        If a point is in one alone.
    """
    if base.points != new.points:
        lone = min(set(base.points) ^ set(new.points))
        inside, outside = (base, new) if lone in base.points else (new, base)
        raise BadInput(
            f"{outside.name}: has no case of design point {lone[0]}, surface {lone[1]}, which "
            f"{inside.name} has; runs of the same grids can be compared"
        )


def paired_rows(base: Run, new: Run) -> tuple[IntArray, IntArray]:
    """Rows of both runs that had the same random numbers, in the order of their addresses."""
    address = np.zeros(base.cases + new.cases, dtype=np.int64)
    for name in ADDRESS:
        both = np.concatenate([base.columns[name], new.columns[name]])
        known, rank = np.unique(both, return_inverse=True)
        address = address * len(known) + rank
    sides = address[: base.cases], address[base.cases :]
    rows = [np.flatnonzero(run.columns["seed"] >= 0) for run in (base, new)]
    chosen = sides[0][rows[0]], sides[1][rows[1]]
    _, one, other = np.intersect1d(chosen[0], chosen[1], return_indices=True)
    return rows[0][one], rows[1][other]


def are_same_bits(base: Run, new: Run) -> bool:
    """Whether every case of the smaller run is in the other, every outcome the same bits."""
    one, other = paired_rows(base, new)
    if len(one) < min(base.cases, new.cases):
        return False
    names = (outcome_columns().keys() & base.columns.keys() & new.columns.keys()) - NOT_COMPARED
    return all(same_bits(base.columns[n][one], new.columns[n][other]).all() for n in names)


def what_differs(base: Run, new: Run) -> list[str]:
    """Lines that say in what the runs were made differently, as far as their files tell."""
    if not (base.attributes and new.attributes):
        return []
    trees = [asked_keys(run.attributes) for run in (base, new)]
    keys = sorted(trees[0].keys() | trees[1].keys())
    asked = ((key, *(tree.get(key, "default") for tree in trees)) for key in keys)
    made = ((name, *(run.attributes.get(name, "") for run in (base, new))) for name in SETTINGS)
    lines = [f"{key}: {was!r} -> {now!r}" for key, was, now in asked if was != now]
    return lines + [f"{name}: {_changed(was, now)}" for name, was, now in made if was != now]


def asked_keys(attributes: Mapping[str, str | int]) -> dict[str, Any]:
    """Keys of a stored experiment with what they were set to, requirements and count left out."""
    tree = tomllib.loads(str(attributes["experiment"]))
    for assignment in json.loads(str(attributes["overrides"])):
        override(tree, assignment)
    tree.pop("requirements", None)
    return {key: value for key, value in flat(tree).items() if key != "campaign.cases"}


def write_baseline(run: Path, baseline: Path) -> None:
    """Keep of a result file what a comparison reads: no recordings, no inputs that never vary.

    The experiment's text stays with it, so that it can be flown again.
    """
    write_store(baseline, read_runs(run, lambda described: bool(described.get("varying", 1))))


def _changed(was: object, now: object) -> str:
    """Say what went and what came, of texts that list several things."""
    before, after = (set(str(text).replace("; ", ", ").split(", ")) for text in (was, now))
    gone, came = sorted(before - after), sorted(after - before)
    return f"{', '.join(gone) or 'none'} -> {', '.join(came) or 'none'}"
