"""A design that cannot be built is refused, and says which part."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Box, Design
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.checks import check_design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of

DESIGN = design_of(CraftParameters(), BrushWheelsParameters())


def with_link(number: int, **changes: object) -> Design:
    links = list(DESIGN.links)
    links[number] = replace(links[number], **changes)  # type: ignore[arg-type]
    return replace(DESIGN, links=tuple(links))


def test_the_default_craft_with_wings_can_be_built() -> None:
    check_design(DESIGN)
    assert [link.name for link in DESIGN.links[-2:]] == ["wing_left", "wing_right"]


def test_what_hangs_on_the_head_leaves_the_wings_out() -> None:
    names = [DESIGN.links[i].name for i in DESIGN.carried_by(DESIGN.head)]
    assert names == ["head", "wheel_left", "wheel_right", "flap"]
    assert DESIGN.carried_by(0).tolist() == list(range(len(DESIGN.links)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mass": 0.0}, "mass of 'head'"),
        ({"inertia": np.diag([1.0, 1.0, 2.1])}, "principal moments of 'head'"),
        ({"inertia": np.diag([1.0, 1.0, 0.0])}, "principal moments of 'head'"),
    ],
)
def test_masses_and_moments_of_no_body_are_refused(changes: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_design(with_link(DESIGN.head, **changes))


def test_a_thin_disc_whose_moments_just_add_up_can_be_built() -> None:
    check_design(with_link(DESIGN.head, inertia=np.diag([1.0, 1.0, 2.0])))


def test_parts_that_run_into_one_another_at_rest_are_refused() -> None:
    inside = Box(link=DESIGN.head, centre=(0.0, 0.0, 0.0), half_extents=(0.1, 0.1, 5.0))
    with pytest.raises(ConfigError, match="runs into"):
        check_design(replace(DESIGN, outline=(*DESIGN.outline, inside)))
