"""Adhesion of single pairs, beds that were turned, and pairs of very unlike grains."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.errors import PackingError
from sampling_sim.regolith.packing import prepare_bed, uniform_field
from sampling_sim.regolith.slab import close_pairs
from sampling_sim.regolith.solver import GrainSolver


@pytest.mark.parametrize(("adhesion", "share"), [((0.5, 1.0), 0.5), ((0.5, 0.5), 0.25), ((), 1.0)])
def test_a_grain_hangs_from_another_up_to_the_product_of_their_adhesions(
    two_grains, adhesion, share
):
    """Pull-off force 2π w R* a_i a_j: the lower grain stays at 0.95 of it and falls at 1.05."""
    w, radius = 1.0, 0.005
    hanging = replace(
        two_grains, position=np.array([[0, 0, -0.05], [0, 0, -0.07]]), pull_off_scale=w,
        fixed=np.array([True, False]), adhesion=np.array(adhesion),
    )  # fmt: skip
    holds = share * 2 * np.pi * w * radius / hanging.mass[1]

    def drop(weight):
        solver = GrainSolver(hanging, uniform_field(0.0), contact_step=5e-5)
        solver.drag = 20.0
        for stage in range(1, 41):
            solver.field = uniform_field(weight * stage / 40)
            solver.advance(None, 100)
        solver.advance(None, 6000)
        return hanging.position[1, 2] - solver.position[1, 2]

    assert drop(0.95 * holds) < 1e-5
    assert drop(1.05 * holds) > 1e-3


def test_a_bed_turned_or_mirrored_without_its_springs_is_refused(small_parameters, tmp_path):
    """Turning the springs as well is allowed, and so is leaving them out."""
    bed = prepare_bed(small_parameters, uniform_field(1e-4), cache_dir=tmp_path)
    for turn in (np.diag([-1.0, 1.0, 1.0]), np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])):
        turned = bed.position @ turn.T
        with pytest.raises(PackingError, match="springs"):
            replace(bed, position=turned)
        springs = bed.tangential @ turn.T
        assert replace(bed, position=turned, tangential=springs).pairs.size
        none = {"pairs": bed.pairs[:0], "tangential": bed.tangential[:0]}
        assert replace(bed, position=turned, rolling=bed.rolling[:0], **none).radius.size


def test_close_pairs_are_those_of_all_pairs_at_a_size_ratio_of_twenty():
    rng = np.random.default_rng(5)
    position, radius = rng.uniform(0, 0.1, (400, 3)), np.geomspace(0.001, 0.02, 400)
    gap = np.linalg.norm(position[:, None] - position, axis=2) - radius - radius[:, None]
    expected = {(i, j) for i, j in zip(*np.nonzero(gap < 1e-3), strict=True) if i < j}
    found = close_pairs(position, radius, 1e-3)
    assert len(expected) > 1000
    assert len(found) == len(expected)
    assert {(min(pair), max(pair)) for pair in found.tolist()} == expected
