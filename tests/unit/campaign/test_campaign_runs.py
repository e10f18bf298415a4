"""Campaigns on worker processes: every case kept, whatever becomes of it, and always the same."""

import logging
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import fake_chain
import numpy as np
import pytest

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.attempts import Attempt, Runner, Tries, Trouble, attempt
from sampling_sim.campaign.executors.inline import InlinePool
from sampling_sim.campaign.executors.interface import Task
from sampling_sim.campaign.executors.places import Inline, LocalProcesses
from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.outcome import NOT_COMPARED, Status
from sampling_sim.store import CaseRecord, StoreContent, read_store, same_bits

Load = Callable[..., Experiment]


def assert_same(a: StoreContent, b: StoreContent) -> None:
    """Assert the same rows bit for bit, wall time aside, and the same series."""
    assert a.runs.keys() == b.runs.keys()
    for name in a.runs.keys() - NOT_COMPARED:
        assert same_bits(a.columns[name], b.columns[name]).all(), name
    assert a.offsets.keys() == b.offsets.keys()
    assert all(np.array_equal(a.offsets[t], b.offsets[t]) for t in a.offsets)
    assert a.series.keys() == b.series.keys()
    for name in a.series:
        assert same_bits(a.series[name].values, b.series[name].values).all()


def test_this_process_two_workers_and_a_resumed_sweep_give_the_same_bits(
    experiment: Load, tmp_path: Path
) -> None:
    """And more cases leave the earlier ones as they are."""
    loaded, run = experiment(), fake_chain.fake_run_recorded
    seen: list[tuple[int, int, CaseRecord]] = []
    one = run_campaign(loaded, tmp_path / "1.h5", executor=Inline(), runner=run)
    part = tmp_path / "2.h5"
    run_campaign(loaded, part, cases=4, workers=2, runner=run)
    first = read_store(part)
    assert first.columns["case"].tolist() == [0, 1, 2, 3]
    run_campaign(
        loaded, part, resume=True, executor=Inline(), runner=run,
        progress=lambda *call: seen.append(call),
    )  # fmt: skip
    assert_same(read_store(one), read_store(part))
    assert [(done, total) for done, total, _ in seen] == [(5, 6), (6, 6)]
    assert {record.case for _, _, record in seen} == {4, 5}
    assert len(set(read_store(one).columns["collected_mass"])) == 6  # something varied
    other = run_campaign(loaded, tmp_path / "8.h5", cases=4, seed=8, executor=Inline(), runner=run)
    assert not same_bits(read_store(other).columns["collected_mass"][:4],
                         first.columns["collected_mass"]).any()  # fmt: skip
    assert not list(tmp_path.glob("*.shards"))


def test_a_sweep_goes_on_past_cases_that_diverge_fail_hang_hoard_or_kill_their_worker(
    experiment: Load, tmp_path: Path
) -> None:
    """Trouble costs one try of one case; the third of whatever kind ends it, with the reason."""
    words = ["collect", "diverge", "raise", "refuse", "die", "die_once", "raise_once", "hang",
             "hoard"]  # fmt: skip
    marker = tmp_path / "marker"
    loaded = experiment(
        f"sequence.behaviour={{ grid = {words} }}", f"sequence.marker={marker}", "campaign.cases=1"
    )
    out = run_campaign(
        loaded, tmp_path / "out.h5", runner=fake_chain.fake_run,
        executor=LocalProcesses(workers=2, case_timeout=1.0, memory=2e9),
    )  # fmt: skip
    columns = read_store(out).columns
    ended = dict(zip(words, columns["status"].tolist(), strict=True))
    said = dict(zip(words, columns["message"].tolist(), strict=True))
    fine = {"collect", "die_once", "raise_once"}
    assert {ended.pop(word) for word in fine} <= {"collected", "empty"}
    assert ended.pop("diverge") == "diverged"
    assert set(ended.values()) == {"failed"}
    assert {said[word] for word in fine} == {""}
    assert "lower engine.step" in said["diverge"]
    assert said["raise"] == "RuntimeError: wires crossed (3 tries)"
    assert "tensile_strength" in said["refuse"]
    assert said["die"] == "its worker process died (killed, or out of memory) (3 tries)"
    assert said["hang"] == "not done after 1 s: its worker was stopped (3 tries)"
    assert said["hoard"].startswith("out of memory: ")
    assert said["hoard"].endswith(" (3 tries)")
    assert columns["seed"].tolist() == [7] * len(words)
    lost = [word not in fine for word in words]
    assert set(columns["packing_seed"][lost]) == {3}
    assert np.isnan(columns["collected_mass"]).tolist() == lost
    assert np.isnan(columns["peak_force"]).tolist() == lost
    assert len(set(columns["collected_mass"][~np.array(lost)])) == 1  # one replicate


def test_whatever_goes_wrong_a_case_has_three_tries(experiment: Load) -> None:
    """Of different kinds, too; success forgets them, and a sure failure is not tried again."""
    loaded, tries = experiment(), Tries()
    plan, other = loaded.planned(0), loaded.planned(1)
    case = loaded.case_of(plan)
    good = attempt(fake_chain.fake_run, case)
    assert tries.after(plan, case, Trouble("died")) is None
    assert tries.after(other, case, Trouble("hung")) is None
    assert tries.after(plan, case, Trouble("hung")) is None
    end = tries.after(plan, case, Trouble("died"))
    assert end is not None
    assert (end.outcome.status, end.outcome.message) == (Status.FAILED, "died; then hung (3 tries)")
    assert tries.after(other, case, good) is good
    assert tries.after(other, case, Trouble("hung")) is None
    refused = attempt(fake_chain.fake_run, experiment("sequence.behaviour=refuse").case(0))
    assert tries.after(plan, case, refused) is refused


def test_memory_is_not_short_where_nothing_limits_it(experiment: Load, tmp_path: Path) -> None:
    """The twin of the case that hoards above: there it is the limit that ends it."""
    loaded = experiment("sequence.behaviour=hoard")
    out = run_campaign(
        loaded, tmp_path / "out.h5", cases=1, executor=Inline(), runner=fake_chain.fake_run
    )
    assert read_store(out).columns["message"].tolist() == [""]


def test_inline_tries_as_often_and_says_what_runs(experiment: Load, tmp_path: Path) -> None:
    words = '["raise", "raise_once", "collect"]'
    loaded = experiment(
        f"sequence.behaviour={{ grid = {words} }}", f"sequence.marker={tmp_path / 'raised'}",
    )  # fmt: skip
    running: list[int] = []
    out = run_campaign(
        loaded, tmp_path / "out.h5", cases=2, executor=Inline(), runner=fake_chain.fake_run,
        watch=running.append,
    )  # fmt: skip
    columns = read_store(out).columns
    assert columns["message"].tolist() == ["RuntimeError: wires crossed (3 tries)", "", ""] * 2
    assert max(running) == 1
    assert running[-1] == 0


def test_what_is_over_is_kept_when_the_place_to_run_breaks(
    experiment: Load, tmp_path: Path
) -> None:
    """The second case cannot be sent while the first one is on its way back."""

    class Breaking(InlinePool):
        def submit(self, task: Task) -> None:
            if task.plan.index == 1:
                raise BadInput("the scheduler is gone")
            super().submit(task)

    class Place:
        def open(self, runner: Runner, most: int) -> AbstractContextManager[InlinePool]:  # noqa: ARG002
            return nullcontext(Breaking(runner))

    out, run = tmp_path / "out.h5", fake_chain.fake_run
    with pytest.raises(BadInput, match="is gone"):
        run_campaign(experiment(), out, executor=Place(), runner=run)
    assert not out.exists()
    told: list[int] = []
    run_campaign(experiment(), out, resume=True, executor=Inline(), runner=run,
                 progress=lambda done, _total, _record: told.append(done))  # fmt: skip
    assert told == [2, 3, 4, 5, 6]


def test_cases_are_drawn_when_they_are_needed_and_not_kept(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At no time are more cases in memory than run, one that ends and one that is drawn."""
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most, drawn, real = 0, 0, Experiment.case_of

    def case_of(self: Experiment, plan: PlannedCase) -> Any:
        nonlocal most, drawn
        case = real(self, plan)
        alive.add(case)
        most, drawn = max(most, len(alive)), drawn + 1
        return case

    monkeypatch.setattr(Experiment, "case_of", case_of)
    counts = []
    for cases in (10, 20):
        out, drawn = tmp_path / f"{cases}.h5", 0
        run_campaign(experiment(), out, cases=cases, executor=Inline(), runner=fake_chain.fake_run)
        counts.append(drawn)
    assert counts[1] - counts[0] == 10  # each of ten more, once
    assert most <= 3


@pytest.mark.usefixtures("serial_pool")
def test_no_case_is_dropped_while_no_worker_is_there(experiment: Load, tmp_path: Path) -> None:
    """The serial pool is full at every third question, with nothing running."""
    out = run_campaign(experiment(), tmp_path / "out.h5", runner=fake_chain.fake_run)
    assert read_store(out).columns["case"].tolist() == list(range(6))


@pytest.mark.usefixtures("serial_pool")
def test_a_sweep_in_which_no_case_can_run_is_bad_input_and_keeps_the_old_file(
    experiment: Load, tmp_path: Path
) -> None:
    out = tmp_path / "out.h5"
    out.write_text("old")
    with pytest.raises(BadInput, match=r"no case can be run: .*tensile_strength"):
        run_campaign(
            experiment("sequence.behaviour=refuse"), out, cases=2, overwrite=True,
            runner=fake_chain.fake_run,
        )  # fmt: skip
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("serial_pool")
def test_a_sweep_that_breaks_before_any_case_puts_the_old_file_back(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a sweep that was killed had left the old file in its folder."""
    out, folder = tmp_path / "out.h5", tmp_path / "out.h5.shards"
    folder.mkdir()
    (folder / "replaced.h5").write_text("old")
    (folder / "case-00000000.h5").write_text("left by a sweep that was killed")

    def broken(*_: object) -> None:
        raise OSError("no process can be started")

    monkeypatch.setattr("sampling_sim.campaign.execute._run_all", broken)
    with pytest.raises(OSError, match="no process"):
        run_campaign(experiment(), out, overwrite=True, runner=fake_chain.fake_run)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("serial_pool")
def test_two_sweeps_cannot_write_one_output(experiment: Load, tmp_path: Path) -> None:
    out, refused = tmp_path / "out.h5", []

    def second(*_: object) -> None:
        for option in ("resume", "overwrite"):
            with pytest.raises(BadInput, match=r"out\.h5: another sweep is writing it") as caught:
                run_campaign(experiment(), out, runner=fake_chain.fake_run, **{option: True})
            refused.append(caught.value)

    run_campaign(experiment(), out, cases=2, runner=fake_chain.fake_run, progress=second)
    assert len(refused) == 4
    assert read_store(out).columns["case"].tolist() == [0, 1]
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("serial_pool")
def test_refused_cases_are_told_only_if_another_runs(experiment: Load, tmp_path: Path) -> None:
    told: list[tuple[int, str]] = []
    grid = 'sequence.behaviour={ grid = ["refuse", "collect"] }'
    run_campaign(
        experiment(grid), tmp_path / "out.h5", cases=1, runner=fake_chain.fake_run,
        progress=lambda done, _, record: told.append((done, str(record.outcome.status))),
    )  # fmt: skip
    assert [done for done, _ in told] == [1, 2]
    assert told[0][1] == "failed"
    told.clear()
    with pytest.raises(BadInput, match="no case can be run"):
        run_campaign(
            experiment("sequence.behaviour=refuse"), tmp_path / "none.h5",
            runner=fake_chain.fake_run, progress=lambda *call: told.append(call),
        )  # fmt: skip
    assert not told


@pytest.mark.usefixtures("serial_pool")
def test_resume_takes_new_requirements_over(experiment: Load, tmp_path: Path) -> None:
    """What is required changes no case; the newest text stands in the file."""
    out = run_campaign(experiment(), tmp_path / "out.h5", cases=2, runner=fake_chain.fake_run)
    text = experiment().text
    for bound in ("50 g", "200 g"):
        newer = experiment(text=text.replace("100 g", bound))
        run_campaign(newer, out, cases=2, resume=True, runner=fake_chain.fake_run)
        assert read_store(out).attributes["experiment"] == newer.text


@pytest.fixture
def no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a refusal comes too late: nothing may run."""
    monkeypatch.setattr("sampling_sim.campaign.execute._run_all", pytest.fail)


@pytest.mark.usefixtures("no_pool")
def test_existing_results_and_unwritable_places_are_refused_before_anything_runs(
    experiment: Load, tmp_path: Path
) -> None:
    run, loaded = fake_chain.fake_run, experiment()
    out = tmp_path / "out.h5"
    out.write_text("precious")
    with pytest.raises(BadInput, match="exists already; give --resume or --overwrite"):
        run_campaign(loaded, out, runner=run)
    with pytest.raises(BadInput, match="exclude each other"):
        run_campaign(loaded, out, resume=True, overwrite=True, runner=run)
    with pytest.raises(BadInput, match="cannot write here"):
        run_campaign(loaded, out / "inside.h5", runner=run)
    (tmp_path / "folder.h5").mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        run_campaign(loaded, tmp_path / "folder.h5", overwrite=True, runner=run)
    (tmp_path / "left.h5.shards").mkdir()
    with pytest.raises(BadInput, match=r"left.h5.shards: exists already"):
        run_campaign(loaded, tmp_path / "left.h5", runner=run)
    with pytest.raises(BadInput, match="at least 1"):
        run_campaign(loaded, tmp_path / "new.h5", workers=0, runner=run)
    assert out.read_text() == "precious"
    assert not (tmp_path / "new.h5.shards").exists()


@pytest.mark.usefixtures("no_pool")
def test_a_draw_that_breaks_a_rule_is_refused_before_anything_runs(
    experiment: Load, tmp_path: Path
) -> None:
    loaded = experiment('mechanism.depth={ uniform = ["1 cm", "40 cm"] }')
    with pytest.raises(ConfigError, match=r"mechanism\.depth"):
        run_campaign(loaded, tmp_path / "out.h5", cases=50, runner=fake_chain.fake_run)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("serial_pool")
def test_resume_of_another_experiment_says_what_differs(experiment: Load, tmp_path: Path) -> None:
    out = run_campaign(experiment(), tmp_path / "out.h5", cases=1, runner=fake_chain.fake_run)
    before = out.read_bytes()
    other = experiment("mechanism.width=31 cm", "sequence.tilt=1 deg")
    with pytest.raises(BadInput, match=r"differs: mechanism.width, sequence.tilt, "):
        run_campaign(other, out, resume=True, runner=fake_chain.fake_run)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


def test_an_attempt_turns_errors_into_outcomes(experiment: Load) -> None:
    """And lets Ctrl-C through."""
    case = experiment("sequence.behaviour=diverge").case(0)
    result = attempt(fake_chain.fake_run, case)
    assert isinstance(result, Attempt)
    assert result.outcome.status is Status.DIVERGED

    def interrupted(_: object) -> fake_chain.FakeResult:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(interrupted, case)


class Heard(logging.Handler):
    """Keeps what is logged; distributed silences the handlers of `caplog`."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append((record.name, record.levelname, record.getMessage()))


def test_what_workers_say_of_a_bed_is_logged_here_once_and_the_rest_is_not(
    experiment: Load, tmp_path: Path
) -> None:
    """Six cases on two workers, each of which warns of its bed and of an overlap."""
    loaded, heard, log = experiment("sequence.behaviour=warn"), Heard(), logging.getLogger()
    log.addHandler(heard)
    try:
        run_campaign(loaded, tmp_path / "out.h5", workers=2, runner=fake_chain.fake_run)
    finally:
        log.removeHandler(heard)
    assert [line for line in heard.said if line[0].startswith("sampling_sim")] == [
        ("sampling_sim.regolith.cache", "WARNING", "bed 3: made anew")
    ]
