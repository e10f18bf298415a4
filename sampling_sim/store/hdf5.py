"""The layout on the disk (docs/store.md), written and read; what opens files with h5py.

    /                 attributes: schema_version, experiment, seed, versions, ...
    /runs/<column>    one array over `case`, with `units` and `long_name`
    /series/<name>    the cases' time series end to end; case i holds offsets[i]:offsets[i + 1]
    /series/sizes/    the same for the grain sizes, with offsets of its own
    /particles/...    snapshots of some cases (`h5md.py`)

A shard is the same file with fewer rows.  Long arrays are cut into chunks and compressed, which
makes inputs that do not vary nearly free; not so short ones, as a chunk has its price, and columns
of random bits, which would be a tenth smaller and take six times as long to read.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import FloatArray, IntArray
from sampling_sim.errors import SchemaVersionError, StoreError
from sampling_sim.outcome import outcome_columns
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store.content import (
    ADDRESS,
    EXPERIMENT,
    IDENTITY,
    SCHEMA_VERSION,
    SETTING,
    Attributes,
    Part,
    table_of,
)
from sampling_sim.store.h5md import (
    read_snapshots,
    recorded_cases,
    write_head,
    write_snapshots,
)
from sampling_sim.store.migration import migrated
from sampling_sim.store.writing import PatientFile

if TYPE_CHECKING:
    import h5py

CHUNK = 16_384
"""Values in a chunk; chosen: 128 kB of doubles, read at once and dealt with in the cache."""
COMPRESSED_FROM = 1_024
"""Values from which an array is compressed; chosen: below, a chunk's index weighs as much."""
WORTH = 0.75
"""Size to which its first chunk must come down for a column to be compressed; chosen: doubles drawn
at random come to 0.89, everything else that cases hold to less than 0.6."""
COMPRESSION: Mapping[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
"""Filters that every HDF5 library has.  Measured: level 4 is no smaller on outcomes."""
TEXT_BYTES = 64
"""Longest text of a column of fixed width; chosen: every name fits, a long message does not, and
one long message must not widen a million rows."""
METADATA_BYTES = 65_536
"""Of an open file, kept in memory; chosen: far more than one array needs."""
SAMPLES_AT_ONCE = 1_048_576
"""Samples of a series in memory at once, unless one case has more; chosen: 8 MB."""

_OF_THE_FORMAT = {
    "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",  # of dimension scales
    "dtype", "_Encoding",  # xarray's, of booleans and of texts of fixed width
}  # fmt: skip
"""Attributes that say how an array is stored, not what it means."""


def write_part(target: PatientFile, part: Part, *, has_scales: bool) -> None:
    """Write everything that a part holds; what goes wrong on the disk `target` knows.

    `has_scales` names the dimensions, for readers that know labels; it costs half of the time of
    a small file.
    """
    import h5py

    with h5py.File(target, "w") as file:
        _describe(file, part.attributes)
        runs, series = file.create_group("runs", track_order=True), file.create_group("series")
        for name in part.names:
            _write_column(runs, name, part.values(name), part.described(name))
            if target.has_failed:
                return
        _write_series(series, part, target)
        _write_all_snapshots(file, part, target)
        if has_scales:
            _attach_scales(runs, "case", [name for name in part.names if name != "case"])
            for scale in ("time", "sizes/diameter_min"):
                others = [n for n in part.series_names if table_of(n) == table_of(scale)]
                _attach_scales(series, scale, [name for name in others if name != scale])


@contextmanager
def opened(path: str | Path) -> Iterator[Part]:
    """Open a result file of this schema or an older one; what is not asked for is not read.

    Raises
    ------
    StoreError
        If the file is missing, not a result file or damaged, also later, where damage is met in
        what is asked for; `SchemaVersionError` if it was written by a version this one does not
        know.
    """
    import h5py

    with ExitStack() as stack:
        with _blamed(path):
            file = stack.enter_context(h5py.File(path, "r"))
            _forget_soon(file)
            version = _version(path, file)
            part = migrated(_OpenPart(path, file), version)
            _check_whole(part)
        yield part


def _forget_soon(file: "h5py.File") -> None:
    """Keep little of what describes arrays: each is read once, and a merge has many files open.

    By default 4 MB a file stay in memory, for 200 columns.
    """
    settings = file.id.get_mdc_config()
    settings.set_initial_size = True
    settings.initial_size = settings.min_size = settings.max_size = METADATA_BYTES
    file.id.set_mdc_config(settings)


@contextmanager
def _blamed(path: str | Path) -> Iterator[None]:
    """Say which file is damaged; h5py reports it by whichever error its layer meets first."""
    try:
        yield
    except FileNotFoundError:
        raise StoreError(f"{path}: no such file") from None
    except StoreError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise StoreError(f"{path}: is not a result file, or damaged ({reason})") from None


class _OpenPart:
    """A file as it lies on the disk; texts of fixed width come as bytes."""

    def __init__(self, path: str | Path, file: "h5py.File") -> None:
        self._path = path
        self.attributes: Attributes = _plain(file.attrs)
        self._file, self._runs, self._series = file, file["runs"], file["series"]
        self.names = tuple(self._runs)
        self._cases = len(self._runs["case"])
        self._series_paths = tuple(_datasets(self._series))

    @cached_property
    def offsets(self) -> dict[str, IntArray]:
        """Table of series → where each case starts."""
        found = [path for path in self._series_paths if path.split("/")[-1] == "offsets"]
        with _blamed(self._path):
            return {table_of(path): self._series[path][:] for path in found}

    @cached_property
    def series_names(self) -> tuple[str, ...]:
        """Path of every series."""
        return tuple(path for path in self._series_paths if path.split("/")[-1] != "offsets")

    def values(self, name: str) -> NDArray[Any]:
        """One column of every case."""
        with _blamed(self._path):
            values = _read(self._runs[name], slice(None))
            if len(values) != self._cases:
                raise ValueError(f"{name} and case differ in length")
            return values

    def described(self, name: str) -> Attributes:
        """Attributes of a column."""
        with _blamed(self._path):
            return _described(self._runs[name])

    def samples(self, name: str, first: int, last: int) -> FloatArray:
        """One series of the rows from `first` up to but not including `last`."""
        offsets = self.offsets[table_of(name)]
        with _blamed(self._path):
            return _read(self._series[name], slice(offsets[first], offsets[last]))

    def series_described(self, name: str) -> Attributes:
        """Attributes of a series."""
        with _blamed(self._path):
            return _described(self._series[name])

    @cached_property
    def recorded(self) -> list[int]:
        """Cases of which there are snapshots."""
        with _blamed(self._path):
            return recorded_cases(self._file)

    def snapshots_of(self, case: int) -> Snapshots:
        """Snapshots of one of them."""
        with _blamed(self._path):
            return read_snapshots(self._file, case)


def _datasets(group: "h5py.Group") -> list[str]:
    """Path of every array below a group."""
    found: list[str] = []
    for name, item in group.items():
        is_group = hasattr(item, "keys")
        found += [f"{name}/{inner}" for inner in _datasets(item)] if is_group else [name]
    return found


def _version(path: str | Path, file: "h5py.File") -> int:
    if "schema_version" not in file.attrs:
        raise StoreError(f"{path}: is not a result file of sampling-sim (no schema_version)")
    found = int(file.attrs["schema_version"])
    if not 1 <= found <= SCHEMA_VERSION:
        known = f"this version of sampling-sim reads 1 to {SCHEMA_VERSION}"
        raise SchemaVersionError(f"{path}: schema_version {found} is unknown; {known}")
    return found


def _check_whole(part: Part) -> None:
    """Raise where something is not there, or not of its kind, that every reader relies on."""
    if missing := {*IDENTITY, *EXPERIMENT, *SETTING} - part.attributes.keys():
        raise KeyError(f"no attribute {min(missing)}")
    overrides = json.loads(str(part.attributes["overrides"]))
    if not isinstance(overrides, list) or any(not isinstance(text, str) for text in overrides):
        raise ValueError("attribute overrides is not a list of texts")
    if missing := {*ADDRESS, *outcome_columns()} - {*part.names}:
        raise KeyError(f"no column {min(missing)}")


def _read(dataset: "h5py.Dataset", span: slice) -> NDArray[Any]:
    if dataset.dtype == object:
        return dataset.asstr()[span]
    values = dataset[span]
    is_bool = values.dtype == np.int8 and dataset.attrs.get("dtype") == "bool"
    return values.astype(bool) if is_bool else values


def _described(dataset: "h5py.Dataset") -> Attributes:
    return _plain({k: v for k, v in dataset.attrs.items() if k not in _OF_THE_FORMAT})


def _plain(attributes: Mapping[str, Any]) -> dict[str, str | int]:
    return {k: v if isinstance(v, str) else int(v) for k, v in attributes.items()}


def _write_series(group: "h5py.Group", part: Part, target: PatientFile) -> None:
    """Write all series, piece by piece."""
    for table, offsets in part.offsets.items():
        described = {"units": "1", "long_name": "start of each case"}
        path = f"{table}/offsets" if table else "offsets"
        _write_column(group, path, offsets, described)
        group[path].make_scale("offsets")
    for name in part.series_names:
        offsets = part.offsets[table_of(name)]
        samples = int(offsets[-1])
        dataset = _new_dataset(group, name, samples, np.dtype(float), samples >= COMPRESSED_FROM)
        for first, last in _pieces(offsets):
            dataset[offsets[first] : offsets[last]] = part.samples(name, first, last)
            if target.has_failed:
                return
        _describe(dataset, part.series_described(name))


def _write_all_snapshots(file: "h5py.File", part: Part, target: PatientFile) -> None:
    """Write the snapshots of all cases that have any; one case is in memory at a time."""
    if part.recorded:
        write_head(file)
    for case in part.recorded:
        write_snapshots(file, case, part.snapshots_of(case))
        if target.has_failed:
            return


def _pieces(offsets: IntArray) -> Iterator[tuple[int, int]]:
    """Cut the rows where their samples become too many; a row is never cut."""
    rows, first = len(offsets) - 1, 0
    while first < rows:
        fits = int(np.searchsorted(offsets, offsets[first] + SAMPLES_AT_ONCE, side="right")) - 1
        last = min(max(fits, first + 1), rows)
        yield first, last
        first = last


def _attach_scales(group: "h5py.Group", scale: str, names: Sequence[str]) -> None:
    if scale not in group:
        return
    group[scale].make_scale(scale.rpartition("/")[2])
    for name in names:
        group[name].dims[0].attach_scale(group[scale])


def _write_column(
    group: "h5py.Group", name: str, values: NDArray[Any], described: Attributes
) -> None:
    encoded = _encoded(values)
    dataset = _new_dataset(group, name, len(encoded), encoded.dtype, _is_worth_it(encoded))
    dataset[:] = encoded
    _describe(dataset, described)
    if values.dtype == bool:
        dataset.attrs["dtype"] = "bool"
    elif encoded.dtype.kind == "S":
        dataset.attrs["_Encoding"] = "utf-8"


def _describe(item: "h5py.HLObject", attributes: Attributes) -> None:
    """Write attributes, sorted, as a file that is read has them: same content, same bytes."""
    for name in sorted(attributes):
        item.attrs[name] = attributes[name]


def _encoded(values: NDArray[Any]) -> NDArray[Any]:
    """Values of a type that HDF5 and netCDF have."""
    import h5py

    if values.dtype == bool:
        return values.astype(np.int8)
    if values.dtype == object:
        encoded = [text.encode("utf-8") for text in values]
        if max(map(len, encoded), default=0) > TEXT_BYTES:
            return values.astype(h5py.string_dtype())
        values = np.array(encoded, dtype=np.bytes_)
    if values.dtype.kind == "S":
        return values.astype(h5py.string_dtype("utf-8", max(values.dtype.itemsize, 1)))
    return values


def _is_worth_it(values: NDArray[Any]) -> bool:
    """Whether compression makes a column much smaller, by its first chunk."""
    if len(values) < COMPRESSED_FROM or values.dtype == object:
        return len(values) >= COMPRESSED_FROM
    chunk = np.ascontiguousarray(values[:CHUNK])
    shuffled = chunk.view(np.uint8).reshape(len(chunk), -1).T.tobytes()
    return len(zlib.compress(shuffled, 1)) < WORTH * len(shuffled)


def _new_dataset(
    group: "h5py.Group", name: str, length: int, dtype: np.dtype[Any], is_compressed: bool
) -> "h5py.Dataset":
    storage = {"chunks": (min(length, CHUNK),), **COMPRESSION} if is_compressed else {}
    return group.create_dataset(name, shape=(length,), dtype=dtype, **storage)
