"""Files of finished cases in a folder: new ones small and soon, old ones few and large.

A file once in place is never changed.  When many small files have come together they are merged
into a larger one, and then removed; killed in between, a case is held twice with the same bits,
which every reader counts once.  So putting a batch costs the same however many came before it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from sampling_sim.errors import BadInput
from sampling_sim.store import StoreContent, merge_stores, write_store

FAN_IN = 16
"""Files of like size that are merged into one; chosen: a case is copied three times at most before
its file counts as large, and a sweep of minutes has some ten files."""
LARGE = FAN_IN**3
"""[1] cases from which a file stays as it is; chosen: a million cases are 250 files at most, and no
merge before the last holds more than 16 times as many, a second's work."""

_NAME = re.compile(r"(?:part-(?P<serial>\d+)-(?P<cases>\d+)|case-\d+)\.h5")
"""`part-SERIAL-CASES.h5`; `case-N.h5` of one case is how version 0.1 named them."""


def shards_of(output: Path) -> Path:
    """Folder in which the finished cases of an output wait."""
    return output.with_name(output.name + ".shards")


def finished_files(output: Path) -> list[Path]:
    """Every file that holds finished cases of an output; its own name if there is none.

    Raises
    ------
    BadInput
        If a sweep has begun it and has finished no case yet.
    """
    own = [output] if output.exists() else []
    try:
        parts = BatchFolder(shards_of(output)).paths() if output.name else []
    except FileNotFoundError:  # the sweep has ended just now
        parts = []
    if not own and not parts and shards_of(output).exists():
        raise BadInput(f"{output}: a sweep has begun it, and no case is finished yet")
    return [*own, *parts] or [output]


class BatchFolder:
    """The files of finished cases in a folder; one writer at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def paths(self) -> list[Path]:
        """All files, oldest name first."""
        if not self.path.exists():
            return []
        return sorted(path for path in self.path.iterdir() if _NAME.fullmatch(path.name))

    def put(self, content: StoreContent) -> None:
        """Put a batch on the disk; on return it survives anything."""
        write_store(self._next(len(content.columns["case"])), content, has_scales=False)

    def leftovers(self) -> list[Path]:
        """Files that a killed writer left half-written."""
        return list(self.path.glob(".*"))

    def clear(self) -> None:
        """Remove all files."""
        for path in self.paths():
            path.unlink()

    def compact(self) -> None:
        """Merge files of like size while there are many of them."""
        while crowd := self._crowd():
            cases = sum(_cases(path) for path in crowd)
            merge_stores(crowd, self._next(cases), has_scales=False)
            for path in crowd:
                path.unlink()

    def _crowd(self) -> Sequence[Path]:
        """Files of like size, if there are many; those of the smallest size first."""
        alike: dict[int, list[Path]] = defaultdict(list)
        for path in self.paths():
            if (cases := _cases(path)) < LARGE:
                size = next(n for n in range(3) if cases < FAN_IN ** (n + 1))
                alike[size].append(path)
        return next((alike[size] for size in sorted(alike) if len(alike[size]) >= FAN_IN), [])

    def _next(self, cases: int) -> Path:
        serials = (_NAME.fullmatch(path.name) for path in self.paths())
        last = max((int(found["serial"] or 0) for found in serials if found), default=0)
        return self.path / f"part-{last + 1:06d}-{cases}.h5"


def _cases(path: Path) -> int:
    """Cases of a file by its name; more than it holds where two of its parts held the same."""
    found = _NAME.fullmatch(path.name)
    return int(found["cases"] or 1) if found else 0
