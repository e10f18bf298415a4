"""Campaigns that a stopping rule ends: where they end, and what does not change it."""

from collections.abc import Callable
from pathlib import Path

import fake_chain
import numpy as np
import pytest

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.sharing import Share
from sampling_sim.campaign.statistics.stopping import Look, look_points, read_rule
from sampling_sim.errors import BadInput
from sampling_sim.store import read_store, same_bits

Load = Callable[..., Experiment]
RULE = "mean collected_mass known to ±20 %"
MOST = 200


def ended(
    loaded: Experiment, out: Path, rule: str = RULE, cases: int = MOST, **options: object
) -> tuple[np.ndarray, list[tuple[int, Look]]]:
    """Replicates that a campaign ran, and its looks."""
    looks: list[tuple[int, Look]] = []
    run_campaign(
        loaded, out, cases=cases, executor=Inline(), runner=fake_chain.fake_run,
        until=read_rule(rule, loaded.requirements),
        looked=lambda count, look: looks.append((count, look)), **options,
    )  # type: ignore[arg-type]  # fmt: skip
    return np.unique(read_store(out).columns["replicate"]), looks


def test_it_ends_at_the_first_look_that_is_reached(experiment: Load, tmp_path: Path) -> None:
    replicates, looks = ended(experiment(), tmp_path / "out.h5")
    counts = [count for count, _ in looks]
    assert counts == look_points(MOST)[: len(counts)]
    assert [look.is_reached for _, look in looks] == [False] * (len(looks) - 1) + [True]
    assert len(looks) > 1, "a rule that holds at once shows nothing"
    assert replicates.tolist() == list(range(counts[-1]))


def test_all_design_points_and_surfaces_are_finished_at_a_look(
    experiment: Load, tmp_path: Path
) -> None:
    """The rule holds at each of them: 2 design points on 3 surfaces."""
    loaded = experiment(
        'mechanism.depth={ grid = ["1 cm", "2 cm"] }',
        'mechanism.blade.length={ grid = ["2 cm", "5 cm", "8 cm"], epistemic = true }',
    )
    replicates, looks = ended(loaded, tmp_path / "out.h5")
    columns = read_store(tmp_path / "out.h5").columns
    assert len(columns["case"]) == 6 * looks[-1][0] == 6 * len(replicates)


def test_what_was_finished_before_does_not_move_the_end(experiment: Load, tmp_path: Path) -> None:
    """A resumed campaign looks at the same replicates, though more of them are finished."""
    fresh, looks = ended(experiment(), tmp_path / "fresh.h5")
    for before in (5, look_points(MOST)[0] + 3, 2 * len(fresh)):
        out = tmp_path / f"{before}.h5"
        options = {"executor": Inline(), "runner": fake_chain.fake_run}
        run_campaign(experiment(), out, cases=before, **options)
        replicates, again = ended(experiment(), out, resume=True)
        assert again == looks
        assert len(replicates) == max(before, len(fresh))  # what is finished is never dropped
        mass = [read_store(p).columns["collected_mass"] for p in (out, tmp_path / "fresh.h5")]
        assert same_bits(mass[0][: len(fresh)], mass[1]).all()


@pytest.mark.parametrize("most", [MOST, look_points(MOST)[1], 3])
def test_without_reaching_it_all_cases_are_run_and_that_is_told(
    experiment: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture, most: int
) -> None:
    replicates, looks = ended(
        experiment(), tmp_path / "out.h5", "mean collected_mass known to ±1 %", cases=most
    )
    assert len(replicates) == most
    assert [count for count, _ in looks] == look_points(most)
    assert not any(look.is_reached for _, look in looks)
    assert caplog.messages == [f"the rule of --until is not reached in {most} replicates"]


def test_a_resume_with_nothing_left_to_run_says_so_and_what_the_rule_sees(
    experiment: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out, few = tmp_path / "out.h5", look_points(MOST)[0]
    ended(experiment(), out, cases=few)
    caplog.clear()
    replicates, looks = ended(experiment(), out, cases=few, resume=True)
    assert len(replicates) == few
    assert [count for count, _ in looks] == [few]
    assert caplog.messages[0] == f"{out}: all cases are finished, nothing is run"
    assert caplog.messages[1:] == [f"the rule of --until is not reached in {few} replicates"]


def test_a_rule_needs_replicates_that_are_independent_and_all_here(
    experiment: Load, tmp_path: Path
) -> None:
    loaded = experiment("campaign.design=sobol")
    with pytest.raises(BadInput, match=r"fake.toml: campaign.design = 'sobol'.*monte_carlo"):
        ended(loaded, tmp_path / "out.h5")
    with pytest.raises(BadInput, match="--until and --shard exclude each other"):
        ended(experiment(), tmp_path / "out.h5", share=Share(1, 2))
    assert not list(tmp_path.iterdir())
