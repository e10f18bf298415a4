"""What the report of a bed says: requests beside measurements, what was missed, the cache."""

import logging
from dataclasses import replace
from math import radians

import numpy as np
import pytest

from sampling_sim.errors import ConfigError
from sampling_sim.regolith.calibration import (
    beyond_calibration,
    bond_strength,
    calibrated,
    calibration,
)
from sampling_sim.regolith.lab import report as reporting
from sampling_sim.regolith.lab.examination import Examination
from sampling_sim.regolith.lab.mohr_coulomb import Measured
from sampling_sim.regolith.packing import prepare_bed, uniform_field
from sampling_sim.regolith.parameters import DEFAULT_STRENGTH, RegolithParameters


def findings(angle=0.5, cohesion=1.0, tension=1.0) -> Examination:
    """Return an examination that found these, give or take a tenth."""

    def about(value):
        return Measured(value, 0.9 * value, 1.1 * value)

    return Examination(
        packing_fraction=about(0.58), coordination_number=about(4.0), rumpf_strength=about(3.0),
        tensile_strength=about(tension), friction_angle=about(angle), cohesion=about(cohesion),
        friction_angle_steady=about(angle), cohesion_steady=about(cohesion),
        angle_of_repose=about(0.6), normal_stresses=(0.5, 1.0, 2.0, 5.0), mean_overlap=0.005,
    )  # fmt: skip


@pytest.fixture(scope="module")
def bed(small_parameters, tmp_path_factory):
    """Return a small bed with a friction angle and a strength that were asked for."""
    asked = replace(small_parameters, friction_angle=0.5, tensile_strength=1.0)
    folder = tmp_path_factory.mktemp("beds")
    return prepare_bed(asked, uniform_field(1e-4), cache_dir=folder)


def report_of(bed, found, folder, monkeypatch):
    """Return the report of a bed of which an examination finds this."""
    monkeypatch.setattr(reporting, "examine", lambda *_, **__: found)
    return reporting.bed_report(bed, cache_dir=folder)


def test_requests_stand_beside_measurements(bed, tmp_path, monkeypatch):
    report = report_of(bed, findings(), tmp_path, monkeypatch)
    assert report["grains"] == bed.radius.size
    assert report["friction_angle"] == {
        "value": 0.5, "low": 0.45, "high": pytest.approx(0.55), "requested": 0.5,
    }  # fmt: skip
    assert report["tensile_strength"]["requested"] == 1.0
    assert report["cohesion"]["requested"] is None
    assert report["packing_fraction"]["value"] == bed.packing_fraction
    low, high = report["packing_fraction"]["low"], report["packing_fraction"]["high"]
    assert low < bed.packing_fraction < high
    assert report["conditions"]["repose_gravity"] == 1.0
    assert report["calibration"]["friction_coefficient"] == bed.parameters.friction_coefficient
    assert report["not_reached"] == []


def test_what_is_missed_by_more_than_the_tolerance_is_said(bed, tmp_path, monkeypatch):
    """2° and the larger of 20 % and 0.2 Pa; the twin within them is silent."""
    near = report_of(bed, findings(0.5 + radians(1.9), 1.0, 1.19), tmp_path / "a", monkeypatch)
    assert near["not_reached"] == []
    far = report_of(bed, findings(0.5 + radians(2.1), 1.0, 0.79), tmp_path / "b", monkeypatch)
    assert [line.split(":")[0] for line in far["not_reached"]] == [
        "friction_angle", "tensile_strength",
    ]  # fmt: skip
    # as a user states them: 0.5 rad are 28.65 degrees
    assert far["not_reached"][0].startswith(
        "friction_angle: 28.65 deg requested, 30.75 deg measured"
    )
    assert "1 Pa requested, 0.79 Pa measured" in far["not_reached"][1]


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_requests_beyond_the_calibration_are_said(bed, tmp_path, monkeypatch, strength):
    """50° and a packing of 0.7 lie beyond the tables, 30° at 0.575 does not."""
    asked = replace(bed.parameters, tensile_strength=strength, friction_angle=radians(50.0))
    far = replace(bed, parameters=replace(asked, packing_fraction=0.7))
    lines = report_of(far, findings(), tmp_path, monkeypatch)["beyond_calibration"]
    assert [line.split(" requested")[0] for line in lines] == [
        "packing_fraction: 0.7", "friction_angle: 50 deg",
    ]  # fmt: skip
    near = replace(asked, friction_angle=radians(30.0), packing_fraction=0.575)
    assert beyond_calibration(near) == []


def test_an_examination_is_kept_and_a_damaged_one_made_anew(bed, tmp_path, monkeypatch, caplog):
    first = report_of(bed, findings(0.5), tmp_path, monkeypatch)
    assert report_of(bed, findings(0.6), tmp_path, monkeypatch) == first
    (kept,) = tmp_path.glob("examination-*.json")
    kept.write_text(kept.read_text()[:40])
    with caplog.at_level(logging.WARNING):
        again = report_of(bed, findings(0.6), tmp_path, monkeypatch)
    assert "damaged" in caplog.text
    assert again["friction_angle"]["value"] == 0.6


def test_a_larger_friction_angle_needs_rougher_grains_and_bonds_are_proportional():
    angles = np.radians([20.0, 25.0, 30.0, 35.0])
    found = [calibration(RegolithParameters(friction_angle=float(a))) for a in angles]
    rough = [c.friction_coefficient + c.rolling_friction for c in found]
    assert rough == sorted(rough)
    assert rough[0] < rough[-1]
    # a friction angle asked for stands in place of what was given for the grains
    asked = RegolithParameters(friction_angle=float(angles[1]), friction_coefficient=1.7)
    assert calibrated(asked).friction_coefficient == found[1].friction_coefficient
    assert calibrated(RegolithParameters()) == RegolithParameters()
    one, ten = (bond_strength(RegolithParameters(tensile_strength=s)) for s in (1.0, 10.0))
    assert ten == pytest.approx(10.0 * one)
    assert one >= 1.0


def test_cohesion_and_tensile_strength_are_not_interchanged():
    """The same number asks for different bonds; a cohesion for as many as its share says."""
    p = RegolithParameters()
    by_cohesion = RegolithParameters(cohesion=1.0)
    assert bond_strength(by_cohesion) == pytest.approx(1.0 / calibration(p).cohesion_share)
    assert bond_strength(by_cohesion) != pytest.approx(bond_strength(p), rel=0.1)


@pytest.mark.parametrize("strength", [DEFAULT_STRENGTH, 2.0])
def test_a_cohesion_beside_a_tensile_strength_is_refused_also_at_the_default(strength):
    with pytest.raises(ConfigError, match=r"regolith.cohesion.*tensile_strength"):
        RegolithParameters(cohesion=1.0, tensile_strength=strength)


def test_the_default_strength_is_taken_where_none_is_given():
    """And stored as such, so that a case says what it is; beside a cohesion there is none."""
    assert RegolithParameters() == RegolithParameters(tensile_strength=DEFAULT_STRENGTH)
    assert RegolithParameters().strength == DEFAULT_STRENGTH
    both = RegolithParameters(cohesion=2.0)
    assert (both.strength, both.tensile_strength) == (2.0, None)
    assert RegolithParameters(cohesion=2.0, tensile_strength=0.0).strength == 2.0
