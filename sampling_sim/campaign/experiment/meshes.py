"""The meshes an experiment can ask for: all loaded before a case runs or a file is touched."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import product
from typing import Any

from sampling_sim.asteroid.body import body_shape, shape_file
from sampling_sim.asteroid.parameters import AsteroidParameters
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.distributions import Choice, Grid
from sampling_sim.errors import ShapeError
from sampling_sim.regolith.clump_shapes import solid

MESH_KEYS = ("shape", "unit", "scale", "extents")
"""Fields of `AsteroidParameters` that a mesh is read and checked by."""


def mesh_hashes(experiment: Experiment) -> dict[str, str]:
    """Load every mesh that a case of the experiment can have: name or path → sha256 of its file.

    Raises
    ------
    ShapeError
        If one of them cannot stand for a body; the file and the key are named.
    """
    found = {}
    for asteroid in _asteroids(experiment):
        try:
            body_shape(asteroid)
        except ShapeError as error:
            key = f"{experiment.file}: asteroid.shape = {asteroid.shape!r}"
            raise ShapeError(error.code, f"{key}: {error.message}") from None
        # of a made fragment, the generator's source: its numbers are inputs of the case
        found[asteroid.shape] = sha256(shape_file(asteroid.shape).read_bytes()).hexdigest()
    for key, name in _grain_meshes(experiment):
        try:
            solid(name)
        except ShapeError as error:
            where = f"{experiment.file}: {key} = {name!r}"
            raise ShapeError(error.code, f"{where}: {error.message}") from None
        found[name] = sha256(shape_file(name).read_bytes()).hexdigest()
    return dict(sorted(found.items()))


def _grain_meshes(experiment: Experiment) -> Iterator[tuple[str, str]]:
    """Key and name of every mesh that grains or boulders can have."""
    for name in ("mesh", "boulder_mesh"):
        key = f"regolith.shape.{name}"
        fixed = (getattr(case.regolith.shape, name) for case in experiment.first_cases())
        found = (*_listed(experiment, key), *fixed)
        yield from ((key, mesh) for mesh in dict.fromkeys(found) if mesh)


def _asteroids(experiment: Experiment) -> Iterator[AsteroidParameters]:
    """One asteroid for every combination of what can be drawn for its mesh, in every scenario."""
    listed = {name: _listed(experiment, f"asteroid.{name}") for name in MESH_KEYS}
    varying = {name: values for name, values in listed.items() if values}
    found = [
        replace(case.asteroid, **dict(zip(varying, values, strict=True)))
        for case in experiment.first_cases()
        for values in product(*varying.values())
    ]
    yield from dict.fromkeys(found)


def _listed(experiment: Experiment, key: str) -> tuple[Any, ...]:
    """Values that a key is drawn from, none where it is fixed."""
    found = experiment.varying.get(key)
    return found.values if isinstance(found, Choice | Grid) else ()
