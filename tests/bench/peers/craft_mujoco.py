"""The same craft in MuJoCo: our URDF, its own joints, springs, stops and contacts.

MuJoCo has no restitution coefficient.  Its contact force f solves R f = a* − a, a the acceleration
that comes out, a* = −B v − K x; with an impedance d close to 0 the term a is small beside the
others (it is an added mass 1/R) and f = (K/R)(−x) + (B/R)(−v), never a pull: our law.  R is
(1 − d)/d times the inverse mass that MuJoCo keeps for the bodies, so K and B follow from k and c.
"""

import mujoco
import numpy as np

from peers.arm_bounce import GAP, ROCK, Landing, Track, outward, rock_damping
from sampling_sim.mechanism.base import Design
from sampling_sim.mechanism.craft import STOP_RATIO
from sampling_sim.mechanism.drives import ForceLimitedSlide, SpeedMotor, SpringDamper
from sampling_sim.mechanism.urdf import urdf
from sampling_sim.world.compliant import point_share

IMPEDANCE = 1e-4
"""[1] the smallest that MuJoCo allows."""
KEEP_ROOT = '<robot name="craft"><mujoco><compiler fusestatic="false"/></mujoco>'


def in_mujoco(landing: Landing, step: float, *, own_contact: bool = False) -> Track:
    """Fly the landing in MuJoCo; with `own_contact` by its default contact, not by our law."""
    design = landing.design
    model = model_of(landing, design, step, own_contact=own_contact)
    data, rows = mujoco.MjData(model), []
    arm = model.joint("arm").qposadr[0]
    bus, head = (model.body(name).id for name in ("bus", design.links[design.head].name))
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, landing.rotation.ravel())
    data.qpos[:3], data.qpos[3:7] = (0.0, 0.0, landing.height), quaternion
    data.qvel[0], data.qvel[2] = landing.lateral, -landing.speed
    foot = design.reference_points.mean(axis=0)
    moving = np.zeros(6)
    for _ in range(round(landing.duration / step)):
        mujoco.mj_step(model, data)
        mujoco.mj_objectVelocity(model, data, mujoco.mjtObj.mjOBJ_BODY, head, moving, 0)
        # the free joint feels what the rock does to the whole craft: forces within cancel
        force = data.qfrc_constraint[2]
        mujoco.mj_subtreeVel(model, data)
        along = data.xipos[head, 0] + data.ximat[head, :3] @ foot
        rows.append((force, data.qpos[arm], data.subtree_linvel[bus, 2], moving[5], along))
    _check_limits(design, data)
    return Track(step, *np.array(rows).T)


def model_of(landing: Landing, design: Design, step: float, *, own_contact: bool = False):
    """Model of the craft on a plane of rock."""
    spec = mujoco.MjSpec.from_string(urdf(design).replace('<robot name="craft">', KEEP_ROOT))
    spec.body("bus").add_freejoint()
    spec.worldbody.add_geom(name="rock", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[10.0, 10.0, 1.0])
    for geom in spec.geoms:
        geom.condim = 3 if landing.friction else 1
        geom.friction[0] = landing.friction
    spec.joint("arm").limited = mujoco.mjtLimited.mjLIMITED_TRUE
    spec.joint("arm").range = [-landing.craft.arm_stroke, landing.craft.arm_stroke]
    model = spec.compile()
    model.opt.timestep, model.opt.gravity = step, [0.0, 0.0, outward()]
    model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    model.opt.tolerance, model.opt.cone = 0.0, mujoco.mjtCone.mjCONE_ELLIPTIC
    for joint in design.joints:
        stiffness, damping = linear_law(joint.drive)
        row = model.joint(joint.name)
        row.stiffness, row.damping = stiffness, damping
    stop = model.joint("arm")
    resistance = (1.0 - IMPEDANCE) / IMPEDANCE * model.dof_invweight0[stop.dofadr[0]]
    model.jnt_solref[stop.id] = _direct(STOP_RATIO * landing.stiffness, 0.0, resistance)
    model.jnt_solimp[stop.id, :3] = IMPEDANCE, IMPEDANCE, 1.0
    if not own_contact:
        _our_contact(model, design)
    return model


def law_in_use(landing: Landing) -> tuple[float, float, int]:
    """Stiffness and damping of one point as MuJoCo has them with the craft set down, and points."""
    model = model_of(landing, landing.design, 1e-4)
    data = mujoco.MjData(model)
    data.qpos[2] = landing.height - 1.5 * GAP
    mujoco.mj_forward(model, data)
    rows = np.flatnonzero(data.efc_type == mujoco.mjtConstraint.mjCNSTR_CONTACT_FRICTIONLESS)
    stiffness, damping, impedance = data.efc_KBIP[rows[0], :3]
    resistance = data.efc_R[rows[0]]
    return stiffness * impedance / resistance, damping / resistance, len(rows)


def linear_law(drive) -> tuple[float, float]:
    """Stiffness and damping of a drive about zero, below its limits."""
    if isinstance(drive, SpringDamper):
        return drive.stiffness, drive.damping
    if isinstance(drive, SpeedMotor):
        return 0.0, drive.gain
    return drive.gain / drive.settling_time, drive.gain


def _our_contact(model, design: Design) -> None:
    """Give every shape of the head our law; its points share it as ours do."""
    link = design.links[design.head]
    share = point_share(np.vstack([shape.corners() for shape in link.ground_shapes]))
    low = float(design.mass[design.carried_by(design.link_index("arm"))].sum())
    resistance = (1.0 - IMPEDANCE) / IMPEDANCE * model.body_invweight0[model.body(link.name).id, 0]
    law = _direct(share * ROCK, share * rock_damping(low), resistance)
    model.geom_solref[:], model.geom_solimp[:, :3] = law, (IMPEDANCE, IMPEDANCE, 1.0)


def _direct(stiffness: float, damping: float, resistance: float) -> list[float]:
    """Two numbers, negative for direct, that give k and c: MuJoCo divides them by d."""
    return [-stiffness * resistance * IMPEDANCE, -damping * resistance * IMPEDANCE]


def _check_limits(design: Design, data) -> None:
    """Linear laws stand for drives with limits: these must not have been reached at the end."""
    for joint in design.joints:
        speed = float(data.joint(joint.name).qvel[0])
        if isinstance(joint.drive, SpeedMotor):
            assert abs(joint.drive.gain * speed) < joint.drive.torque_limit
        if isinstance(joint.drive, ForceLimitedSlide):
            assert abs(speed) < joint.drive.speed
