"""The folder beside an output in which finished cases wait for the end of a sweep.

Each finished case is one shard, on the disk as soon as it is done.  At the end a single writer
merges the shards, with an output that was resumed, into the output, and removes the folder.  A
sweep that was killed leaves the folder; `resume` goes on from it.
"""

import fcntl
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sampling_sim.campaign.config import Experiment
from sampling_sim.campaign.stored import check_same_meshes, stored_experiment
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.store import (
    EXPERIMENT,
    Attributes,
    CaseRecord,
    StoreContent,
    check_names_file,
    merged_content,
    read_store,
    single_content,
    write_store,
)


class ShardFolder:
    """The shards of one output; `attributes` are the root attributes of the campaign."""

    def __init__(self, output: Path, attributes: Attributes) -> None:
        check_names_file(output)
        self.output = output
        self.path = output.with_name(output.name + ".shards")
        self._attributes = attributes
        self._replaced = self.path / "replaced.h5"
        self._made: list[Path] = []
        self._lock: int | None = None

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
        """
        if resume and overwrite:
            raise BadInput("--resume and --overwrite exclude each other")
        existing = [path for path in (self.output, self.path) if path.exists()]
        if existing and not (resume or overwrite):
            raise BadInput(f"{existing[0]}: exists already; give --resume or --overwrite")
        try:
            self._make()
            if overwrite:
                self._set_aside()
            contents = self._contents()
            for content in contents:
                self._check_same(content, experiment, meshes)
        except OSError as error:
            self.release()
            if isinstance(error, StoreError):
                raise
            raise BadInput(f"{error.filename}: cannot write here: {error.strerror}") from None
        except BaseException:
            self.release()
            raise
        return {int(case) for content in contents for case in content.columns["case"]}

    def add(self, record: CaseRecord, units: Mapping[str, Attributes]) -> None:
        """Put one finished case on the disk; putting it twice changes nothing."""
        content = single_content(record, self._attributes, units)
        write_store(self.path / f"case-{record.case:08d}.h5", content)

    def tick(self) -> None:
        """Write what is due; every case is on the disk already."""

    def flush(self) -> None:
        """Write all; every case is on the disk already."""

    def merge(self) -> int:
        """Write the output from everything that is finished, then remove the folder.

        What the output says was asked is what this sweep was asked: its requirements may be newer.

        Returns
        -------
        How many cases the output holds, 0 if there was none to write.
        """
        contents = self._contents()
        cases = 0
        if contents:
            merged = merged_content(contents)
            asked = {name: self._attributes[name] for name in EXPERIMENT}
            merged = replace(merged, attributes={**merged.attributes, **asked})
            write_store(self.output, merged)
            cases = len(merged.columns["case"])
        self.discard()
        return cases

    def discard(self) -> None:
        """Remove the folder and its cases; a result that nothing came to replace is put back."""
        self._put_back()
        if self.path.exists():
            shutil.rmtree(self.path)
        if not self.output.exists():
            for made in self._made:
                made.rmdir()

    def release(self) -> None:
        """Let another process have the folder; it goes if it holds no case."""
        if self._lock is None:
            return
        if self.path.exists() and not any(self.path.glob("case-*.h5")):
            self.discard()
        os.close(self._lock)
        self._lock = None

    def _make(self) -> None:
        """Make the folder, or take one that was left, and lock it."""
        parents = self.output.parents
        self._made = [folder for folder in parents if not folder.exists()]
        self.path.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise BadInput(f"{self.output}: another sweep is writing it") from None
        self._lock = lock

    def _set_aside(self) -> None:
        """Put the output out of reach of a later resume, and drop the cases of a killed sweep."""
        self._put_back()
        for path in self.path.glob("case-*.h5"):
            path.unlink()
        if self.output.exists():
            self.output.replace(self._replaced)

    def _put_back(self) -> None:
        if self._replaced.exists() and not self.output.exists():
            self._replaced.replace(self.output)

    def _contents(self) -> list[StoreContent]:
        outputs = [self.output] if self.output.exists() else []
        return [read_store(path) for path in (*outputs, *sorted(self.path.glob("case-*.h5")))]

    def _check_same(
        self, content: StoreContent, experiment: Experiment, meshes: Mapping[str, str]
    ) -> None:
        """Refuse to go on with a file of another experiment, and say what differs."""
        if content.attributes["campaign_id"] != experiment.campaign_id:
            stored = stored_experiment(content, str(self.output), experiment.case_type)
            keys = ", ".join(experiment.differences(stored))
            raise BadInput(f"{self.output}: holds another experiment; what differs: {keys}")
        check_same_meshes(content, str(self.output), meshes)
