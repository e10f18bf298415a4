"""From a page as plain data to one HTML file that asks the network for nothing."""

import json
import re
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sampling_sim.errors import BadInput
from sampling_sim.report.page.cells import NONE
from sampling_sim.report.page.parts import Listing, Note, Page, Plot, Table
from sampling_sim.store import check_names_file
from sampling_sim.store.writing import written_whole

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIX = ".html"


def check_output(output: Path, inputs: Sequence[Path]) -> None:
    """Refuse an output that cannot be written, before any work is done for it.

    Raises
    ------
    BadInput
        If its name is no page's, it is one of the inputs or a folder, or its folder is missing or
        may not be written to.
    """
    if output.suffix.lower() != SUFFIX:
        raise BadInput(f"-o {output}: must be the name of a page, as report.html")
    check_names_file(output)
    if any(output.resolve() == path.resolve() for path in inputs):
        raise BadInput(f"-o {output}: is the file to read; choose another name")
    if not output.parent.is_dir():
        raise BadInput(f"-o {output}: no such folder: {output.parent}")
    try:
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise BadInput(f"-o {output}: cannot write here: {error.strerror}") from None


def write_page(page: Page, output: Path) -> None:
    """Write the page whole or not at all; raises `StoreError` if it cannot be written."""
    data = render(page).encode("utf-8", "backslashreplace")
    with written_whole(output) as file:
        file.write(data)


def render(page: Page) -> str:
    """HTML text of a page."""
    parts = [part for section in page.sections for part in section.parts]
    has_plots = any(isinstance(part, Plot) for part in parts)
    template = _environment().get_template("page.html")
    return template.render(page=page, plotly=_plotly() if has_plots else "")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("sampling_sim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = {"note": Note, "table": Table, "plot": Plot, "listing": Listing}
    for name, kind in kinds.items():
        made.tests[name] = lambda part, kind=kind: isinstance(part, kind)
    made.tests["numeric"] = lambda cell: cell.value is not None or cell.text == NONE
    made.filters["breakable"] = _breakable
    made.filters["figure_json"] = _figure_json
    made.filters["more_json"] = _more_json
    made.filters["exact"] = repr
    return made


@cache
def _plotly() -> Any:
    """Text of plotly.js, once a page."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    text = get_plotlyjs()
    if "</script" in text.lower():
        raise ValueError("plotly.js has a closing tag in it and cannot be put into a page")
    return Markup(text)


def _breakable(text: str) -> Any:
    """Heading whose lines may break within a dotted name."""
    from markupsafe import Markup, escape

    pieces = re.split(r"(?<=[._])", text)
    return Markup("<wbr>").join(escape(piece) for piece in pieces)


def _figure_json(plot: Plot) -> Any:
    """Figure for the script of the page, no character of it able to end the element it is in."""
    return _within_script(plot.figure.to_json())


def _more_json(table: Table) -> Any:
    """Rows that wait for a click: where each column is from, text and number of each entry."""
    sources = [
        next((cell.source.partition("#")[0] for cell in column if cell.source), "")
        for column in zip(*table.rows, *table.more, strict=True)
    ]
    rows = [[[cell.text, _digits(cell.value)] for cell in row] for row in table.more]
    return _within_script(json.dumps({"sources": sources, "rows": rows}, separators=(",", ":")))


def _digits(value: float | int | None) -> str:
    return "" if value is None else repr(value)


def _within_script(text: str) -> Any:
    from markupsafe import Markup

    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
