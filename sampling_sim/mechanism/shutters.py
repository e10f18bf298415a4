"""Shutters: flaps, sleeves and lids that open and shut an inlet, by one law in every design."""

from sampling_sim.mechanism.base import Action
from sampling_sim.mechanism.drives import SETTLING_TIME, Drive, ForceLimitedSlide

RESPONSE = 0.005
"""[s] in which a shutter takes up its speed; chosen: over ten exchange steps."""


def shutter_commands(
    joint: str,
    travel: float,
    *,
    speed: float,
    inertia: float,
    limit: float,
    settling_time: float = SETTLING_TIME,
) -> dict[Action, dict[str, Drive]]:
    """Drives that open a joint to 0 and shut it to `travel`.

    Parameters
    ----------
    joint, travel
        Name; [m or rad] where it is shut.
    speed, inertia, limit
        [m/s or rad/s] on the way; [kg or kg·m²] that moves; [N or N·m] above which it jams.
    settling_time
        [s] see `ForceLimitedSlide`.
    """

    def to(target: float) -> dict[str, Drive]:
        slide = ForceLimitedSlide(
            target=target,
            speed=speed,
            gain=inertia / RESPONSE,
            force_limit=limit,
            settling_time=settling_time,
        )
        return {joint: slide}

    return {Action.INLET_OPEN: to(0.0), Action.INLET_SHUT: to(travel)}
