"""The folder beside an output in which finished cases wait for the end of a sweep.

Each finished case is one shard, on the disk as soon as it is done.  At the end a single writer
merges the shards, with an output that was resumed, into the output, and removes the folder.  A
sweep that was killed leaves the folder; `resume` goes on from it.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from sampling_sim.campaign.config import Experiment
from sampling_sim.campaign.stored import stored_experiment
from sampling_sim.errors import BadInput
from sampling_sim.store import (
    Attributes,
    CaseRecord,
    StoreContent,
    merged_content,
    read_store,
    single_content,
    write_store,
)


class ShardFolder:
    """The shards of one output; `attributes` are the root attributes of the campaign."""

    def __init__(self, output: Path, attributes: Attributes) -> None:
        self.output = output
        self.path = output.with_name(output.name + ".shards")
        self._attributes = attributes
        self._replaced = self.path / "replaced.h5"

    def claim(self, experiment: Experiment, *, resume: bool, overwrite: bool) -> set[int]:
        """Make the folder and return the cases that are finished already.

        Raises
        ------
        BadInput
            If there are results already and neither `resume` nor `overwrite` is asked for, if they
            are of another experiment, or if nothing can be written here.
        """
        if resume and overwrite:
            raise BadInput("--resume and --overwrite exclude each other")
        existing = [path for path in (self.output, self.path) if path.exists()]
        if existing and not (resume or overwrite):
            raise BadInput(f"{existing[0]}: exists already; give --resume or --overwrite")
        if self.output.is_dir():
            raise BadInput(f"{self.output}: is a folder")
        contents = self._contents() if resume else []
        for content in contents:
            self._check_same(content, experiment)
        try:
            if overwrite and self.path.exists():
                shutil.rmtree(self.path)
            self.path.mkdir(parents=True, exist_ok=True)
            if overwrite and self.output.exists():
                # Out of reach of a later resume; put back if nothing comes to replace it
                self.output.replace(self._replaced)
        except OSError as error:
            raise BadInput(f"{error.filename}: cannot write here: {error.strerror}") from None
        return {int(case) for content in contents for case in content.columns["case"]}

    def add(self, record: CaseRecord, units: Mapping[str, Attributes]) -> None:
        """Put one finished case on the disk; putting it twice changes nothing."""
        content = single_content(record, self._attributes, units)
        write_store(self.path / f"case-{record.case:08d}.h5", content)

    def merge(self) -> None:
        """Write the output from everything that is finished, then remove the folder."""
        contents = self._contents()
        if contents:
            write_store(self.output, merged_content(contents))
        self.discard()

    def discard(self) -> None:
        """Remove the folder; a result that nothing came to replace is put back."""
        if self._replaced.exists() and not self.output.exists():
            self._replaced.replace(self.output)
        shutil.rmtree(self.path)

    def _contents(self) -> list[StoreContent]:
        outputs = [self.output] if self.output.exists() else []
        return [read_store(path) for path in (*outputs, *sorted(self.path.glob("case-*.h5")))]

    def _check_same(self, content: StoreContent, experiment: Experiment) -> None:
        """Refuse to go on with a file of another experiment, and say what differs."""
        if content.attributes["campaign_id"] != experiment.campaign_id:
            stored = stored_experiment(content, str(self.output), experiment.case_type)
            keys = ", ".join(experiment.differences(stored))
            raise BadInput(f"{self.output}: holds another experiment; what differs: {keys}")
        if content.attributes["shape_sha256"] != self._attributes["shape_sha256"]:
            raise BadInput(f"{self.output}: was made with another mesh of the same name")
