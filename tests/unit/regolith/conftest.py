"""Fixtures named after things."""

import numpy as np
import pytest

from sampling_sim.regolith.bed import Bed
from sampling_sim.regolith.parameters import RegolithParameters


@pytest.fixture
def two_grains():
    """Return a bed of two loose grains of 20 mm that just touch."""
    return Bed(
        parameters=RegolithParameters(tensile_strength=0.0, youngs_modulus=2e7),
        position=np.array([[0.0, 0.0, -0.05], [0.02, 0.0, -0.05]]),
        radius=np.array([0.01, 0.01]),
        fixed=np.zeros(2, bool),
        floor=-1.0,
    )


@pytest.fixture(scope="session")
def small_parameters():
    """Return the parameters of a bed of about 200 soft grains: prepared in a second."""
    return RegolithParameters(
        diameter_min=0.024, diameter_max=0.032, width_x=0.2, width_y=0.2, depth=0.1,
        youngs_modulus=1e6, tensile_strength=0.0,
    )  # fmt: skip
