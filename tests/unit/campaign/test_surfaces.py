"""What is unknown of the surface is an axis of its own; common random numbers across all axes."""

from collections.abc import Callable
from pathlib import Path

import fake_chain
import numpy as np
import pytest

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment, parse_experiment
from sampling_sim.campaign.experiment.meshes import mesh_hashes
from sampling_sim.campaign.experiment.surfaces import Axis
from sampling_sim.campaign.single import rerun_case
from sampling_sim.errors import ConfigError
from sampling_sim.store import open_store

Load = Callable[..., Experiment]
UNKNOWN = (
    'mechanism.width={ log_uniform = ["20 cm", "30 cm"], epistemic = true }',
    "campaign.surfaces=3",
)
ROUGH = "mechanism.blade.count={ grid = [4, 5], epistemic = true }"
LIMIT = 'mechanism.limit={ uniform = ["1 cm", "2 cm"], epistemic = true }'
TRADE = 'mechanism.depth={ grid = ["1 cm", "2 cm"] }'
SCENARIOS = """
[[campaign.scenarios]]
name = "fine"
mechanism.depth = "1 cm"
regolith.packing_seed = 1

[[campaign.scenarios]]
name = "bare rock"
mechanism.depth = "3 cm"
mechanism.is_open = false
"""


def with_scenarios(text: str, kind: str, *overrides: str, scenarios: str = SCENARIOS) -> Experiment:
    asked = () if not kind else (f"campaign.scenarios_are={kind}",)
    return parse_experiment(text + scenarios, (*asked, *overrides), "fake.toml",
                            fake_chain.FakeCase)  # fmt: skip


def test_rows_are_replicate_then_surface_then_design_point(experiment: Load) -> None:
    loaded = experiment(*UNKNOWN, ROUGH, TRADE, "campaign.cases=2")
    assert (loaded.design_points, loaded.surfaces) == (2, 6)
    assert loaded.grid_keys == ["mechanism.depth"]
    assert loaded.surface_keys == ["mechanism.blade.count", "mechanism.width"]
    plan = list(loaded.plan())
    assert [p.index for p in plan] == list(range(2 * 6 * 2))
    for p in plan:
        assert p.index == (p.replicate * 6 + p.surface) * 2 + p.design_point
        assert loaded.planned(p.index) == p
        assert loaded.case_of(p) == loaded.case(p.replicate, p.design_point, p.surface)
    assert list(loaded.plan(1)) == plan[:12]


def test_a_surface_is_the_same_in_every_touch_and_a_touch_on_every_surface(
    experiment: Load,
) -> None:
    """Unknowns follow the surface, errors the replicate; the twin, not marked, varies with both."""
    loaded = experiment(*UNKNOWN, ROUGH, TRADE)
    for surface in range(loaded.surfaces):
        cases = [loaded.case(r, point, surface) for r in range(3) for point in range(2)]
        found = {(c.mechanism.blade.count, c.mechanism.width) for c in cases}
        assert found == {tuple(loaded.surface_values(surface).values())}
    for replicate in range(3):
        touches = [loaded.case(replicate, p, s) for p in range(2) for s in range(6)]
        assert len({(c.sequence.tilt, c.sequence.approach_speed) for c in touches}) == 1
    assert len({loaded.case(0, 0, s).mechanism.width for s in range(6)}) == 3
    twin = experiment(UNKNOWN[0].replace(", epistemic = true", ""))
    assert len({twin.case(r).mechanism.width for r in range(3)}) == 3


@pytest.mark.parametrize("design", ["monte_carlo", "sobol", "saltelli"])
def test_more_surfaces_keep_the_first_and_no_error_of_a_touch(
    experiment: Load, design: str
) -> None:
    few = experiment(*UNKNOWN, f"campaign.design={design}")
    many = experiment(*UNKNOWN, "campaign.surfaces=9", f"campaign.design={design}")
    assert [few.surface_values(i) for i in range(3)] == [many.surface_values(i) for i in range(3)]
    assert few.case(4, 0, 2) == many.case(4, 0, 2)
    assert few.campaign_id != many.campaign_id


def test_draws_of_a_surface_have_addresses_of_their_own(experiment: Load) -> None:
    """Surface 2 is not what replicate 2 would have drawn for the key."""
    text = UNKNOWN[0].replace(", epistemic = true", "")
    unknown, varying = experiment(*UNKNOWN), experiment(text)
    surfaces = {unknown.surface_values(i)["mechanism.width"] for i in range(3)}
    assert not surfaces & {varying.case(i).mechanism.width for i in range(50)}


def test_surfaces_of_a_latin_hypercube_are_one_of_their_own(experiment: Load) -> None:
    loaded = experiment(
        'mechanism.width={ uniform = ["20 cm", "30 cm"], epistemic = true }',
        'mechanism.depth={ uniform = ["1 cm", "2 cm"], epistemic = true }',
        "campaign.surfaces=5", "campaign.design=latin_hypercube",
    )  # fmt: skip
    values = [loaded.surface_values(i) for i in range(5)]
    for key, low, width in (("mechanism.width", 0.2, 0.1), ("mechanism.depth", 0.01, 0.01)):
        shares = sorted(int((v[key] - low) / width * 5) for v in values)
        assert shares == [0, 1, 2, 3, 4]


def test_an_epistemic_choice_is_drawn_and_an_epistemic_grid_is_not(experiment: Load) -> None:
    chosen = experiment("regolith.packing_seed={ choice = [1, 2, 3], epistemic = true }",
                        "campaign.surfaces=40")  # fmt: skip
    seeds = [chosen.surface_values(i)["regolith.packing_seed"] for i in range(40)]
    assert set(seeds) == {1, 2, 3}  # missing one has the chance 3 (2/3)^40 = 3e-7
    spanned = experiment("regolith.packing_seed={ grid = [1, 2, 3], epistemic = true }")
    assert (spanned.surfaces, spanned.design_points) == (3, 1)
    assert [spanned.case(0, 0, i).regolith.packing_seed for i in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(("kind", "keys"), [("surfaces", "surface_keys"),
                                            ("design_points", "grid_keys")])  # fmt: skip
def test_scenarios_set_several_keys_at_once(experiment_text: str, kind: str, keys: str) -> None:
    loaded = with_scenarios(experiment_text, kind)
    assert getattr(loaded, keys) == ["scenario"]
    assert len(loaded.plan(2)) == 4
    fine, rock = (loaded.case_of(loaded.planned(i)) for i in (0, 1))
    assert [loaded.scenario_of(loaded.planned(i)) for i in (0, 1)] == ["fine", "bare rock"]
    assert (fine.mechanism.depth, fine.mechanism.is_open, fine.regolith.packing_seed) == (
        0.01, True, 1,
    )  # fmt: skip
    assert (rock.mechanism.depth, rock.mechanism.is_open, rock.regolith.packing_seed) == (
        0.03, False, 3,
    )  # fmt: skip
    assert fine.sequence == rock.sequence
    assert {"scenario", "mechanism.depth", "mechanism.is_open"} <= loaded.varying_keys


def test_scenarios_times_draws_times_grids_are_all_run(experiment_text: str) -> None:
    loaded = with_scenarios(experiment_text, "surfaces", *UNKNOWN, ROUGH)
    assert loaded.surfaces == 2 * 3 * 2
    found = [tuple(loaded.surface_values(i).values()) for i in range(12)]
    assert len(set(found)) == 12
    widths = [width for *_, width in found]
    assert widths == sorted(widths, key=widths.index)  # draws run slowest
    assert {name for name, *_ in found} == {"fine", "bare rock"}


def test_a_scenario_may_fix_what_otherwise_varies(experiment_text: str) -> None:
    changed = SCENARIOS.replace("is_open = false", "is_open = false\nsequence.tilt = '1 deg'")
    loaded = with_scenarios(experiment_text, "surfaces", scenarios=changed)
    plain = with_scenarios(experiment_text, "surfaces")
    for replicate in range(3):
        assert loaded.case(replicate, 0, 1).sequence.tilt == pytest.approx(np.radians(1.0))
        assert loaded.case(replicate) == plain.case(replicate)


def test_meshes_of_every_scenario_are_found(experiment_text: str) -> None:
    changed = SCENARIOS.replace(
        "is_open = false", "is_open = false\nasteroid.shape = 'kamooalewa-sphere'"
    )
    plain = mesh_hashes(with_scenarios(experiment_text, "surfaces"))
    both = mesh_hashes(with_scenarios(experiment_text, "surfaces", scenarios=changed))
    assert both.keys() - plain.keys() == {"kamooalewa-sphere"}


def test_axes_count_from_their_first_places() -> None:
    axis = Axis({}, scenarios=3, draws=2)
    assert [axis.place(axis.first(i))[:2] for i in range(3)] == [(0, 0), (0, 1), (0, 2)]
    assert [axis.place(i).draw for i in range(len(axis))] == [0, 0, 0, 1, 1, 1]


@pytest.mark.usefixtures("serial_pool")
def test_surfaces_and_scenarios_are_columns(experiment_text: str, tmp_path: Path) -> None:
    loaded = with_scenarios(experiment_text, "surfaces", *UNKNOWN, "campaign.cases=2")
    out = run_campaign(loaded, tmp_path / "s.h5", runner=fake_chain.fake_run)
    runs = open_store(out)
    assert runs["surface"].values.tolist() == [0, 1, 2, 3, 4, 5] * 2
    assert runs["scenario"].values.tolist() == ["fine", "bare rock"] * 6
    assert runs["scenario"].attrs["varying"] == runs["mechanism.width"].attrs["varying"] == 1
    assert runs["mechanism.is_open"].attrs["varying"] == 1
    assert runs["mechanism.limit"].attrs["varying"] == 0
    for row, surface in enumerate([0, 1, 2, 3, 4, 5] * 2):
        values = loaded.surface_values(surface)
        assert {key: runs[key].values[row] for key in values} == values
    again, differing = rerun_case(out, 7, case_type=fake_chain.FakeCase,
                                  runner=fake_chain.fake_run)  # fmt: skip
    assert (again.surface, differing) == (1, [])


def test_other_mechanisms_fly_with_the_same_errors_over_the_same_beds() -> None:
    """A difference between two samplers is of the samplers: navigation and packing are shared."""
    text = """
        [regolith]
        packing_seed = {{ choice = [1, 2, 3, 4] }}
        [mechanism]
        kind = "{kind}"
        {own}
        [sequence]
        approach_speed = {{ normal = ["5 cm/s", "1 cm/s"], min = "2 cm/s", max = "8 cm/s" }}
        tilt_x = {{ uniform = ["-2 deg", "2 deg"] }}
        [campaign]
        cases = 5
        seed = {seed}
        """

    def cases(kind: str, own: str, seed: int = 3) -> list[tuple[object, ...]]:
        loaded = parse_experiment(text.format(kind=kind, own=own, seed=seed))
        drawn = [loaded.case_of(plan) for plan in loaded.plan()]
        return [(c.sequence, c.regolith.packing_seed) for c in drawn]

    brushes = cases("brush_wheels", 'wheel_speed = { uniform = ["50 rpm", "95 rpm"] }')
    gas = cases("gas_head", 'gas_mass = { uniform = ["10 g", "100 g"] }')
    assert brushes == gas
    assert len({sequence for sequence, _ in brushes}) == 5
    assert cases("gas_head", "", seed=4) != gas


@pytest.mark.parametrize(
    ("overrides", "key", "said"),
    [
        (UNKNOWN[:1], "campaign.surfaces", "is missing: how often mechanism.width"),
        (UNKNOWN[1:], "campaign.surfaces", "nothing is drawn by surface"),
        ((*UNKNOWN[:1], "campaign.surfaces=0"), "campaign.surfaces", "greater than or equal to 1"),
        ((ROUGH, "campaign.surfaces=2"), "campaign.surfaces", "nothing is drawn by surface"),
        (('sequence.tilt.epistemic="yes"',), "sequence.tilt.epistemic", "must be true or false"),
        (("campaign.scenarios_are=surfaces",), "campaign.scenarios_are", "there are no two"),
        (("campaign.scenarios=[]",), "campaign.scenarios", "two tables"),
        (("campaign.scenarios=3",), "campaign.scenarios", "two tables"),
        (('campaign.scenarios=[{name = "a"}]',), "campaign.scenarios", "two tables"),
        (('campaign.scenarios=[{name = "a"}, {name = "a"}]',), "campaign.scenarios.1.name", "own"),
        (('campaign.scenarios=[{name = "a"}, {}]',), "campaign.scenarios.1.name", "own"),
        (("campaign.scenarios_are=both",), "campaign.scenarios_are", "'surfaces'"),
    ],
)
def test_unknowns_that_cannot_be_are_refused(
    experiment: Load, overrides: tuple[str, ...], key: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment(*overrides)
    assert caught.value.key == key
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ('mechanism.widht = "1 cm"', "mechanism.widht", "did you mean 'width'? (scenario 'bare"),
        ('mechanisms.width = "1 cm"', "mechanisms", "did you mean 'mechanism'?"),
        ('mechanism.width = "1 kg"', "mechanism.width", "wrong dimension"),
        ('mechanism.width = "2 cm"', "mechanism.depth", "must not exceed width"),
        ('mechanism.width = { uniform = ["1 cm", "9 cm"] }', "mechanism.width", "one value"),
        ("sequence.tilt.uniform = ['-1 deg', '1 deg']", "sequence.tilt", "one value"),
        ('mechanism.blade.length = { grid = ["1 cm"] }', "mechanism.blade.length", "one value in"),
        ("mechanism.blade.count = 4", "mechanism.blade.count", "is a grid in the file"),
        ('mechanism.limit = "1 cm"', "mechanism.limit", "is epistemic in the file"),
        ("mechanism.spares = [{ count = 3 }]", "campaign.scenarios", "same inputs"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(
    experiment_text: str, line: str, key: str, said: str
) -> None:
    changed = SCENARIOS + line + "\n"
    with pytest.raises(ConfigError) as caught:
        with_scenarios(experiment_text, "surfaces", ROUGH, LIMIT, "campaign.surfaces=2",
                       scenarios=changed)  # fmt: skip
    assert caught.value.key == key
    assert said in str(caught.value)
    assert str(caught.value).startswith("fake.toml: ")


def test_scenarios_say_what_they_are(experiment_text: str) -> None:
    with pytest.raises(ConfigError, match="scenarios_are is missing"):
        with_scenarios(experiment_text, "")
    with pytest.raises(ConfigError, match="surface = 2: this experiment has 2"):
        with_scenarios(experiment_text, "surfaces").case(0, 0, 2)


def test_the_examples_of_the_page_are_experiments() -> None:
    """Every TOML block of docs/designs.md, with the sizes that its comments give."""
    page = (Path(__file__).parents[3] / "docs" / "designs.md").read_text(encoding="utf-8")
    examples = [part.partition("```")[0] for part in page.split("```toml\n")[1:]]
    loaded = [parse_experiment(text, (), "docs/designs.md") for text in examples]
    assert [(e.campaign.design, e.surfaces, len(e.plan())) for e in loaded] == [
        ("sobol", 1, 64), ("monte_carlo", 1, 100), ("monte_carlo", 8, 400), ("monte_carlo", 4, 120),
    ]  # fmt: skip
    assert [loaded[3].surface_values(i)["scenario"] for i in range(4)] == [
        "fine regolith", "grains", "boulders", "bare rock",
    ]  # fmt: skip
    assert loaded[3].case(0, 0, 3).regolith.surface == "rock"
