"""The URDF of every mechanism as MuJoCo reads it: masses, moments, and places at turned joints.

MuJoCo fixes the root of a URDF to its world: the bus is left out, and its place is the origin.
"""

from pathlib import Path

import numpy as np
import pytest

from sampling_sim import load_experiment
from sampling_sim.mechanism.base import principal_axes
from sampling_sim.mechanism.designs import design_of
from sampling_sim.mechanism.poses import placed_links
from sampling_sim.mechanism.urdf import urdf

mujoco = pytest.importorskip("mujoco", reason="not installed: pip install -e '.[peers]'")

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_another_engine_reads_the_same_craft(path: Path) -> None:
    case = load_experiment(path).case(0)
    design = design_of(case.craft, case.mechanism)
    model = mujoco.MjModel.from_xml_string(urdf(design, visual=True))
    data, names = mujoco.MjData(model), [link.name for link in design.links[1:]]
    rows = [mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name) for name in names]
    assert np.allclose(model.body_mass[rows], design.mass[1:], rtol=1e-12)
    moments = [np.sort(principal_axes(inertia)[0]) for inertia in design.inertia[1:]]
    assert np.allclose(np.sort(model.body_inertia[rows]), moments, rtol=1e-9)
    turned = {joint.name: 0.05 + 0.03 * i for i, joint in enumerate(design.joints)}
    for name, position in turned.items():
        joint = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_JOINT, name)
        data.qpos[model.jnt_qposadr[joint]] = position
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    assert np.allclose(data.xipos[rows], placed_links(design, turned)[0][1:], atol=1e-9)
    # the twin: at rest they stand elsewhere
    assert np.abs(data.xipos[rows] - placed_links(design, {})[0][1:]).max() > 1e-2
