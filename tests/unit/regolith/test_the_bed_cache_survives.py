"""Two processes, a killed holder, damaged files, other versions, folders one cannot write."""

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sampling_sim.regolith import cache
from sampling_sim.regolith.cache import cached_bed

MAKER = """
import sys, time
from pathlib import Path
import numpy as np
from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.cache import cached_bed
from sampling_sim.regolith.parameters import RegolithParameters

folder, name, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
parameters = RegolithParameters(tensile_strength=0.0)

def make():
    (folder / f"made-by-{name}").touch()
    time.sleep(seconds)
    return Bed(parameters=parameters, position=np.full((1, 3), 0.5), radius=np.ones(1),
               fixed=np.zeros(1, bool), floor=-1.0)

bed = cached_bed("test", parameters, None, folder / "cache", make)
assert bed.position[0, 0] == 0.5
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a process which prepares the same bed, as slowly as told."""
    running = []

    def begin(name, seconds):
        command = [sys.executable, "-c", MAKER, str(tmp_path), name, str(seconds)]
        running.append(subprocess.Popen(command))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def appears(path, limit=60.0):
    """Wait until a file is there; False if it does not come."""
    end = time.monotonic() + limit
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return path.exists()


def test_of_two_processes_one_prepares_the_bed_and_the_other_waits_for_it(start, tmp_path):
    first = start("first", 3.0)
    assert appears(tmp_path / "made-by-first")
    second = start("second", 0.0)
    assert second.wait(60) == 0
    assert first.wait(60) == 0
    assert not (tmp_path / "made-by-second").exists()


def test_a_killed_holder_lets_go_and_the_waiter_prepares_the_bed(start, tmp_path):
    holder = start("holder", 600.0)
    assert appears(tmp_path / "made-by-holder")
    waiter = start("waiter", 0.0)
    time.sleep(2.0)
    assert not (tmp_path / "made-by-waiter").exists()
    holder.send_signal(signal.SIGKILL)
    assert waiter.wait(60) == 0
    assert (tmp_path / "made-by-waiter").exists()
    # what is kept is whole: nobody has to prepare it again
    assert start("later", 0.0).wait(60) == 0
    assert not (tmp_path / "made-by-later").exists()


@pytest.fixture
def kept(two_grains, tmp_path):
    """Return a function that fetches a bed of two grains, with how often it was made."""
    made = []

    def fetch():
        def make():
            made.append(1)
            return two_grains

        bed = cached_bed("test", two_grains.parameters, None, tmp_path, make)
        assert np.array_equal(bed.position, two_grains.position)
        assert bed.is_settled is True
        return len(made)

    return fetch


def test_a_file_with_any_byte_changed_or_cut_short_gives_the_same_bed(kept, tmp_path, caplog):
    """A hundred damaged files: what cannot be read is made anew with one line."""
    assert kept() == 1
    (path,) = tmp_path.glob("*.npz")
    whole, rng, lines = path.read_bytes(), np.random.default_rng(3), 0
    for trial in range(100):
        broken = bytearray(whole)
        if trial % 10 == 0:
            broken = broken[: int(rng.integers(len(whole)))]
        else:
            broken[int(rng.integers(len(whole)))] ^= int(rng.integers(1, 256))
        path.write_bytes(broken)
        caplog.clear()
        before = kept() - lines
        assert before in {1, 2}
        assert len(caplog.records) == before - 1
        lines += before - 1
    assert lines > 50


def test_a_bed_of_another_version_is_made_anew_with_one_line(kept, monkeypatch, caplog):
    assert kept() == 1
    monkeypatch.setattr(cache, "source_hash", lambda: "another")
    with caplog.at_level(logging.WARNING):
        assert kept() == 2
        assert kept() == 2
    assert [r.getMessage().split(" ", 3)[3] for r in caplog.records] == [
        "is from another version: made anew"
    ]


@pytest.mark.parametrize("package", ["numpy", "numba"])
def test_a_bed_made_with_another_numpy_or_numba_is_made_anew(kept, monkeypatch, caplog, package):
    """The name stays: the file is replaced, with the line of another version."""
    assert kept() == 1
    own = cache.version
    monkeypatch.setattr(cache, "version", lambda name: "0.1" if name == package else own(name))
    with caplog.at_level(logging.WARNING):
        assert kept() == 2
        assert kept() == 2
    assert [r.getMessage().split(" ", 3)[3] for r in caplog.records] == [
        "is from another version: made anew"
    ]


def test_a_folder_that_cannot_be_written_is_said_and_the_bed_is_made(two_grains, tmp_path, caplog):
    (tmp_path / "file").write_text("not a folder")
    bed = cached_bed(
        "test", two_grains.parameters, None, tmp_path / "file" / "x", lambda: two_grains
    )
    assert bed is two_grains
    assert [r.getMessage().startswith("beds cannot be cached in") for r in caplog.records] == [True]


def test_a_full_disk_is_said_and_nothing_is_left_behind(two_grains, tmp_path, caplog, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    bed = cached_bed("test", two_grains.parameters, None, tmp_path, lambda: two_grains)
    assert bed is two_grains
    assert "bed not cached" in caplog.text
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_the_name_follows_every_key_of_preparation(two_grains):
    p = two_grains.parameters
    others = [
        replace(p, packing_fraction=0.55),
        replace(p, size_grading=0.5),
        replace(p, boulder_count=1),
        replace(p, packing_seed=2),
    ]
    names = {cache.content_hash("poured", parameters, None) for parameters in [p, *others]}
    assert len(names) == 5
    assert isinstance(cache.default_cache_dir(), Path)
