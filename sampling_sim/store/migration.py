"""Files of older schemas, seen as files of the present one.

Nothing on the disk is changed: a migration is a view, so an older file can be read, merged and
resumed, and what is written is of the present schema.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store.content import ADDRESS, SCHEMA_VERSION, Attributes, Part


def migrated(part: Part, version: int) -> Part:
    """View of a part of an older schema, or of the present one, as of the present one."""
    for older in range(version, SCHEMA_VERSION):
        part = MIGRATIONS[older](part)
    return part


class _FromSchema1:
    """Schema 1 knew one surface, and stored texts and columns without compression."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.attributes: Attributes = {**part.attributes, "schema_version": 2}
        names = list(part.names)
        names.insert(names.index("design_point") + 1, "surface")
        self.names: Sequence[str] = tuple(names)

    @property
    def offsets(self) -> Mapping[str, IntArray]:
        """As they were."""
        return self._part.offsets

    @property
    def series_names(self) -> Sequence[str]:
        """As they were."""
        return self._part.series_names

    def values(self, name: str) -> NDArray[Any]:
        """One column of every case."""
        if name == "surface":
            return np.zeros(len(self._part.values("case")), dtype=np.int64)
        return self._part.values(name)

    def described(self, name: str) -> Attributes:
        """Attributes of a column."""
        if name == "surface":
            return {"units": "1", "long_name": ADDRESS["surface"]}
        return self._part.described(name)

    def samples(self, name: str, first: int, last: int) -> FloatArray:
        """As they were."""
        return self._part.samples(name, first, last)

    def series_described(self, name: str) -> Attributes:
        """As they were."""
        return self._part.series_described(name)

    @property
    def recorded(self) -> Sequence[int]:
        """None: schema 1 had no snapshots."""
        return ()

    def snapshots_of(self, case: int) -> Snapshots:
        """Raise: there are none."""
        raise KeyError(case)


MIGRATIONS: Mapping[int, Callable[[Any], Part]] = {1: _FromSchema1}
"""Schema version → what makes of a part of it one of the next version."""
