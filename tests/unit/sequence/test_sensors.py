"""Altimeter bias and contact latency as the sequence sees them; braking laws, start by altitude."""

from dataclasses import replace

import pytest

from sampling_sim.mechanism.base import Action
from sampling_sim.sequence.navigation import Sensors
from sampling_sim.sequence.phases import Observation, Phase
from sampling_sim.sequence.touch_and_go import TouchAndGo, TouchAndGoParameters

CALM = Observation(time=0.0, head_force=0.0, normal_speed=-0.05, tilt=0.0, rate=0.0, altitude=0.5)


def test_the_altimeter_reads_high_by_its_bias() -> None:
    sensors = Sensors(TouchAndGoParameters(altimeter_bias=0.2), 0.01)
    assert sensors.seen(CALM).altitude == pytest.approx(0.7)
    assert Sensors(TouchAndGoParameters(), 0.01).seen(CALM).altitude == 0.5


def test_the_ground_is_felt_late_by_the_latency() -> None:
    sensors = Sensors(TouchAndGoParameters(contact_latency=0.03), 0.01)
    felt = [sensors.seen(replace(CALM, head_force=float(n))).head_force for n in range(1, 6)]
    assert felt == [0.0, 0.0, 0.0, 1.0, 2.0]


def test_the_sampler_starts_at_the_altitude_that_the_altimeter_reads() -> None:
    p = TouchAndGoParameters(brushes_from="altitude", brushes_altitude=0.1)
    sequence = TouchAndGo(p)
    assert Action.SAMPLER_OFF in sequence.command(replace(CALM, altitude=0.11)).actions
    assert Action.SAMPLER_ON in sequence.command(replace(CALM, altitude=0.1)).actions
    # it stays on while the altimeter wavers
    assert Action.SAMPLER_ON in sequence.command(replace(CALM, altitude=0.12)).actions


def test_proportional_braking_falls_with_the_speed_and_ends() -> None:
    sequence = TouchAndGo(TouchAndGoParameters(braking_law="proportional"))
    touched = replace(CALM, time=0.4, head_force=2.0)
    assert sequence.command(touched).thrust == pytest.approx(40.0)
    assert sequence.command(replace(touched, normal_speed=-0.02)).thrust == pytest.approx(16.0)
    assert sequence.command(replace(touched, normal_speed=-4e-4)).thrust == 0.0
    assert sequence.phase is Phase.DWELL
