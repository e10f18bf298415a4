"""Regression on collected mass for a repository's own tests: the fixture `collected_mass_baseline`.

    def test_my_sampler_still_collects(collected_mass_baseline):
        collected_mass_baseline("experiments/my.toml", baseline="tests/baselines/my.h5", cases=32)

flies the experiment, compares it with the result file kept as baseline and fails where they are
different (docs/compare.md).  `pytest --update-baselines` writes the baselines anew.  Every pytest
of an environment loads this module, so it imports nothing heavy.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sampling_sim.campaign.comparison.comparison import Comparison

_WRITTEN = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("sampling-sim", "regression on collected mass")
    group.addoption(
        "--update-baselines", action="store_true", help="write collected-mass baselines anew"
    )
    group.addoption(
        "--inconclusive-fails", action="store_true",
        help="fail where a comparison with a baseline is inconclusive, too",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Make room for what the summary says."""
    config.stash[_WRITTEN] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say which baselines were written."""
    for line in config.stash[_WRITTEN]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def collected_mass_baseline(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> "Callable[..., Comparison]":
    """Fly an experiment and compare it with its baseline; see `Baselines.check`."""
    return Baselines(pytestconfig, tmp_path_factory).check


class Baselines:
    """Runs each experiment once a session, and compares it with what is kept of it."""

    def __init__(self, config: pytest.Config, folders: pytest.TempPathFactory) -> None:
        self._config, self._folders = config, folders
        self._flown: dict[tuple[object, ...], Path] = {}
        self._written: set[Path] = set()

    def check(
        self,
        experiment: str | Path,
        *,
        baseline: str | Path,
        cases: int | None = None,
        overrides: Sequence[str] = (),
        margin: float = 0.1,
        outcomes: Sequence[str] = ("collected_mass",),
        workers: int = 1,
    ) -> "Comparison":
        """Fail the test if what is flown now is different from the baseline; else return why not.

        Parameters
        ----------
        experiment, baseline
            Experiment file, and the result file that is kept; from pytest's root folder.
        cases, overrides
            Replicates of each design point, and `KEY=VALUE` texts; else as the file says.
        margin, outcomes
            As of `sampling_sim.compare`.
        workers
            Processes that fly.
        """
        from sampling_sim.campaign.comparison.compare import compare

        __tracebackhide__ = True
        kept = self._config.rootpath / baseline
        is_update = self._config.getoption("--update-baselines")
        if not is_update and not kept.exists():
            pytest.fail(f"{baseline}: no such baseline; pytest --update-baselines writes it")
        flown = self._run(self._config.rootpath / experiment, cases, overrides, workers)
        if is_update and kept not in self._written:
            self._write(flown, kept, str(baseline))
        found = compare(kept, flown, margin=margin, outcomes=outcomes)
        fails = {"different"} | (
            {"inconclusive"} if self._config.getoption("--inconclusive-fails") else set()
        )
        if found.verdict in fails:
            pytest.fail("\n".join([f"{experiment} against {baseline}:", *found.lines()]))
        return found

    def _run(
        self, experiment: Path, cases: int | None, overrides: Sequence[str], workers: int
    ) -> Path:
        from sampling_sim.campaign.execute import run_campaign
        from sampling_sim.campaign.experiment.config import load_experiment

        asked = (experiment, cases, tuple(overrides))
        if asked not in self._flown:
            output = self._folders.mktemp("flown") / f"{experiment.stem}.h5"
            loaded = load_experiment(experiment, overrides)
            self._flown[asked] = run_campaign(loaded, output, cases=cases, workers=workers)
        return self._flown[asked]

    def _write(self, flown: Path, kept: Path, name: str) -> None:
        from sampling_sim.campaign.comparison.compared import write_baseline

        word = "written anew" if kept.exists() else "written"
        write_baseline(flown, kept)
        self._written.add(kept)
        self._config.stash[_WRITTEN].append(f"baseline {name}: {word}")
