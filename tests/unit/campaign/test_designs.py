"""Designs: Monte Carlo keeps its bits, the others fill space as they promise, and what extends."""

from collections.abc import Callable
from pathlib import Path

import fake_chain
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from sampling_sim.campaign.execute import run_campaign
from sampling_sim.campaign.experiment.config import Experiment, load_experiment
from sampling_sim.campaign.experiment.design import (
    BLOCK,
    Saltelli,
    SamplingDesign,
    replicate_design,
    saltelli_part,
    surface_design,
)
from sampling_sim.campaign.single import rerun_case
from sampling_sim.constants import FloatArray
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.rng import Stream, generator
from sampling_sim.store import read_store

Load = Callable[..., Experiment]
KEYS = ("regolith.a", "sequence.b", "sequence.c", "site.d")
SPREAD = (
    'mechanism.width={ log_uniform = ["20 cm", "30 cm"] }',
    'mechanism.depth={ triangular = ["1 cm", "2 cm", "9 cm"] }',
    "regolith.packing_seed={ choice = [1, 2, 3, 4, 5] }",
)
EXPERIMENTS = Path(__file__).parents[3] / "experiments"


def points(design: SamplingDesign, numbers: range) -> FloatArray:
    """Uniform numbers as an array, shape (numbers, keys)."""
    return np.array([[*design.uniforms(i).values()] for i in numbers])


def test_monte_carlo_draws_the_bits_it_always_drew(experiment: Load) -> None:
    """Pinned before there were designs, on scipy 1.17; a cut normal, and every other law."""
    loaded = experiment(*SPREAD)
    pinned = {
        0: ("0x1.4826ef0f4d440p-5", "-0x1.610e4c6781512p-7", "0x1.ead6b88d6d5c8p-3",
            "0x1.083b19bc0b004p-4", 3),
        5: ("0x1.88f17e9b3d29fp-5", "-0x1.1dece36e743e8p-5", "0x1.b5245529ddf90p-3",
            "0x1.50a78f56da348p-5", 3),
    }  # fmt: skip
    for replicate, expected in pinned.items():
        case = loaded.case(replicate)
        found = (case.sequence.approach_speed, case.sequence.tilt, case.mechanism.width,
                 case.mechanism.depth)  # fmt: skip
        assert (*(x.hex() for x in found), case.regolith.packing_seed) == expected
    assert loaded.campaign_id == "c5cf02ceb73e8338"


def test_the_cases_of_the_demonstration_are_those_of_before() -> None:
    demo = load_experiment(EXPERIMENTS / "touch_and_go.toml")
    assert [demo.case(i).case_id for i in range(3)] == [
        "b5111242f40c60ec", "c26e4d987d76e905", "3242d06cf2c7dfb9",
    ]  # fmt: skip
    assert demo.campaign_id == "a2cd9fef1006d72f"


@given(st.integers(1, 60), st.integers(0, 2**63 - 1))
@settings(max_examples=25, deadline=None)
def test_a_latin_hypercube_has_one_point_in_every_share_of_every_key(size: int, seed: int) -> None:
    for make in (replicate_design, surface_design):
        found = points(make("latin_hypercube", KEYS, seed, size), range(size))
        strata = np.sort((found * size).astype(int), axis=0)
        assert (strata == np.arange(size)[:, None]).all()


def test_monte_carlo_does_not_fill_every_share() -> None:
    """The twin: 60 independent numbers fill 60 shares once in 60!/60^60 = 2e-25."""
    found = points(replicate_design("monte_carlo", KEYS, 1, 60), range(60))
    assert len(np.unique((found[:, 0] * 60).astype(int))) < 60


def test_sobol_points_are_spread_more_evenly_than_independent_ones() -> None:
    """Squared centred discrepancy of n independent points: ((5/4)^d - (13/12)^d) / n on average.

    From Hickernell (1998), Math. Comp. 67, 299.  The sequence must lie below a tenth of it, which
    Monte Carlo, the twin, does not.
    """
    n, d = 256, len(KEYS)
    independent = ((5 / 4) ** d - (13 / 12) ** d) / n
    measured = {
        name: qmc.discrepancy(points(replicate_design(name, KEYS, 3, n), range(n)))
        for name in ("monte_carlo", "sobol")
    }
    assert measured["sobol"] < 0.1 * independent < measured["monte_carlo"]


def test_a_sobol_sequence_is_the_same_in_blocks_and_in_any_order() -> None:
    """As scipy makes it in one go, whatever is asked for first."""
    rng = generator(5, 0, Stream.DESIGN, "replicates")
    whole = qmc.Sobol(len(KEYS), rng=rng).random(4 * BLOCK)
    design = replicate_design("sobol", KEYS, 5, 8)
    for number in (3 * BLOCK + 7, 0, BLOCK, BLOCK - 1, 1):
        assert [*design.uniforms(number).values()] == whole[number].tolist()
    surfaces = surface_design("sobol", KEYS, 5, 8)
    assert [*surfaces.uniforms(0).values()] != whole[0].tolist()


@pytest.mark.parametrize("design", ["monte_carlo", "sobol", "saltelli"])
def test_more_cases_leave_the_first_ones_as_they_are(experiment: Load, design: str) -> None:
    few, many = (
        experiment(*SPREAD, f"campaign.design={design}", f"campaign.cases={n}") for n in (4, 9)
    )
    assert few.campaign_id == many.campaign_id
    assert few.sized(9) is few
    assert [few.case_of(p) for p in few.plan()] == [many.case_of(p) for p in many.plan(4)]
    assert len(few.plan(9)) == len(many.plan())
    assert few.differences(many) == []


def test_the_seed_decides_every_design(experiment: Load) -> None:
    for design in ("latin_hypercube", "sobol", "saltelli"):
        loaded = experiment(*SPREAD, f"campaign.design={design}")
        again = experiment(*SPREAD, f"campaign.design={design}")
        assert [loaded.case(i) for i in range(6)] == [again.case(i) for i in range(6)]
        assert loaded.case(0) != loaded.reseeded(8).case(0)


def test_a_latin_hypercube_is_of_its_number_of_cases(experiment: Load) -> None:
    loaded = experiment(*SPREAD, "campaign.design=latin_hypercube")
    larger = loaded.sized(8)
    assert larger.campaign.cases == len(larger.plan(8)) == 8
    assert larger.campaign_id != loaded.campaign_id
    assert larger.case(0) != loaded.case(0)
    assert loaded.sized(6) is loaded.sized(None) is loaded
    with pytest.raises(ConfigError, match="of 6 is not one of 8"):
        loaded.plan(8)
    with pytest.raises(ConfigError, match="of 6 cases has no more"):
        loaded.case(6)


@pytest.mark.usefixtures("serial_pool")
def test_resume_of_a_latin_hypercube_with_another_number_is_refused(
    experiment: Load, tmp_path: Path
) -> None:
    """And a file made with another -n than the file of the experiment is run again from itself."""
    loaded, out = experiment("campaign.design=latin_hypercube"), tmp_path / "lhs.h5"
    run_campaign(loaded, out, cases=4, runner=fake_chain.fake_run)
    before = out.read_bytes()
    with pytest.raises(BadInput) as caught:
        run_campaign(loaded, out, cases=5, resume=True, runner=fake_chain.fake_run)
    assert "latin_hypercube of 4 cases cannot become one of 5" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert out.read_bytes() == before
    run_campaign(loaded, out, cases=4, resume=True, runner=fake_chain.fake_run)
    tilts = np.sort(read_store(out).columns["sequence.tilt"])
    shares = ((np.degrees(tilts) + 2.0) / 4.0 * 4).astype(int)
    assert shares.tolist() == [0, 1, 2, 3]
    again, differing = rerun_case(out, 3, case_type=fake_chain.FakeCase, runner=fake_chain.fake_run)
    assert (again.case, differing) == (3, [])


def test_saltelli_rows_come_in_the_order_of_salib() -> None:
    """A, AB_1 ... AB_d, B of a base point; AB_i is A but for key i, which is B's."""
    design, d = Saltelli(KEYS, 2, "replicates"), len(KEYS)
    for base in (0, 5, 2 * BLOCK):
        rows = [design.uniforms(base * (d + 2) + j) for j in range(d + 2)]
        a, b = rows[0], rows[-1]
        assert all(a[key] != b[key] for key in KEYS)
        for j, key in enumerate(KEYS, start=1):
            assert rows[j] == a | {key: b[key]}
            assert saltelli_part(base * (d + 2) + j, KEYS) == (base, key)
    assert saltelli_part(0, KEYS) == (0, "A")
    assert saltelli_part(2 * d + 3, KEYS) == (1, "B")


def first_order(values: FloatArray, keys: int) -> tuple[FloatArray, FloatArray]:
    """First-order indices from rows in Saltelli's order, and their standard errors."""
    a, *mixed, b = values.reshape(-1, keys + 2).T
    terms = np.array([b * (ab - a) for ab in mixed]) / np.var([a, b])
    return terms.mean(axis=1), terms.std(axis=1) / np.sqrt(len(a))


def test_saltelli_design_gives_the_indices_of_a_linear_function() -> None:
    """S_i = w_i² / Σ w² of Σ w_i u_i; four standard errors of independent base points allowed.

    The twin, the same formula on independent rows, finds no influence at all.
    """
    weights, n = np.array([1.0, 2.0, 3.0, 0.0]), 512
    exact = weights**2 / (weights**2).sum()
    rows = range(n * (len(KEYS) + 2))
    for name, is_right in (("saltelli", True), ("monte_carlo", False)):
        values = (points(replicate_design(name, KEYS, 4, n), rows) - 0.5) @ weights
        found, error = first_order(values, len(KEYS))
        assert (np.abs(found - exact) <= 4.0 * error + 1e-12).all() == is_right, (found, exact)


def test_cases_of_a_saltelli_design_are_base_points(experiment: Load) -> None:
    loaded = experiment("campaign.design=saltelli", "campaign.cases=4",
                        'mechanism.depth={ grid = ["1 cm", "2 cm"] }')  # fmt: skip
    keys = ("sequence.approach_speed", "sequence.tilt")
    assert loaded.draws.replicate_keys == keys
    plan = loaded.plan()
    assert len(plan) == 4 * (len(keys) + 2) * 2
    a, ab = (loaded.case(i, 1).sequence for i in (0, 1))
    assert a.tilt == ab.tilt
    assert a.approach_speed != ab.approach_speed


def test_numbers_of_a_sobol_design_depend_on_its_keys(experiment: Load) -> None:
    """What docs/designs.md says: another key makes another design, unlike in Monte Carlo."""
    for design, is_kept in (("monte_carlo", True), ("sobol", False)):
        base = experiment(f"campaign.design={design}")
        more = experiment(*SPREAD, f"campaign.design={design}")
        tilts = [e.case(3).sequence.tilt for e in (base, more)]
        assert (tilts[0] == tilts[1]) == is_kept


def test_a_plan_is_light_whatever_its_size(experiment: Load) -> None:
    plan = experiment('mechanism.depth={ grid = ["1 cm", "2 cm"] }').plan(10**9)
    assert len(plan) == 2 * 10**9
    last = plan[-1]
    assert (last.index, last.replicate, last.design_point) == (2 * 10**9 - 1, 10**9 - 1, 1)
    assert [p.index for p in plan[4:8:2]] == [4, 6]
    with pytest.raises(IndexError):
        plan[2 * 10**9]


@pytest.mark.parametrize(
    ("overrides", "key", "said"),
    [
        (["campaign.design=hypercube"], "campaign.design", "'latin_hypercube'"),
        (["campaign.design=3"], "campaign.design", "'sobol'"),
        (["campaign.desing=sobol"], "campaign.desing", "did you mean 'design'?"),
        (["campaign.design=saltelli", "sequence.tilt=0 deg", "sequence.approach_speed=5 cm/s"],
         "campaign.design", "not epistemic"),
    ],
)  # fmt: skip
def test_a_design_that_there_is_not_is_refused(
    experiment: Load, overrides: list[str], key: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment(*overrides)
    assert caught.value.key == key
    assert said in str(caught.value)


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_a_design_of_nothing_random_runs_its_grid(experiment: Load, design: str) -> None:
    fixed = ["sequence.tilt=0 deg", "sequence.approach_speed={ grid = ['5 cm/s', '6 cm/s'] }"]
    loaded = experiment(*fixed, f"campaign.design={design}", "campaign.cases=1")
    assert [loaded.case_of(p).sequence.approach_speed for p in loaded.plan()] == [0.05, 0.06]
