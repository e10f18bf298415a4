"""What real touch-and-gos collect, against the baseline that is kept of them (docs/compare.md).

Four coarse cases are flown, statistically compared with 32: the CPU may be another.  Renew with
`pytest tests/regression/test_collected_mass.py --update-baselines`, in a commit that says why.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sampling_sim.campaign.comparison.compare import FALSE_ALARMS, compare
from sampling_sim.campaign.comparison.comparison import Comparison
from sampling_sim.store import read_store

FOLDER = Path(__file__).parent / "baselines"
BASELINE = FOLDER / "coarse_touch.h5"
FLOWN = 4


def test_four_touchdowns_collect_what_the_baseline_did(
    collected_mass_baseline: Callable[..., Comparison], pytestconfig: pytest.Config
) -> None:
    is_update = pytestconfig.getoption("--update-baselines")
    found = collected_mass_baseline(
        FOLDER / "coarse_touch.toml", baseline=BASELINE, cases=32 if is_update else FLOWN
    )
    assert (found.base_cases, found.pairs) == (32, 32 if is_update else FLOWN)


def _four(first: int, kept: float) -> dict[str, Any]:
    """Four rows of the baseline as another processor would give them: a share, to round-off."""
    columns = read_store(BASELINE).columns
    four = {name: values[first : first + FLOWN] for name, values in columns.items()}
    return four | {"collected_mass": kept * (1.0 + 1e-9) * four["collected_mass"]}


@pytest.mark.parametrize(
    ("kept", "verdict"), [(1.0, "inconclusive"), (0.7, ""), (0.4, "different")]
)
def test_four_touchdowns_are_enough_to_see_a_loss(kept: float, verdict: str) -> None:
    """The twin: of 60 % each four of the baseline tell, of 30 % most, of none not one."""
    found = [compare(BASELINE, _four(first, kept)).verdict for first in range(0, 32, FLOWN)]
    seen = np.mean([one == "different" for one in found])
    print(f"loss of {1 - kept:.0%}: seen by {seen:.0%} at {FALSE_ALARMS:g}")  # noqa: T201
    if verdict:
        assert set(found) == {verdict}
    else:
        assert seen > 0.5
