"""The page of one result file, or of several side by side: which sections it has, in which order.

Adding a section: a function of the view, that returns None where there is nothing to show, and a
line in `SECTIONS`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from sampling_sim.errors import BadInput
from sampling_sim.report.page.case_section import case_section
from sampling_sim.report.page.distribution_section import distribution_section
from sampling_sim.report.page.driver_section import driver_section
from sampling_sim.report.page.failure_section import failure_section
from sampling_sim.report.page.head import lead, subtitle
from sampling_sim.report.page.parts import Page, Section
from sampling_sim.report.page.provenance_section import provenance_section
from sampling_sim.report.page.statistics_section import statistics_section
from sampling_sim.report.page.status_section import status_section
from sampling_sim.report.page.trade_section import trade_section
from sampling_sim.report.page.verdict_section import verdict_section
from sampling_sim.report.page.view import StoreView, read_view
from sampling_sim.report.page.writing import check_output, write_page

SECTIONS: tuple[Callable[[StoreView], Section | None], ...] = (
    verdict_section,
    distribution_section,
    status_section,
    statistics_section,
    driver_section,
    trade_section,
    case_section,
    failure_section,
    provenance_section,
)
"""Of the page of one result file, from what decides to what it came from."""


def write_report(paths: Sequence[str | Path] | str | Path, output: str | Path) -> None:
    """Write what a result file says as one HTML page that needs nothing else.

    Parameters
    ----------
    paths
        Result file, or a list of them.
    output
        Page to write, *.html; replaced if it is there.

    Raises
    ------
    BadInput
        If the output cannot be written, or a file holds no case.
    StoreError
        If a file is missing, no result file, damaged, or of a newer version.
    """
    files = [Path(p) for p in ([paths] if isinstance(paths, str | Path) else paths)]
    target = Path(output)
    check_output(target, files)
    write_page(report_page([read_view(path, target) for path in files]), target)


def report_page(views: Sequence[StoreView]) -> Page:
    """Page of these views."""
    if len(views) != 1:
        raise BadInput(f"report: {len(views)} result files; needs one")
    view = views[0]
    found = (make(view) for make in SECTIONS)
    return Page(
        title=f"Report of {view.path.name}",
        subtitle=subtitle(view),
        lead=lead(view),
        sections=tuple(section for section in found if section is not None),
    )
