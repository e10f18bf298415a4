"""The table of validation: what was measured, what comes out here, and what that says.

A row holds a published value with its band and ours with a 90 % interval over packings.  Rows are
kept in results/validation.json, so that a case run alone replaces its own rows; docs/validation.md
is written from them and from nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from row_figures import draw_case, picture_name
from scipy.stats import t as student

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "results" / "validation.json"
PAGE = ROOT / "docs" / "validation.md"
CONFIDENCE = 0.90
FEWEST = 3
"""Packings below which nothing is decided."""
RESOLUTION = 0.5
"""Half-width over the published value above which an interval decides nothing."""


@dataclass(frozen=True)
class Row:
    """One quantity: published against simulated."""

    case: str
    """Heading it stands under."""
    quantity: str
    source: str
    published: float
    """NaN, as the ends of the band, where nothing published was read: it cannot tell then."""
    band: tuple[float, float]
    """Published interval, or the band chosen for want of one (then the note says so)."""
    simulated: float
    interval: tuple[float, float]
    packings: int
    note: str = ""
    resolution: float = 0.0
    """Half-width that still decides, where 0 is published and a share of it has no meaning."""
    is_trend: bool = False
    """Only the side of 1 on which a ratio lies is published; the band is that side."""

    @property
    def verdict(self) -> str:
        """`disagrees` if interval and band are apart, else `agrees` unless the interval is wide."""
        low, high = self.interval
        if self.is_trend:
            enough = self.packings >= FEWEST
            return trend(low, high, self.band) if enough else "trend not shown"
        if self.packings < FEWEST or not np.isfinite([low, high]).all():
            return "cannot tell"
        if low > self.band[1] or high < self.band[0]:
            return "disagrees"
        widest = self.resolution or RESOLUTION * abs(self.published)
        return "agrees" if 0.5 * (high - low) <= widest else "cannot tell"


def trend(low: float, high: float, band: tuple[float, float]) -> str:
    """Verdict on a published trend: the whole interval on its side, or on the other, or neither."""
    if low > band[0] and high < band[1]:
        return "trend seen"
    return "trend contradicted" if low >= band[1] or high <= band[0] else "trend not shown"


def interval(values: Sequence[float]) -> tuple[float, tuple[float, float], int]:
    """Mean of one value a packing, its 90 % t interval, and how many packings there are."""
    sample = np.asarray(values, float)
    mean, count = float(sample.mean()), sample.size
    if count < 2:
        return mean, (-np.inf, np.inf), count
    half = student.ppf(0.5 + 0.5 * CONFIDENCE, count - 1) * sample.std(ddof=1) / np.sqrt(count)
    return mean, (mean - float(half), mean + float(half)), count


def row(
    case: str,
    quantity: str,
    source: str,
    published: float,
    band: tuple[float, float],
    values: Sequence[float],
    *,
    scale_error: float = 0.0,
    **rest: Any,
) -> Row:
    """Row from one simulated value a packing.

    `scale_error` is the share by which all values may be off together (μ in a constant); it joins
    the half-width in quadrature.
    """
    mean, (low, high), count = interval(values)
    half = float(np.hypot(0.5 * (high - low), scale_error * mean))
    ends = (mean - half, mean + half)
    return Row(case, quantity, source, published, tuple(band), mean, ends, count, **rest)


def band_row(
    case: str, quantity: str, source: str, published: tuple[float, tuple[float, float]],
    found: np.ndarray, note: str,
) -> Row:  # fmt: skip
    """Row of the median of single flights, and the ends between which 90 % of them lie."""
    tail = 0.5 * (1.0 - CONFIDENCE)
    low, middle, high = (float(q) for q in np.quantile(found, [tail, 0.5, 1.0 - tail]))
    return Row(case, quantity, source, *published, middle, (low, high), found.size, note)


class Table:
    """Rows kept between runs, in the order of the cases."""

    def __init__(self, kept: Path = KEPT, page: Path = PAGE) -> None:
        self._kept, self._page = kept, page
        self._pictures = page.parent / "pictures"
        stored = json.loads(kept.read_text()) if kept.exists() else []
        self.rows = [row_of(r) for r in stored]

    def put(self, rows: Sequence[Row]) -> None:
        """Put the rows of one case in place of its former ones; write both files, its figure."""
        cases = {r.case for r in rows}
        self.rows = [r for r in self.rows if r.case not in cases] + list(rows)
        self.rows.sort(key=lambda r: place(r.case))  # stable: within a case as they came
        plain = [{k: without_nan(v) for k, v in asdict(r).items()} for r in self.rows]
        self._kept.write_text(json.dumps(plain, indent=1, allow_nan=False) + "\n")
        self._page.write_text(page(self.rows))
        for case in cases:
            draw_case([r for r in rows if r.case == case], self._pictures)


def without_nan(value: Any) -> Any:
    """Value as JSON has it: null where there is no number."""
    if isinstance(value, tuple):
        return [without_nan(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def row_of(stored: dict[str, Any]) -> Row:
    """Row as it was kept; null is no number."""

    def number(value: float | None) -> float:
        return np.nan if value is None else value

    numbers = {k: number(stored[k]) for k in ("published", "simulated")}
    ends = {k: tuple(map(number, stored[k])) for k in ("band", "interval")}
    return Row(**(stored | numbers | ends))


def place(case: str) -> tuple[int, str]:
    """Sort key of a heading: its number first, so that case 10 follows case 9."""
    number = case.split(maxsplit=1)[0]
    return (int(number) if number.isdigit() else 0, case)


def page(rows: Sequence[Row]) -> str:
    """Text of docs/validation.md."""
    verdicts = [r.verdict for r in rows]
    counts = ", ".join(f"{verdicts.count(v)} {v}" for v in ("agrees", "disagrees", "cannot tell"))
    trends = sum(r.is_trend for r in rows)
    seen = f" Of {trends} published trends {verdicts.count('trend seen')} are seen." * bool(trends)
    lines = [INTRODUCTION, f"{len(rows) - trends} quantities: {counts}.{seen}\n"]
    for case in dict.fromkeys(r.case for r in rows):
        mine = [r for r in rows if r.case == case]
        lines += [f"## {case}\n", "| quantity | source | measured | simulated (90 %) | verdict |"]
        lines += ["|---|---|---|---|---|", *map(table_line, mine), ""]
        lines += [f"![Published bands and what comes out](pictures/{picture_name(case)})", ""]
        lines += [f"- {note}" for note in dict.fromkeys(r.note for r in mine if r.note)] + [""]
    return "\n".join(lines).rstrip() + "\n"


def table_line(r: Row) -> str:
    """One line of a Markdown table."""
    measured = "none read"
    if r.is_trend:
        measured = "below 1" if r.band[1] <= 1.0 else f"1 to {r.band[1]:.3g}"
    elif np.isfinite(r.published):
        measured = f"{round(r.published, 9):.3g} ({r.band[0]:.3g} to {r.band[1]:.3g})"
    simulated = f"{r.simulated:.3g} ({r.interval[0]:.3g} to {r.interval[1]:.3g}), n = {r.packings}"
    return f"| {r.quantity} | {r.source} | {measured} | {simulated} | **{r.verdict}** |"


INTRODUCTION = """# Validation: laboratory laws and flights

Written by `make validate` (`tests/validation`); do not edit. Verification (does the code solve its
equations?) is in [verification.md](verification.md); here the question is whether the equations are
the right ones. Nothing is tuned to the answer: grains, friction, restitution are the package's
defaults unless a row says otherwise.

Each packing gives one value; the interval is that of their mean (Student, 90 %). A row *disagrees*
if interval and measured band are apart; it *agrees* if they meet and the interval is narrower than
±50 % of the published value, else it *cannot tell*, as with fewer than three packings. The papers'
own errors could not be read: the band is ±20 % of a constant or ±0.1 of an exponent, chosen. μ is
the tangent of the angle of repose measured on these beds, as in the laws; its own interval is part
of that of every constant with μ in it. In the figures a dot is the simulated value, a line its
interval, both less the published value and in shares of it (of the resolution, where a row has one
because about 0 is published). Case 8 is made from kept flights by
`tests/validation/bennu/study.py`; its intervals and its text are those of
[validation-bennu.md](validation-bennu.md). In case 9 and for the horn of
case 10 the interval holds 90 % of the flights. Of the brushes in case 10 only the side of 1 on
which a ratio lies is published: such a trend is *seen* if the whole interval lies there,
*contradicted* if it lies on the other side, and counted apart.

What it costs: `make validate` took 17.5 minutes of one core from an empty cache (November 2026, in
a fresh clone, the other core busy), 11 of them for case 9, and every verdict came out as it was
kept. Two parts of it are flights that it reads and does not fly: case 8, whose hours are told on
its page, and the brushes of case 10 (39 minutes, `tests/validation/samplers/brush_study.py`).
"""
