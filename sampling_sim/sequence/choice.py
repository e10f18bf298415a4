"""Which sequences there are: one line for each."""

from collections.abc import Callable, Mapping
from typing import Any

from sampling_sim.sequence.anchor import Anchor, AnchorParameters
from sampling_sim.sequence.hover import Hover, HoverParameters
from sampling_sim.sequence.phases import Sequence
from sampling_sim.sequence.touch_and_go import TouchAndGo, TouchAndGoParameters

SequenceParameters = TouchAndGoParameters | AnchorParameters | HoverParameters
"""`[sequence]`, by its `kind`."""

MAKERS: Mapping[type, Callable[[Any], Sequence]] = {
    TouchAndGoParameters: TouchAndGo,
    HoverParameters: Hover,
    AnchorParameters: Anchor,
}
"""Parameters → state machine."""


def sequence_of(parameters: SequenceParameters) -> Sequence:
    """State machine of the parameters, at its start."""
    return MAKERS[type(parameters)](parameters)
