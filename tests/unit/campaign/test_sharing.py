"""Parts of a campaign: together they are the whole, and each is a sensible campaign."""

import itertools
from collections.abc import Callable
from pathlib import Path

import fake_chain
import pytest

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment
from sampling_sim.campaign.sharing import Share, read_share
from sampling_sim.errors import BadInput
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.store import merged_content, read_store, same_bits

Load = Callable[..., Experiment]
GRID = 'mechanism.depth={ grid = ["1 cm", "2 cm", "3 cm"] }'


@pytest.mark.parametrize(("cases", "parts"), [(7, 1), (7, 2), (7, 3), (7, 7), (1, 3), (2, 3)])
def test_parts_are_disjoint_and_make_the_whole(experiment: Load, cases: int, parts: int) -> None:
    plans = experiment(GRID).plan(cases)
    shares = [Share(k, parts).of(plans) for k in range(1, parts + 1)]
    assert sorted(itertools.chain(*shares), key=lambda plan: plan.index) == list(plans)
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 3  # a replicate


def test_a_part_has_every_design_point_of_its_replicates(experiment: Load) -> None:
    """Dealing rows would give the first of three parts one design point and no pair."""
    plans = experiment(GRID).plan(6)
    part = Share(1, 3).of(plans)
    assert {plan.replicate for plan in part} == {0, 3}
    assert [plan.design_point for plan in part] == [0, 1, 2] * 2
    assert {plan.design_point for plan in plans if plan.index % 3 == 0} == {0}


def test_more_cases_leave_every_case_in_its_part(experiment: Load) -> None:
    loaded = experiment(GRID)
    few, many = Share(2, 3).of(loaded.plan(5)), Share(2, 3).of(loaded.plan(11))
    assert many[: len(few)] == few


def test_merged_parts_are_the_whole_sweep_bit_for_bit(experiment: Load, tmp_path: Path) -> None:
    loaded, run = experiment(GRID), fake_chain.fake_run_recorded

    def sweep(name: str, share: Share | None) -> Path:
        return run_campaign(loaded, tmp_path / name, cases=4, executor=Inline(), share=share,
                            runner=run)  # fmt: skip

    whole = read_store(sweep("whole.h5", None))
    merged = merged_content([read_store(sweep(f"{k}.h5", Share(k, 3))) for k in (3, 1, 2)])
    assert merged.attributes == whole.attributes
    assert merged.runs.keys() == whole.runs.keys()
    for name in whole.runs.keys() - NOT_COMPARED:
        assert same_bits(merged.columns[name], whole.columns[name]).all(), name
    assert merged.series.keys() == whole.series.keys() != set()
    for name in whole.series:
        assert same_bits(merged.series[name].values, whole.series[name].values).all(), name


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1 /2"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"must be k/K with k from 1 to K"):
        read_share(text)
    assert read_share("3/8") == Share(3, 8)


def test_a_part_without_cases_is_refused(experiment: Load) -> None:
    with pytest.raises(BadInput, match=r"--shard 8/9: holds no case: at most 6 parts"):
        Share(8, 9).of(experiment(GRID).plan(2))
