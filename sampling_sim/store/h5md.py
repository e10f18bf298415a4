"""Snapshots on the disk: the layout H5MD 1.1, with the root of the file as its root.

    /h5md                              version, author, creator; module units, SI
    /particles/case_N_grains           box, position, speed, radius, collected of one case
    /particles/case_N_links            box, position, orientation, name of its links

An element that changes is a group of `step`, `time` and `value`, one row a frame; the elements of
a case share `step` and `time` as hard links.  `speed`, `radius`, `collected`, `orientation` and
`name` are ours: H5MD allows elements that it does not know.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim import __version__
from sampling_sim.recording.snapshots import POSITION_STEP, SPEED_STEP, Snapshots

if TYPE_CHECKING:
    import h5py

FRAMES = 64
"""Frames in a chunk; chosen: a replay reads all, and a few seconds need not read them all."""
GRAINS = 512
"""Grains in a chunk; chosen: one byte of each coordinate is 1.5 kB a frame, so that what gzip looks
back on (32 kB) holds frames before, where most grains were at the same place."""
COMPRESSED_FROM = 1_024
"""Values from which an array is compressed; chosen: as for columns."""
STORED: Mapping[str, Any] = {"compression": "gzip", "compression_opts": 4, "shuffle": True}
"""Filters that every HDF5 library has.  Measured: level 6 is a twentieth smaller, twice as slow."""
QUATERNION = "x y z w, link axes to P"

_GROUP = re.compile(r"case_(\d+)_links")


def recorded_cases(file: "h5py.File") -> list[int]:
    """Cases of which a file has snapshots, sorted."""
    found = (_GROUP.fullmatch(name) for name in file.get("particles", ()))
    return sorted(int(match[1]) for match in found if match)


def write_head(file: "h5py.File") -> None:
    """Write what says that the file follows H5MD."""
    head = file.create_group("h5md")
    head.attrs["version"] = np.array([1, 1])
    author, creator = head.create_group("author"), head.create_group("creator")
    author.attrs["name"] = np.bytes_("not recorded")
    creator.attrs["name"] = np.bytes_("sampling-sim")
    creator.attrs["version"] = np.bytes_(__version__)
    units = head.create_group("modules/units")
    units.attrs["version"] = np.array([1, 0])
    units.attrs["system"] = "SI"


def write_snapshots(file: "h5py.File", case: int, found: Snapshots) -> None:
    """Write the snapshots of one case."""
    grains = _group(file, f"case_{case}_grains", found)
    links = _group(file, f"case_{case}_links", found)
    clock = grains.create_group("position")
    clock["step"], clock["time"] = found.step, found.time
    clock["time"].attrs["unit"] = "s"
    _write_element(grains, "position", found.position, clock, unit="m", step=POSITION_STEP)
    _write_element(grains, "speed", found.speed, clock, unit="m s-1", step=SPEED_STEP)
    _write(grains, "radius", found.radius, unit="m")
    _write(grains, "collected", found.collected.astype(np.int8), dtype="bool")
    _write_element(links, "position", found.link_position, clock, unit="m", step=POSITION_STEP)
    _write_element(links, "orientation", found.link_orientation, clock, components=QUATERNION)
    _write(links, "name", np.array([name.encode() for name in found.link_names], np.bytes_))


def read_snapshots(file: "h5py.File", case: int) -> Snapshots:
    """Snapshots of a case that has any."""
    grains, links = (file[f"particles/case_{case}_{kind}"] for kind in ("grains", "links"))
    return Snapshots(
        step=grains["position/step"][:],
        time=grains["position/time"][:],
        position=grains["position/value"][:],
        speed=grains["speed/value"][:],
        radius=grains["radius"][:],
        collected=grains["collected"][:].astype(bool),
        link_names=tuple(name.decode() for name in links["name"][:]),
        link_position=links["position/value"][:],
        link_orientation=links["orientation/value"][:],
        widening=int(grains.attrs["widening"]),
    )


def _group(file: "h5py.File", name: str, found: Snapshots) -> "h5py.Group":
    """Group of particles in a box without walls, which H5MD asks for."""
    group = file.create_group(f"particles/{name}")
    group.attrs["frame"] = "P"
    group.attrs["widening"] = found.widening
    box = group.create_group("box")
    box.attrs["dimension"] = 3
    box.attrs["boundary"] = np.array([b"none"] * 3)
    return group


def _write_element(
    group: "h5py.Group", name: str, values: NDArray[Any], clock: "h5py.Group", **said: Any
) -> None:
    element = group.require_group(name)
    if element != clock:
        element["step"], element["time"] = clock["step"], clock["time"]  # hard links
    _write(element, "value", values, **said)


def _write(group: "h5py.Group", name: str, values: NDArray[Any], **said: Any) -> None:
    storage: Mapping[str, Any] = {}
    if values.size >= COMPRESSED_FROM:
        most = (FRAMES, GRAINS) if values.ndim > 1 else (GRAINS * FRAMES,)
        cut = tuple(map(min, values.shape, most))
        storage = {"chunks": cut + values.shape[len(cut) :], **STORED}
    dataset = group.create_dataset(name, data=values, **storage)
    for key in sorted(said):
        dataset.attrs["resolution" if key == "step" else key] = said[key]
