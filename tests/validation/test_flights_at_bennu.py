"""Measures, rows and page of the flights at Bennu, held to closed forms; the kept rows."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "bennu"))
from flight_keep import experiment_of, flights_of, kept_levels, levels, store_of
from flight_measures import flight_of, measures, thinned
from flight_page import PAGE, text_of, validation_rows, write_page
from flight_parts import UNKNOWNS
from flight_predicted import (
    Curve,
    covered,
    even_speed,
    evens_and_speeds,
    predicted_part,
    predicted_rows,
    prediction,
)
from flight_rows import (
    CASE,
    band,
    ensemble_rows,
    exponents,
    gas_needed,
    given_rows,
    law_rows,
    local_exponents,
    reproduces,
    sample_rows,
)
from flight_width import endless
from rows import Table

from sampling_sim.asteroid.site import load_site

MASS, WEIGHT = 1300.0, 1300.0 * 6.8e-5


def series(ground=8.0, gas=0.0, thrust=20.0, speed=0.1, start=0.3):
    """Make the columns of a craft that a constant ground slows from contact, gas from 1 to 6 s."""
    time = np.arange(0.0, 16.0, 0.01)
    clock = time - start
    force = np.where(clock > 1e-9, ground, 0.0)
    push = np.where(clock > 6.0 + 1e-9, thrust, 0.0)
    jet = np.where((clock > 1.0 + 1e-9) & (clock <= 6.0 + 1e-9), gas, 0.0)
    rate = (WEIGHT - force - push - jet) / MASS * (clock > 1e-9)
    down = speed + np.cumsum(rate) * 0.01
    way = np.cumsum(down) * 0.01
    return {
        "time": time, "head_force_z": force, "rim_height": 0.02 - way, "normal_speed": -down,
        "thrust": push,
    }  # fmt: skip


def test_a_craft_slowed_by_constant_forces_is_measured_as_newton_says():
    """8 N of ground, 10 N of gas for 5 s, then 20 N: within a sample of 10 ms."""
    found = measures(flight_of(series(gas=10.0)), MASS, 6.8e-5)
    late = 0.1 - (8.0 * 6.0 + 10.0 * 5.0 - 6.0 * WEIGHT) / MASS
    stop = 6.0 + late * MASS / (28.0 - WEIGHT)
    assert found["speed_at_6s"] == pytest.approx(late, rel=0.01)
    assert found["stop_time"] == pytest.approx(stop, abs=0.02)
    assert found["ground_force"] == pytest.approx(8.0, rel=0.005)
    assert found["gas_force"] == pytest.approx(10.0 * 5.0 / 6.0, rel=0.01)
    assert found["mean_force"] == pytest.approx(MASS * (0.1 - late) / 6.0, rel=0.01)
    assert found["depth"] - found["depth_at_6s"] == pytest.approx(
        0.5 * late * (stop - 6.0), rel=0.02
    )
    assert found["drag"] == pytest.approx(8.0)
    weaker = measures(flight_of(series(gas=5.0)), MASS, 6.8e-5)
    assert weaker["speed_at_6s"] > 1.2 * found["speed_at_6s"]


def test_the_clock_starts_at_contact_and_a_flight_that_does_not_stop_has_no_depth():
    """Contact at 0.3 s; without thrust and 2 N of ground it goes on for minutes."""
    flight = flight_of(series(ground=2.0, thrust=0.0))
    assert flight.time[0] == pytest.approx(-0.3)
    assert flight.at("depth", 0.0) == pytest.approx(0.0)
    found = measures(flight, MASS, 6.8e-5)
    assert np.isnan(found["depth"])
    assert np.isnan(found["stop_time"])
    assert found["depth_at_6s"] > 0.5
    with pytest.raises(ValueError, match="never touched"):
        flight_of(series(ground=0.0))


def test_thinned_series_keep_the_impulse():
    """Mean of each step: the sum over 6 s is the same within a step."""
    kept = thinned(flight_of(series()))
    inside = (np.array(kept["time"]) > 0.0) & (np.array(kept["time"]) < 6.0)
    assert 0.1 * np.array(kept["force"])[inside].sum() == pytest.approx(48.0, rel=0.01)
    assert len(kept["time"]) < 200


def case(seed=1, status="timed_out", **figures):
    """Kept case with some figures."""
    plain = dict.fromkeys(
        ("depth", "depth_at_6s", "speed_at_6s", "stop_time", "mean_force", "ground_force",
         "gas_force", "drag", "drag_speed", "collected_mass", "wall_time",
         "floor_gap"), float("nan"),
    )  # fmt: skip
    told = {"status": status, "packing_seed": seed, "sequence.approach_speed": 0.1, "series": {}}
    return plain | told | figures


def test_an_endless_bed_is_extrapolated_along_one_over_the_width():
    """Two widths make a line: exact for y = 3 + 2/w; one width or two flights say nothing."""
    exact = {w: [case(seed, speed_at_6s=3.0 + 2.0 / w) for seed in (1, 2)] for w in (0.8, 1.2)}
    found = endless(exact, "speed_at_6s")
    assert found.value == pytest.approx(3.0)
    assert found.half_width == pytest.approx(0.0, abs=1e-6)
    assert found.change == pytest.approx(-2.0 / 0.8)
    assert found.at(0.5) == pytest.approx(4.0)
    assert not np.isfinite(endless({0.8: exact[0.8]}, "speed_at_6s").value)
    assert not np.isfinite(endless({w: c[:1] for w, c in exact.items()}, "speed_at_6s").value)


WIDTHS = np.array([0.8, 0.8, 0.8, 1.2, 1.8, 2.4])


def wide_beds(scatter, seed):
    """Flights over beds of 3 + 2/w³, one width three times."""
    found = 3.0 + 2.0 / WIDTHS**3 + scatter * np.random.default_rng(seed).standard_normal(6)
    return {w: [case(speed_at_6s=v) for v in found[w == WIDTHS]] for w in set(WIDTHS)}, found


def test_more_widths_tell_the_power_and_a_line_through_them_would_not():
    """3 + 2/w³ with a hundredth of scatter is found again; the line's end at 0 is off by 0.5."""
    flights, found = wide_beds(0.01, 5)
    fit = endless(flights, "speed_at_6s")
    assert fit.power == pytest.approx(3.0, abs=0.3)
    assert abs(fit.value - 3.0) < fit.half_width < 0.1
    assert abs(np.polyfit(1.0 / WIDTHS, found, 1)[1] - 3.0) > 0.5


def test_nine_of_ten_intervals_hold_the_endless_bed_at_the_scatter_of_real_flights():
    """Scatter of a tenth of the whole effect, as dense flights have: 180 of 200, 3σ = 13."""
    held = 0
    for seed in range(200):
        low, high = endless(wide_beds(0.4, seed)[0], "speed_at_6s").interval
        held += low <= 3.0 <= high
    assert held >= 167


def test_the_exponent_is_found_again_a_packing_at_a_time():
    """4/3 and 2 of two packings; a diverged flight and a packing of two speeds are left out."""
    speeds = {
        v: [case(1, drag=3.0 * v ** (4 / 3), drag_speed=v), case(2, drag=50.0 * v**2, drag_speed=v)]
        for v in (0.05, 0.1, 0.2)
    }
    speeds[0.05].append(case(3, drag=1.0, drag_speed=0.05))
    speeds[0.1].append(case(1, "diverged", drag=99.0, drag_speed=0.1))
    assert exponents(speeds) == pytest.approx([4 / 3, 2.0])
    assert local_exponents({v: cases[:1] for v, cases in speeds.items()}) == pytest.approx(
        [4 / 3, 4 / 3]
    )


@pytest.mark.parametrize(
    ("speeds", "verdict"),
    [
        (np.linspace(0.03, 0.06, 20), "agrees"),
        (np.linspace(0.06, 0.08, 20), "disagrees"),
        (np.linspace(0.01, 0.09, 20), "cannot tell"),
    ],
)
def test_the_verdict_is_of_the_band_of_the_flights(speeds, verdict):
    """Overlap and a half-width under half of 4 cm/s; an uncertain width can take both away."""
    flights = [case(speed_at_6s=v) for v in speeds]
    rows = {r.quantity: r for r in ensemble_rows(flights, {})}
    assert rows["speed down at 6 s, gas unknown [m/s]"].verdict == verdict
    assert rows["speed down at 6 s, gas unknown [m/s]"].interval == pytest.approx(band(speeds))
    assert (
        rows["deepest point of the head, gas unknown [m]"].verdict == "cannot tell"
    )  # nothing measured
    few = {r.quantity: r for r in ensemble_rows(flights[:19], {})}
    assert few["speed down at 6 s, gas unknown [m/s]"].verdict == "cannot tell"
    wide = ensemble_rows(flights, {"speed_at_6s": (0.0, 0.03)})[1]
    assert wide.interval[1] - wide.interval[0] > 0.06


def test_a_given_gas_decides_on_the_same_grounds():
    """Each mass its own verdict, not moved by the width but widened; a flight lost is told."""
    grounds = np.linspace(-0.01, 0.01, 20)
    slow = [
        case(speed_at_6s=0.04 + v, depth=0.48 + v, stop_time=9.0, gas_force=11.0) for v in grounds
    ]
    fast = [case(speed_at_6s=0.09 + v, gas_force=0.0) for v in grounds]
    rows = {r.quantity: r for r in given_rows({100.0: slow, 0.0: fast}, {})}
    assert [r.verdict for r in rows.values()] == ["disagrees", "agrees", "agrees", "agrees"]
    note = next(iter(rows.values())).note
    assert "100 g of gas gave 11 to 11 N" in note
    assert "lost" not in note
    slowed = "speed down at 6 s, 100 g of gas [m/s]"
    low, high = rows[slowed].interval
    wide = {r.quantity: r for r in given_rows({100.0: slow}, {"speed_at_6s": (0.03, 0.04)})}
    half = np.hypot(0.5 * (high - low), 0.05)
    assert wide[slowed].interval == pytest.approx((0.04 - half, 0.04 + half))
    assert wide[slowed].verdict == "cannot tell"
    slow[3]["status"] = "diverged"
    fewer = given_rows({100.0: slow}, {})
    assert "ended 1 of them" in fewer[0].note
    assert {r.verdict for r in fewer} == {"cannot tell"}


def braked(count, early=0.0, scatter=1e-3):
    """Flights slowed evenly to 6 s and evenly after, to what Newton says.

    With v left at 6 s and T the stop, the way is 3 s (0.1 m/s + v) + v (T - 6 s)/2, less what a
    force that acts early takes: `early` metres.  The flights lie on twelve beds.
    """
    rng = np.random.default_rng(3)
    left, stop = rng.uniform(0.01, 0.09, count), rng.uniform(6.5, 10.0, count)
    way = 3.0 * (0.1 + left) + 0.5 * left * (stop - 6.0) - early
    found = zip(left + scatter * rng.standard_normal(count), stop, way, strict=True)
    bed = {"regolith.packing_fraction": 0.45, "regolith.grain_density": 1300.0}
    return [
        case(i % 12, speed_at_6s=v, stop_time=t, depth=z, **bed)
        for i, (v, t, z) in enumerate(found)
    ]


def drawn_flights(cases):
    """Kept flights whose ensemble they are."""
    return {"unknowns": {"group": "ensemble", "at": None, "cases": cases}}


def test_depth_and_stop_tell_the_speed_of_a_craft_braked_evenly():
    """Newton's 4.18 cm/s, within 90 % of further flights and the errors of what was measured."""
    cases = braked(60)
    curve = Curve(*evens_and_speeds(cases))
    value, half = prediction(curve)
    assert even_speed(0.488, 9.0) == pytest.approx(2.0 * 0.188 / 9.0)
    assert value == pytest.approx(even_speed(0.488, 9.0), abs=3.0 * 1e-3 / np.sqrt(60))
    assert curve.slope(0.0418) == pytest.approx(1.0, abs=3.0 * 1e-3 / (0.023 * np.sqrt(60)))
    # a depth off by 1 cm, a stop by 0.5 s, a scatter of 1 mm/s times Student's 1.67
    assert half == pytest.approx(np.hypot(np.hypot(2.2e-3, 2.3e-3), 1.7e-3), rel=0.1)
    assert covered(cases) >= 49  # of 60: the binomial's 2 % point about nine of ten
    row = predicted_rows(drawn_flights(cases))[0]
    assert row.verdict == "agrees"
    assert "on 12 poured beds" in row.note


def test_a_curve_is_as_uncertain_as_students_interval_says():
    """Five points by hand, off a parabola by 0.1 of (1, -4, 6, -4, 1)/35: s² = 0.1²·2/(35·2).

    Leverage in the middle is 17/35 and 2.4857 one step beyond the ends (Savitzky & Golay's sums);
    t = 2.92 of two.
    """
    x = np.arange(-2.0, 3.0)
    off = 0.1 * np.array([1.0, -4.0, 6.0, -4.0, 1.0]) / 35.0
    curve = Curve(x, 1.0 + 2.0 * x + 3.0 * x**2 + off)
    assert curve.scatter == pytest.approx(0.1 * np.sqrt(70.0) / 35.0 / np.sqrt(2.0))
    assert curve.at(0.5) == pytest.approx(2.75)
    assert curve.slope(0.5) == pytest.approx(5.0)
    beyond = 0.2 + 9.0 / 10.0 + (9.0 - 2.0) ** 2 / 14.0
    for at, leverage in ((0.0, 17.0 / 35.0), (3.0, beyond)):
        half = 2.92 * curve.scatter * np.sqrt(1.0 + leverage)
        assert curve.half_width(at) == pytest.approx(half, rel=1e-3)


def test_ground_that_brakes_too_early_disagrees_and_few_flights_make_no_row():
    """6 cm less of way for the same loss: 5.5 cm/s by depth and stop, which flew with 4."""
    row = predicted_rows(drawn_flights(braked(60, early=0.06)))[0]
    assert row.simulated == pytest.approx(2.0 * (0.488 + 0.06 - 0.3) / 9.0, abs=2e-3)
    assert row.verdict == "disagrees"
    assert predicted_rows(drawn_flights(braked(19))) == []


def test_the_page_says_how_far_other_ground_lies_off():
    """2.25 cm less of way at a stop of 9 s is 0.5 cm/s more; thrown back early has no place."""
    bed = {"regolith.packing_fraction": 0.6, "regolith.grain_density": 1300.0}
    early = case(speed_at_6s=0.05, stop_time=9.0, depth=0.3 + 4.5 * 0.05 - 0.0225, **bed)
    back = case(speed_at_6s=-0.02, stop_time=3.0, depth=0.1, **bed)
    dense = {"group": "packing", "at": 0.6, "cases": [early, back]}
    kept = drawn_flights(braked(60, scatter=1e-6)) | {"packing 0.60": dense}
    assert "| packing 0.60 | 1 | +0.50 |" in "\n".join(predicted_part(kept, {}))


def test_the_sample_is_a_row_of_its_own():
    """Of flights in grains that pass the window, one value a packing; none flown, no row."""
    near = [case(seed, "collected", collected_mass=m) for seed, m in enumerate((0.2, 0.25, 0.3))]
    far = [case(seed, "collected", collected_mass=m) for seed, m in enumerate((1.2, 1.25, 1.3))]
    assert [sample_rows(flights)[0].verdict for flights in (near, far)] == ["agrees", "disagrees"]
    assert sample_rows([]) == []


def test_dense_ground_must_stop_the_head_at_each_friction_flown():
    """A row a friction: thrown back is stopped, half of the speed left is not; a note once."""
    left = {"smooth": (0.049, 0.05, 0.048), "rough": (-0.04, -0.041, -0.042), "none": ()}
    dense = {w: [case(i, speed_at_6s=v) for i, v in enumerate(s)] for w, s in left.items()}
    rows = law_rows({}, dense)
    assert [r.verdict for r in rows] == ["disagrees", "agrees"]
    assert [bool(r.note) for r in rows] == [True, False]


def test_a_ground_reproduces_the_flight_if_the_gas_can_make_up_the_rest():
    """1 to 11 N of gas: 5 N of ground can, 0.5 N and 20 N cannot."""
    grounds = {f: [case(mean_force=f + s) for s in (-0.01, 0.0, 0.01)] for f in (0.5, 5.0, 20.0)}
    assert [reproduces(grounds[f], (1.0, 11.0)) for f in (0.5, 5.0, 20.0)] == ["no", "yes", "no"]
    assert reproduces([], (1.0, 11.0)) == "not flown"
    assert reproduces(grounds[5.0], (np.nan, np.nan)) == "not flown"
    assert [gas_needed(grounds[f]) for f in (0.5, 5.0, 20.0)] == ["12", "8", "0"]
    assert gas_needed([]) == "–"


def test_the_page_claims_nothing_that_was_not_flown():
    """Nothing kept: no verdict, every level listed; one level kept: only that one in a table."""
    empty = text_of({}, {})
    assert "No row yet" in empty
    assert "Nothing was flown yet" in empty
    assert all(f"- {level['name']}: 0 of" in empty for level in levels(quick=False))
    one = {"loose 0.8 m": {"group": "width, loose", "at": 0.8, "cases": [case(wall_time=60.0)]}}
    text = text_of(one, {})
    assert "1 flights" in text
    assert "- loose 0.8 m: 1 of 3" in text
    assert "Not extrapolated" in text
    assert validation_rows(one) == []


def test_every_level_asks_for_a_case_that_can_be_built():
    """Plan and experiment go together; stores have names of their own; Bennu is Bennu."""
    plan = [*levels(quick=False), *levels(quick=True)]
    assert len({store_of(level, Path()) for level in plan}) == len(plan)
    for level in plan:
        experiment = experiment_of(level)
        assert len(experiment.plan(level.get("cases", 1))) == flights_of(level)
        built = experiment.case(0)
        assert built.craft.mass == MASS
        assert built.sequence.braking_thrust == 0.0
        # the plate, two of the largest grains on each side, and room below the measured depth
        assert built.regolith.width_x > 0.32 + 4.0 * built.regolith.diameter_max
        assert built.regolith.depth >= 1.0
    base = experiment_of({"set": []}).case(0)
    site = load_site(base.asteroid, base.site)
    assert 6.674e-11 * site.gravity.mass == pytest.approx(4.89, rel=0.02)
    assert -site.field.effective_acceleration[2] == pytest.approx(6.8e-5, rel=0.03)
    assert 2.0 * base.mechanism.plate_radius == 0.32


def flown(ground, gas=0.0, seed=1, speed=0.1, **inputs):
    """Kept case of a made-up flight, with its series."""
    flight = flight_of(series(ground=ground, gas=gas, speed=speed))
    figures = measures(flight, MASS, 6.8e-5) | {"wall_time": 60.0, "floor_gap": 0.3}
    return case(seed, **figures, **inputs) | {"series": thinned(flight)}


def test_page_and_figures_show_what_was_flown(tmp_path):
    """All of the plan, made up: seven figures, no level missing; a gas that matters is told."""
    rng, kept = np.random.default_rng(1), {}
    for level in [*levels(quick=False), *levels(quick=True)]:
        count = flights_of(level)
        kept[level["name"]] = {"group": level["group"], "at": level.get("at"), "cases": []}
        for seed in range(1, count + 1):
            gas = rng.uniform(2.0, 12.0) if level["group"] in {"ensemble", "gas", "ground"} else 0.0
            inputs = dict.fromkeys(UNKNOWNS, 0.5) | {"mechanism.gas_mass": gas}
            unknown = {key: value + 0.1 * rng.uniform() for key, value in inputs.items()}
            speed = level["at"] if "drag" in level["group"] else 0.1
            made = flown(2.0 + 0.1 * seed, gas, seed, speed, **unknown)
            kept[level["name"]]["cases"].append(made)
    write_page(kept, tmp_path / "page.md", tmp_path)
    text = (tmp_path / "page.md").read_text()
    assert {p.stem for p in tmp_path.glob("*.png")} == {
        f"bennu-{name}"
        for name in ("flights", "predicted", "width", "packing", "gas", "given", "drag")
    }
    assert all(f"(pictures/{p.name})" in text for p in tmp_path.glob("*.png"))
    assert "Everything of the plan was flown" in text
    gas_line = next(line for line in text.splitlines() if line.startswith("| mechanism.gas_mass"))
    assert "| -1.00, -1.00 |" in gas_line or "| -0.9" in gas_line
    assert len(validation_rows(kept)) >= 6


def test_page_and_rows_are_those_of_the_kept_flights(tmp_path):
    """Neither docs/validation-bennu.md nor case 8 of the table was left behind."""
    kept = kept_levels()
    write_page(kept, tmp_path / "page.md", tmp_path)
    assert (tmp_path / "page.md").read_text() == PAGE.read_text()
    fresh = {r.quantity: (r.verdict, *r.interval) for r in validation_rows(kept)}
    stored = {r.quantity: (r.verdict, *r.interval) for r in Table().rows if r.case == CASE}
    assert fresh.keys() == stored.keys()
    for quantity, (verdict, low, high) in fresh.items():
        assert stored[quantity][0] == verdict
        assert (low, high) == pytest.approx(stored[quantity][1:], nan_ok=True)


@pytest.mark.validation
def test_the_kept_flights_at_bennu(table):
    """Rows from results/bennu.json, which `study.py fly` makes: hours, so not flown here."""
    rows = validation_rows(kept_levels())
    table.put(rows)
    assert all(r.case == CASE for r in rows)
