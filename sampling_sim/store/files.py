"""Result files as the rest of the package uses them: read, written and merged."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.errors import StoreError
from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store.content import (
    Attributes,
    Column,
    Part,
    StoreContent,
    loaded,
    table_of,
    texts,
)
from sampling_sim.store.hdf5 import opened, write_part
from sampling_sim.store.merging import Merged, joined_attributes
from sampling_sim.store.writing import written_whole

if TYPE_CHECKING:
    import xarray as xr

OPEN_AT_ONCE = 256
"""Files that a merge holds open; chosen: a process may open 1,024 on most machines."""


def read_store(path: str | Path) -> StoreContent:
    """Read a whole result file.

    Raises
    ------
    StoreError
        If the file is missing, not a result file or damaged; `SchemaVersionError` if it was
        written by a version this one does not know.
    """
    with opened(path) as part:
        return loaded(part)


def read_runs(path: str | Path, is_kept: Callable[[Attributes], bool]) -> StoreContent:
    """Read the columns that are kept by what they are, and no recordings; raises as `read_store`.

    `is_kept` takes the attributes of a column: `units`, `long_name`, for inputs `varying`.
    """
    with opened(path) as part:
        described = {name: part.described(name) for name in part.names}
        runs = {
            name: Column(texts(part.values(name)), said)
            for name, said in described.items()
            if is_kept(said)
        }
        return StoreContent(part.attributes, runs, {}, {})


def read_attributes(path: str | Path) -> Attributes:
    """Root attributes of a result file, and nothing else; raises as `read_store`."""
    with opened(path) as part:
        return part.attributes


def column_names(path: str | Path) -> tuple[str, ...]:
    """Names of all columns, in order; raises as `read_store`."""
    with opened(path) as part:
        return tuple(part.names)


def read_columns(path: str | Path, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Read some columns of every case, all unless told.

    Raises
    ------
    StoreError
        As `read_store`, and if the file has no such column.
    """
    with opened(path) as part:
        wanted = part.names if names is None else names
        if missing := set(wanted) - {*part.names}:
            raise StoreError(f"{path}: has no column {min(missing)}")
        return {name: texts(part.values(name)) for name in wanted}


def read_row(path: str | Path, row: int) -> dict[str, Any]:
    """Read all columns of one row, counted from 0; raises as `read_store`.

    A column is in memory at a time, so this works where `read_store` takes too much.
    """
    with opened(path) as part:
        return {name: texts(part.values(name)[row : row + 1])[0] for name in part.names}


def read_snapshots(path: str | Path, case: int) -> Snapshots:
    """Read the snapshots of one case: plain arrays, frame P, SI.

    Parameters
    ----------
    path
        Result file.
    case
        Row name: the column `case`.

    Raises
    ------
    StoreError
        As `read_store`; if the file has no such case, or if it was not recorded, which the message
        says how to do.
    """
    with opened(path) as part:
        if case in part.recorded:
            return part.snapshots_of(case)
        _row_of(part, path, case)
        raise _not_recorded(path, case, "snapshots")


def recorded_cases(path: str | Path) -> Sequence[int]:
    """Cases of which a result file has snapshots, sorted; raises as `read_store`."""
    with opened(path) as part:
        return part.recorded


def write_store(path: Path, content: Part, *, has_scales: bool = True) -> None:
    """Write a file whole: under another name, to the disk, then moved into place.

    `has_scales` names the dimensions, for readers that know labels; shards do without.

    Raises
    ------
    StoreError
        If it cannot be written; what was there is kept.
    """
    with written_whole(path) as file:
        write_part(file, content, has_scales=has_scales)


def merge_stores(
    paths: Sequence[Path],
    output: Path,
    attributes: Attributes | None = None,
    *,
    has_scales: bool = True,
) -> int:
    """Merge files into one; the order does not matter, nor how much memory there is.

    One column is in memory at a time.  `output` may be one of the paths.

    Parameters
    ----------
    paths
        Result files of one campaign, one at least.
    output
        File to write.
    attributes
        Root attributes in place of what the files say.
    has_scales
        As in `write_store`.

    Returns
    -------
    How many cases the output holds.

    Raises
    ------
    StoreError
        If a file cannot be read, or they do not belong together; the output is then as it was.
    """
    joined_attributes([read_attributes(path) for path in paths], [str(path) for path in paths])
    if len(paths) > OPEN_AT_ONCE:
        return _merged_by_groups(paths, output, attributes, has_scales)
    with opened_together(paths) as merged:
        merged.attributes = {**merged.attributes, **(attributes or {})}
        write_store(output, merged, has_scales=has_scales)
        return merged.cases


@contextmanager
def opened_together(paths: Sequence[Path]) -> Iterator[Merged]:
    """Open files of one campaign as one, one at least; what is not asked for is not read.

    Raises
    ------
    StoreError
        If a file cannot be read, or they do not belong together; also later, as `Merged` does.
    """
    with ExitStack() as stack:
        parts = [stack.enter_context(opened(path)) for path in paths]
        yield Merged(parts, [str(path) for path in paths])


def open_store(path: str | Path, names: Sequence[str] | None = None) -> "xr.Dataset":
    """Open a result file as a labelled dataset: a row a case, loaded.

    Parameters
    ----------
    path
        Result file.
    names
        Columns to read, all unless told; the coordinate `case` is always there.

    Returns
    -------
    Dataset over `case`; every column with `units` and `long_name` in its attributes, inputs also
    with `varying` (1 if a distribution); the root attributes of the file as its own.

    Raises
    ------
    StoreError
        As `read_store`, and if the file has no such column.
    """
    import xarray as xr

    with opened(path) as part:
        wanted = dict.fromkeys(["case", *(part.names if names is None else names)])
        if missing := wanted.keys() - {*part.names}:
            raise StoreError(f"{path}: has no column {min(missing)}")
        variables = {
            name: ("case", texts(part.values(name)), dict(part.described(name))) for name in wanted
        }
        return xr.Dataset(variables, attrs=dict(part.attributes))


def open_series(path: str | Path, case: int) -> "xr.Dataset":
    """Open the time series and the size classes of one case as a labelled dataset, loaded.

    Parameters
    ----------
    path
        Result file.
    case
        Row name: the column `case`.

    Returns
    -------
    Dataset over `time` [s] since release; every series with `units` and `long_name` in its
    attributes; the size classes, where there are grains, as `sizes/...` over `size_class`.

    Raises
    ------
    StoreError
        As `read_store`; if the file has no such case, or if it was not recorded, which the message
        says how to do.
    """
    import xarray as xr

    with opened(path) as part:
        row = _row_of(part, path, case)
        variables = {}
        for name in part.series_names:
            values = part.samples(name, row, row + 1)
            dimension = "size_class" if table_of(name) else "time"
            variables[name] = (dimension, values, dict(part.series_described(name)))
        if "time" not in variables or not variables["time"][1].size:
            raise _not_recorded(path, case, "time series")
        return xr.Dataset(variables, attrs={"case": case})


def _row_of(part: Part, path: str | Path, case: int) -> int:
    """Row of a case in a file."""
    cases = part.values("case")
    rows = np.flatnonzero(cases == case)
    if not rows.size:
        held = f"{len(cases)}, up to {cases[-1]}" if cases.size else "none"
        raise StoreError(f"{path}: has no case {case}; it holds {held}")
    return int(rows[0])


def _not_recorded(path: str | Path, case: int, what: str) -> StoreError:
    """Error of a case of which only the outcome was kept."""
    how = f"sampling-sim rerun {quote(str(path))} --case {case} --record -o case_{case}.h5"
    return StoreError(f"{path}: case {case} has no {what}; they are made by: {how}")


def _merged_by_groups(
    paths: Sequence[Path], output: Path, attributes: Attributes | None, has_scales: bool
) -> int:
    """Merge files that are too many to be open at once: groups of them first."""
    folder = output.with_name(f".{output.name}.{os.getpid()}.groups")
    folder.mkdir(parents=True)
    try:
        while len(paths) > OPEN_AT_ONCE:
            groups = []
            for start in range(0, len(paths), OPEN_AT_ONCE):
                groups.append(folder / f"{len(paths)}-{start}.h5")
                merge_stores(paths[start : start + OPEN_AT_ONCE], groups[-1], has_scales=False)
            paths = groups
        return merge_stores(paths, output, attributes, has_scales=has_scales)
    finally:
        shutil.rmtree(folder)
