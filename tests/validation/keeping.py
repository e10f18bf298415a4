"""Measurements kept on disk, so that an interrupted validation goes on where it was.

A kept measurement follows from its arguments, the kernel's sources, its own file, beds.py and
intruders.py: when any of them changes it is made anew.  Kept beside the beds.
"""

import hashlib
import inspect
import json
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path

import numpy as np

from sampling_sim.regolith.cache import default_cache_dir
from sampling_sim.regolith.sources import source_hash

LABORATORY = ("beds.py", "intruders.py")


@cache
def laboratory_hash() -> str:
    """Hash of the files every measurement goes through."""
    here = Path(__file__).parent
    text = "".join((here / name).read_text() for name in LABORATORY)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def kept(measure: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Measure once for given arguments; numbers come back as an array of any shape."""
    own = Path(inspect.getfile(measure)).read_text()

    @wraps(measure)
    def kept_measure(*args: object, **named: object) -> np.ndarray:
        key = json.dumps(
            [measure.__name__, own, args, named, laboratory_hash(), source_hash()], sort_keys=True
        )
        name = hashlib.sha256(key.encode()).hexdigest()[:20]
        path = default_cache_dir() / f"{measure.__name__}-{name}.npy"
        if path.exists():
            return np.load(path)
        found = np.asarray(measure(*args, **named), float)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part.npy")
        np.save(aside, found)
        aside.replace(path)
        return found

    return kept_measure
