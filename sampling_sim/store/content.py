"""What a result file says: every case a row, every input and outcome a column, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.outcome import Outcome, outcome_columns
from sampling_sim.recording.series import SERIES
from sampling_sim.recording.snapshots import Snapshots

SCHEMA_VERSION = 2
IDENTITY = ("schema_version", "campaign_id", "shape_sha256", "seed")
"""Root attributes in which all parts of one campaign agree."""
EXPERIMENT = ("experiment", "overrides", "experiment_sha256")
"""Root attributes that say what was asked, in the words of the user."""
SETTING = ("versions", "git_commit", "cpu_model")
"""Root attributes that say where a case ran; where parts differ, all are listed, "; " between."""
ADDRESS = {
    "case": "row name: replicate by replicate, so that more cases only append rows",
    "case_id": "sha256 of the inputs, first 16 hex digits",
    "replicate": "which repetition of the design point",
    "design_point": "which combination of the grids",
    "surface": "which surface: combination of the unknowns marked epistemic",
    "seed": "seed of the campaign",
}
"""Columns that say which case a row is."""

Attributes = Mapping[str, str | int]


@dataclass(frozen=True)
class Column:
    """One array and what it means: `units`, `long_name`, for inputs `varying` (0 or 1)."""

    values: NDArray[Any]
    attributes: Attributes


class Part(Protocol):
    """A result file or a piece of one, in memory or not: what can be merged and written."""

    @property
    def attributes(self) -> Attributes:
        """Attributes of the whole."""

    @property
    def names(self) -> Sequence[str]:
        """Columns of /runs, in order."""

    @property
    def offsets(self) -> Mapping[str, IntArray]:
        """Table of series → where each case starts, shape (cases + 1,)."""

    @property
    def series_names(self) -> Sequence[str]:
        """Path of every series under /series."""

    def values(self, name: str) -> NDArray[Any]:
        """One column of every case; texts as objects of `str`, or as UTF-8 bytes."""

    def described(self, name: str) -> Attributes:
        """Attributes of a column."""

    def samples(self, name: str, first: int, last: int) -> FloatArray:
        """One series of the rows from `first` up to but not including `last`, end to end."""

    def series_described(self, name: str) -> Attributes:
        """Attributes of a series."""

    @property
    def recorded(self) -> Sequence[int]:
        """Cases of which there are snapshots, sorted."""

    def snapshots_of(self, case: int) -> Snapshots:
        """Snapshots of one of the recorded cases."""


@dataclass(frozen=True)
class StoreContent:
    """Everything in a result file, loaded, rows sorted by case."""

    attributes: Attributes
    runs: Mapping[str, Column]
    offsets: Mapping[str, IntArray]
    """Table of series ("" for the time series, "sizes") → where each case starts."""
    series: Mapping[str, Column]
    """Path under /series ("time", "sizes/collected") → all cases end to end."""
    snapshots: Mapping[int, Snapshots] = field(default_factory=dict)
    """Case → its snapshots, of the cases that have any."""

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Column name → values, shape (cases,)."""
        return {name: column.values for name, column in self.runs.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """Columns, in order."""
        return tuple(self.runs)

    @property
    def series_names(self) -> tuple[str, ...]:
        """Path of every series."""
        return tuple(self.series)

    def values(self, name: str) -> NDArray[Any]:
        """One column of every case."""
        return self.runs[name].values

    def described(self, name: str) -> Attributes:
        """Attributes of a column."""
        return self.runs[name].attributes

    def samples(self, name: str, first: int, last: int) -> FloatArray:
        """One series of the rows from `first` up to but not including `last`."""
        offsets = self.offsets[table_of(name)]
        return self.series[name].values[offsets[first] : offsets[last]]

    def series_described(self, name: str) -> Attributes:
        """Attributes of a series."""
        return self.series[name].attributes

    @property
    def recorded(self) -> list[int]:
        """Cases of which there are snapshots."""
        return sorted(self.snapshots)

    def snapshots_of(self, case: int) -> Snapshots:
        """Snapshots of one of them."""
        return self.snapshots[case]


@dataclass(frozen=True, kw_only=True)
class CaseRecord:
    """One finished case: its address, its inputs in SI under dotted keys, its outcome."""

    case: int
    case_id: str
    replicate: int
    design_point: int
    surface: int = 0
    seed: int
    inputs: Mapping[str, float | int | bool | str]
    outcome: Outcome
    series: Mapping[str, FloatArray]
    snapshots: Snapshots | None = None


def batch_content(
    records: Sequence[CaseRecord],
    attributes: Attributes,
    input_attributes: Mapping[str, Attributes],
) -> StoreContent:
    """Content of a file that holds a few cases, sorted by case.

    Parameters
    ----------
    records
        The cases, one at least, each once, all with the same inputs.
    attributes
        Root attributes, without the schema version.
    input_attributes
        Attributes of every input column.
    """
    ordered = sorted(records, key=lambda record: record.case)
    if any(record.inputs.keys() != ordered[0].inputs.keys() for record in ordered):
        raise ValueError("cases of one file must have the same inputs")
    runs = {
        name: Column(_array([getattr(r, name) for r in ordered]), _number(long_name))
        for name, long_name in ADDRESS.items()
    }
    for name in ordered[0].inputs:
        runs[name] = Column(_array([r.inputs[name] for r in ordered]), input_attributes[name])
    for name, described in outcome_columns().items():
        runs[name] = Column(_array([getattr(r.outcome, name) for r in ordered]), described)
    offsets, series = _joined_series(ordered)
    snapshots = {r.case: r.snapshots for r in ordered if r.snapshots is not None}
    whole = {**attributes, "schema_version": SCHEMA_VERSION}
    return StoreContent(whole, runs, offsets, series, snapshots)


def single_content(
    record: CaseRecord, attributes: Attributes, input_attributes: Mapping[str, Attributes]
) -> StoreContent:
    """Content of a file that holds one case; see `batch_content`."""
    return batch_content([record], attributes, input_attributes)


def same_bits(a: Any, b: Any) -> NDArray[np.bool_]:
    """Where two columns hold the same bits; NaN equals NaN, 0.0 does not equal -0.0."""
    one, other = np.asarray(a), np.asarray(b)
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        x, y = one.astype(np.float64), other.astype(np.float64)
        return (x.view(np.int64) == y.view(np.int64)) | (np.isnan(x) & np.isnan(y))
    return np.asarray(one == other, dtype=bool)


def texts(values: NDArray[Any]) -> NDArray[Any]:
    """Texts of a column as objects of `str`; other columns as they are."""
    if values.dtype.kind != "S":
        return values
    try:
        return values.astype(np.str_).astype(object)  # ASCII, and that quick
    except UnicodeDecodeError:
        return np.char.decode(values, "utf-8").astype(object)


def loaded(part: Part) -> StoreContent:
    """Everything that a part holds, in memory."""
    runs = {name: Column(texts(part.values(name)), part.described(name)) for name in part.names}
    series = {}
    for name in part.series_names:
        rows = len(part.offsets[table_of(name)]) - 1
        series[name] = Column(part.samples(name, 0, rows), part.series_described(name))
    snapshots = {case: part.snapshots_of(case) for case in part.recorded}
    return StoreContent(part.attributes, runs, part.offsets, series, snapshots)


def table_of(series: str) -> str:
    """Table of a series by its name: what stands before the last slash."""
    return series.rpartition("/")[0]


def _number(long_name: str) -> Attributes:
    return {"units": "1", "long_name": long_name}


def _described(series: str) -> Attributes:
    units, long_name = SERIES.get(series, ("1", series))
    return {"units": units, "long_name": long_name}


def _array(values: Sequence[Any]) -> NDArray[Any]:
    if isinstance(values[0], str):
        return np.array([_text(value) for value in values], dtype=object)
    return np.array(values)


def _text(value: str) -> str:
    """Text that any file can hold: an error may quote bytes that no text has."""
    return str(value).replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")


def _joined_series(
    records: Sequence[CaseRecord],
) -> tuple[dict[str, IntArray], dict[str, Column]]:
    """Offsets and series of the cases end to end.

    A case without a table that others have is empty in it, without a series of one it has is NaN.
    """
    lengths: list[dict[str, int]] = []
    for record in records:
        lengths.append({})
        for name, values in record.series.items():
            if lengths[-1].setdefault(table_of(name), len(values)) != len(values):
                raise ValueError(f"series of one table differ in length: {name} has {len(values)}")
    offsets = {
        table: np.cumsum([0, *(of_case.get(table, 0) for of_case in lengths)], dtype=np.int64)
        for table in sorted({table for of_case in lengths for table in of_case})
    }
    series = {}
    for name in sorted({name for record in records for name in record.series}):
        pieces = []
        for record, of_case in zip(records, lengths, strict=True):
            missing = np.full(of_case.get(table_of(name), 0), np.nan)
            pieces.append(np.asarray(record.series.get(name, missing), float))
        series[name] = Column(np.concatenate(pieces), _described(name))
    return offsets, series
