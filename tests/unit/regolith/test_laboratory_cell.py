"""How large a cell of the laboratory is, for every distribution of sizes."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.regolith.lab.cell import lab_parameters, mean_diameter
from sampling_sim.regolith.parameters import LARGEST_ACROSS, RegolithParameters
from sampling_sim.regolith.sizes import sizes_of

ENDS = RegolithParameters(diameter_min=0.01, diameter_max=0.04, tensile_strength=0.0)
TABLE = ((0.01, 0.0), (0.03, 0.2), (0.04, 1.0))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"diameter_max": 0.01},
        {"size_distribution": "log_normal", "size_median": 0.03, "size_sigma": 0.3},
        {"size_distribution": "table", "size_table": TABLE},
        {"size_distribution": "table", "size_table": TABLE, "size_table_by": "mass"},
    ],
)
def test_the_mean_diameter_is_that_of_what_is_drawn(values):
    p = replace(ENDS, **values)
    drawn = sizes_of(p).quantile(np.random.default_rng(1).random(100_000))
    assert mean_diameter(p) == pytest.approx(drawn.mean(), rel=5e-3)


@pytest.mark.parametrize("ratio", [1.0, 2.0, 4.0, 8.0])
def test_a_cell_holds_as_many_largest_grains_upwards_as_across(ratio):
    """The plates take one at either end; below a ratio of 2.6 the mean diameter decides."""
    p = replace(ENDS, diameter_max=ratio * ENDS.diameter_min, width_x=1.0, width_y=1.0, depth=0.5)
    cell = lab_parameters(p, 10.0)
    assert min(cell.width_x, cell.width_y, cell.depth) >= LARGEST_ACROSS * cell.diameter_max
    assert (cell.depth == 11.0 * mean_diameter(p)) == (ratio < 2.6)
