"""Prepared beds kept on disk, keyed by what they follow from.

The key is a hash of the parameters, the meshes they name, the numbers of the field and the source
text of this folder, so that a change of the kernel makes beds anew.  Files are `.npz` without
pickle, written aside and moved into place: a reader sees a whole file or none.
"""

import hashlib
import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, fields
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
    if path.exists():
        try:
            return _read(path, parameters)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("cached bed %s is damaged (%s): made anew", path.name, error)
    bed = make()
    try:
        _write(path, bed)
    except OSError as error:
        log.warning("bed not cached in %s: %s", folder, error)
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
    text = json.dumps([stage, asdict(parameters), numbers, meshes, source_hash()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _arrays() -> list[str]:
    """Names of the bed's fields that are stored as they are."""
    return [column.name for column in fields(Bed) if column.name not in {"parameters", "clumps"}]


def _read(path: Path, parameters: RegolithParameters) -> Bed:
    """Bed in a file; anything wrong with it raises."""
    # opened here: numpy leaves the file of a damaged archive open
    with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
        values: dict[str, Any] = {name: data[name] for name in _arrays()}
        clumps = BedClumps(*(data[f"clumps.{name}"] for name in BedClumps._fields))
    values = {name: value if value.ndim else float(value) for name, value in values.items()}
    return Bed(parameters=parameters, clumps=clumps, **values)


def _write(path: Path, bed: Bed) -> None:
    """Write aside and move into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            arrays: dict[str, Any] = {name: getattr(bed, name) for name in _arrays()}
            arrays |= {f"clumps.{key}": value for key, value in bed.clumps._asdict().items()}
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
