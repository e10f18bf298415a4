"""The paired comparison of the convergence study; part of the default tests."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "convergence"))
from paired import difference
from study import coarse_graining, page, paired


def columns(mass, seeds=(1, 1, 2, 2, 3, 3), **rest):
    """Columns of six replicates."""
    plain = dict.fromkeys(("peak_force", "max_sinkage", "ejected_mass", "wall_time"), np.ones(6))
    return plain | {
        "case": np.arange(6), "packing_seed": np.asarray(seeds),
        "collected_mass": np.asarray(mass, float),
        "status": np.array(["collected"] * 6),
    } | rest  # fmt: skip


BASE = columns([1.0, 1.2, 0.8, 1.0, 1.1, 0.9])


def test_a_level_with_fewer_cases_is_paired_by_case():
    """Rows pair by the name of their case, not by their place."""
    few = {name: values[[1, 2]] for name, values in BASE.items()}
    theirs, mine = paired(BASE, few)
    assert mine["case"].tolist() == theirs["case"].tolist() == [1, 2]
    assert difference(theirs, mine, "collected_mass").share == 0.0
    by_place = {name: values[:2] for name, values in BASE.items()}
    assert difference(by_place, few, "collected_mass").share != 0.0


def test_a_shift_common_to_all_pairs_has_no_width():
    """However much replicates scatter, pairing takes it out."""
    found = difference(BASE, columns(BASE["collected_mass"] + 0.1), "collected_mass")
    assert found.share == pytest.approx(0.1)
    assert found.half == pytest.approx(0.0, abs=1e-12)
    shuffled = difference(BASE, columns(BASE["collected_mass"][::-1] + 0.1), "collected_mass")
    assert shuffled.half > 0.1  # pairs broken


def test_replicates_of_one_packing_count_as_one():
    """Three packings of two equal changes each: t of 2 degrees of freedom, 4.303 s/√3."""
    change = np.array([0.0, 0.0, 0.1, 0.1, 0.2, 0.2])
    found = difference(BASE, columns(BASE["collected_mass"] + change), "collected_mass")
    assert found.half == pytest.approx(4.303 * 0.1 / np.sqrt(3.0), rel=1e-3)
    single = difference(
        BASE | {"packing_seed": np.ones(6)},
        columns(BASE["collected_mass"] + change, seeds=[1] * 6), "collected_mass",
    )  # fmt: skip
    assert single.half == pytest.approx(2.571 * change.std(ddof=1) / np.sqrt(6.0), rel=1e-3)


def test_a_diverged_case_leaves_its_pair_out_and_is_counted():
    """It is not averaged as a number."""
    level = columns([1.0, 1.2, 0.8, 1.0, 1.1, 99.0])
    level["status"] = np.array(["collected"] * 5 + ["diverged"])
    found = difference(BASE, level, "collected_mass")
    assert (found.pairs, found.lost, found.share) == (5, 1, pytest.approx(0.0))


def test_the_coarse_graining_error_is_read_from_the_finest_grains():
    """20 % less mass with finer grains: the default is 20 % of itself too high."""
    levels = [
        {"name": "default", "axis": ""},
        {"name": "coarse", "axis": "grain size", "size": 1.5},
        {"name": "fine", "axis": "grain size", "size": 0.5},
    ]
    fine, coarse = BASE["collected_mass"] * 0.8, BASE["collected_mass"] * 1.3
    found = {"default": BASE, "coarse": columns(coarse), "fine": columns(fine)}
    assert "× 0.5: -20%" in coarse_graining(levels, found)
    assert "resolution is +20%" in coarse_graining(levels, found)
    assert "not known" in coarse_graining(levels[:2], found)
    assert page(levels, found).count("| grain size |") == 2
