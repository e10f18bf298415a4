"""Experiment files: units in, SI out, and one clear line for whatever is wrong."""

from collections.abc import Callable
from math import radians
from pathlib import Path

import fake_chain
import pytest

from sampling_sim.campaign.experiment.config import Experiment, load_experiment, parse_experiment
from sampling_sim.campaign.experiment.leaves import flat_inputs
from sampling_sim.errors import BadInput, ConfigError

Load = Callable[..., Experiment]
PLAIN = '[sequence]\napproach_speed = "5 cm/s"\n[campaign]\ncases = 1\nseed = 0\n'


def test_values_arrive_in_si(experiment: Load) -> None:
    case = experiment(
        "sequence.tilt=3 deg",
        "mechanism.limit=2 mm",
        "mechanism.is_open=false",
        "mechanism.axis=[0.0, 1, 0]",
        "mechanism.blade.length=5 cm",
        'mechanism.spares=[{length = "1 cm", count = 2}]',
    ).case(0)
    assert case.mechanism.width == 0.3
    assert case.sequence.tilt == pytest.approx(radians(3.0), rel=1e-15)
    assert case.mechanism.limit == pytest.approx(0.002, rel=1e-15)
    assert case.mechanism.is_open is False
    assert case.mechanism.axis == (0.0, 1.0, 0.0)
    assert case.mechanism.blade == fake_chain.Blade(length=0.05, count=6)
    assert case.mechanism.spares == (fake_chain.Blade(length=0.01, count=2),)


def test_inputs_flatten_to_scalars_with_units(experiment: Load) -> None:
    values, units = flat_inputs(experiment('mechanism.spares=[{length = "1 cm"}]').case(0))
    assert values["mechanism.axis.2"] == 1.0
    assert values["mechanism.spares.0.length"] == 0.01
    assert units["mechanism.spares.0.length"] == "m"
    assert values["mechanism.blade.count"] == 6
    assert isinstance(values["mechanism.blade.count"], int)
    assert values["mechanism.is_open"] is True
    assert values["mechanism.limit"] != values["mechanism.limit"]  # NaN: left out
    assert units["sequence.approach_speed"] == "m/s"


@pytest.mark.parametrize(
    ("override", "key", "said"),
    [
        ("sequence.approach_speed=0.05", "sequence.approach_speed", "text with a unit"),
        ("sequence.approach_speed=5 cm", "sequence.approach_speed", "wrong dimension"),
        ("sequence.approach_speed=5 furlongs per cake", "sequence.approach_speed", "quantity"),
        ("sequence.approach_speed=-1 cm/s", "sequence.approach_speed", "greater than 0 m/s"),
        ("sequence.tilt=40 deg", "sequence.tilt", "equal to 0.5 rad (28.6479 deg)"),
        ("sequence.approach_speed=nan m/s", "sequence.approach_speed", "must be"),
        ("mechanism.depth=inf m", "mechanism.depth", "finite"),
        ("mechanism.widht=1 cm", "mechanism.widht", "did you mean 'width'?"),
        ("mechanism.blade.lenght=1 cm", "mechanism.blade.lenght", "did you mean 'length'?"),
        ("mechanism.blade.count=2.5", "mechanism.blade.count", "integer"),
        ("mechanism.blade.count='2'", "mechanism.blade.count", "integer"),
        ("mechanism.blade=3", "mechanism.blade", "table"),
        ("mechanism.is_open=1", "mechanism.is_open", "boolean"),
        ("mechanism.axis=[0.0, 1.0]", "mechanism.axis", "required"),
        ("mechanism.axis=[0.0, 1.0, '1 m']", "mechanism.axis", "entry [2]"),
        ("mechanism.kind=fake_whels", "mechanism.kind", "'fake_wheels'"),
        ("mechanism.spares=3", "mechanism.spares", "array of tables"),
        ("mechanism.spares=[{size = 3}]", "mechanism.spares.0.size", "not a known key"),
        ("mechanism.depth=40 cm", "mechanism.depth", "must not exceed width"),
        ("mechanisms.depth=4 cm", "mechanisms", "did you mean 'mechanism'?"),
        ("campaign.seed=-1", "campaign.seed", "greater than or equal to 0"),
        ("campaign.cases={choice=[1, 2]}", "campaign.cases", "must be one value"),
        ("sequence.approach_speed.min=20 cm/s", "sequence.approach_speed", "min must be below"),
        ("mechanism.width.unit=cm", "mechanism.width.unit", "'width' is not a table"),
        ("width=3", "--set", "SECTION.KEY=VALUE"),
        ("mechanism.width", "--set", "SECTION.KEY=VALUE"),
    ],
)
def test_bad_value_names_file_key_value_and_what_is_allowed(
    experiment: Load, override: str, key: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment(override)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"fake.toml: {key} = ")
    assert said in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAIN.replace('approach_speed = "5 cm/s"\n', ""), "sequence.approach_speed is missing"),
        (PLAIN.replace("cases = 1\n", ""), "campaign.cases is missing"),
        (PLAIN + "[mechanism\n", "not valid TOML"),
        (PLAIN + "[requirements]\ntext = 'x'\n", "must be tables [[requirements]]"),
    ],
)
def test_broken_file_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_experiment(text, (), "fake.toml", fake_chain.FakeCase)
    assert said in str(caught.value)
    assert str(caught.value).startswith("fake.toml: ")
    assert "\n" not in str(caught.value)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        load_experiment(tmp_path / "none.toml", case_type=fake_chain.FakeCase)
    with pytest.raises(BadInput, match="directory"):
        load_experiment(tmp_path, case_type=fake_chain.FakeCase)
    (tmp_path / "latin.toml").write_bytes(b'a = "\xe9"')
    with pytest.raises(BadInput, match="not UTF-8"):
        load_experiment(tmp_path / "latin.toml", case_type=fake_chain.FakeCase)


def test_sections_that_have_defaults_may_be_left_out() -> None:
    case = parse_experiment(PLAIN, (), "", fake_chain.FakeCase).case(0)
    assert case.mechanism == fake_chain.FakeMechanism()


def test_rule_across_keys_broken_by_a_draw_names_the_case(experiment: Load) -> None:
    loaded = experiment('mechanism.depth={ uniform = ["1 cm", "40 cm"] }')
    with pytest.raises(ConfigError, match=r"mechanism.depth = .*must not exceed.*replicate \d"):
        [loaded.case(replicate) for replicate in range(50)]


def test_campaign_id_ignores_layout_and_number_of_cases_only(experiment: Load) -> None:
    base = experiment()
    stricter = parse_experiment(base.text.replace("100 g", "1 kg"), (), "", fake_chain.FakeCase)
    assert stricter.campaign_id == base.campaign_id
    relaid = parse_experiment("# a comment\n" + base.text, (), "", fake_chain.FakeCase)
    assert relaid.campaign_id == base.campaign_id
    assert experiment("campaign.cases=99").campaign_id == base.campaign_id
    for change in ("campaign.seed=8", "mechanism.width=31 cm"):
        other = experiment(change)
        assert other.campaign_id != base.campaign_id
        assert base.differences(other) == [change.split("=")[0]]


def test_text_and_overrides_load_to_the_same_cases(experiment: Load) -> None:
    loaded = experiment("mechanism.width=31 cm").reseeded(12)
    again = parse_experiment(loaded.text, loaded.overrides, "", fake_chain.FakeCase)
    assert again.case(3) == loaded.case(3)
    assert loaded.campaign.seed == 12
