"""What went wrong: every case that failed or diverged, why, and how to run it again."""

import numpy as np

from sampling_sim.campaign.experiment.requirements import NOT_FINISHED
from sampling_sim.outcome import Status
from sampling_sim.report.page.cells import number, plain
from sampling_sim.report.page.parts import Listing, Note, Section, Table
from sampling_sim.report.page.view import StoreView

SHOWN = 100
"""Cases in the table; chosen: who has more looks for what they have in common, in the file."""
MESSAGE = 600
"""Letters of a message that are shown; a traceback may be longer."""


def failure_section(view: StoreView) -> Section:
    """Say which cases failed, diverged or timed out, or that none did."""
    status, columns = view.columns["status"], view.columns
    rows = np.flatnonzero(np.isin(status, [*map(str, NOT_FINISHED), str(Status.TIMED_OUT)]))
    title = "What failed or diverged"
    if not len(rows):
        text = "No case failed, diverged or ran out of time."
        return Section(anchor="failures", title=title, parts=(Note(text=text),))
    shown = rows[:SHOWN]
    table = Table(
        caption="Each case with the address its random numbers come from (seed, replicate, design "
        "point, surface), and what it said.",
        head=("case", "status", "seed", "replicate", "design point", "surface", "case_id",
              "message"),
        rows=tuple(
            (
                number(columns["case"][row], f"/runs/case#{columns['case'][row]}"),
                plain(status[row]),
                number(view.attributes["seed"], "seed"),
                *(
                    number(columns[name][row], f"/runs/{name}#{columns['case'][row]}")
                    for name in ("replicate", "design_point", "surface")
                ),
                plain(columns["case_id"][row]),
                plain(_cut(columns["message"][row])),
            )
            for row in shown
        ),
        is_tall=len(shown) > 12,
    )  # fmt: skip
    counts = ", ".join(
        f"{int((status == name).sum())} {name}" for name in dict.fromkeys(status[rows].tolist())
    )
    left_out = f" The table shows the first {SHOWN}." if len(rows) > SHOWN else ""
    note = Note(
        text=f"{counts} of {view.cases} cases.{left_out} Cases that failed or diverged count as "
        "not meeting a requirement, and are left out of statistics.",
        kind="caution",
    )
    commands = "\n".join(
        f"sampling-sim rerun {view.shell_path} --case {columns['case'][row]}" for row in shown[:20]
    )
    again = Listing(caption="Run them again", text=commands)
    return Section(anchor="failures", title=title, parts=(note, table, again))


def _cut(message: str) -> str:
    text = " ".join(str(message).split())
    return text if len(text) <= MESSAGE else f"{text[:MESSAGE]} … ({len(text)} letters)"
