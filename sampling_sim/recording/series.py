"""Series of a case: the time series, one row a control step, and the grain sizes of the sample.

A name with a slash belongs to a table of its own.
"""

import numpy as np

from sampling_sim.constants import BoolArray, FloatArray
from sampling_sim.sequence.phases import Phase

SERIES = {
    "time": ("s", "since release"),
    "phase": ("1", ", ".join(f"{number} {phase}" for number, phase in enumerate(Phase))),
    "head_force_x": ("N", "filtered ground force on the head, x of P"),
    "head_force_y": ("N", "filtered ground force on the head, y of P"),
    "head_force_z": ("N", "filtered ground force on the head, along the normal"),
    "rim_height": ("m", "lowest rim point over the undisturbed surface"),
    "normal_speed": ("m/s", "craft's centre of mass, outward"),
    "tilt": ("rad", "craft +z to the normal"),
    "thrust": ("N", "along craft +z"),
    "wheel_rate": ("rad/s", "mean of the driven joints: wheels, an arm's, drills"),
    "flap_open_fraction": ("1", "0 shut, 1 open"),
    "contained_mass": ("kg", "grains inside the container now"),
    "sizes/diameter_min": ("m", "lower edge of the size class"),
    "sizes/diameter_max": ("m", "upper edge of the size class"),
    "sizes/collected": ("1", "collected grains in the class"),
    "sizes/bed": ("1", "grains of the bed in the class, fixed ones left out"),
}
"""Series → unit, long name."""
TIME_SERIES = tuple(name for name in SERIES if "/" not in name)
SIZE_CLASSES = 8
"""Classes between the smallest and the largest grain, equal in the logarithm; chosen: a few grains
in each at demonstration resolution."""


def size_classes(diameter: FloatArray, collected: BoolArray) -> dict[str, FloatArray]:
    """Sizes of the collected grains against the bed's own.

    Parameters
    ----------
    diameter
        [m] of the free grains of the bed, shape (n,).
    collected
        Mask of those in the sample, shape (n,).

    Returns
    -------
    Nothing where there are no grains at all.
    """
    if not diameter.size:
        return {}
    # a hair beyond both ends: holds every grain, and has a width where all are of one size
    edges = np.geomspace(diameter.min() * (1 - 1e-9), diameter.max() * (1 + 1e-9), SIZE_CLASSES + 1)
    return {
        "sizes/diameter_min": edges[:-1],
        "sizes/diameter_max": edges[1:],
        "sizes/collected": np.histogram(diameter[collected], edges)[0].astype(float),
        "sizes/bed": np.histogram(diameter, edges)[0].astype(float),
    }
