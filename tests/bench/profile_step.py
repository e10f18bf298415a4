"""Where the time of a step goes: its parts alone, on a packing at rest.

    python tests/bench/profile_step.py 5000

prints microseconds a step and nanoseconds a contact or grain, the fastest of several runs of each
part in a loop of its own; the last line is a whole step of the solver, with what its calls cost.
"""

import sys
from time import perf_counter

from peers import ours
from peers.case import shared_packing

from sampling_sim.compiling import njit
from sampling_sim.regolith import pair_forces as pairs
from sampling_sim.regolith.block import LANES, evaluate
from sampling_sim.regolith.cells import candidate_pairs
from sampling_sim.regolith.grains import kick_and_drift
from sampling_sim.regolith.laws.choice import CohesionLaw, NormalLaw
from sampling_sim.regolith.stepping import new_lists
from sampling_sim.regolith.walls import wall_forces

NORMAL, COHESION = int(NormalLaw.HERTZ), int(CohesionLaw.FADING)
ROUNDS, TIMES = 7, 100


@njit(error_model="numpy")
def gather(times, grains, contacts, cells, work):
    for _ in range(times):
        for b in range(contacts.used[0] // LANES):
            pairs._gather(grains, contacts, cells.period, b, LANES, work)


@njit(error_model="numpy")
def laws(times, contacts, material, dt, work):
    numbers = pairs.laws_of(material, dt)
    for _ in range(times):
        for b in range(contacts.used[0] // LANES):
            evaluate(NORMAL, COHESION, False, work, contacts.block[b], numbers)


@njit(error_model="numpy")
def scatter(times, grains, contacts, work):
    for _ in range(times):
        for b in range(contacts.used[0] // LANES):
            pairs._scatter(grains.load, contacts, b, LANES, work)


@njit(error_model="numpy")
def all_of_pairs(times, grains, contacts, cells, material, dt, work, stats):
    for _ in range(times):
        pairs.pair_forces(
            NORMAL, COHESION, False, grains, contacts, cells, material, dt, work, stats
        )


@njit(error_model="numpy")
def walls_of(times, grains, walls, material, dt, work, stats):
    for _ in range(times):
        wall_forces(NORMAL, grains, walls, material, dt, work, stats)


@njit(error_model="numpy")
def near(times, grains, contacts, near_pairs, cells, material, skin):
    for _ in range(times):
        pairs.promote_near(grains, contacts, near_pairs, cells, material, 0.1 * skin, skin)


@njit(error_model="numpy")
def kick(times, grains, moving, field):
    for _ in range(times):
        kick_and_drift(grains, moving, field, 0.0, 0.0)


def fastest(function, *arguments):
    """Seconds a time of `function(times, ...)`."""
    function(1, *arguments)
    found = []
    for _ in range(ROUNDS):
        start = perf_counter()
        function(TIMES, *arguments)
        found.append((perf_counter() - start) / TIMES)
    return min(found)


def show(name, seconds, count, what):
    """One line."""
    sys.stdout.write(f"{name:24s} {1e6 * seconds:8.1f} us {1e9 * seconds / count:7.2f} ns {what}\n")


def main(count):
    """Print the parts of a step of `count` grains."""
    case = shared_packing(count, warm_up=0, timed=0)
    solver = ours.solver_of(case)
    solver.advance(None, 200)
    grains, lists, cells, material = solver._grains, solver._lists, solver._cells, solver._material
    contacts, dt, work, stats = lists.contacts, case.step, pairs.new_work(), solver._statistics
    pairs._begin(work, material.friction, material.rolling)
    touching = int(contacts.used[0])
    show("gather", fastest(gather, grains, contacts, cells, work), touching, "a contact")
    show("laws", fastest(laws, contacts, material, dt, work), touching, "a contact")
    show("scatter", fastest(scatter, grains, contacts, work), touching, "a contact")
    seconds = fastest(all_of_pairs, grains, contacts, cells, material, dt, work, stats)
    show("pairs, all of it", seconds, touching, "a contact")
    seconds = fastest(walls_of, grains, solver._walls, material, dt, work, stats)
    show("walls", seconds, count, "a grain")
    seconds = fastest(near, grains, contacts, lists.near, cells, material, solver._skin)
    show("near pairs", seconds, count, "a grain")
    show("kick and drift", fastest(kick, grains, lists.moving, solver._field), count, "a grain")

    def search(times):
        for _ in range(max(1, times // 20)):
            candidate_pairs(grains.position, grains.group, solver._skin + material.reach, cells)

    show("lists: search", 20 * fastest(search), count, "a grain")

    def lists_anew(times):
        for _ in range(max(1, times // 20)):
            new_lists(
                grains, solver._clumps, lists, solver._walls, solver._region, material, cells,
                solver._skin,
            )  # fmt: skip

    show("lists: all of it", 20 * fastest(lists_anew), count, "a grain")
    solver = ours.solver_of(case)
    solver.advance(None, 200)
    show("a step", fastest(lambda times: solver.advance(None, times)), count, "a grain")


if __name__ == "__main__":
    main(int(sys.argv[1]))
