"""Clocks must divide one another; every key of the engine is read with its unit."""

import pytest
from pydantic import TypeAdapter, ValidationError

from sampling_sim.errors import ConfigError
from sampling_sim.world.settings import EngineParameters


def test_ratios_are_whole_numbers_despite_round_off():
    settings = EngineParameters(contact_step=1e-4, exchange_step=3e-4, control_step=0.0111)
    assert settings.contacts_per_exchange == 3
    assert settings.exchanges_per_control == 37


@pytest.mark.parametrize(
    ("long", "short", "change"),
    [
        ("exchange_step", "contact_step", {"exchange_step": 2.3e-4}),
        ("exchange_step", "contact_step", {"exchange_step": 2.5e-5}),
        ("control_step", "exchange_step", {"control_step": 7.2e-4}),
    ],
)
def test_a_ratio_that_is_not_whole_names_both_steps(long, short, change):
    with pytest.raises(ConfigError) as refusal:
        EngineParameters(**change)
    assert refusal.value.key == f"engine.{long}"
    assert f"engine.{short}" in refusal.value.allowed


def test_texts_with_units_are_read():
    read = TypeAdapter(EngineParameters).validate_python(
        {"contact_step": "0.05 ms", "exchange_step": "0.5 ms", "bedrock_stiffness": "2e5 N/m"}
    )
    assert (read.contact_step, read.bedrock_stiffness) == (5e-5, 2e5)


def test_a_value_out_of_range_is_refused():
    with pytest.raises(ValidationError, match="greater than 0"):
        TypeAdapter(EngineParameters).validate_python({"bedrock_stiffness": "0 N/m"})
