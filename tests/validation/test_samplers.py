"""The samplers: closed forms, rows of made-up shots and flights, and of the real ones."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "samplers"))
import horn_shots
from brush_flights import LEVELS, PACKINGS, fates_of, kept_flights
from horn_shots import (
    ABOUT,
    COLUMNS,
    GROUNDS,
    caught_share,
    drawn,
    horn_of,
    impact_of,
    launch_curve,
    rising,
)
from rows import Table, page
from sampler_notes import write_picture
from sampler_rows import CASE, brush_rows, horn_rows, ratios, trend_row
from sampler_rows import horn_shots as real_shots

from sampling_sim.effects.ejecta import MATERIALS, N1, NU, Target
from sampling_sim.effects.horn_flight import Parcels
from sampling_sim.mechanism.brush_parameters import BrushWheelsParameters
from sampling_sim.mechanism.brush_surfaces import HeadGeometry
from sampling_sim.mechanism.craft import CraftParameters
from sampling_sim.mechanism.horn_parameters import ProjectileHornParameters
from sampling_sim.recording.snapshots import Snapshots

TUBE = ProjectileHornParameters(mouth_diameter=0.2, throat_diameter=0.2, parcel_scatter=0.0)


def boundless(mu: float) -> float:
    """Mass [kg] at ABOUT in the closed form far from the crater's edge, 3k/(4π) m ρ/δ (x/a)³."""
    fast, slow = ((1500.0 / 16600.0) ** -NU * (v / (0.55 * 300.0)) ** -mu for v in ABOUT[::-1])
    return 3.0 * 0.3 * 0.005 / (4.0 * np.pi) * 1500.0 / 16600.0 * (slow**3 - fast**3)


def test_mass_at_about_1_m_per_s_follows_the_closed_form():
    """Hardly any strength, so that the edge is far; another exponent must not fit."""
    target = Target(material=MATERIALS["sand_fly_ash"], density=1500.0, strength=1e-6)
    law = impact_of(ProjectileHornParameters(), target)
    x, mass = launch_curve(law, 2_000_000)
    speed = law.launch_speed(x)
    found = mass[(speed >= ABOUT[0]) & (speed <= ABOUT[1])].sum()
    assert mass.sum() == pytest.approx(law.launched_mass(law.outermost))
    assert x.min() > N1 * law.radius
    assert found == pytest.approx(boundless(0.40), rel=0.05)
    assert found != pytest.approx(boundless(0.46), rel=0.3)


def straight_up(speeds, tilt=0.0):
    """Parcels thrown up the axis, or `tilt` [rad] off it, of equal mass."""
    speeds = np.asarray(speeds, float)
    level, up = np.sin(tilt) * speeds, np.cos(tilt) * speeds
    nothing, count = np.zeros_like(speeds), len(speeds)
    velocity = np.column_stack([level, nothing, up])
    return Parcels(np.zeros((count, 3)), velocity, np.zeros((count, 3)), np.full(count, 1 / count))


def test_a_parcel_reaches_the_throat_on_earth_if_it_has_the_speed_to_rise_so_far():
    """v² > 2 g L; without gravity every one does."""
    least = np.sqrt(2.0 * 9.81 * TUBE.horn_length)
    thrown, rng = straight_up(least * np.array([0.5, 0.99, 1.01, 2.0])), np.random.default_rng(1)
    assert caught_share(horn_of(TUBE), thrown, 9.81, rng) == 0.5
    assert caught_share(horn_of(TUBE), thrown, 0.0, rng) == 1.0
    assert thrown.velocity[0, 2] == pytest.approx(0.5 * least)  # left as they were


def test_parcels_without_the_energy_for_the_throat_are_not_missed(monkeypatch):
    """Leaving them out early changes nothing; asking for twice the energy would."""
    horn = horn_of(replace(TUBE, throat_diameter=0.1))
    rng, speeds = np.random.default_rng(1), np.linspace(2.0, 12.0, 400)
    honest = caught_share(horn, straight_up(speeds, 0.2), 9.81, rng)
    able = horn_shots.able
    monkeypatch.setattr(horn_shots, "able", lambda p, *_: np.ones(len(p.mass), bool))
    assert caught_share(horn, straight_up(speeds, 0.2), 9.81, rng) == honest
    monkeypatch.setattr(horn_shots, "able", lambda p, h, g: able(p, h, 2.0 * g))
    assert caught_share(horn, straight_up(speeds, 0.2), 9.81, rng) < honest
    assert 0.1 < honest < 0.9


def test_draws_stay_in_the_ranges_stated_and_repeat():
    """Strength up to the row's own, and the same shot for the same number."""
    for kind, ground in GROUNDS.items():
        for number in range(30):
            impact, sampler, _ = drawn(kind, number)
            row = impact.target.material
            assert row in [MATERIALS[name] for name in ground.rows]
            assert ground.density[0] <= impact.target.density <= ground.density[1]
            lowest = ground.strength[0] if ground.strength else row.strength
            assert lowest <= impact.target.strength <= row.strength
            assert drawn(kind, number)[1] == sampler != drawn(kind, number + 1)[1]


def test_a_shot_catches_no_more_than_enters_and_a_shut_horn_nothing():
    """Two shots; a mouth of the throat's width lets less in than the real one."""
    impact, sampler, rng = drawn("grains", 3)
    found = horn_shots.shot(impact, sampler, rng, 0.0)
    assert 0.0 < found.caught < found.entered <= found.launched
    assert found.outside < found.about < found.fast <= found.launched
    narrow = replace(sampler, mouth_diameter=sampler.throat_diameter)
    assert horn_shots.shot(impact, narrow, rng, 0.0).entered < found.entered
    none = rising(impact, sampler, 0.1, rng)
    none.velocity[:, 2] *= -1.0
    assert caught_share(horn_of(sampler), none, 0.0, rng) == 0.0


GEOMETRY = HeadGeometry(BrushWheelsParameters(), CraftParameters())


def history(*paths, collected):
    """Snapshots of grains of 15 mm at (x, z) in three frames, under a head that stays at 0."""
    places = np.array([[(x, 0.0, z) for x, z in path] for path in paths]).swapaxes(0, 1)
    frames, count = places.shape[:2]
    moves = np.abs(np.diff(places, axis=0)).max(axis=(0, 2)) > 0.0
    head = np.tile([0.0, 0.0, GEOMETRY.centre], (frames, 1, 1))
    return Snapshots(
        step=np.arange(frames), time=np.arange(frames) * 0.1, position=places,
        speed=np.tile(np.where(moves, 0.3, 0.0), (frames, 1)), radius=np.full(count, 0.015),
        collected=np.array(collected, bool), link_names=("head",), link_position=head,
        link_orientation=np.tile([0.0, 0.0, 0.0, 1.0], (frames, 1, 1)),
    )  # fmt: skip


def test_every_grain_that_moved_has_one_fate():
    """One grain of each fate, and one that stayed; all at rest have none."""
    box, below, out = GEOMETRY.roof + 0.05, -0.06, GEOMETRY.half_x + 0.1
    rest = [(0.0, below)] * 3
    paths = (
        [(0.0, below), (0.0, 0.0), (0.0, box)],  # taken
        [(0.0, below), (0.0, box), (out, 0.0)],  # was in the container
        [(0.0, below), (0.03, 0.01), (0.06, 0.0)],  # up between the wheels and down again
        [(0.0, below), (out, 0.0), (2.0 * out, 0.2)],  # aside, and high
        rest,
    )
    found = fates_of(history(*paths, collected=[1, 0, 0, 0, 0]), GEOMETRY, 2700.0, 0.2)
    grain = 2700.0 * 4.0 / 3.0 * np.pi * 0.015**3
    for name in ("taken", "dropped", "under", "aside", "refused"):
        assert found[name] == pytest.approx(grain), name
    assert found["moved"] == pytest.approx(4.0 * grain)
    assert found["flung"] == pytest.approx(2.0 * grain)
    assert (found["speed"], found["rising"]) == pytest.approx((0.3, 1.0))
    still = fates_of(history(rest, rest, collected=[0, 0]), GEOMETRY, 2700.0, 0.2)
    assert not any(still.values())


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.5, 0.6, 0.7, 0.6], "trend seen"),
        ([0.7, 1.2, 0.8, 1.1], "trend not shown"),
        ([1.5, 1.6, 1.7, 1.6], "trend contradicted"),
        ([0.5, 0.6], "trend not shown"),
    ],
)
def test_a_trend_is_seen_only_with_the_whole_interval_on_its_side(values, verdict):
    """Published: below 1."""
    assert trend_row("ratio", "nobody", (0.0, 1.0), np.array(values), "").verdict == verdict


def made_up_shots(scale):
    """Shots that nobody fired: what was published, times `scale`."""
    grams = {"launched": 63.0, "about": 6.3, "outside": 6.3, "fast": 60.0, "in_time": 50.0,
             "entered": 5.0, "caught": 0.315, "strength": 1e3, "radius": 50.0}  # fmt: skip
    rows = np.array([[scale * 1e-3 * grams[name] for name in COLUMNS]] * 10)
    rows[:, COLUMNS.index("strength")] = np.geomspace(0.1, 4e3, 10)
    beads = rows.copy()
    beads[:, COLUMNS.index("caught")] = scale * 2e-4
    return {"grains": rows, "rock": rows, "beads": beads}


def made_up_flights():
    """Flights that nobody flew: they scatter, and no level is better than another."""
    same = dict.fromkeys(
        ("moved", "dropped", "under", "aside", "refused", "flung", "ejected_mass"), 1.0
    )
    same |= {"speed": 0.1, "rim_height": -0.01, "rising": 0.5, "contained": [0.0, 0.1, 0.2]}
    phase = np.add.outer(0.13 * np.arange(len(LEVELS)), np.arange(len(PACKINGS)) / len(PACKINGS))
    mass = 0.5 + 0.1 * np.sin(2.0 * np.pi * phase)
    return [
        same | {"level": level, "packing": p, "collected_mass": mass[i, j], "taken": mass[i, j]}
        for i, level in enumerate(LEVELS)
        for j, p in enumerate(PACKINGS)
    ]


def test_rows_agree_with_what_was_published_and_not_with_ten_times_it(tmp_path):
    """Masses ten times too large disagree; ratios stay as they are."""
    right, wrong = (horn_rows(made_up_shots(scale)) for scale in (1.0, 10.0))
    assert len(right) == 12
    assert {r.verdict for r in right} == {"agrees"}
    verdicts = {r.quantity: r.verdict for r in wrong}
    assert verdicts["Horn over fine grains: launched at about 1 m/s [g]"] == "disagrees"
    assert verdicts["Horn over 1 mm beads on Earth: caught [g]"] == "disagrees"
    assert verdicts["Horn over rock: share caught [%]"] == "agrees"
    write_picture(made_up_shots(1.0), made_up_flights(), tmp_path / "samplers.png")
    assert (tmp_path / "samplers.png").stat().st_size > 10_000


def test_brushes_that_collect_the_same_always_show_no_trend(tmp_path):
    """Ratios of 1 tell nothing, and no row without a published number says more than that."""
    rows = brush_rows(made_up_flights())
    assert [r.verdict for r in rows] == ["trend not shown"] * 5 + ["cannot tell"] * 2
    same = ratios(made_up_flights(), "about", "about")
    assert same == pytest.approx(np.ones(len(PACKINGS)))
    assert "| none read |" in page(rows)
    assert "| below 1 |" in page(rows)
    table = Table(tmp_path / "kept.json", tmp_path / "page.md")
    table.put(rows)
    assert [r.verdict for r in Table(tmp_path / "kept.json").rows] == [r.verdict for r in rows]
    json.loads((tmp_path / "kept.json").read_text())


def test_kept_brush_flights_are_whole_and_their_grains_accounted_for():
    """Every level on every packing ended by itself; the fates add up to what moved."""
    flights = kept_flights()
    assert [(f["level"], f["packing"]) for f in flights] == [
        (level, p) for level in LEVELS for p in PACKINGS
    ]
    for f in flights:
        assert f["status"] in {"collected", "empty"}, f
        parts = f["taken"] + f["dropped"] + f["under"] + f["aside"]
        assert parts == pytest.approx(f["moved"], rel=1e-3)
        assert f["taken"] == pytest.approx(f["collected_mass"], rel=1e-3)
        assert f["moved"] > f["taken"] > 0.0


@pytest.mark.validation
def test_the_samplers_of_hayabusa2_and_of_brush_wheels(table):
    """A minute of a core for the shots; the brush flights are kept (samplers/brush_study.py)."""
    found, flights = real_shots(), kept_flights()
    rows = horn_rows(found) + brush_rows(flights)
    table.put(rows)
    write_picture(found, flights)
    assert all(r.case == CASE for r in rows)
    assert all(np.isfinite(values).all() for values in found.values())
