"""The pytest plugin in a repository of its own: a baseline is written, met and missed."""

import sys
from collections.abc import Callable

import fake_chain
import numpy as np
import pytest
import scipy.stats  # noqa: F401 - see `repository`

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("serial_pool", "fake_physics")

TESTS = """
def test_it_collects(collected_mass_baseline):
    found = collected_mass_baseline("my.toml", baseline="kept/my.h5", cases=16)
    assert found.verdict in ("equivalent", "inconclusive")


def test_it_is_flown_once_a_session(collected_mass_baseline):
    collected_mass_baseline("my.toml", baseline="kept/my.h5", cases=16)
"""


class Repository:
    """A user's repository with one experiment and two tests."""

    def __init__(self, pytester: pytest.Pytester, text: str) -> None:
        self.pytester = pytester
        (pytester.path / "my.toml").write_text(text)
        pytester.makepyfile(TESTS)

    def run(self, *options: str) -> pytest.RunResult:
        """Run its tests with the plugin alone."""
        only = ("-p", "sampling_sim.pytest_plugin", "-p", "no:xdist", "-p", "no:cacheprovider")
        return self.pytester.runpytest_inprocess(*only, *options)


@pytest.fixture
def repository(
    pytester: pytest.Pytester,
    experiment_text: str,
    experiment: Callable[..., Experiment],
    tmp_path_factory: pytest.TempPathFactory,
) -> Repository:
    """Make one, once this process has imported all that a sweep needs.

    pytester forgets what the inner pytest was the first to import, and Numba cannot come twice.
    """
    output = tmp_path_factory.mktemp("outer") / "one.h5"
    run_campaign(experiment("campaign.cases=1"), output, runner=fake_chain.fake_run)
    return Repository(pytester, experiment_text)


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
    """Make the sampler keep a share, more or less by the spread with the sign of the tilt.

    Gives the list that the cases flown go to.
    """

    def change(share: float, spread: float = 0.0) -> list[object]:
        flown: list[object] = []

        def lossy(case: fake_chain.FakeCase) -> fake_chain.FakeResult:
            flown.append(case)
            result = fake_chain.fake_run(case)
            vars(result.outcome)["collected_mass"] *= share + np.sign(case.sequence.tilt) * spread
            return result

        monkeypatch.setattr(sys.modules["sampling_sim.run"], "run_case", lossy)
        return flown

    return change


def test_a_baseline_is_asked_for_made_and_held_against_what_is_flown(
    repository: Repository, keep: Callable[..., list[object]]
) -> None:
    repository.run().stdout.fnmatch_lines(["*no such baseline*--update-baselines*"])
    flown = keep(1.0)
    made = repository.run("--update-baselines")
    made.assert_outcomes(passed=2)
    made.stdout.fnmatch_lines(["baseline kept/my.h5: written"])
    assert len(flown) == 16  # once for both tests
    kept = repository.pytester.path / "kept" / "my.h5"
    before = kept.read_bytes()
    keep(1.0, spread=0.05)
    repository.run().assert_outcomes(passed=2)
    repository.run("--inconclusive-fails").assert_outcomes(failed=2)
    keep(0.4)
    failed = repository.run()
    failed.assert_outcomes(failed=2)
    failed.stdout.fnmatch_lines(["*different: 16 and 16 cases*"])
    assert kept.read_bytes() == before
    renewed = repository.run("--update-baselines")
    renewed.assert_outcomes(passed=2)
    renewed.stdout.fnmatch_lines(["baseline kept/my.h5: written anew"])
    assert kept.read_bytes() != before


def test_loading_the_plugin_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    code = (
        "import sys, sampling_sim.pytest_plugin; "
        "print(sorted({'numpy', 'scipy', 'h5py', 'numba', 'pybullet'} & set(sys.modules)))"
    )
    assert pytester.run(sys.executable, "-c", code).outlines == ["[]"]
