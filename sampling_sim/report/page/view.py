"""What a page is made from: everything it needs of one result file, read once.

A sweep that goes on, or was killed, keeps its finished cases in files beside its output; they are
read as if they had been merged already, and the view says that more may come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.campaign.batches import finished_files, shards_of
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.leaves import belongs_to
from sampling_sim.campaign.experiment.requirements import is_finished
from sampling_sim.campaign.statistics.rows import Columns, with_surface
from sampling_sim.campaign.statistics.stored import (
    needed_columns,
    stored_drivers,
    stored_experiment,
    stored_summary,
)
from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.outcome import Status
from sampling_sim.store import Attributes, Merged, opened_together, texts

SERIES_CASES = 200
"""Cases whose time series are read, the first ones; chosen: an envelope moves no more, and 200 of
them are 11 MB."""
TRIES = 5
"""Times that the files of a sweep that goes on are looked for: it merges them now and then."""
HEADLINE = ("collected_mass", "peak_force", "max_sinkage")
"""Outcomes that decide, beside those that something is required of."""
DRIVEN = ("collected_mass", "peak_force")
"""Outcomes whose drivers are told, beside those required; chosen: each takes 2 s of many."""
_ALSO = {"case_id", "message", "abort_rule", "scenario"}
"""Columns shown on the page that no statistic is made of."""


@dataclass(frozen=True, kw_only=True)
class StoreView:
    """A result file as the sections of a page see it; nothing of it is open."""

    path: Path
    """As the user named it."""
    attributes: Attributes
    """Of the root: experiment text, seed, versions, hashes."""
    columns: Columns
    """Outcomes, inputs that vary, and what tells cases apart, shape (cases,), sorted by `case`."""
    described: Mapping[str, Attributes]
    """Column → `units`, `long_name`, ..."""
    experiment: Experiment
    """What was asked; `experiment.case(0)` has every parameter that does not vary."""
    summary: Mapping[str, Any]
    """As `show --json` gives it."""
    recorded: tuple[int, ...]
    """Cases that can be replayed: they have snapshots."""
    series: Mapping[int, Mapping[str, FloatArray]]
    """Case → name → time series (`recording/series.py`), of the first recorded ones."""
    series_cases: int
    """How many cases have time series."""
    files: int
    """How many files it was read from."""
    is_unfinished: bool
    """Whether a sweep still writes it, or was killed while it did."""
    output: Path
    """The page that is to be."""
    replays: Mapping[int, str]
    """Case → name of the page of its replay, of those that lie beside the page."""

    @property
    def shell_path(self) -> str:
        """Its path as a command line takes it, whatever the name."""
        return quote(str(self.path))

    @property
    def cases(self) -> int:
        """How many there are."""
        return len(self.columns["case"])

    @property
    def varying(self) -> list[str]:
        """Input columns that differ between these cases, in the order of the file."""
        return [
            name
            for name, values in self.columns.items()
            if belongs_to(name, self.experiment.varying_keys) and len(np.unique(values)) > 1
        ]

    @property
    def finished(self) -> BoolArray:
        """Which cases have a trustworthy outcome, shape (cases,)."""
        return is_finished(self.columns["status"])

    @cached_property
    def headline(self) -> list[str]:
        """Outcomes that decide: the usual ones, and numbers that something is required of."""
        return [*dict.fromkeys([*HEADLINE, *self._required])]

    @cached_property
    def drivers(self) -> Mapping[str, Mapping[str, Any] | str]:
        """Outcome → what drives it, as `show --drivers` gives it, or why that cannot be told."""
        found: dict[str, Mapping[str, Any] | str] = {}
        for name in dict.fromkeys([*DRIVEN, *self._required]):
            try:
                found[name] = stored_drivers(self.columns, self.experiment, name)
            except BadInput as error:
                found[name] = str(error).partition(": ")[2]
        return found

    def replay_of(self, case: int) -> Path:
        """Page of a case's replay, that this page links if it is there when this one is made."""
        return self.output.with_name(replay_name(self.output, case))

    def unit(self, name: str) -> str:
        """Return the unit of a column; empty where it has none."""
        unit = str(self.described[name].get("units", "1"))
        return "" if unit == "1" else unit

    @property
    def _required(self) -> list[str]:
        """Numbers that something is required of."""
        columns = [requirement.column for requirement in self.experiment.requirements]
        return [name for name in columns if name in self.summary["outcomes"]]


def read_view(path: Path, output: Path) -> StoreView:
    """Read a result file, or what is finished of one.

    Parameters
    ----------
    path
        Result file.
    output
        The page that is to be: replays beside it are linked.

    Raises
    ------
    BadInput
        If there is no case in it.
    StoreError
        If it is missing, no result file or damaged, or of a newer version.
    """
    for attempt in range(TRIES):
        paths = finished_files(path)
        try:
            return _read(path, paths, output)
        except StoreError:
            # A file that a sweep has merged into another since we looked is no damage
            if attempt == TRIES - 1 or finished_files(path) == paths:
                raise
    raise AssertionError(path)


def replay_name(output: Path, case: int) -> str:
    """Name of the page of a case's replay that the page at `output` links."""
    return f"{output.stem}_case_{case}.html"


def _read(path: Path, paths: Sequence[Path], output: Path) -> StoreView:
    """Read the view of all these files together."""
    with opened_together(paths) as part:
        if not part.cases:
            raise BadInput(f"{path}: holds no case")
        experiment = stored_experiment(part.attributes, str(path))
        _check_known(path, texts(part.values("status")))
        wanted = {*needed_columns(part.names, experiment), *_ALSO}
        columns = {n: texts(part.values(n)) for n in part.names if n in wanted}
        with_series, series = _series(part)
        recorded = tuple(int(case) for case in part.recorded)
        names = {case: replay_name(output, case) for case in recorded}
        return StoreView(
            path=path,
            attributes=part.attributes,
            columns=with_surface(columns),
            described={name: part.described(name) for name in part.names},
            experiment=experiment,
            summary=stored_summary(part.attributes, columns, experiment),
            recorded=recorded,
            series=series,
            series_cases=with_series,
            files=len(paths),
            is_unfinished=shards_of(path).exists(),
            output=output,
            replays={c: n for c, n in names.items() if (output.parent / n).exists()},
        )


def _check_known(path: Path, status: NDArray[Any]) -> None:
    """Refuse cases that ended as none can."""
    if unknown := set(status.tolist()) - {*map(str, Status)}:
        raise StoreError(f"{path}: status {min(unknown)!r} is none of {', '.join(Status)}")


def _series(part: Merged) -> tuple[int, dict[int, dict[str, FloatArray]]]:
    """How many cases have time series, and those of the first ones."""
    if "" not in part.offsets:
        return 0, {}
    rows = np.flatnonzero(np.diff(part.offsets[""]) > 0)
    names = [name for name in part.series_names if "/" not in name]
    cases = part.values("case")
    found = {
        int(cases[row]): {name: part.samples(name, row, row + 1) for name in names}
        for row in rows[:SERIES_CASES]
    }
    return len(rows), found
