"""Which grains are awake: those at rest that nothing disturbs are left out of the step.

A grain falls asleep when over two windows of `WINDOW` in a row it has moved less than a share of
what the field alone would move a loose grain, is slow, touches a grain, and touches no awake grain
that is not so; it is then fixed, and contacts between two sleepers are not evaluated.  (Within one
window a grain may turn at the top of its flight, or have lost only now what held it.)  It wakes,
with all grains around it, when the load of its awake neighbours, as a mean over a call of the
solver, differs by more than `WAKE_SHARE` of its bond and weight from what it was when the
neighbours were settled, or when a tool may reach it before the next look.  So what is neglected is
stated: load changes below that share or shorter than a call, and motion slower than the limits.
"""

from typing import NamedTuple

import numpy as np

from sampling_sim.compiling import njit
from sampling_sim.constants import FloatArray
from sampling_sim.regolith.cells import nearest_image
from sampling_sim.regolith.clump_motion import stop
from sampling_sim.regolith.clumps import Clumps
from sampling_sim.regolith.contacts import Contacts, touches
from sampling_sim.regolith.grains import Field, Grains

WINDOW = 0.25
"""[s] over which rest is judged; chosen: a loose grain moves by micrometres in it."""
REST_SHARE = 0.5
"""Largest displacement over the window, as a share of ½ a t² in the site's field; chosen: a loose
grain has left it behind within one window."""
REST_SPEED = 1e-3
"""[m/s] and at the end of it; chosen: above the tremor of waves that pass."""
WAKE_SHARE = 0.5
"""Change of load that wakes, over pull-off force plus weight.  Chosen: below 1, so that a grain
wakes that loses what bears its weight, or is drawn by one bond; a plate pushed into a bed meets
1 % more force than with all awake, 2 % at 1, 6 to 11 % at 4, and at 0.05 a blow wakes a bed of any
width (docs/grains.md)."""
WAKE_REACH = 2.0
"""Distance from a woken grain within which others wake too, in largest diameters; chosen."""


class Activity(NamedTuple):
    """State of the active region in solver order."""

    is_on: bool
    """Whether grains fall asleep at all."""
    awake: np.ndarray
    """Grains that move and whose contacts count, bool, shape (n,)."""
    free: np.ndarray
    """Grains that are not fixed, spheres of clumps too, bool, shape (n,)."""
    limit: FloatArray
    """[N] change of load that wakes, shape (n,)."""
    settled: FloatArray
    """[N], [N m] load of awake neighbours that counts as balanced, shape (n, 6)."""
    excess: FloatArray
    """[N], [N m] load beyond it at the last look, shape (n, 6)."""
    is_new: np.ndarray
    """Sleepers whose settled load has still to be taken, bool, shape (n,)."""
    window: FloatArray
    """[m] centres at the start of the window, shape (n, 3)."""
    rested: np.ndarray
    """Awake grains that rested over the window before, bool, shape (n,)."""
    clock: FloatArray
    """[s] since the start of the window; 1.0 if the lists must be made anew; shape (2,)."""


@njit
def moving_grains(grains: Grains, activity: Activity) -> np.ndarray:
    """List the indices of the awake grains that move on their own, not with a clump, uint32."""
    alone = grains.inverse[:, 1] > 0.0
    return np.flatnonzero(activity.awake & activity.free & alone).astype(np.uint32)


@njit
def border_grains(activity: Activity, contacts: Contacts) -> np.ndarray:
    """Sleepers that share a contact with an awake grain, uint32."""
    mark = np.zeros(activity.awake.size, np.bool_)
    for k in range(contacts.used[0] if activity.is_on else 0):
        for i in (contacts.first[k], contacts.second[k]):
            mark[i] = activity.free[i] and not activity.awake[i]
    return np.flatnonzero(mark).astype(np.uint32)


@njit
def settle_border(activity: Activity, border: np.ndarray) -> None:
    """Keep settled loads of the border's sleepers; the others bear no load of awake grains."""
    mark = np.zeros(activity.awake.size, np.bool_)
    for i in border:
        mark[i] = True
    for i in range(activity.awake.size):
        if not mark[i]:
            activity.is_new[i] = False
            activity.settled[i] = 0.0
            activity.excess[i] = 0.0


@njit
def wake_around(
    grains: Grains, clumps: Clumps, activity: Activity, seeds: np.ndarray, period: FloatArray
) -> None:
    """Wake the seeds (bool, shape (n,)) and the sleepers near them, clumps whole.

    Distances [m] are to the nearest image where an axis has a `period`.
    """
    position = grains.position
    reach = 2.0 * WAKE_REACH * position[:, 3].max()
    woken = False
    for s in np.flatnonzero(seeds):
        for i in range(activity.awake.size):
            if activity.awake[i] or not activity.free[i]:
                continue
            square = 0.0
            for a in range(3):
                square += nearest_image(position[i, a] - position[s, a], period[a]) ** 2
            if square < reach * reach:
                _wake(grains, activity, i)
                woken = True
    for c in range(clumps.position.shape[0]):
        members = clumps.member[clumps.start[c] : clumps.start[c + 1]]
        if activity.awake[members].any() and not activity.awake[members].all():
            for i in members:
                _wake(grains, activity, i)
    if woken:
        _lists_change(activity)


@njit
def _wake(grains: Grains, activity: Activity, i: int) -> None:
    """Wake grain i; its window begins, and what it has summed while asleep is not for one step."""
    activity.awake[i], activity.rested[i] = True, False
    activity.window[i] = grains.position[i, :3]
    grains.load[i] = 0.0


@njit
def wake_listed(
    grains: Grains, clumps: Clumps, activity: Activity, listed: np.ndarray, period: FloatArray
) -> None:
    """Wake grains that a tool may reach, and those near them."""
    seeds = np.zeros(activity.awake.size, np.bool_)
    for i in listed:
        seeds[i] = activity.free[i] and not activity.awake[i]
    wake_around(grains, clumps, activity, seeds, period)


@njit
def _lists_change(activity: Activity) -> None:
    """Ask for new lists; settled loads are taken again, less what is already in excess."""
    activity.clock[1] = 1.0
    for i in range(activity.awake.size):
        activity.is_new[i] = activity.free[i] and not activity.awake[i]


@njit(error_model="numpy")
def look_at_sleepers(
    grains: Grains,
    clumps: Clumps,
    activity: Activity,
    border: np.ndarray,
    steps: int,
    period: FloatArray,
) -> None:
    """Wake sleepers whose mean load over `steps` has changed too much; clear the summed loads."""
    seeds, disturbed = np.zeros(activity.awake.size, np.bool_), False
    for i in border:
        force, torque = 0.0, 0.0
        for a in range(6):
            mean = grains.load[i, a] / steps
            if activity.is_new[i]:
                activity.settled[i, a] = mean - activity.excess[i, a]
            excess = mean - activity.settled[i, a]
            activity.excess[i, a] = excess
            if a < 3:
                force += excess * excess
            else:
                torque += excess * excess
        activity.is_new[i] = False
        limit = activity.limit[i]
        # a torque counts as the force at the surface that makes it
        if not force + torque / grains.position[i, 3] ** 2 <= limit * limit:
            seeds[i], disturbed = True, True
    if disturbed:
        wake_around(grains, clumps, activity, seeds, period)


@njit(error_model="numpy")
def let_sleep(
    grains: Grains,
    clumps: Clumps,
    activity: Activity,
    contacts: Contacts,
    listed: np.ndarray,
    time: float,
    field: Field,
) -> None:
    """Add `time` [s] to the window; at its end send to sleep what rests.

    `listed` are grains a tool may reach.
    """
    activity.clock[0] += time
    if activity.clock[0] < WINDOW or not activity.is_on:
        return
    acceleration = np.sqrt((field.effective**2).sum())
    displacement = REST_SHARE * 0.5 * acceleration * activity.clock[0] ** 2
    activity.clock[0] = 0.0
    rests = activity.awake & activity.free
    for i in np.flatnonzero(rests):
        rests[i] = _rests(grains, activity.window, i, displacement)
        activity.window[i] = grains.position[i, :3]
    for i in listed:
        rests[i] = False
    _all_or_none(clumps, rests)
    stays = rests & activity.rested & _touching(clumps, contacts, rests.size)
    activity.rested[:] = rests
    for k in range(contacts.used[0]):
        i, j = contacts.first[k], contacts.second[k]
        if touches(contacts, k):
            if activity.awake[j] and not rests[j]:
                stays[i] = False
            if activity.awake[i] and not rests[i]:
                stays[j] = False
    _all_or_none(clumps, stays)
    for c in range(clumps.position.shape[0]):
        if stays[clumps.member[clumps.start[c]]]:
            stop(clumps, c, field.spin)
    falls = False
    for i in np.flatnonzero(stays):
        activity.awake[i], falls = False, True
        activity.excess[i] = 0.0
        grains.motion[i] = 0.0
        grains.predicted[i] = 0.0
    if falls:
        _lists_change(activity)


@njit
def _touching(clumps: Clumps, contacts: Contacts, count: int) -> np.ndarray:
    """Grains that touch another, with any sphere of their clump, bool, shape (count,)."""
    mask = np.zeros(count, np.bool_)
    for k in range(contacts.used[0]):
        if touches(contacts, k):
            mask[contacts.first[k]] = mask[contacts.second[k]] = True
    for c in range(clumps.position.shape[0]):
        members = clumps.member[clumps.start[c] : clumps.start[c + 1]]
        if mask[members].any():
            for i in members:
                mask[i] = True
    return mask


@njit
def _all_or_none(clumps: Clumps, mask: np.ndarray) -> None:
    """Take out of the mask (bool, shape (n,)) the clumps that are not in it whole."""
    for c in range(clumps.position.shape[0]):
        members = clumps.member[clumps.start[c] : clumps.start[c + 1]]
        if not mask[members].all():
            for i in members:
                mask[i] = False


@njit(error_model="numpy")
def _rests(grains: Grains, window: FloatArray, i: int, displacement: float) -> bool:
    """Whether grain i has hardly moved since the start of the window, and is slow."""
    moved, speed, turn = 0.0, 0.0, 0.0
    for a in range(3):
        moved += (grains.position[i, a] - window[i, a]) ** 2
        speed += grains.motion[i, a] ** 2
        turn += (grains.position[i, 3] * grains.motion[i, 3 + a]) ** 2
    return moved <= displacement * displacement and speed + turn <= REST_SPEED**2
