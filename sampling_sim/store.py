"""One HDF5 file per campaign: every case a row, every input and outcome a column.

    /                 attributes: schema_version, experiment, seed, versions, ... (docs/store.md)
    /runs/<column>    one array over `case`, with `units` and `long_name`
    /series/<name>    the cases' time series end to end; case i holds offsets[i]:offsets[i + 1]
    /series/sizes/    the same for the grain sizes, with offsets of its own

A shard is the same file with fewer rows, so merging is all there is: the merged file is a pure
function of its parts, in any order.  Files are written whole, under another name, and moved into
place, so a reader never sees half of one.  The only module that imports h5py.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import BadInput, SchemaVersionError, StoreError
from sampling_sim.outcome import NOT_COMPARED, Outcome, outcome_columns
from sampling_sim.recording.series import SERIES

if TYPE_CHECKING:
    import xarray as xr

SCHEMA_VERSION = 1
IDENTITY = ("schema_version", "campaign_id", "shape_sha256", "seed")
"""Root attributes in which all parts of one campaign agree."""
EXPERIMENT = ("experiment", "overrides", "experiment_sha256")
"""Root attributes that say what was asked, in the words of the user."""
SETTING = ("versions", "git_commit", "cpu_model")
"""Root attributes that say where a case ran; where parts differ, all are listed, "; " between."""

Attributes = Mapping[str, str | int]


@dataclass(frozen=True)
class Column:
    """One array and what it means: `units`, `long_name`, for inputs `varying` (0 or 1)."""

    values: NDArray[Any]
    attributes: Attributes


@dataclass(frozen=True)
class StoreContent:
    """Everything in a result file, rows sorted by case."""

    attributes: Attributes
    runs: Mapping[str, Column]
    offsets: Mapping[str, IntArray]
    """Table of series ("" for the time series, "sizes") → where each case starts."""
    series: Mapping[str, Column]
    """Path under /series ("time", "sizes/collected") → all cases end to end."""

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Column name → values, shape (cases,)."""
        return {name: column.values for name, column in self.runs.items()}


@dataclass(frozen=True, kw_only=True)
class CaseRecord:
    """One finished case: its address, its inputs in SI under dotted keys, its outcome."""

    case: int
    case_id: str
    replicate: int
    design_point: int
    seed: int
    surface: int = 0
    inputs: Mapping[str, float | int | bool | str]
    outcome: Outcome
    series: Mapping[str, FloatArray]


_ADDRESS = {
    "case": "row name: (replicate * surfaces + surface) * design points + design point",
    "case_id": "sha256 of the inputs, first 16 hex digits",
    "replicate": "which repetition of the design point",
    "surface": "which surface: combination of the unknowns marked epistemic",
    "design_point": "which combination of the grids",
    "seed": "seed of the campaign",
}


def single_content(
    record: CaseRecord, attributes: Attributes, input_attributes: Mapping[str, Attributes]
) -> StoreContent:
    """Content of a file that holds one case.

    Parameters
    ----------
    record
        The case.
    attributes
        Root attributes, without the schema version.
    input_attributes
        Attributes of every input column.
    """
    runs = {
        name: Column(_array([getattr(record, name)]), {"units": "1", "long_name": long_name})
        for name, long_name in _ADDRESS.items()
    }
    runs |= {n: Column(_array([v]), input_attributes[n]) for n, v in record.inputs.items()}
    for name, described in outcome_columns().items():
        runs[name] = Column(_array([getattr(record.outcome, name)]), described)
    lengths: dict[str, int] = {}
    for name, values in record.series.items():
        if lengths.setdefault(_table(name), len(values)) != len(values):
            raise ValueError(f"series of one table differ in length: {name} has {len(values)}")
    return StoreContent(
        attributes={"schema_version": SCHEMA_VERSION, **attributes},
        runs=runs,
        offsets={t: np.array([0, n], dtype=np.int64) for t, n in lengths.items()},
        series={n: Column(np.asarray(v, float), _described(n)) for n, v in record.series.items()},
    )


def merged_content(parts: Sequence[StoreContent], names: Sequence[str] = ()) -> StoreContent:
    """Content of all parts, sorted by case; the order of the parts does not matter.

    Parameters
    ----------
    parts, names
        What to merge, one at least, and its names for messages.

    Raises
    ------
    StoreError
        If the parts are of different campaigns, or hold different outcomes of one case.
    """
    first = parts[0]
    for i, part in enumerate(parts):
        which = f"{names[0]} and {names[i]}: " if names else ""
        for name in IDENTITY:
            if part.attributes[name] != first.attributes[name]:
                raise StoreError(f"{which}parts of different campaigns: {name} differs")
        if part.runs.keys() != first.runs.keys():
            raise StoreError(f"{which}parts of one campaign have different columns")
    joined = {name: np.concatenate([p.runs[name].values for p in parts]) for name in first.runs}
    order = np.lexsort((joined["wall_time"], joined["case"]))
    rows = order[np.concatenate([[True], np.diff(joined["case"][order]) > 0])]
    _check_repeats(joined, order, rows)
    offsets, series = _joined_series(parts, rows)
    return StoreContent(
        attributes=_joined_attributes(parts),
        runs={name: Column(joined[name][rows], first.runs[name].attributes) for name in first.runs},
        offsets=offsets,
        series=series,
    )


def same_bits(a: Any, b: Any) -> NDArray[np.bool_]:
    """Where two columns hold the same bits; NaN equals NaN, 0.0 does not equal -0.0."""
    one, other = np.asarray(a), np.asarray(b)
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        x, y = one.astype(np.float64), other.astype(np.float64)
        return (x.view(np.int64) == y.view(np.int64)) | (np.isnan(x) & np.isnan(y))
    return np.asarray(one == other, dtype=bool)


def write_store(path: Path, content: StoreContent) -> None:
    """Write a file whole: under another name, to the disk, then moved into place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with h5py.File(temporary, "w") as file:
            _fill(file, content)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def check_names_file(path: Path) -> None:
    """Refuse a path that cannot be a file's."""
    if not path.name or path.is_dir():
        raise BadInput(f"{path}: is a folder; name a file")


def check_new(path: Path) -> None:
    """Refuse a file that exists or cannot be written, before any work is done for it."""
    check_names_file(path)
    if path.exists():
        raise BadInput(f"{path}: exists already; choose another name or remove it")
    nearest = next(folder for folder in path.parents if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise BadInput(f"{path}: cannot write here: {error.strerror}") from None


def read_store(path: str | Path) -> StoreContent:
    """Read a whole result file.

    Raises
    ------
    StoreError
        If the file is missing, not a result file or damaged; `SchemaVersionError` if it was
        written by a version this one does not know.
    """
    try:
        with h5py.File(path, "r") as file:
            _check_schema(path, file)
            return _content(file)
    except FileNotFoundError:
        raise StoreError(f"{path}: no such file") from None
    except StoreError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        # h5py reports damage by whichever of these its layer meets first
        reason = " ".join(str(error).split())
        raise StoreError(f"{path}: is not a result file, or damaged ({reason})") from None


def open_store(path: str | Path) -> "xr.Dataset":
    """Every case of a result file as a labelled dataset, loaded, the root attributes with it.

    Raises
    ------
    StoreError
        As `read_store`.
    """
    import xarray as xr

    content = read_store(path)
    variables = {n: ("case", c.values, dict(c.attributes)) for n, c in content.runs.items()}
    return xr.Dataset(variables, attrs=dict(content.attributes))


def _described(series: str) -> Attributes:
    units, long_name = SERIES.get(series, ("1", series))
    return {"units": units, "long_name": long_name}


def _array(values: Sequence[Any]) -> NDArray[Any]:
    kind = object if isinstance(values[0], str) else type(values[0])
    return np.array([str(v) if kind is object else v for v in values], dtype=kind)


def _check_repeats(joined: Mapping[str, NDArray[Any]], order: IntArray, rows: IntArray) -> None:
    """Refuse a case that two parts hold with different results."""
    kept = rows[np.searchsorted(joined["case"][rows], joined["case"][order])]
    for name in joined.keys() - NOT_COMPARED:
        differs = ~same_bits(joined[name][order], joined[name][kept])
        if differs.any():
            case = joined["case"][order][differs][0]
            raise StoreError(f"two parts hold case {case} with different {name}")


def _joined_attributes(parts: Sequence[StoreContent]) -> dict[str, str | int]:
    """Attributes of the whole: texts that differ between the parts are listed, "; " between."""
    # Layout may differ within one campaign_id: any of the texts stands for all, with its overrides
    lead = min(parts, key=lambda p: (p.attributes["experiment"], p.attributes["overrides"]))
    joined = dict(lead.attributes)
    for name in SETTING:
        found = {piece for p in parts for piece in str(p.attributes[name]).split("; ")}
        joined[name] = "; ".join(sorted(found))
    return joined


def _table(series: str) -> str:
    """Table of a series by its name: what stands before the last slash."""
    return series.rpartition("/")[0]


def _joined_series(
    parts: Sequence[StoreContent], rows: IntArray
) -> tuple[dict[str, IntArray], dict[str, Column]]:
    """Offsets and series of the kept rows end to end.

    A case without a table that others have is empty in it, without a series of one it has is NaN.
    """
    owner = np.concatenate([np.full(len(p.runs["case"].values), i) for i, p in enumerate(parts)])
    local = np.concatenate([np.arange(len(p.runs["case"].values)) for p in parts])
    spans: dict[str, list[tuple[StoreContent, int, int]]] = {}
    for table in sorted({t for part in parts for t in part.offsets}):
        none = np.zeros(len(owner) + 1, dtype=np.int64)
        spans[table] = []
        for row in rows:
            part, i = parts[owner[row]], int(local[row])
            start, stop = part.offsets.get(table, none)[i : i + 2]
            spans[table].append((part, int(start), int(stop)))
    attributes = {n: c.attributes for part in parts for n, c in part.series.items()}
    series = {}
    for name in sorted(attributes):
        pieces = [np.zeros(0)]
        for part, start, stop in spans[_table(name)]:
            column = part.series.get(name)
            pieces.append(column.values[start:stop] if column else np.full(stop - start, np.nan))
        series[name] = Column(np.concatenate(pieces), attributes[name])
    lengths = {t: [stop - start for _, start, stop in found] for t, found in spans.items()}
    offsets = {t: np.concatenate([[0], np.cumsum(n)]).astype(np.int64) for t, n in lengths.items()}
    return offsets, series


def _fill(file: h5py.File, content: StoreContent) -> None:
    file.attrs.update(content.attributes)
    runs, series = file.create_group("runs", track_order=True), file.create_group("series")
    for name, column in content.runs.items():
        _write_column(runs, name, column)
    runs["case"].make_scale("case")
    for name in content.runs.keys() - {"case"}:
        runs[name].dims[0].attach_scale(runs["case"])
    for table, offsets in content.offsets.items():
        group = series.require_group(table) if table else series
        described = {"units": "1", "long_name": "start of each case"}
        _write_column(group, "offsets", Column(offsets, described))
        group["offsets"].make_scale("offsets")
    for name, column in content.series.items():
        _write_column(series, name, column)
    for scale, table in (("time", ""), ("sizes/diameter_min", "sizes")):
        if scale in series:
            series[scale].make_scale(scale.rpartition("/")[2])
            for name in content.series.keys() - {scale}:
                if _table(name) == table:
                    series[name].dims[0].attach_scale(series[scale])


def _write_column(group: h5py.Group, name: str, column: Column) -> None:
    values, attributes = column.values, dict(column.attributes)
    if values.dtype == object:
        dataset = group.create_dataset(name, data=values, dtype=h5py.string_dtype())
    elif values.dtype == bool:
        # xarray's convention for what netCDF has no type for
        dataset = group.create_dataset(name, data=values.astype(np.int8))
        attributes["dtype"] = "bool"
    else:
        dataset = group.create_dataset(name, data=values)
    dataset.attrs.update(attributes)


def _check_schema(path: str | Path, file: h5py.File) -> None:
    if "schema_version" not in file.attrs:
        raise StoreError(f"{path}: is not a result file of sampling-sim (no schema_version)")
    found = int(file.attrs["schema_version"])
    if found != SCHEMA_VERSION:
        known = f"this version reads {SCHEMA_VERSION}"
        raise SchemaVersionError(f"{path}: schema_version {found} is unknown; {known}")


def _content(file: h5py.File) -> StoreContent:
    runs = {name: _read_column(file["runs"][name]) for name in file["runs"]}
    paths: list[str] = []
    file["series"].visititems(
        lambda n, item: paths.append(n) if isinstance(item, h5py.Dataset) else None
    )
    found = {name: _read_column(file["series"][name]) for name in paths}
    offsets = {_table(n): c.values for n, c in found.items() if n.split("/")[-1] == "offsets"}
    series = {n: c for n, c in found.items() if n.split("/")[-1] != "offsets"}
    attributes = _plain(file.attrs)
    _check_whole(attributes, runs)
    return StoreContent(attributes, runs, offsets, series)


def _check_whole(attributes: Attributes, runs: Mapping[str, Column]) -> None:
    """Raise where something is not there, or not of its kind, that every reader relies on."""
    if missing := {*IDENTITY, *EXPERIMENT, *SETTING} - attributes.keys():
        raise KeyError(f"no attribute {min(missing)}")
    overrides = json.loads(str(attributes["overrides"]))
    if not isinstance(overrides, list) or any(not isinstance(text, str) for text in overrides):
        raise ValueError("attribute overrides is not a list of texts")
    if missing := {*_ADDRESS, *outcome_columns()} - runs.keys():
        raise KeyError(f"no column {min(missing)}")
    if len({len(column.values) for column in runs.values()}) > 1:
        raise ValueError("columns differ in length")


def _read_column(dataset: h5py.Dataset) -> Column:
    hidden = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}  # of the dimension scales
    attributes = _plain({k: v for k, v in dataset.attrs.items() if k not in hidden})
    if h5py.check_string_dtype(dataset.dtype):
        return Column(dataset.asstr()[:], attributes)
    values = dataset[:]
    if attributes.pop("dtype", "") == "bool":
        values = values.astype(bool)
    return Column(values, attributes)


def _plain(attributes: Mapping[str, Any]) -> dict[str, str | int]:
    return {k: v if isinstance(v, str) else int(v) for k, v in attributes.items()}


def _sync(path: Path) -> None:
    """Force a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
