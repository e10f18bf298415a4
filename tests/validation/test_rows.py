"""Verdicts and the page; part of the default tests."""

import numpy as np
import pytest
from row_figures import scaled
from rows import KEPT, PAGE, Table, interval, page, row


def a_row(values, published=1.0, band=(0.9, 1.1), **rest):
    return row("1 Case", "quantity", "Somebody 1999", published, band, values, **rest)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([1.0, 1.05, 0.95, 1.0], "agrees"),
        ([1.5, 1.55, 1.45, 1.5], "disagrees"),
        ([0.1, 2.0, 1.5, 0.4], "cannot tell"),
        ([1.0, 1.0], "cannot tell"),
        ([1.0, 1.0, np.nan], "cannot tell"),
        ([2.0, 4.0, 3.0, 3.0], "disagrees"),
    ],
)
def test_a_verdict_asks_for_overlap_and_for_precision(values, verdict):
    """Agrees, disagrees, too wide, too few, not a number; wide, yet far from the band."""
    assert a_row(values).verdict == verdict


def test_a_doubt_common_to_all_values_widens_the_interval():
    """Three equal values, 10 % of doubt: the half-width is that."""
    sure, unsure = a_row([1.0] * 3), a_row([1.0] * 3, scale_error=0.1)
    assert sure.interval == (1.0, 1.0)
    assert unsure.interval == pytest.approx((0.9, 1.1))


def test_an_exponent_of_zero_has_a_resolution_of_its_own():
    """A share of nothing is nothing: the half-width allowed is stated."""
    values = [0.01, -0.01, 0.0]
    assert a_row(values, 0.0, (-0.02, 0.02)).verdict == "cannot tell"
    assert a_row(values, 0.0, (-0.02, 0.02), resolution=0.05).verdict == "agrees"


def test_the_interval_covers_the_mean_as_often_as_it_says():
    """Student's 90 % of 4 normal values: 2,000 trials, within four standard errors."""
    rng = np.random.default_rng(5)
    hits = [low <= 0.0 <= high for _, (low, high), _ in map(interval, rng.normal(size=(2000, 4)))]
    assert np.mean(hits) == pytest.approx(0.9, abs=4.0 * np.sqrt(0.09 / 2000))


def test_rows_replace_those_of_their_case_and_are_kept(tmp_path):
    """A case run alone leaves the others; disagreements stay in the page."""
    kept, text = tmp_path / "rows.json", tmp_path / "page.md"
    table = Table(kept, text)
    other = row("2 Other", "q", "S", 1.0, (0.9, 1.1), [2.0, 2.1, 1.9], note="why")
    table.put([a_row([1.0, 1.0, 1.1]), a_row([3.0, 3.1, 2.9])])
    table.put([other])
    table = Table(kept, text)
    table.put([a_row([1.0, 1.1, 0.9])])
    assert [r.case for r in Table(kept, text).rows] == ["1 Case", "2 Other"]
    assert text.read_text() == page(table.rows)
    assert "1 agrees, 1 disagrees, 0 cannot tell" in text.read_text()
    assert "- why" in text.read_text()
    pictures = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert pictures == {"validation-1.png", "validation-2.png"}
    assert all(f"(pictures/{name})" in text.read_text() for name in pictures)


def test_figures_show_shares_of_the_published_value_or_of_the_resolution():
    """Twice 0.5 is +1; where a resolution is set that is the unit, also at 0."""
    assert scaled([0.5, 1.0], 0.5, 0.0) == pytest.approx([0.0, 1.0])
    assert scaled([0.0, 0.05], 0.0, 0.1) == pytest.approx([0.0, 0.5])


def test_the_page_is_that_of_the_kept_rows():
    """Neither was changed alone, and each case has its figure."""
    table = Table()
    assert page(table.rows) == PAGE.read_text()
    assert KEPT.exists()
    named = {r.case.split()[0] for r in table.rows}
    assert all((PAGE.parent / "pictures" / f"validation-{n}.png").exists() for n in named)
