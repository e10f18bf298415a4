"""Shape of the body: a closed triangle mesh in the body frame B, with its mass properties.

In: a registered name or a mesh file; out: `Shape`, vertices in metres, origin at the centre of
mass (uniform density), axes along the principal axes of inertia: of the 24 proper ways to name
them, the one nearest to the file's own axes, so that the file's z stays the spin axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import permutations, product
from math import isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.asteroid.formats import parse_mesh, read_bytes
from sampling_sim.asteroid.mesh import (
    Mesh,
    Problem,
    drop_unused_vertices,
    edge_faces,
    sound_vertices,
)
from sampling_sim.asteroid.mesh_checks import array_faults, intersection_notes, surface_faults
from sampling_sim.asteroid.mesh_repair import repaired
from sampling_sim.asteroid.registry import find_shape
from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import ShapeError

METRES = {"m": 1.0, "km": 1000.0}

EXTENTS_TOLERANCE = 0.2
"""Relative; chosen: passes two shape models of one body, stops a wrong unit or a swapped axis."""

EXTENT_RANGE = (1.0, 1e6)
"""[m] longest extent that is believed where none is stated; chosen: boulder to Ceres."""

EQUAL_MOMENTS = 1e-6
"""Moments of inertia closer than this, relatively, are equal; chosen: rounding of mesh files."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Shape:
    """Closed triangle mesh in the body frame B."""

    name: str
    """Registered name, or the file's stem."""
    source: str
    """Where the mesh comes from."""
    sha256: str
    """Of the file's bytes; of the arrays, where there is no file."""
    vertices: FloatArray
    """[m] in B, shape (nv, 3)."""
    faces: IntArray
    """Vertex indices, counter-clockwise seen from outside, shape (nf, 3)."""
    volume: float
    """[m³]."""
    extents: FloatArray
    """[m] of the mesh along x, y, z of B, shape (3,)."""
    centre_of_mass: FloatArray
    """[m] in the file's frame, shape (3,)."""
    inertia: FloatArray
    """[m⁵] of unit density, about the centre of mass, in B: diagonal, shape (3, 3)."""
    rotation_to_body: FloatArray
    """Components in the file's axes to components in B, shape (3, 3)."""
    problems: tuple[Problem, ...] = ()
    """(code, message) of what was mended or let pass."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Examination:
    """What was found in a mesh file: a shape, or all reasons why it is none."""

    mesh: Mesh | None
    """In the unit of the file; None where no mesh could be read."""
    faults: tuple[Problem, ...]
    """(code, message) of every reason to refuse it, most telling first."""
    shape: Shape | None
    """None where there is a fault."""

    def error(self) -> ShapeError:
        """Give the first fault, with the codes of the others."""
        code, message = self.faults[0]
        others = ", ".join(dict.fromkeys(other for other, _ in self.faults if other != code))
        return ShapeError(code, message + (f" (also: {others})" if others else ""))

    def report(self) -> dict[str, Any]:
        """Report of a refused file, with the keys of a shape's: those it does not have are None."""
        vertices = faces = closed = None
        notes: list[Problem] = []
        if self.mesh is not None:
            vertices, faces, notes = (
                len(self.mesh.vertices),
                len(self.mesh.faces),
                self.mesh.problems,
            )
            closed = bool(faces and (edge_faces(self.mesh.faces)[1] == 2).all())
        unknown = ("volume", "extents", "centre_of_mass", "inertia", "rotation_to_body")
        return {
            "vertices": vertices,
            "faces": faces,
            "closed": closed,
            **dict.fromkeys(unknown),
            "problems": [
                {"code": code, "message": message} for code, message in (*self.faults, *notes)
            ],
        }


def load_shape(
    name_or_path: str | Path,
    unit: str | None = None,
    extents: Sequence[float] | None = None,
    *,
    scale: float | None = None,
    repair: bool = False,
) -> Shape:
    """Load, check, centre and turn a mesh.

    Parameters
    ----------
    name_or_path
        Name in the registry, or a mesh file: .obj, .stl, .ply, .glb, .tab, .txt (`formats.py`).
    unit
        "m" or "km"; needed for a file, known for a registered name.
    extents
        [m] expected along x, y, z of B; a mesh off by more than 20 % is refused.
    scale
        [m] length of 1 in the file, in place of `unit`: light-curve models have no unit.
    repair
        Mend the mesh first; what was done stands in `Shape.problems`.

    Raises
    ------
    ShapeError
        If there is no such mesh, or it cannot stand for a body; the code says why.
    """
    examined = examine_shape(name_or_path, unit, extents, scale=scale, repair=repair)
    if examined.shape is None:
        raise examined.error()
    return examined.shape


def examine_shape(
    name_or_path: str | Path,
    unit: str | None = None,
    extents: Sequence[float] | None = None,
    *,
    scale: float | None = None,
    repair: bool = False,
) -> Examination:
    """Like `load_shape`, but list every fault instead of raising the first."""
    faults: list[Problem] = []
    mesh = None
    try:
        path, entry = find_shape(name_or_path)
        if entry is not None:
            extents = extents or entry.extents
            unit, scale = (unit, scale) if unit or scale else (entry.unit, entry.scale)
        faults += _unit_faults(path, unit, scale)
        data = read_bytes(path)
        digest = sha256(data).hexdigest()
        if entry is not None and digest != entry.sha256:
            raise ShapeError(
                "sha256-mismatch",
                f"{path}: sha256 {digest[:12]}… is not the registered {entry.sha256[:12]}…; "
                "restore the file or register it anew",
            )
        mesh = parse_mesh(data, path)
    except ShapeError as error:
        faults.append((error.code, error.message))
        return Examination(mesh=None, faults=tuple(faults), shape=None)
    metres = nan if faults else scale or METRES[unit or ""]
    unit = unit or f"units of {metres:g} m"
    found = array_faults(mesh, path)
    if repair and not found:
        mesh = repaired(mesh)
        found = array_faults(mesh, path)
    faults += found
    if not {"empty", "face-index"} & {code for code, _ in found}:
        drop_unused_vertices(mesh)
        faults += surface_faults(mesh, path)
        mesh.problems += intersection_notes(mesh, path)
        if faults and isfinite(metres) and sound_vertices(mesh.vertices).all():
            # without a volume only the extents in the file's own axes are known
            faults += _size_faults(np.ptp(mesh.vertices, axis=0) * metres, path, unit)
    if faults:
        return Examination(mesh=mesh, faults=tuple(faults), shape=None)
    shape = _shape(
        Mesh(mesh.vertices * metres, mesh.faces, mesh.problems),
        name=str(name_or_path) if entry else path.stem,
        source=entry.source if entry else str(path),
        digest=digest,
    )
    faults = _extent_faults(shape, path, unit, extents)
    return Examination(mesh=mesh, faults=tuple(faults), shape=None if faults else shape)


def _unit_faults(file: Path, unit: str | None, scale: float | None) -> list[Problem]:
    """Find a unit that is not stated, or stated twice."""
    if unit is not None and scale is not None:
        fault = "unit or scale, not both"
    elif scale is not None:
        if isfinite(scale) and scale > 0.0:
            return []
        fault = f"scale = {scale!r} m; must be over 0"
    elif unit in METRES:
        return []
    else:
        fault = (
            f"unit = {unit!r}; state it, 'm' or 'km' (or the scale of a light-curve model, which "
            "has none)"
        )
    return [("unit-not-stated", f"{file}: {fault}")]


def shape_from_mesh(vertices: FloatArray, faces: IntArray, name: str = "mesh") -> Shape:
    """Shape of a closed mesh in memory, vertices in metres, normals outward."""
    mesh = Mesh(np.array(vertices, float), np.array(faces, np.int64))
    digest = sha256(mesh.vertices.tobytes() + mesh.faces.tobytes()).hexdigest()
    return _shape(mesh, name=name, source="arrays", digest=digest)


def nearest_principal_rotation(inertia: FloatArray) -> FloatArray:
    """Proper rotation onto principal axes that is nearest to the identity, shape (3, 3).

    Its rows are the principal axes.  Where moments are equal (`EQUAL_MOMENTS`) any axes in their
    plane are principal, and the nearest rotation is the least one onto the distinct axis.
    """
    moments, axes = np.linalg.eigh(inertia)
    lower_equal, upper_equal = np.diff(moments) <= EQUAL_MOMENTS * moments[2]
    if lower_equal and upper_equal:
        return np.eye(3)
    if lower_equal or upper_equal:
        return _least_rotation(axes[:, 2] if lower_equal else axes[:, 0])
    candidates = [
        np.array(signs)[:, None] * axes.T[list(order)]
        for order in permutations(range(3))
        for signs in product((1.0, -1.0), repeat=3)
    ]
    # the angle of a rotation R has cos = (tr R − 1)/2: the nearest has the largest trace
    return max((r for r in candidates if np.linalg.det(r) > 0.0), key=np.trace)


def _least_rotation(axis: FloatArray) -> FloatArray:
    """Least rotation that takes `axis` or its opposite to the file axis next to it."""
    k = int(np.argmax(np.abs(axis)))
    axis = axis * np.sign(axis[k])
    target = np.eye(3)[k]
    skew = np.cross(np.eye(3), np.cross(axis, target))  # matrix of (axis × target) ×
    return np.eye(3) + skew + skew @ skew / (1.0 + axis[k])


def _shape(mesh: Mesh, *, name: str, source: str, digest: str) -> Shape:
    """Centre the mesh and turn it to its principal axes."""
    import trimesh

    # moments about a distant origin would cancel: trimesh integrates about the middle
    middle = mesh.vertices.mean(0)
    body: Any = trimesh.Trimesh(mesh.vertices - middle, mesh.faces, process=False)
    properties = body.mass_properties  # of unit density
    rotation = nearest_principal_rotation(np.asarray(properties.inertia))
    vertices = (mesh.vertices - middle - properties.center_mass) @ rotation.T
    inertia = rotation @ properties.inertia @ rotation.T
    problems = list(mesh.problems)
    if inertia[2, 2] < (1.0 - EQUAL_MOMENTS) * np.diag(inertia).max():
        problems.append(
            ("spin-axis", "z of the body frame is not the axis of the largest moment of inertia")
        )
    return Shape(
        name=name,
        source=source,
        sha256=digest,
        vertices=np.ascontiguousarray(vertices),
        faces=mesh.faces,
        volume=float(properties.volume),
        extents=np.ptp(vertices, axis=0),
        centre_of_mass=middle + properties.center_mass,
        inertia=inertia,
        rotation_to_body=rotation,
        problems=tuple(problems),
    )


def _extent_faults(
    shape: Shape, file: Path, unit: str, expected: Sequence[float] | None
) -> list[Problem]:
    """Find a mesh in the wrong unit, or of another size than stated."""
    if expected is None:
        return _size_faults(shape.extents, file, unit)
    ratio = np.asarray(expected, float) / shape.extents
    if (np.abs(1.0 / ratio - 1.0) <= EXTENTS_TOLERANCE).all():
        return []
    wanted = " x ".join(f"{extent:.4g}" for extent in expected)
    message = f"{_measured(shape.extents, file, unit)}, but {wanted} m is expected"
    for factor, likely in ((1e3, "km"), (1e-3, "m")):
        if (np.abs(factor / ratio - 1.0) <= EXTENTS_TOLERANCE).all():
            return [("wrong-unit", f"{message}: looks like {likely}")]
    return [("wrong-extents", f"{message} (each within 20 %)")]


def _size_faults(extents: FloatArray, file: Path, unit: str) -> list[Problem]:
    """Find a mesh whose size is not believed; the unit that would make it so is named."""
    longest = float(extents.max())
    if EXTENT_RANGE[0] <= longest <= EXTENT_RANGE[1]:
        return []
    factor, likely = (1e3, "km") if longest < EXTENT_RANGE[0] else (1e-3, "m")
    fits = unit in METRES and unit != likely
    fits = fits and EXTENT_RANGE[0] <= longest * factor <= EXTENT_RANGE[1]
    hint = f"; looks like {likely}" if fits else ""
    allowed = "its longest extent must lie between 1 m and 1000 km"
    return [("wrong-unit", f"{_measured(extents, file, unit)}, and {allowed}{hint}")]


def _measured(extents: FloatArray, file: Path, unit: str) -> str:
    found = " x ".join(f"{extent:.4g}" for extent in extents)
    return f"{file}: read in {unit} the body measures {found} m"
