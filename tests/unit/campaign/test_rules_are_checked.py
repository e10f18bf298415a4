"""Rules across keys are checked before any case runs, and cases are drawn once."""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import fake_chain
import pytest

from sampling_sim import progress
from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.campaign.experiment.rules import check_rules
from sampling_sim.case import Case
from sampling_sim.errors import ConfigError
from sampling_sim.progress import SweepState, sweep_display

Load = Callable[..., Experiment]

WIDTH = 'mechanism.width={ uniform = ["20 cm", "40 cm"] }'
CORRELATED = (
    'mechanism.width={ uniform = ["20 cm", "40 cm"] }',
    'mechanism.depth={ uniform = ["10 cm", "30 cm"] }',
    'campaign.correlations=[{ between = ["mechanism.depth", "sequence.tilt"], '
    "rank_correlation = -0.9 }]",
)
CORRELATED_NAME = "correlated with what has no rule"
BROKEN = {
    "continuous": (WIDTH, 'mechanism.depth="21 cm"'),
    "a grid": ('mechanism.width={ grid = ["30 cm", "20 cm"] }', 'mechanism.depth="25 cm"'),
    "a choice": ('mechanism.depth={ choice = ["1 cm", "2 cm", "40 cm"] }', "campaign.seed=3"),
    "epistemic": (
        'mechanism.width={ uniform = ["20 cm", "40 cm"], epistemic = true }',
        'mechanism.depth="26 cm"', "campaign.surfaces=5",
    ),
    CORRELATED_NAME: CORRELATED,
    "Sobol": (WIDTH, 'mechanism.depth="21 cm"', 'campaign.design="sobol"'),
    "Latin hypercube": (
        WIDTH, 'mechanism.depth="21 cm"', 'campaign.design="latin_hypercube"', "campaign.cases=40",
    ),
    "a scenario": (
        'campaign.scenarios=[{ name = "a" }, { name = "b", mechanism = { depth = "21 cm" } }]',
        'campaign.scenarios_are="design_points"', WIDTH,
    ),
}  # fmt: skip


def refusal(check: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as caught:
        check()
    return str(caught.value)


@pytest.mark.parametrize("name", BROKEN)
def test_the_first_case_that_breaks_a_rule_is_refused_as_if_it_were_drawn(
    experiment: Load, name: str
) -> None:
    loaded = experiment(*BROKEN[name])
    plans = loaded.plan(40)
    drawn = refusal(lambda: [loaded.case_of(plan) for plan in plans])
    assert refusal(lambda: check_rules(loaded, plans)) == drawn
    assert "must not exceed width" in drawn


@pytest.mark.parametrize("name", sorted(set(BROKEN) - {"a choice", "a scenario", CORRELATED_NAME}))
def test_what_keeps_the_rule_is_not_refused(experiment: Load, name: str) -> None:
    """The same, with a depth that every width allows."""
    loaded = experiment(*BROKEN[name], 'mechanism.depth="19 cm"')
    check_rules(loaded, loaded.plan(40))


def test_cases_of_which_no_rule_reads_what_varies_are_not_drawn_beforehand(
    experiment: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is drawn once, when it is sent out; the first also for what it says of the mesh."""
    drawn: list[int] = []
    case_of = Experiment.case_of

    def counted(self: Experiment, plan: PlannedCase) -> object:
        drawn.append(plan.index)
        return case_of(self, plan)

    monkeypatch.setattr(Experiment, "case_of", counted)
    loaded = experiment('mechanism.depth={ grid = ["1 cm", "2 cm"] }')
    checked: list[int] = []
    run_campaign(loaded, tmp_path / "out.h5", executor=Inline(), runner=fake_chain.fake_run,
                 checked=lambda done, _: checked.append(done))  # fmt: skip
    assert [index for index in drawn if index] == list(range(1, 12))
    assert checked == []


def test_it_is_told_how_far_the_check_has_come(experiment: Load) -> None:
    loaded = experiment(WIDTH)
    told: list[tuple[int, int]] = []
    check_rules(loaded, loaded.plan(2500), lambda *counts: told.append(counts))
    assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_a_log_says_now_and_then_what_is_being_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rate is counted from the end of the check on."""
    clock = SimpleNamespace(seconds=0.0)
    state = SweepState(lambda: clock.seconds)
    monkeypatch.setattr(progress, "SweepState", lambda: state)
    with sweep_display("cases") as (*_, check):
        for done in range(1000, 1_000_001, 1000):
            clock.seconds += 0.03
            check(done, 1_000_000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("checking 1,000,000 cases: 33")
    assert state.seconds == 0.0


def test_the_rule_of_the_whole_case_reads_nothing_that_can_be_drawn() -> None:
    """Sections without anything but what no distribution can take the place of."""
    mechanism = SimpleNamespace(kind="a", sequences=("b",))
    only = SimpleNamespace(mechanism=mechanism, sequence=SimpleNamespace(kind="b"))
    Case.__post_init__(only)  # an AttributeError if it read more
    assert "kind" in inspect.getsource(Case.__post_init__)
