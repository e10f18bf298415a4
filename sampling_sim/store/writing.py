"""Files written whole or not at all: under another name, to the disk, then moved into place."""

import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sampling_sim.errors import BadInput, StoreError

LONGER = len("..4194304.groups")
"""Bytes by which the longest name of what stands beside a file on the way to it exceeds its own:
`written_whole` and merging put a process number (Linux: up to 2²²) and an ending on it."""


def check_names_file(path: Path) -> None:
    """Refuse a path that cannot be a file's."""
    try:
        is_folder = not path.name or path.is_dir()
    except OSError as error:  # its name is too long, or its folder may not be looked into
        raise BadInput(f"{path}: cannot write here: {error.strerror}") from None
    if is_folder:
        raise BadInput(f"{path}: is a folder; name a file")
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    most = os.pathconf(folder, "PC_NAME_MAX") - LONGER
    if (size := len(os.fsencode(path.name))) > most:
        allowed = f"at most {most} fit here, as files on the way to it have longer ones"
        raise BadInput(f"{path}: its name has {size} bytes; {allowed}")


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


def leftovers(path: Path) -> list[Path]:
    """Find what killed writers of a file left beside it, half-written."""
    if not path.parent.exists():
        return []
    pattern = re.compile(rf"\.{re.escape(path.name)}\.\d+\.(tmp|groups)")
    return [found for found in path.parent.iterdir() if pattern.fullmatch(found.name)]


@contextmanager
def written_whole(path: Path) -> Iterator["PatientFile"]:
    """Give a file to write to, that is at `path`, on the disk and whole, once the block is left.

    Raises
    ------
    StoreError
        If it cannot be written, the disk being full for one; then `path` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with PatientFile(temporary) as file:
                yield file
                file.finish()
            temporary.replace(path)
            sync(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except StoreError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"{path}: cannot be written: {reason}; what was there is kept") from None


def sync(path: Path) -> None:
    """Force a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class PatientFile(io.RawIOBase):
    """A file whose writes never fail while HDF5 looks on: what went wrong is raised in the end.

    HDF5 2.0 crashes the process (segmentation fault) when a write of a compressed array fails, as
    on a full disk.  After the first failure this file keeps what is written in memory, so that it
    still reads back; the writer asks `has_failed` now and then, and stops.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        self._position = 0
        self._error: OSError | None = None
        self._unwritten: list[tuple[int, bytes]] = []

    @property
    def has_failed(self) -> bool:
        """Whether anything could not be written."""
        return self._error is not None

    def finish(self) -> None:
        """Force everything to the disk, or raise what went wrong."""
        if self._error is not None:
            raise self._error
        os.fsync(self._descriptor)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a byte; HDF5 counts from the start, or asks for the end."""
        end = max([os.fstat(self._descriptor).st_size, *(at + len(b) for at, b in self._unwritten)])
        self._position = offset + (end if whence == os.SEEK_END else 0)
        return self._position

    def write(self, data: Any) -> int:
        """Write all of it, if not to the disk then to memory."""
        view, done = memoryview(data).cast("B"), 0
        try:
            while done < len(view) and self._error is None:
                done += os.pwrite(self._descriptor, view[done:], self._position + done)
        except OSError as error:
            self._error = error
        if done < len(view):
            self._unwritten.append((self._position + done, bytes(view[done:])))
        self._position += len(view)
        return len(view)

    def readinto(self, buffer: Any) -> int:
        """Read what was written, from the disk and from memory; zeros beyond."""
        view = memoryview(buffer).cast("B")
        found = os.pread(self._descriptor, len(view), self._position)
        view[:] = found + bytes(len(view) - len(found))
        for at, data in self._unwritten:
            low, high = max(at, self._position), min(at + len(data), self._position + len(view))
            if low < high:
                view[low - self._position : high - self._position] = data[low - at : high - at]
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Cut or lengthen the file."""
        length = self._position if size is None else size
        try:
            os.ftruncate(self._descriptor, length)
        except OSError as error:
            self._error = self._error or error
        return length

    def flush(self) -> None:
        """Do nothing: `finish` does."""

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()
