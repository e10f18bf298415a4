"""What a page is made of: sections of notes, tables and plots, as plain data.

A section is made by one function from what was read of a result file; how it becomes HTML is the
templates' business alone.  Every text here is plain text: the templates escape it.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Series of a plot, in turn: Okabe and Ito's scheme (2008), told apart by the colour-blind."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One entry of a table."""

    text: str
    """As a person reads it."""
    value: float | int | None = None
    """The number behind the text, every digit, SI; None if it is a text."""
    source: str = ""
    """Where the number is in `show --json`, as "outcomes.collected_mass.mean", or in the result
    file, as "/runs/collected_mass#12": the row of case 12."""
    link: str = ""
    """Where the text leads: "#case-12" on this page, or the name of a file beside it."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a caption; the first entry of a row is its heading."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchors: tuple[str, ...] = ()
    """Of the rows, one each or none at all, as "case-12": where a click on a point leads."""
    more: tuple[tuple[Cell, ...], ...] = ()
    """Rows like those above that are shown when a click on a point asks for their case; the first
    entry is its number."""
    is_tall: bool = False
    """Whether it scrolls within a window of its own."""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """An interactive plot, and what it says in words and figures for those who do not see it."""

    figure: "go.Figure"
    alternative: str
    name: str
    """Of the element on the page, unique on it, as "collected-mass"."""
    height: int = 420
    """[CSS px]."""
    leads_to_cases: bool = False
    """Whether a click on a point leads to its case: `customdata[0]` of a point, or its
    `customdata`, is then the number of the case."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A paragraph."""

    text: str
    kind: str = "plain"
    """`plain`, `caution`, or one of a verdict's: `met`, `not-met`, `open`."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Text as it is in a file, in fixed width."""

    caption: str
    text: str


Part = Note | Table | Plot | Listing


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter of the page."""

    anchor: str
    """Of the heading, as "verdicts"."""
    title: str
    parts: tuple[Part, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Page:
    """All of a page."""

    title: str
    subtitle: str = ""
    lead: tuple[Note, ...] = ()
    """Before the first section: what the page is about, and cautions."""
    sections: tuple[Section, ...] = ()
