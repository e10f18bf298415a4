"""The bench in YADE (Debian's package `yade`).

Mindlin's law with incremental shear force and bending moment (`includeMoment`): the moment spring
has one stiffness for all contacts (k_t R*² of a mean contact) and yields at μ_r R* F_n with a mean
R*; it has no damper.  Damping is YADE's own viscous law for e = 0.5.  `-j1`, one thread.
"""

import json
import shutil

import numpy as np

from peers import case as bench
from peers.case import Case, run_program

MEAN_RADIUS = 0.0035
"""[m] R* of a mean contact of the shared packings (radii of 5 to 10 mm)."""
ROLLING_STIFFNESS = 0.18
"""[N m] k_t R*² of such a contact at 0.2 % overlap."""

DECK = """
import json, time
import numpy as np
import yade.config
from yade import *

asked = json.load(open("asked.json"))
stone = FrictMat(young=asked["young"], poisson=asked["poisson"],
                 frictionAngle=np.arctan(asked["friction"]), density=asked["density"])
O.materials.append(stone)
O.bodies.append([utils.sphere(x, r, material=stone)
                 for x, r in zip(asked["position"], asked["radius"])])
wide, long = asked["width"]
for axis, at, sense in ((0, 0.0, 1), (0, wide, -1), (1, 0.0, 1), (1, long, -1), (2, 0.0, 1)):
    O.bodies.append(utils.wall(at, axis=axis, sense=sense, material=stone))
O.engines = [
    ForceResetter(),
    InsertionSortCollider([Bo1_Sphere_Aabb(), Bo1_Wall_Aabb()], verletDist=asked["skin"]),
    InteractionLoop(
        [Ig2_Sphere_Sphere_ScGeom(), Ig2_Wall_Sphere_ScGeom()],
        [Ip2_FrictMat_FrictMat_MindlinPhys(en=asked["restitution"], es=asked["restitution"],
            krot=asked["rolling_stiffness"], eta=asked["rolling_arm"])],
        [Law2_ScGeom_MindlinPhys_Mindlin(includeMoment=True)]),
    NewtonIntegrator(damping=0.0, gravity=(0.0, 0.0, -asked["gravity"])),
]
O.dt = asked["step"]
O.run(asked["warm_up"], True)
builds = O.engines[1].numAction
start, used = time.perf_counter(), time.process_time()
O.run(asked["timed"], True)
seconds, used = time.perf_counter() - start, time.process_time() - used
position = [list(O.bodies[i].state.pos) for i in range(len(asked["radius"]))]
json.dump({"seconds": seconds, "used": used, "position": position,
           "rebuilds": O.engines[1].numAction - builds, "version": yade.config.version},
          open("found.json", "w"))
"""


def absent():
    """Reason why it cannot run here, or None."""
    return None if shutil.which("yade") else "yade is not installed (Debian: yade)"


def run(case: Case, skin=None):
    """One figure on one core; `skin` [m] is what YADE calls verletDist."""
    if case.swing:
        msg = "YADE is run at rest only"
        raise ValueError(msg)
    asked = {
        "young": bench.YOUNGS_MODULUS, "poisson": bench.POISSON_RATIO, "density": bench.DENSITY,
        "friction": bench.FRICTION, "restitution": bench.RESTITUTION, "gravity": bench.GRAVITY,
        "rolling_stiffness": ROLLING_STIFFNESS, "rolling_arm": bench.ROLLING * MEAN_RADIUS,
        "width": case.width, "skin": skin or case.skin, "step": case.step, "warm_up": case.warm_up,
        "timed": case.timed, "position": case.position.tolist(), "radius": case.radius.tolist(),
    }  # fmt: skip
    return run_program(
        case, ["yade", "-x", "-n", "-j1", "deck.py"], DECK, _read,
        **{"asked.json": json.dumps(asked)},
    )  # fmt: skip


def _read(folder, _output):
    found = json.loads((folder / "found.json").read_text())
    return (
        found["seconds"], found["used"], np.array(found["position"]), found["rebuilds"],
        f"YADE {found['version']}",
    )  # fmt: skip
