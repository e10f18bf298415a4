"""Geometry, refusals and commands of the projectile and horn."""

from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from sampling_sim import load_experiment
from sampling_sim.case import Case
from sampling_sim.effects.ejecta import MATERIALS
from sampling_sim.effects.projectile import target_of
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.base import Action, Design
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters
from sampling_sim.mechanism.projectile_horn import HEAD, LID, Projectile
from sampling_sim.refusals import refuse_case
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.regolith.primitives import PrimitiveKind
from sampling_sim.regolith.step_criterion import stable_step

OUTWARD = -1e-4
EXPERIMENT = Path(__file__).parents[3] / "experiments" / "projectile_horn.toml"


@pytest.fixture(scope="module")
def design() -> Design:
    return design_of(CraftParameters(), ProjectileHornParameters())


def in_head(design: Design, lid: float = 0.0) -> dict[str, np.ndarray]:
    """Return corners [m] of each part in the head's frame, its sweep left out."""
    shift = np.array(design.links[LID].position) - design.links[HEAD].position
    found: dict[str, np.ndarray] = {}
    for p in design.primitives:
        if p.kind is PrimitiveKind.MESH:
            corners = p.corners.reshape(-1, 3)
        else:
            signs = np.array([[i, j, 0.0] for i in (-1, 1) for j in (-1, 1)])
            corners = signs * np.array([*p.size[:2], 0.0]) + p.position
        if p.link == LID:
            corners = corners + shift - [0.0, lid, 0.0]
        found[p.part] = np.vstack([found.get(p.part, np.zeros((0, 3))), corners])
    return found


def test_the_craft_weighs_what_it_should_and_hangs_by_its_wrist(design: Design) -> None:
    assert design.mass.sum() == pytest.approx(2100.0, rel=1e-12)
    top = max(box.corners()[:, 2].max() for box in design.outline if box.link == HEAD)
    assert top + design.links[HEAD].position[2] == pytest.approx(-4.0)
    assert design.links[HEAD].name == "head"


def test_horn_and_catcher_meet_but_for_the_gap_of_the_lid(design: Design) -> None:
    """Smaller than the smallest grain of the finest bed worth a tool: 5 mm."""
    parts, r = in_head(design), 0.003
    gap = parts["catcher"][:, 2].min() - parts["horn"][:, 2].max() - 2.0 * r
    assert gap == pytest.approx(0.005)
    lid = parts["lid"][:, 2]
    assert lid.min() - 0.0015 - r > parts["horn"][:, 2].max()
    assert lid.max() + 0.0015 + r < parts["catcher"][:, 2].min()


def test_the_wall_is_the_cone_of_the_parcels_within_two_per_cent(design: Design) -> None:
    horn = next(p.corners for p in design.primitives if p.part == "horn")
    middle = horn.mean(axis=1)
    (shot,) = design.effects
    assert isinstance(shot, Projectile)
    share = (middle[:, 2] - shot.mouth) / (shot.throat - shot.mouth)
    wall = 0.1 + share * (0.025 - 0.1) + 0.003
    assert np.hypot(middle[:, 0], middle[:, 1]) == pytest.approx(wall, rel=0.03)
    assert np.ptp(horn[:, :, 2]) == pytest.approx(1.0 - 0.006)


def test_the_lid_covers_the_throat_shut_and_clears_it_open(design: Design) -> None:
    open_lid, shut = in_head(design)["lid"], in_head(design, design.flap_travel)["lid"]
    assert open_lid[:, 1].min() > 0.025
    assert np.abs(shut).max(axis=0)[:2] == pytest.approx([0.0285, 0.0285])
    assert shut.mean(axis=0)[:2] == pytest.approx([0.0, 0.0], abs=1e-12)
    target = design.commands[Action.INLET_SHUT]["lid"]
    assert target.effort(design.flap_travel, 0.0) == 0.0
    assert design.commands[Action.INLET_OPEN]["lid"].effort(0.0, 0.0) == 0.0


def test_the_container_holds_the_catcher_and_nothing_of_the_horn(design: Design) -> None:
    assert design.container is not None
    middle = np.array(design.container.centre)
    assert design.container.contains(middle).all()
    assert not design.container.contains(middle - [0.0, 0.0, 0.035]).any()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"throat_diameter": 0.3}, "throat_diameter"),
        ({"wall_thickness": 0.03}, "wall_thickness"),
        ({"projectile_speed": 20.0}, "projectile_speed"),
        ({"shot_interval": 1e-4}, "shot_interval"),
    ],
)
def test_what_cannot_be_built_is_refused_by_name(change: dict[str, float], named: str) -> None:
    with pytest.raises(ConfigError, match=f"mechanism.{named}"):
        ProjectileHornParameters(**change)
    assert ProjectileHornParameters(projectile_speed=20.1).recoil_time > 0.0


def test_each_target_named_is_a_row_of_the_scaling() -> None:
    hints = get_type_hints(ProjectileHornParameters)
    names = {*get_args(hints["grain_target"]), *get_args(hints["rock_target"])}
    assert names == set(MATERIALS)


def test_the_target_is_the_bed_or_the_rock() -> None:
    p = ProjectileHornParameters()
    bed = target_of(p, RegolithParameters(tensile_strength=2.0), OUTWARD)
    assert (bed.strength, bed.density) == (2.0, pytest.approx(0.55 * 2700.0))
    rock = target_of(p, RegolithParameters(surface="rock", tensile_strength=2.0), OUTWARD)
    assert (rock.strength, rock.density) == (3e7, 3000.0)


def refused(regolith: RegolithParameters, inward: float, **mechanism: object) -> str:
    """Return the key that a case is refused by, or an empty text."""
    case = Case(mechanism=ProjectileHornParameters(**mechanism), regolith=regolith)  # type: ignore[arg-type]
    try:
        refuse_case(case, design_of(case.craft, case.mechanism), inward)
    except ConfigError as error:
        return error.key
    return ""


def test_ground_that_nothing_holds_is_refused() -> None:
    loose = RegolithParameters(tensile_strength=0.0)
    assert refused(loose, OUTWARD) == "regolith.tensile_strength"
    assert refused(loose, OUTWARD, shots=0) == ""
    assert refused(RegolithParameters(), OUTWARD, grain_target="sand") == "mechanism.grain_target"
    assert refused(RegolithParameters(), 1e-5, grain_target="sand") == ""
    assert refused(RegolithParameters(), OUTWARD) == ""


def test_the_experiment_is_a_case_that_can_be_run() -> None:
    """Bed wide enough for the mouth and four largest grains a side, as the demonstration's is."""
    experiment = load_experiment(EXPERIMENT)
    for replicate in range(8):
        case = experiment.case(replicate)
        design = design_of(case.craft, case.mechanism)
        refuse_case(case, design, OUTWARD)
        assert case.engine.contact_step <= stable_step(case.regolith)
        reach = np.abs(design.reference_points[:, :2]).max() + 4.0 * case.regolith.diameter_max
        assert 2.0 * reach <= min(case.regolith.width_x, case.regolith.width_y)
