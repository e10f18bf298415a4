"""Recorded cases: the same outcomes, snapshots that anyone can read, wherever the files went."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import fake_chain
import h5py
import numpy as np
import pytest

from sampling_sim.campaign import single
from sampling_sim.campaign.comparison.compared import write_baseline
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.recorded import FRAMEWORK, LEAST, RecordedReplicates
from sampling_sim.campaign.sharing import Share
from sampling_sim.campaign.single import rerun_case, run_single
from sampling_sim.cli import main
from sampling_sim.errors import BadInput, StoreError
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.recording.recorder import Recording
from sampling_sim.store import (
    Snapshots,
    hdf5,
    merge_stores,
    read_columns,
    read_snapshots,
    read_store,
    same_bits,
    write_store,
)

Load = Callable[..., Experiment]
TWO = RecordedReplicates(2)


def swept(experiment: Experiment, path: Path, **words: object) -> Path:
    return run_campaign(experiment, path, executor=Inline(), runner=fake_chain.fake_run, **words)


def equal(one: Snapshots, other: Snapshots) -> bool:
    return all(np.array_equal(value, vars(other)[name]) for name, value in vars(one).items())


def expected(experiment: Experiment, case: int, how: Recording | None = None) -> Snapshots:
    found = fake_chain.fake_run(experiment.case(case), record=how or Recording()).snapshots
    assert found is not None
    return found


def recorded_in(path: Path) -> list[int]:
    return sorted(read_store(path).snapshots)


@pytest.fixture
def stored(experiment: Load, tmp_path: Path) -> Path:
    return swept(experiment(), tmp_path / "two.h5", record=TWO)


def test_the_first_replicates_are_recorded_and_no_outcome_changes(
    stored: Path, experiment: Load, tmp_path: Path
) -> None:
    plain = swept(experiment(), tmp_path / "plain.h5")
    one, two = read_columns(stored), read_columns(plain)
    for name in one.keys() - NOT_COMPARED:
        assert same_bits(one[name], two[name]).all(), name
    assert recorded_in(stored) == [0, 1]
    assert recorded_in(plain) == []
    assert read_store(stored).offsets[""][2:].tolist() == [read_store(stored).offsets[""][2]] * 5
    for case in (0, 1):
        assert equal(read_snapshots(stored, case), expected(experiment(), case))
    assert not equal(read_snapshots(stored, 0), expected(experiment(), 1))


def test_a_replicate_is_all_its_design_points(experiment: Load, tmp_path: Path) -> None:
    loaded = experiment('mechanism.width={ grid = ["30 cm", "40 cm"] }')
    path = swept(loaded, tmp_path / "grid.h5", record=RecordedReplicates(1))
    assert recorded_in(path) == [0, 1]


def test_plain_h5py_finds_the_elements_of_h5md(stored: Path, experiment: Load) -> None:
    """Groups, attributes and hard links as the specification 1.1 asks for them."""
    source = expected(experiment(), 1)
    with h5py.File(stored) as file:
        assert file["h5md"].attrs["version"].tolist() == [1, 1]
        assert file["h5md/creator"].attrs["name"] == b"sampling-sim"
        assert {"name"} <= set(file["h5md/author"].attrs)
        for kind, count in (("grains", len(source.radius)), ("links", 2)):
            group = file[f"particles/case_1_{kind}"]
            assert group["box"].attrs["dimension"] == 3
            assert group["box"].attrs["boundary"].tolist() == [b"none"] * 3
            assert group["position/value"].shape == (40, count, 3)
            assert group["position/value"].attrs["unit"] == "m"
            assert group["position/step"].shape == group["position/time"].shape == (40,)
        grains = file["particles/case_1_grains"]
        assert grains["speed/step"] == grains["position/step"]  # the same object
        assert grains["position/value"].compression == "gzip"
        assert grains["position/value"].attrs["resolution"] == 2.0**-14
        assert (grains["position/value"][:] == source.position).all()
        orientation = file["particles/case_1_links/orientation"]
        assert orientation.attrs.get("components") is None
        assert orientation["value"].attrs["components"] == "x y z w, link axes to P"
        assert file["particles/case_1_links/name"][:].tolist() == [b"bus", b"head"]
        assert file["particles/case_1_links/position"].attrs.keys() == set()


def test_the_whole_is_the_same_bytes_however_it_was_run(
    experiment: Load, tmp_path: Path, stored: Path
) -> None:
    """One sweep, two shares merged in either order, or resumed: every array but the wall time."""
    loaded = experiment()
    parts = [swept(loaded, tmp_path / f"{k}.h5", record=TWO, share=Share(k, 2)) for k in (1, 2)]
    merge_stores(parts[::-1], tmp_path / "merged.h5")
    swept(loaded, tmp_path / "more.h5", cases=1, record=TWO)
    swept(loaded, tmp_path / "more.h5", record=TWO, resume=True)
    whole = particles(stored)
    assert whole
    assert particles(tmp_path / "merged.h5") == whole
    assert particles(tmp_path / "more.h5") == whole


def particles(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with h5py.File(path) as file:
        file["particles"].visititems(
            lambda name, item: found.update({name: item[()].tobytes()})
            if isinstance(item, h5py.Dataset) else None
        )  # fmt: skip
    return found


def test_of_two_files_with_a_case_the_recorded_row_is_kept(
    experiment: Load, tmp_path: Path
) -> None:
    """`rerun --record` beside the sweep: the quicker row, first in order, is the other one."""
    plain = swept(experiment(), tmp_path / "plain.h5")
    rerun_case(plain, 3, output=tmp_path / "again.h5", record=True,
               case_type=fake_chain.FakeCase, runner=fake_chain.fake_run)  # fmt: skip
    for order in (["plain.h5", "again.h5"], ["again.h5", "plain.h5"]):
        out = tmp_path / f"{order[0]}.both.h5"
        assert merge_stores([tmp_path / name for name in order], out) == 6
        assert recorded_in(out) == [3]
        assert equal(read_snapshots(out, 3), expected(experiment(), 3))
        assert np.diff(read_store(out).offsets[""])[3] > 0


def test_a_short_budget_widens_the_interval_whoever_runs_and_says_so(
    experiment: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each case has an equal share of its own, whatever the number of cases in the sweep."""
    record = RecordedReplicates(3, 3 * LEAST)
    few = swept(experiment(), tmp_path / "few.h5", cases=2, record=record)
    said = "recordings kept to 50 kB of data a case: 2 at up to 8 times the interval"
    assert [record.getMessage() for record in caplog.records] == [said]
    whole = swept(experiment(), tmp_path / "whole.h5", record=record)
    how = Recording(budget=LEAST - FRAMEWORK)
    for case in (0, 1):
        found = read_snapshots(whole, case)
        assert equal(found, read_snapshots(few, case))
        assert equal(found, expected(experiment(), case, how))
        assert found.widening == 8
    plain = swept(experiment(), tmp_path / "plain.h5")
    assert 0 < whole.stat().st_size - plain.stat().st_size < 3 * LEAST


def test_who_reads_a_case_that_was_not_recorded_is_told_how_to(stored: Path) -> None:
    with pytest.raises(StoreError) as caught:
        read_snapshots(stored, 4)
    assert str(caught.value) == (
        f"{stored}: case 4 has no snapshots; they are made by: "
        f"sampling-sim rerun {stored} --case 4 --record -o case_4.h5"
    )
    with pytest.raises(StoreError, match=r"has no case 9; it holds 6, up to 5"):
        read_snapshots(stored, 9)
    with h5py.File(stored, "a") as file:
        del file["particles/case_1_grains/radius"]
    with pytest.raises(StoreError, match=r"two\.h5: is not a result file, or damaged"):
        read_snapshots(stored, 1)


def test_one_case_that_outgrows_what_a_case_may_take_says_so(
    experiment: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(single, "Recording", partial(Recording, budget=5000.0))
    run_single(experiment(), output=tmp_path / "one.h5", runner=fake_chain.fake_run)
    assert "kept to 5 kB of data a case: 1 without snapshots, as one is larger" in caplog.text
    with pytest.raises(StoreError, match="case 0 has no snapshots"):
        read_snapshots(tmp_path / "one.h5", 0)


def test_a_baseline_keeps_no_recording_and_reads_none(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor the inputs that never vary, of which a million cases would fill the memory."""
    read: list[str] = []
    values = hdf5._OpenPart.values
    monkeypatch.setattr(hdf5._OpenPart, "values", lambda s, n: read.append(n) or values(s, n))
    monkeypatch.setattr(hdf5._OpenPart, "snapshots_of", pytest.fail)
    monkeypatch.setattr(hdf5._OpenPart, "samples", pytest.fail)
    write_baseline(stored, tmp_path / "kept.h5")
    monkeypatch.undo()
    content = read_store(tmp_path / "kept.h5")
    assert recorded_in(tmp_path / "kept.h5") == []
    assert read == list(content.names)
    assert "sequence.tilt" in read
    assert "mechanism.width" not in read


def test_bare_rock_has_links_and_no_grains(stored: Path, tmp_path: Path) -> None:
    content, found = read_store(stored), read_snapshots(stored, 1)
    bare = replace(
        found, radius=found.radius[:0], collected=found.collected[:0], speed=found.speed[:, :0],
        position=found.position[:, :0],
    )  # fmt: skip
    write_store(tmp_path / "bare.h5", replace(content, snapshots={1: bare}))
    assert equal(read_snapshots(tmp_path / "bare.h5", 1), bare)
    assert bare.position.shape == (40, 0, 3)


def test_a_budget_too_small_for_its_cases_is_refused_before_anything_runs(
    experiment: Load, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=r"3 cases to record get 3\.33e\+04 B each; needs at least"):
        swept(experiment(), tmp_path / "no.h5", record=RecordedReplicates(3, LEAST))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("fake_physics", "serial_pool")
def test_the_command_line_records_and_refuses(
    experiment_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def called(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["sampling-sim", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    out, sweep = (
        tmp_path / "out.h5",
        ("sweep", str(experiment_file), "-o", str(tmp_path / "out.h5")),
    )
    for words, said in (
        (("--record-budget", "1 GB"), "--record-budget needs --record N"),
        (("--record", "1", "--record-budget", "1 m"), "--record-budget '1 m'"),
        (("--record", "1", "--record-budget", "0 GB"), "must be more than 0 and less than"),
        (("--record", "1", "--record-budget", "2"), "needs a unit"),
        (("--record", "0"), "--record"),
        (("--record", "1", "--record-budget", "1 kB"), "needs at least 100000 B each"),
    ):
        code, error = called(*sweep, *words)
        assert (code, error.count("\n")) == (2, 1), error
        assert said in error
        assert not out.exists()
    assert called(*sweep, "--record", "1", "--record-budget", "1 MB")[0] == 0
    assert recorded_in(out) == [0]


def test_a_resume_that_forgets_to_record_is_told_so(
    experiment: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line with what to give; none where it is given, nothing is recorded, or all is done."""
    path, plain = tmp_path / "part.h5", tmp_path / "plain.h5"
    swept(experiment(), path, cases=3, record=TWO)
    swept(experiment(), plain, cases=3)
    swept(experiment(), plain, cases=4, resume=True)
    swept(experiment(), path, cases=3, resume=True)
    swept(experiment(), path, cases=4, resume=True, record=TWO)
    assert "recordings" not in caplog.text
    swept(experiment(), path, cases=5, resume=True)
    (line,) = (record.getMessage() for record in caplog.records if "record" in record.getMessage())
    assert line == (
        f"{path}: has recordings of the first 2 replicates, and this sweep makes none; "
        "give --record 2 to go on recording"
    )
