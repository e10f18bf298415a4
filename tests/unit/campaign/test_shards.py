"""Finished cases on their way to the disk: soon, in few files, each at a price that stays."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import fake_chain
import pytest

from sampling_sim.campaign import batches, shards
from sampling_sim.campaign.batches import BatchFolder
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.campaign.provenance import root_attributes
from sampling_sim.campaign.records import case_record
from sampling_sim.campaign.shards import BATCH, DURABLE_WITHIN, ShardFolder
from sampling_sim.errors import BadInput
from sampling_sim.store import CaseRecord, StoreContent, read_columns, read_store
from sampling_sim.store.writing import LONGER

Load = Callable[..., Experiment]


class Clock:
    """Stands for the time."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(shards, "time", clock)
    return clock


@pytest.fixture
def folder(experiment: Load, tmp_path: Path) -> Iterator[ShardFolder]:
    loaded = experiment()
    meshes = mesh_hashes(loaded)
    folder = ShardFolder(tmp_path / "out.h5", root_attributes(loaded, meshes))
    assert folder.claim(loaded, meshes, resume=False, overwrite=False) == set()
    yield folder
    folder.release()


def record(experiment: Experiment, index: int) -> tuple[CaseRecord, dict]:
    plan = experiment.planned(index)
    case = experiment.case_of(plan)
    result = fake_chain.fake_run(case, record=True)
    return case_record(experiment, plan, case, result)


@pytest.fixture
def one_case(experiment: Load) -> StoreContent:
    loaded = experiment()
    found, described = record(loaded, 0)
    attributes = root_attributes(loaded, mesh_hashes(loaded))
    return shards.batch_content([found], attributes, described)


def on_disk(folder: ShardFolder) -> list[int]:
    paths = BatchFolder(folder.path).paths()
    return sorted(case for path in paths for case in read_columns(path, ["case"])["case"].tolist())


def test_a_case_waits_for_others_but_no_longer_than_it_is_said(
    folder: ShardFolder, experiment: Load, clock: Clock
) -> None:
    loaded = experiment()
    folder.add(*record(loaded, 3))
    clock.now += 0.9 * DURABLE_WITHIN
    folder.add(*record(loaded, 1))
    folder.add(*record(loaded, 1))
    folder.tick()
    assert on_disk(folder) == []
    clock.now += 0.1 * DURABLE_WITHIN  # of the first case; the second has just come
    folder.tick()
    assert on_disk(folder) == [1, 3]
    assert len(BatchFolder(folder.path).paths()) == 1
    clock.now += 10.0
    folder.add(*record(loaded, 4))  # the time runs anew
    folder.tick()
    assert on_disk(folder) == [1, 3]
    folder.flush()
    assert on_disk(folder) == [1, 3, 4]


def test_a_crowd_does_not_wait(
    folder: ShardFolder, experiment: Load, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BATCH < 1000  # what waits is in memory
    monkeypatch.setattr(shards, "BATCH", 3)
    for index in range(7):
        folder.add(*record(experiment(), index))
    assert on_disk(folder) == [0, 1, 2, 3, 4, 5]


def test_columns_are_of_every_finished_case_wherever_it_is(
    folder: ShardFolder, experiment: Load, clock: Clock
) -> None:
    """In the output that is resumed, in the folder, or still waiting; sorted, each once."""
    loaded = experiment()
    assert len(folder.columns(["collected_mass"])["collected_mass"]) == 0
    for index in (5, 2, 0):
        folder.add(*record(loaded, index))
        folder.flush()
    one = BatchFolder(folder.path).paths()[0]
    shutil.copy(one, folder.output)  # as after a kill between the last merge and its tidying
    folder.add(*record(loaded, 1))
    found = folder.columns(["collected_mass", "status"])
    expected = [record(loaded, index)[0].outcome for index in (0, 1, 2, 5)]
    assert found["collected_mass"].tolist() == [outcome.collected_mass for outcome in expected]
    assert found["status"].tolist() == [str(outcome.status) for outcome in expected]
    assert folder.columns(["case"])["case"].tolist() == [0, 1, 2, 5]
    assert folder.merge() == 4
    assert read_store(folder.output).columns["case"].tolist() == [0, 1, 2, 5]


def test_putting_a_case_away_costs_the_same_however_many_there_are(
    one_case: StoreContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each case is written once, and again once a size below `LARGE`: 3 times, 4**3 being that.

    So n cases are at most 4 n rows written, and 3 * 3 small files and n / 64 large ones lie there
    at most; without merging there would be n.  Files are empty here, only their names count; that
    merging is right is shown elsewhere.
    """
    assert batches.LARGE == batches.FAN_IN**3
    monkeypatch.setattr(batches, "FAN_IN", 4)
    monkeypatch.setattr(batches, "LARGE", 4**3)
    folder, rows, most = BatchFolder(tmp_path), [0], [0]

    def written(path: Path, content: StoreContent, **_: bool) -> None:
        path.touch()
        rows[-1] += 1

    def merged(paths: list[Path], output: Path, **_: bool) -> None:
        output.touch()
        rows[-1] += sum(batches._cases(path) for path in paths)

    monkeypatch.setattr(batches, "write_store", written)
    monkeypatch.setattr(batches, "merge_stores", merged)
    for _ in range(1_000):
        rows.append(rows[-1])
        folder.put(one_case)
        folder.compact()
        most.append(max(most[-1], len(folder.paths())))
    assert sum(batches._cases(path) for path in folder.paths()) == 1_000
    assert rows[100] > 2 * 100  # something is merged
    assert all(written_rows <= 4 * cases for cases, written_rows in enumerate(rows))
    assert 1_000 // 64 <= most[-1] <= 3 * 3 + 1_000 // 64


def test_a_lock_that_its_holder_has_removed_locks_nothing(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep that ends removes folder and lock while another is about to take it."""
    loaded, flock = experiment(), fcntl.flock
    path = tmp_path / "out.h5.shards"

    def removed(descriptor: int, how: int) -> None:
        flock(descriptor, how)
        (path / "lock").unlink()

    monkeypatch.setattr(shards.fcntl, "flock", removed)
    folder = ShardFolder(tmp_path / "out.h5", {})
    with pytest.raises(BadInput, match="another sweep is writing it"):
        folder.claim(loaded, {}, resume=True, overwrite=False)


def test_a_sweep_that_has_ended_leaves_the_folder_to_the_next_one(
    folder: ShardFolder, experiment: Load
) -> None:
    """Between the end of the merge and the release another sweep takes the folder."""
    loaded = experiment()
    meshes = mesh_hashes(loaded)
    folder.add(*record(loaded, 0))
    folder.merge()
    other = ShardFolder(folder.output, root_attributes(loaded, meshes))
    assert other.claim(loaded, meshes, resume=True, overwrite=False) == {0}
    folder.release()
    assert (other.path / "lock").exists()
    other.add(*record(loaded, 1))
    assert other.merge() == 2


def test_a_folder_that_others_use_meanwhile_stays(experiment: Load, tmp_path: Path) -> None:
    """Of two sweeps into a new folder the one that made it ends without a case."""
    loaded = experiment()
    meshes = mesh_hashes(loaded)
    first = ShardFolder(tmp_path / "new" / "a.h5", root_attributes(loaded, meshes))
    first.claim(loaded, meshes, resume=False, overwrite=False)
    second = ShardFolder(tmp_path / "new" / "b.h5", root_attributes(loaded, meshes))
    second.claim(loaded, meshes, resume=False, overwrite=False)
    assert first.merge() == 0
    first.release()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["b.h5.shards"]
    second.release()


def test_what_killed_writers_left_half_written_is_removed(experiment: Load, tmp_path: Path) -> None:
    """And nothing that belongs to another file."""
    path, loaded = tmp_path / "out.h5.shards", experiment()
    path.mkdir()
    (tmp_path / ".out.h5.12.groups").mkdir()
    ours = [tmp_path / ".out.h5.12.tmp", path / ".part-000001-3.h5.12.tmp"]
    others = [tmp_path / ".out.h5.b.12.tmp", tmp_path / ".other.h5.12.tmp", tmp_path / "out.h5.tmp"]
    for left in (*ours, *others):
        left.write_text("half")
    folder = ShardFolder(tmp_path / "out.h5", {})
    folder.claim(loaded, {}, resume=True, overwrite=False)
    folder.release()
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_the_longest_name_that_is_not_refused_goes_all_the_way(
    experiment: Load, tmp_path: Path
) -> None:
    """A sweep, its resume, and a merge in groups need names that are longer than the output's."""
    out = tmp_path / ("x" * (os.pathconf(tmp_path, "PC_NAME_MAX") - LONGER - 3) + ".h5")
    run_campaign(experiment(), out, cases=2, executor=Inline(), runner=fake_chain.fake_run)
    run_campaign(experiment(), out, cases=3, executor=Inline(), runner=fake_chain.fake_run,
                 resume=True)  # fmt: skip
    assert len(read_store(out).columns["case"]) == 3
    longest = out.with_name(f".{out.name}.4194304.groups")
    longest.mkdir()
    with pytest.raises(OSError, match="File name too long"):
        longest.with_name(longest.name + "x").mkdir()
