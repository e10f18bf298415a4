"""Prepared beds kept on disk, named by what they follow from.

The name is a hash of the parameters, the meshes they name and the numbers of the field; inside
stands a stamp, the hash of this folder's source text and the versions of NumPy and Numba, which
draw and move the grains, so that a bed of another version is seen and made anew.  Files are `.npz`
without pickle, written aside and moved into place: a reader sees a whole file or none.  One process
prepares a bed while the others wait on a lock file, which the operating system lets go of when its
holder dies.
"""

import fcntl
import hashlib
import json
import logging
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.asteroid.field import SiteField
from sampling_sim.asteroid.registry import find_shape
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.bodies import BedClumps
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.sources import source_hash

log = logging.getLogger(__name__)

_UNREADABLE = (
    OSError, ValueError, LookupError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
"""What NumPy and zipfile raise on files whose bytes were changed."""


def cached_bed(
    stage: str,
    parameters: RegolithParameters,
    field: SiteField | None,
    cache_dir: Path | None,
    make: Callable[[], Bed],
) -> Bed:
    """Bed of the stage from the cache, or made, kept and returned."""
    folder = cache_dir or default_cache_dir()
    path = folder / f"bed-{stage}-{content_hash(stage, parameters, field)}.npz"
    bed, _ = _kept(path, parameters)
    if bed is not None:
        return bed
    with _turn(path) as can_keep:
        # another process may have kept it while this one waited
        bed, complaint = _kept(path, parameters)
        if bed is not None:
            return bed
        if complaint:
            log.warning("cached bed %s %s: made anew", path.name, complaint)
        bed = make()
        if can_keep:
            _keep(path, bed)
    return bed


def default_cache_dir() -> Path:
    """`$SAMPLING_SIM_CACHE`, or sampling_sim in `$XDG_CACHE_HOME`, or in ~/.cache."""
    if own := os.environ.get("SAMPLING_SIM_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sampling_sim"


def content_hash(stage: str, parameters: RegolithParameters, field: SiteField | None) -> str:
    """Name of what a bed follows from: 20 hexadecimal digits."""
    numbers = (
        {}
        if field is None
        else {name: np.asarray(value).tolist() for name, value in vars(field).items()}
    )
    files = [find_shape(name)[0].read_bytes() for name in parameters.shape.meshes]
    meshes = [hashlib.sha256(content).hexdigest() for content in files]
    text = json.dumps([stage, asdict(parameters), numbers, meshes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@contextmanager
def _turn(path: Path) -> Iterator[bool]:
    """Hold the bed's lock, alone on this machine; False where the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("w")
    except OSError as error:
        log.warning("beds cannot be cached in %s: %s", path.parent, error.strerror)
        yield False
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("another process prepares %s: waiting for it", path.name)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:  # a file system without locks: two may prepare the same bed
            log.warning("no lock on %s: %s", path.name, error.strerror)
        yield True


def _kept(path: Path, parameters: RegolithParameters) -> tuple[Bed | None, str]:
    """Bed in a file, or None and what is wrong with the file (nothing where there is none)."""
    try:
        # opened here: numpy leaves the file of a damaged archive open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            if "stamp" not in data or str(data["stamp"]) != _stamp():
                return None, "is from another version"
            values: dict[str, Any] = {name: data[name] for name in _arrays()}
            clumps = BedClumps(*(data[f"clumps.{name}"] for name in BedClumps._fields))
        values = {name: value if value.ndim else value.item() for name, value in values.items()}
        return Bed(parameters=parameters, clumps=clumps, **values), ""
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except _UNREADABLE as error:
        return None, f"is damaged ({str(error) or type(error).__name__})"


def _stamp() -> str:
    """Return what a bed is made with: source text, NumPy and Numba."""
    return " ".join([source_hash(), *(f"{name} {version(name)}" for name in ("numpy", "numba"))])


def _arrays() -> list[str]:
    """Names of the bed's fields that are stored as they are."""
    return [column.name for column in fields(Bed) if column.name not in {"parameters", "clumps"}]


def _keep(path: Path, bed: Bed) -> None:
    """Write aside and move into place; a full disk is said, not raised."""
    arrays: dict[str, Any] = {name: getattr(bed, name) for name in _arrays()}
    arrays |= {f"clumps.{key}": value for key, value in bed.clumps._asdict().items()}
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, stamp=np.array(_stamp()), **arrays)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        log.warning("bed not cached in %s: %s", path.parent, error)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
