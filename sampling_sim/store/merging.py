"""One whole of many parts: a pure function of what they hold, in any order.

The whole is made column by column as it is asked for, so that a file of any length can be written
with one column in memory.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import StoreError
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store.content import (
    IDENTITY,
    SETTING,
    Attributes,
    Part,
    StoreContent,
    loaded,
    same_bits,
    table_of,
    texts,
)


def merged_content(parts: Sequence[Part], names: Sequence[str] = ()) -> StoreContent:
    """Content of all parts in memory; see `Merged`."""
    return loaded(Merged(parts, names))


def joined_attributes(found: Sequence[Attributes], names: Sequence[str] = ()) -> Attributes:
    """Attributes of the whole: texts that differ between the parts are listed, "; " between.

    Raises
    ------
    StoreError
        If the parts are of different campaigns.
    """
    for i, attributes in enumerate(found):
        for name in IDENTITY:
            if attributes[name] != found[0][name]:
                which = f"{names[0]} and {names[i]}: " if names else ""
                raise StoreError(f"{which}parts of different campaigns: {name} differs")
    # Layout may differ within one campaign_id: any of the texts stands for all, with its overrides
    joined = dict(min(found, key=lambda a: (a["experiment"], a["overrides"])))
    for name in SETTING:
        pieces = {piece for attributes in found for piece in str(attributes[name]).split("; ")}
        joined[name] = "; ".join(sorted(pieces))
    return joined


class Merged:
    """All parts as one, rows sorted by case; a case that several parts hold counts once.

    Parameters
    ----------
    parts, names
        What to merge, one at least, and its names for messages.

    Raises
    ------
    StoreError
        If the parts are of different campaigns; where a column is asked for, if the parts hold
        different outcomes of one case.
    """

    def __init__(self, parts: Sequence[Part], names: Sequence[str] = ()) -> None:
        self._parts, self._part_names = parts, names
        self.attributes = joined_attributes([part.attributes for part in parts], names)
        self.names = tuple(parts[0].names)
        for i, part in enumerate(parts):
            if others := set(self.names) ^ set(part.names):
                which = f"{names[0]} and {names[i]}: " if names else ""
                differs = f"only one has {min(others)}"
                raise StoreError(f"{which}parts of one campaign have different columns: {differs}")
        self.series_names = tuple(sorted({name for part in parts for name in part.series_names}))
        cases = [part.values("case") for part in parts]
        for i, of_part in enumerate(cases):
            if (np.diff(of_part) <= 0).any():
                raise StoreError(f"{self._named(i)}: damaged: its rows are not sorted by case")
        self._sizes = [len(of_part) for of_part in cases]
        self._owner = np.repeat(np.arange(len(parts)), self._sizes)
        self._local = np.concatenate([np.arange(len(c)) for c in cases])
        self._case = np.concatenate(cases)
        wall_time = np.concatenate([part.values("wall_time") for part in parts])
        samples = np.concatenate([self._lengths(i, "") for i in range(len(parts))])
        drawn = [np.isin(c, p.recorded) for c, p in zip(cases, parts, strict=True)]
        # Of equal cases the one recorded best is kept, then the quickest: any rule will do that
        # does not ask for their order
        self._order = np.lexsort((wall_time, -samples, ~np.concatenate(drawn), self._case))
        is_first = np.diff(self._case[self._order], prepend=-1) > 0
        self._rows = self._order[is_first]
        self._kept = self._rows[np.cumsum(is_first) - 1]
        """For each row in `_order`, the row that stands for its case."""

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return len(self._rows)

    @cached_property
    def offsets(self) -> Mapping[str, IntArray]:
        """Table of series → where each case starts; a case without a table is empty in it."""
        offsets = {}
        for table in sorted({table for part in self._parts for table in part.offsets}):
            lengths = [self._lengths(i, table) for i in range(len(self._parts))]
            of_rows = np.concatenate(lengths)[self._rows]
            offsets[table] = np.concatenate([[0], np.cumsum(of_rows)]).astype(np.int64)
        return offsets

    def values(self, name: str) -> NDArray[Any]:
        """One column of every case."""
        pieces = [part.values(name) for part in self._parts]
        if any(piece.dtype == object for piece in pieces):
            pieces = [texts(piece) for piece in pieces]
        values = np.concatenate(pieces)
        if len(self._order) > len(self._rows) and name not in NOT_COMPARED:
            self._check_repeats(name, values)
        return values[self._rows]

    def described(self, name: str) -> Attributes:
        """Attributes of a column."""
        return self._parts[0].described(name)

    def samples(self, name: str, first: int, last: int) -> FloatArray:
        """One series of the rows from `first` up to but not including `last`.

        A case without a series of a table that it has is NaN in it.
        """
        offsets = self.offsets[table_of(name)]
        values = np.full(offsets[last] - offsets[first], np.nan)
        owner, local = self._owner[self._rows[first:last]], self._local[self._rows[first:last]]
        starts = offsets[first:last] - offsets[first]
        for i in np.unique(owner):
            part = self._parts[i]
            if name not in part.series_names:
                continue
            # Rows of a part are sorted by case, so those asked for lie close together in it
            rows = local[owner == i]
            found = part.samples(name, rows[0], rows[-1] + 1)
            begin = part.offsets[table_of(name)]
            lengths = begin[rows + 1] - begin[rows]
            values[_spans(starts[owner == i], lengths)] = found[
                _spans(begin[rows] - begin[rows[0]], lengths)
            ]
        return values

    def series_described(self, name: str) -> Attributes:
        """Attributes of a series."""
        part = next(part for part in self._parts if name in part.series_names)
        return part.series_described(name)

    @cached_property
    def recorded(self) -> list[int]:
        """Cases of which there are snapshots."""
        return sorted(self._recorded)

    def snapshots_of(self, case: int) -> Snapshots:
        """Snapshots of one of them."""
        return self._recorded[case].snapshots_of(case)

    @cached_property
    def _recorded(self) -> dict[int, Part]:
        """Recorded case → the part that its row comes from."""
        found: dict[int, Part] = {}
        for i, part in enumerate(self._parts):
            kept = self._case[self._rows[self._owner[self._rows] == i]]
            found |= dict.fromkeys(np.intersect1d(kept, part.recorded).tolist(), part)
        return found

    def _lengths(self, part: int, table: str) -> IntArray:
        if table in (offsets := self._parts[part].offsets):
            return np.diff(offsets[table])
        return np.zeros(self._sizes[part], dtype=np.int64)

    def _check_repeats(self, name: str, values: NDArray[Any]) -> None:
        """Refuse a case that two parts hold with different results."""
        differs = ~same_bits(values[self._order], values[self._kept])
        if differs.any():
            row = int(np.flatnonzero(differs)[0])
            owners = sorted({self._owner[self._order[row]], self._owner[self._kept[row]]})
            which = (
                " and ".join(self._named(i) for i in owners) if self._part_names else "two parts"
            )
            raise StoreError(
                f"{which} hold case {self._case[self._order[row]]} with different {name}"
            )

    def _named(self, part: int) -> str:
        return self._part_names[part] if self._part_names else f"part {part}"


def _spans(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the indices of all spans, one after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
