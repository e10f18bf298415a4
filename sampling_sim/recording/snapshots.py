"""Snapshots of a case: where grains and links were at regular times.  Frame P, SI.

Rounded to powers of two, so that the low bytes of a number are zero and compress to nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampling_sim.constants import BoolArray, FloatArray, IntArray

POSITION_STEP = 2.0**-14
"""[m] resolution of positions, 0.06 mm; chosen: a tenth of a pixel where a head of 0.3 m fills a
screen; four times coarser saves a tenth of the file."""
SPEED_STEP = 2.0**-10
"""[m/s] resolution of speeds, 1 mm/s; chosen: a grain at rest is at exactly 0."""

Single = NDArray[np.float32]


class Frame(NamedTuple):
    """Grains (n) and links (m) at one instant."""

    step: int
    """Control steps since release."""
    time: float
    """[s] since release."""
    position: Single
    """[m] centres of the grains, shape (n, 3)."""
    speed: Single
    """[m/s] of the grains relative to P, shape (n,)."""
    link_position: Single
    """[m] centres of mass of the links, shape (m, 3)."""
    link_orientation: Single
    """Quaternions x, y, z, w, link axes → P, shape (m, 4)."""

    @property
    def size(self) -> int:
        """Size [B] in memory, and before compression on the disk."""
        arrays = (self.position, self.speed, self.link_position, self.link_orientation)
        return sum(array.nbytes for array in arrays) + 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshots:
    """Grains (n) and links (m) of one case at f times; frame P, SI.

    A grain is a sphere; the spheres of a clump are grains here.  In a bed with periodic sides it is
    the image of the sphere that was nearest to the tools.
    """

    step: IntArray
    """Control steps since release, increasing, shape (f,)."""
    time: FloatArray
    """[s] since release, shape (f,)."""
    position: Single
    """[m] centres of the grains, to `POSITION_STEP`, shape (f, n, 3)."""
    speed: Single
    """[m/s] of the grains relative to P, to `SPEED_STEP`, shape (f, n)."""
    radius: Single
    """[m] shape (n,)."""
    collected: BoolArray
    """Grains of the sample, as `collected_mass` counts it at the end, shape (n,)."""
    link_names: tuple[str, ...]
    """Names of the links (docs/mechanisms.md), m of them."""
    link_position: Single
    """[m] centres of mass of the links, to `POSITION_STEP`, shape (f, m, 3)."""
    link_orientation: Single
    """Quaternions x, y, z, w, link axes → P, shape (f, m, 4)."""
    widening: int = 1
    """How many times longer the interval was made to stay in the budget; 1 if it fitted."""


def frame_of(
    step: int,
    time: float,
    grains: tuple[FloatArray, FloatArray],
    links: tuple[FloatArray, FloatArray],
) -> Frame:
    """Frame of an instant.

    Parameters
    ----------
    step, time
        Control steps and seconds since release.
    grains
        Positions [m] and velocities [m/s], each of shape (n, 3).
    links
        Centres of mass [m], shape (m, 3), and link axes → P, shape (m, 3, 3).
    """
    from scipy.spatial.transform import Rotation

    return Frame(
        step,
        time,
        _rounded(grains[0], POSITION_STEP),
        _rounded(np.linalg.norm(grains[1], axis=1), SPEED_STEP),
        _rounded(links[0], POSITION_STEP),
        Rotation.from_matrix(links[1]).as_quat().astype(np.float32),
    )


def _rounded(values: FloatArray, step: float) -> Single:
    return (np.round(values / step) * step).astype(np.float32) + np.float32(0.0)  # no -0
