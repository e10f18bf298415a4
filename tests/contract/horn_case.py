"""The projectile and horn on the coarse bed and on bare rock, as the contract tests share them."""

from dataclasses import replace

from coarse_case import BASE

from sampling_sim.case import Case
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters

HORN = ProjectileHornParameters(parcel_count=400)

GRAINS = replace(
    BASE,
    mechanism=HORN,
    regolith=replace(BASE.regolith, width_y=0.46),
    sequence=replace(BASE.sequence, time_limit=20.0),
)
ROCK = replace(GRAINS, regolith=replace(GRAINS.regolith, surface="rock"))


def shot(case: Case, **mechanism: object) -> Case:
    """Return a case with its horn changed."""
    return replace(case, mechanism=replace(case.mechanism, **mechanism))  # type: ignore[arg-type]
