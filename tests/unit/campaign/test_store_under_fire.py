"""A disk that fills, files that were cut, files of others: one line, nothing finished is lost."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import fake_chain
import h5py
import numpy as np
import pytest

from sampling_sim.campaign import batches, shards
from sampling_sim.campaign.batches import BatchFolder
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.store import (
    Column,
    StoreContent,
    read_columns,
    read_store,
    same_bits,
    write_store,
)

Load = Callable[..., Experiment]
CASES = 12


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch, serial_pool: None) -> None:
    """Make a sweep of a dozen cases write, merge small files, and merge at the end."""
    monkeypatch.setattr(shards, "BATCH", 2)
    monkeypatch.setattr(batches, "FAN_IN", 4)


def finished(output: Path) -> list[str]:
    """Cases that a resume would find."""
    paths = [output, *BatchFolder(output.with_name(output.name + ".shards")).paths()]
    columns = [read_columns(path, ["case_id"])["case_id"] for path in paths if path.exists()]
    return [name for column in columns for name in column]


def assert_resume_completes(loaded: Experiment, output: Path, reference: Path) -> None:
    """Assert that only what was unfinished is run, and that the bits are those of the reference."""
    before, ran = finished(output), []

    def run(case: fake_chain.FakeCase) -> fake_chain.FakeResult:
        ran.append(case.case_id)
        return fake_chain.fake_run_recorded(case)

    run_campaign(loaded, output, cases=CASES, resume=True, runner=run)
    found, whole = read_store(output), read_store(reference)
    assert sorted(ran) == sorted({*whole.columns["case_id"]} - {*before})
    for name in whole.runs.keys() - NOT_COMPARED:
        assert same_bits(found.columns[name], whole.columns[name]).all(), name
    assert same_bits(found.series["force"].values, whole.series["force"].values).all()
    assert not output.with_name(output.name + ".shards").exists()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> "FullDisk":
    disk = FullDisk()
    monkeypatch.setattr(os, "pwrite", disk)
    return disk


@pytest.fixture
def reference(experiment: Load, tmp_path: Path, small_batches: None) -> Path:
    run = fake_chain.fake_run_recorded
    return run_campaign(experiment(), tmp_path / "reference.h5", cases=CASES, runner=run)


RECORD = RecordedReplicates(3)
"""The first of four batches and half of the second hold snapshots, by far the most of the bytes."""


def recorded(loaded: Experiment, output: Path, **words: object) -> Path:
    """Sweep whose first cases keep series and snapshots."""
    return run_campaign(loaded, output, cases=8, record=RECORD, runner=fake_chain.fake_run, **words)


@pytest.fixture
def recorded_reference(experiment: Load, tmp_path: Path, small_batches: None) -> Path:
    return recorded(experiment(), tmp_path / "recorded.h5")


def assert_same_recordings(found: Path, expected: Path) -> None:
    one, other = read_store(found), read_store(expected)
    for name in other.runs.keys() - NOT_COMPARED:
        assert same_bits(one.columns[name], other.columns[name]).all(), name
    assert one.offsets[""].tolist() == other.offsets[""].tolist()
    assert same_bits(one.series["force"].values, other.series["force"].values).all()
    assert one.recorded == other.recorded == [0, 1, 2]
    for case in one.recorded:
        assert [*vars(one.snapshots[case])] == [*vars(other.snapshots[case])]
        for name, value in vars(other.snapshots[case]).items():
            assert np.array_equal(vars(one.snapshots[case])[name], value), name
    assert not found.with_name(found.name + ".shards").exists()


class FullDisk:
    """Stands for a disk that takes so many bytes, and then no more until it is emptied."""

    def __init__(self) -> None:
        self.free, self.written, self.pwrite = np.inf, 0, os.pwrite

    def __call__(self, descriptor: int, data: bytes, offset: int) -> int:
        if self.written + len(data) > self.free:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.written += len(data)
        return self.pwrite(descriptor, data, offset)


@pytest.mark.parametrize(
    "share",
    [0.03, 0.6, 0.97, *(pytest.param(s / 20, marks=pytest.mark.slow) for s in range(20))],
)
def test_a_disk_that_fills_is_one_line_and_resume_completes(
    experiment: Load, tmp_path: Path, disk: FullDisk, reference: Path, share: float
) -> None:
    """At any share of what a sweep writes: in a batch, a merge of small files, the last merge."""
    output, run = tmp_path / "out.h5", fake_chain.fake_run_recorded
    disk.free, disk.written = share * disk.written, 0
    with pytest.raises(StoreError, match=r"cannot be written: No space left on device") as caught:
        run_campaign(experiment(), output, cases=CASES, runner=run)
    assert "\n" not in str(caught.value)
    assert not output.exists()
    assert (len(finished(output)) > 0) == (share > 0.1)
    disk.free = np.inf
    assert_resume_completes(experiment(), output, reference)


@pytest.mark.parametrize(
    "share",
    [0.02, 0.4, 0.9, *(pytest.param(s / 20, marks=pytest.mark.slow) for s in range(20))],
)
def test_a_disk_that_fills_while_recordings_are_written_loses_none(
    experiment: Load, tmp_path: Path, disk: FullDisk, recorded_reference: Path, share: float
) -> None:
    """In the snapshots of a first batch, of a merge of small files, of the last merge."""
    output = tmp_path / "out.h5"
    disk.free, disk.written = share * disk.written, 0
    with pytest.raises(StoreError, match=r"cannot be written: No space left on device") as caught:
        recorded(experiment(), output)
    assert "\n" not in str(caught.value)
    assert not output.exists()
    assert not [*output.parent.glob(".*"), *output.parent.glob("*.shards/.*")]
    assert (len(finished(output)) > 0) == (share > 0.22)  # two cases of three, each copied thrice
    disk.free = np.inf
    recorded(experiment(), output, resume=True)
    assert_same_recordings(output, recorded_reference)


def test_a_real_disk_that_recordings_fill_leaves_the_process_alive(
    experiment: Load, tiny_disk: Path, recorded_reference: Path
) -> None:
    """HDF5 compresses the snapshots, which is where it crashes; 200 kB hold not one of them."""
    output = tiny_disk / "out.h5"
    with pytest.raises(StoreError, match=r"No space left on device"):
        recorded(experiment(), output)
    subprocess.run(["mount", "-o", "remount,size=32m", str(tiny_disk)], check=True)
    recorded(experiment(), output, resume=True)
    assert_same_recordings(output, recorded_reference)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 200 kB, where this process may."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:  # noqa: PLW1510
        pytest.skip("cannot mount a tmpfs here: needs root")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def test_a_real_disk_that_is_full_is_one_line_and_resume_completes(
    experiment: Load, tiny_disk: Path, reference: Path
) -> None:
    """HDF5 itself crashes the process here, if it is let near the disk (writing.PatientFile)."""
    loaded, run, output = experiment(), fake_chain.fake_run_recorded, tiny_disk / "out.h5"
    with pytest.raises(StoreError, match=r"No space left on device"):
        run_campaign(loaded, output, cases=CASES, runner=run)
    assert 0 < len(finished(output)) < CASES
    subprocess.run(["mount", "-o", "remount,size=8m", str(tiny_disk)], check=True)
    assert_resume_completes(loaded, output, reference)


def compressed(content: StoreContent) -> StoreContent:
    """Rows enough for HDF5 to compress, which is where it crashes."""
    runs = {
        n: Column(np.repeat(c.values[:1], 5_000), c.attributes) for n, c in content.runs.items()
    }
    runs["case"] = Column(np.arange(5_000), content.runs["case"].attributes)
    runs["peak_force"] = Column(np.random.default_rng(0).normal(size=5_000), {})
    return StoreContent(content.attributes, runs, {}, {})


def test_a_compressed_file_that_does_not_fit_leaves_the_process_alive(
    reference: Path, tmp_path: Path
) -> None:
    """Under a limit on the size of files, in a process of its own, as it may crash."""
    write_store(tmp_path / "big.h5", compressed(read_store(reference)))
    code = (
        "import resource, sys; from pathlib import Path; "
        "from sampling_sim.store import read_store, write_store; "
        f"content = read_store({str(tmp_path / 'big.h5')!r}); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))\n"
        f"try: write_store(Path({str(tmp_path / 'new.h5')!r}), content)\n"
        "except OSError as error: print(error)"
    )
    size = (tmp_path / "big.h5").stat().st_size
    for share in (0.1, 0.9):
        command = [sys.executable, "-c", code, str(int(share * size))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip().endswith(
            "cannot be written: File too large; what was there is kept"
        )
    assert sorted(path.name for path in tmp_path.glob("*new.h5*")) == []


@pytest.mark.parametrize(
    "keep", [0.5, *(pytest.param(k, marks=pytest.mark.slow) for k in (0.1, 0.99))]
)
@pytest.mark.parametrize("which", ["out.h5", "out.h5.shards/part-000001-2.h5"])
def test_a_file_that_was_cut_is_refused_by_name_and_can_be_moved_away(
    experiment: Load, tmp_path: Path, reference: Path, keep: float, which: str
) -> None:
    loaded, output = experiment(), tmp_path / "out.h5"
    with pytest.raises(RuntimeError):
        run_campaign(loaded, output, cases=CASES, runner=fake_chain.fake_run_recorded,
                     progress=stop_after(7))  # fmt: skip
    if which == "out.h5":
        run_campaign(loaded, output, cases=7, resume=True, runner=fake_chain.fake_run_recorded)
    cut = (
        tmp_path / which
        if which == "out.h5"
        else BatchFolder(tmp_path / "out.h5.shards").paths()[0]
    )
    cut.write_bytes(cut.read_bytes()[: int(keep * cut.stat().st_size)])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.h5")}
    with pytest.raises(StoreError, match="damaged") as caught:
        run_campaign(loaded, output, cases=CASES, resume=True, runner=pytest.fail)
    assert str(cut) in str(caught.value)
    assert "move it away and --resume runs its cases again" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.h5")} == before
    cut.rename(tmp_path / "moved.h5")
    assert_resume_completes(loaded, output, reference)


def stop_after(cases: int) -> Callable[..., None]:
    def progress(done: int, total: int, record: object) -> None:
        if done == cases:
            raise RuntimeError("as a killed sweep leaves it")

    return progress


def test_shards_of_another_campaign_are_refused(
    experiment: Load, tmp_path: Path, small_batches: None
) -> None:
    with pytest.raises(RuntimeError):
        run_campaign(experiment(), tmp_path / "out.h5", runner=fake_chain.fake_run,
                     progress=stop_after(3))  # fmt: skip
    with pytest.raises(BadInput, match=r"what differs: campaign\.seed"):
        run_campaign(experiment("campaign.seed=8"), tmp_path / "out.h5", resume=True,
                     runner=pytest.fail)  # fmt: skip


@pytest.mark.usefixtures("serial_pool")
def test_what_differs_is_named_however_little(experiment: Load, tmp_path: Path) -> None:
    """Numbers that are equal, and a table without keys: the name of the campaign knows both."""
    out = tmp_path / "out.h5"
    run_campaign(experiment("sequence.pause=0"), out, runner=fake_chain.fake_run)
    with pytest.raises(BadInput, match=r"what differs: a table without keys$"):
        run_campaign(experiment("sequence.pause=0", "mechanism.blade={}"), out, resume=True)
    with pytest.raises(BadInput, match=r"what differs: sequence\.pause$"):
        run_campaign(experiment("sequence.pause=0.0"), out, resume=True)


def test_a_version_with_other_columns_is_refused_at_the_first_batch(
    experiment: Load, tmp_path: Path, small_batches: None
) -> None:
    """And not when all is run and the files do not go together."""
    output, ran = tmp_path / "out.h5", []
    run_campaign(experiment(), output, cases=2, runner=fake_chain.fake_run)
    with h5py.File(output, "a") as file:
        del file["runs/mechanism.width"]
    before = output.read_bytes()

    def run(case: fake_chain.FakeCase) -> fake_chain.FakeResult:
        ran.append(case)
        return fake_chain.fake_run(case)

    with pytest.raises(BadInput, match=r"another version .* only one .* mechanism\.width"):
        run_campaign(experiment(), output, cases=CASES, resume=True, runner=run)
    assert len(ran) < 6
    assert output.read_bytes() == before
