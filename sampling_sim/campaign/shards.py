"""The folder beside an output in which finished cases wait for the end of a sweep.

Finished cases are on the disk within `DURABLE_WITHIN`, in files of a batch.  At the end a single
writer merges them, with an output that was resumed, into the output, and removes the folder.  A
sweep that was killed leaves the folder; `resume` goes on from it.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.campaign.batches import BatchFolder, shards_of
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.statistics.stored import check_same_meshes, stored_experiment
from sampling_sim.errors import BadInput, SchemaVersionError, StoreError
from sampling_sim.store import (
    EXPERIMENT,
    Attributes,
    CaseRecord,
    StoreContent,
    batch_content,
    check_names_file,
    column_names,
    leftovers,
    merge_stores,
    read_attributes,
    read_columns,
    recorded_cases,
    sync,
)

DURABLE_WITHIN = 2.0
"""[s] after which a finished case is put on the disk; chosen: a shard costs 0.1 s whatever it
holds, and a kill then costs no more than the two seconds before it."""
BATCH = 512
"""Cases put on the disk at once at most; chosen: about 1 MB of columns."""


class ShardFolder:
    """The shards of one output; `attributes` are the root attributes of the campaign."""

    def __init__(self, output: Path, attributes: Attributes) -> None:
        check_names_file(output)
        self.output = output
        self.path = shards_of(output)
        self._attributes = attributes
        self._batches = BatchFolder(self.path)
        self._replaced = self.path / "replaced.h5"
        self._made: list[Path] = []
        self._lock: int | None = None
        self._waiting: dict[int, CaseRecord] = {}
        self._described: Mapping[str, Attributes] = {}
        self._due = 0.0
        self._columns_checked = False

    def claim(
        self, experiment: Experiment, meshes: Mapping[str, str], *, resume: bool, overwrite: bool
    ) -> set[int]:
        """Make the folder, for this process alone, and return the cases that are finished already.

        Raises
        ------
        BadInput
            If there are results already and neither `resume` nor `overwrite` is asked for, if they
            are of another experiment, if another sweep writes them, or if nothing can be written
            here.
        StoreError
            If a file of results is damaged, or of a newer version.
        """
        if resume and overwrite:
            raise BadInput("--resume and --overwrite exclude each other")
        try:
            existing = [path for path in (self.output, self.path) if path.exists()]
            if existing and not (resume or overwrite):
                raise BadInput(f"{existing[0]}: exists already; give --resume or --overwrite")
            self._make()
            if overwrite:
                self._set_aside()
            return self._finished(experiment, meshes)
        except OSError as error:
            self.release()
            if isinstance(error, StoreError):
                raise
            where = error.filename or self.path
            raise BadInput(f"{where}: cannot write here: {error.strerror}") from None
        except BaseException:
            self.release()
            raise

    def add(self, record: CaseRecord, described: Mapping[str, Attributes]) -> None:
        """Take one finished case, to be put on the disk soon; taking it twice changes nothing.

        Parameters
        ----------
        record
            The case.
        described
            Attributes of every input column.
        """
        if not self._waiting:
            self._due = time.monotonic() + DURABLE_WITHIN
        self._waiting[record.case], self._described = record, described
        if len(self._waiting) >= BATCH:
            self.flush()
        self.tick()

    def tick(self) -> None:
        """Put cases on the disk that have waited long enough; to be called often."""
        if self._waiting and time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Put all cases that wait on the disk; on return they survive anything.

        Raises
        ------
        StoreError
            If they cannot be written, the disk being full for one; then they go on waiting.
        """
        if not self._waiting:
            return
        content = self._waiting_content()
        self._check_columns(content)
        self._batches.put(content)
        self._waiting.clear()
        self._batches.compact()

    def recorded(self) -> set[int]:
        """Cases of which there are snapshots on the disk."""
        return {case for path in self._results() for case in recorded_cases(path)}

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Return some columns of every finished case, on the disk or not yet, sorted by case."""
        wanted = ["case", *(name for name in names if name != "case")]
        parts = [read_columns(path, wanted) for path in self._results()]
        if self._waiting:
            parts.append(self._waiting_content().columns)
        if not parts:
            return {name: np.zeros(0) for name in names}
        rows = np.unique(np.concatenate([part["case"] for part in parts]), return_index=True)[1]
        return {name: np.concatenate([part[name] for part in parts])[rows] for name in names}

    def merge(self) -> int:
        """Write the output from everything that is finished, then remove the folder.

        What the output says was asked is what this sweep was asked: its requirements may be newer.

        Returns
        -------
        How many cases the output holds, 0 if there was none to write.
        """
        self.flush()
        results, cases = self._results(), 0
        if results:
            asked = {name: self._attributes[name] for name in EXPERIMENT}
            with _advice_on_damage():
                cases = merge_stores(results, self.output, asked)
        self.discard()
        return cases

    def discard(self) -> None:
        """Remove the folder and its cases; a result that nothing came to replace is put back."""
        self._waiting.clear()
        self._put_back()
        if self.path.exists():
            self._remove_folder()
        if not self.output.exists():
            with suppress(OSError):  # another has put a file there meanwhile
                for made in self._made:
                    made.rmdir()
        self._unlock()

    def release(self) -> None:
        """Let another process have the folder; it goes if it holds no case."""
        if self._lock is None:  # never had, or removed: it may be another's by now
            return
        with suppress(StoreError, BadInput):  # it is being raised already, or there is worse
            self.flush()
        if not self._batches.paths():
            self.discard()
        self._unlock()

    def _make(self) -> None:
        """Make the folder, or take one that was left, and lock it."""
        parents = self.output.parents
        self._made = [folder for folder in parents if not folder.exists()]
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.path, *self._made):
            sync(folder.parent)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A sweep that ends removes its lock: one that was opened before that locks nothing
            is_held = os.path.samestat(os.fstat(lock), (self.path / "lock").stat())
        except (BlockingIOError, FileNotFoundError):
            is_held = False
        if not is_held:
            os.close(lock)
            raise BadInput(f"{self.output}: another sweep is writing it")
        self._lock = lock
        for left in (*leftovers(self.output), *self._batches.leftovers()):
            _remove(left)

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _set_aside(self) -> None:
        """Put the output out of reach of a later resume, and drop the cases of a killed sweep."""
        self._put_back()
        self._batches.clear()
        if self.output.exists():
            self.output.replace(self._replaced)

    def _put_back(self) -> None:
        if self._replaced.exists() and not self.output.exists():
            self._replaced.replace(self.output)

    def _remove_folder(self) -> None:
        """Remove the folder, its lock last: until then no other sweep can take it."""
        for path in self.path.iterdir():
            if path.name != "lock":
                _remove(path)
        (self.path / "lock").unlink(missing_ok=True)
        with suppress(OSError):  # another sweep has taken it just now
            self.path.rmdir()

    def _results(self) -> list[Path]:
        """Every file that holds finished cases."""
        return [*([self.output] if self.output.exists() else []), *self._batches.paths()]

    def _finished(self, experiment: Experiment, meshes: Mapping[str, str]) -> set[int]:
        """Cases that are on the disk, all of this experiment; of each file little is read."""
        finished: set[int] = set()
        with _advice_on_damage():
            for path in self._results():
                self._check_same(read_attributes(path), experiment, meshes)
                finished.update(read_columns(path, ["case"])["case"].tolist())
        return finished

    def _check_same(
        self, attributes: Attributes, experiment: Experiment, meshes: Mapping[str, str]
    ) -> None:
        """Refuse to go on with a file of another experiment, and say what differs."""
        if attributes["campaign_id"] != experiment.campaign_id:
            stored = stored_experiment(attributes, str(self.output), experiment.case_type)
            keys = ", ".join(experiment.differences(stored)) or "a table without keys"
            raise BadInput(f"{self.output}: holds another experiment; what differs: {keys}")
        check_same_meshes(attributes, str(self.output), meshes)

    def _check_columns(self, content: StoreContent) -> None:
        """Refuse to go on, at the first batch, with a file that has other columns."""
        if self._columns_checked:
            return
        for path in self._results()[:1]:
            if others := set(column_names(path)) ^ set(content.names):
                raise BadInput(
                    f"{path}: was made by another version of sampling-sim: only one of the two has "
                    f"{min(others)}; go on with that version, or --overwrite"
                )
        self._columns_checked = True

    def _waiting_content(self) -> StoreContent:
        return batch_content([*self._waiting.values()], self._attributes, self._described)


@contextmanager
def _advice_on_damage() -> Iterator[None]:
    """Say what to do about a damaged file: a sweep writes files whole, so it was not cut by one."""
    try:
        yield
    except SchemaVersionError:
        raise
    except StoreError as error:
        if "damaged" not in str(error):
            raise
        advice = "restore it, or move it away and --resume runs its cases again"
        raise StoreError(f"{error}: {advice}") from None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
