"""One frozen Case: everything that defines a run, in SI.  A run is a pure function of it."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field

from sampling_sim.asteroid.parameters import AsteroidParameters, SiteParameters
from sampling_sim.errors import ConfigError
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.designs import MechanismParameters
from sampling_sim.regolith.parameters import RegolithParameters
from sampling_sim.sequence.choice import SequenceParameters
from sampling_sim.sequence.touch_and_go import TouchAndGoParameters
from sampling_sim.world.settings import EngineParameters

SAMPLE_GOAL = 0.1
"""[kg] Tianwen-2's goal of at least 100 g (facts §2)."""
GRAINS_IN_SAMPLE = 100
"""Largest grains in a sample below which a bed is called coarse; chosen: 10 % counting noise."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """The sections of an experiment file, every distribution drawn."""

    asteroid: AsteroidParameters = field(default_factory=AsteroidParameters)
    site: SiteParameters = field(default_factory=SiteParameters)
    regolith: RegolithParameters = field(default_factory=RegolithParameters)
    mechanism: MechanismParameters = field(default_factory=BrushWheelsParameters)
    craft: CraftParameters = field(default_factory=CraftParameters)
    sequence: SequenceParameters = field(default_factory=TouchAndGoParameters)
    engine: EngineParameters = field(default_factory=EngineParameters)

    def __post_init__(self) -> None:
        """Refuse a sequence that the mechanism cannot fly."""
        flown = self.mechanism.sequences
        if self.sequence.kind not in flown:
            allowed = f"mechanism {self.mechanism.kind!r} is flown by {', '.join(flown)}"
            raise ConfigError("sequence.kind", self.sequence.kind, allowed)

    def resolution_note(self) -> str:
        """Say that the grains are coarse for the sample, or nothing where they are not."""
        p = self.regolith
        if p.surface == "rock":
            return ""
        heaviest = p.grain_density * math.pi / 6.0 * p.diameter_max**3
        if heaviest < SAMPLE_GOAL / GRAINS_IN_SAMPLE:
            return ""
        return (
            f"demonstration resolution: the largest grain ({1e3 * p.diameter_max:.0f} mm) weighs "
            f"{1e3 * heaviest:.0f} g against a sample goal of {1e3 * SAMPLE_GOAL:.0f} g"
        )

    @property
    def case_id(self) -> str:
        """First 16 hex digits of the sha256 of the case as canonical JSON."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
