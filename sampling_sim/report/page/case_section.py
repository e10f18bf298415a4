"""Cases one by one: scattered over the inputs that matter most, and as lines of a table."""

from shlex import quote as shell_quoted
from urllib.parse import quote

import numpy as np

from sampling_sim.campaign.experiment.requirements import NOT_FINISHED
from sampling_sim.constants import IntArray
from sampling_sim.report.page.cells import figure_text, number, plain, shown
from sampling_sim.report.page.figures import (
    MANY,
    STATUS_COLOURS,
    STATUS_SYMBOLS,
    compact,
    figure,
    safe,
    titled,
)
from sampling_sim.report.page.parts import Cell, Listing, Note, Plot, Section, Table
from sampling_sim.report.page.view import StoreView

SHOWN_CASES = 200
"""Lines of the table before any point is clicked, beside those that went wrong or were recorded."""
SHOWN_WRONG = 300
"""Of those lines, cases that failed or diverged, and recorded ones, at most of each."""
SHOWN_POINTS = 10_000
"""Cases in the scatter, the first ones; chosen: 2 MB of the page, and no more can be told apart."""
SHOWN_INPUTS = 3
ROW_HEIGHT = 260
"""[CSS px] of the plot over one input."""
GAP = 80
"""[CSS px] between two plots: ticks and a title."""


def case_section(view: StoreView) -> Section:
    """Scatter of cases, the table of cases, and how recorded ones are replayed."""
    inputs = strongest_inputs(view)
    drawn = np.flatnonzero(view.finished & np.isfinite(view.columns["collected_mass"]))
    parts: list[Note | Plot | Table | Listing] = []
    if len(drawn):
        if len(drawn) > SHOWN_POINTS:
            text = f"The scatter shows the first {SHOWN_POINTS} of {len(drawn)} cases."
            parts.append(Note(text=text))
        parts.append(_scatter(view, drawn[:SHOWN_POINTS], inputs))
    parts += [_table(view, drawn[:SHOWN_POINTS], inputs), *_replays(view)]
    return Section(anchor="cases", title="Cases one by one", parts=tuple(parts))


def strongest_inputs(view: StoreView) -> list[str]:
    """Numbers that vary and drive collected mass most; of few cases, by rank correlation."""
    names = [
        name
        for name in view.varying
        if view.columns[name].dtype.kind in "fiu" and not name.endswith("packing_seed")
    ]
    found = view.drivers["collected_mass"]
    if not isinstance(found, str) and found["drivers"]:
        order = [entry["input"] for entry in found["drivers"]]
        names.sort(key=lambda name: order.index(name) if name in order else len(order))
    else:
        names.sort(key=lambda name: -abs(_correlation(view, name, np.flatnonzero(view.finished))))
    return names[:SHOWN_INPUTS]


def _correlation(view: StoreView, name: str, rows: IntArray) -> float:
    """Spearman's rank correlation of a column with collected mass; 0 where there is none."""
    from scipy.stats import spearmanr

    values = np.asarray(view.columns[name][rows], float)
    mass = np.asarray(view.columns["collected_mass"][rows], float)
    valid = np.isfinite(values) & np.isfinite(mass)
    values, mass = values[valid], mass[valid]
    if len(mass) < 3 or np.ptp(values) == 0.0 or np.ptp(mass) == 0.0:
        return 0.0
    return float(spearmanr(values, mass).statistic)


def _scatter(view: StoreView, rows: IntArray, inputs: list[str]) -> Plot:
    """Plot collected mass over each of the inputs, one below the other; over the case if none."""
    import plotly.graph_objects as go

    across = inputs or ["case"]
    kind = go.Scattergl if len(rows) * len(across) > MANY else go.Scatter
    drawn = figure()
    columns, is_many = view.columns, len(rows) > MANY
    whole = ROW_HEIGHT * len(across)
    gap = GAP / whole
    height = (1.0 - gap * (len(across) - 1)) / len(across)
    for i, name in enumerate(across):
        number_ = "" if i == 0 else str(i + 1)
        for status in dict.fromkeys(columns["status"][rows].tolist()):
            chosen = rows[columns["status"][rows] == status]
            drawn.add_trace(
                kind(
                    x=compact(columns[name][chosen]),
                    y=compact(columns["collected_mass"][chosen]),
                    xaxis=f"x{number_}",
                    yaxis=f"y{number_}",
                    mode="markers",
                    marker={
                        "color": STATUS_COLOURS[status],
                        "symbol": STATUS_SYMBOLS[status],
                        "size": 4 if is_many else 7,
                        "opacity": 0.4 if is_many else 0.75,
                    },
                    customdata=columns["case"][chosen].astype(np.int32),
                    hovertemplate=f"case %{{customdata}}, {status}<br>%{{x:.4g}}, "
                    "%{y:.4g}<extra></extra>",
                    name=status.replace("_", " "),
                    legendgroup=status,
                    showlegend=i == 0,
                )
            )
        top = 1.0 - i * (height + gap)
        axis = drawn.layout.xaxis.to_plotly_json(), drawn.layout.yaxis.to_plotly_json()
        unit = view.unit(name) if name != "case" else ""
        drawn.update_layout(
            {
                f"xaxis{number_}": {
                    **axis[0], "anchor": f"y{number_}", "title": {"text": safe(titled(name, unit))},
                },
                f"yaxis{number_}": {
                    **axis[1], "anchor": f"x{number_}",
                    "domain": [max(0.0, top - height), top],
                    "title": {"text": safe(titled("collected_mass", view.unit("collected_mass")))},
                },
            }
        )  # fmt: skip
    drawn.update_layout(hovermode="closest")
    return Plot(
        figure=drawn,
        alternative=_words(view, rows, across),
        name="cases-scatter",
        height=90 + whole,
        leads_to_cases=True,
    )


def _words(view: StoreView, rows: IntArray, across: list[str]) -> str:
    """Say what a scatter shows, with rank correlations as its figures."""
    told = []
    for name in across:
        values = view.columns[name][rows]
        unit = f" {view.unit(name)}" if name != "case" and view.unit(name) else ""
        said = f"{name} from {shown(values.min())} to {shown(values.max())}{unit}"
        if correlation := _correlation(view, name, rows):
            said += f" (rank correlation {figure_text(correlation, 2)})"
        told.append(said)
    return (
        f"Collected mass of {len(rows)} cases over {'; over '.join(told)}. A click on a point "
        "leads to its case in the table below."
    )


def _table(view: StoreView, drawn: IntArray, inputs: list[str]) -> Table:
    """List the first cases, those that went wrong and those recorded; others wait for a click."""
    columns = view.columns
    wrong = np.isin(columns["status"], [*map(str, NOT_FINISHED)])
    recorded = np.isin(columns["case"], view.recorded)
    kept = np.zeros(view.cases, dtype=bool)
    kept[:SHOWN_CASES] = True
    for others in (wrong, recorded):
        kept[np.flatnonzero(others)[:SHOWN_WRONG]] = True
    rows = np.flatnonzero(kept)
    outcomes = [name for name in view.headline if np.isfinite(columns[name]).any()]
    names = [*_addresses(view), *outcomes, *inputs]
    head = ["case", "status", *(_headed(view, name) for name in names)]
    has_rules = bool((columns["abort_rule"] != "").any())
    head += ["abort rule"] if has_rules else []
    head += ["replay"] if view.recorded else []

    def cells(row: np.intp) -> tuple[Cell, ...]:
        case = int(columns["case"][row])
        found = [number(case, f"/runs/case#{case}"), plain(columns["status"][row])]
        found += [number(columns[name][row], f"/runs/{name}#{case}") for name in names]
        found += [plain(columns["abort_rule"][row])] if has_rules else []
        found += [_replay(view, case)] if view.recorded else []
        return tuple(found)

    left_out = view.cases - len(rows)
    waiting = np.setdiff1d(drawn, rows)
    what = "the first ones, and those that failed, diverged or were recorded"
    more = (
        f": {what}. {left_out} are left out; a click on a point adds its case" if left_out else ""
    )
    return Table(
        caption=f"{len(rows)} of {view.cases} cases{more}. SI units, radians.",
        head=tuple(head),
        rows=tuple(cells(row) for row in rows),
        anchors=tuple(f"case-{columns['case'][row]}" for row in rows),
        more=tuple(cells(row) for row in waiting),
        is_tall=len(rows) > 12,
    )


def _addresses(view: StoreView) -> list[str]:
    """Columns that say which case a row is, of those that differ."""
    names = ("replicate", "design_point", "surface")
    return [name for name in names if len(np.unique(view.columns[name])) > 1]


def _headed(view: StoreView, name: str) -> str:
    unit = view.unit(name) if name in view.described else ""
    return f"{name} [{unit}]" if unit else name.replace("_", " ")


def _replay(view: StoreView, case: int) -> Cell:
    """Link to the replay of a case, if there is one; else whether one can be made."""
    if case in view.replays:
        return Cell(text="replay", link=quote(view.replays[case]))
    return plain("recorded" if case in view.recorded else "")


def _replays(view: StoreView) -> list[Note | Listing]:
    """Say how a recorded case becomes a replay that the page links, and how others are recorded."""
    if not view.recorded:
        text = (
            "No case of this file has snapshots, so none can be replayed. "
            f"`sampling-sim rerun {view.shell_path} --case N --record -o one.h5` records one."
        )
        return [Note(text=text)]
    missing = [case for case in view.recorded if case not in view.replays]
    if not missing:
        return []
    names = ", ".join(map(str, missing[:20])) + (" …" if len(missing) > 20 else "")
    note = Note(
        text=f"{len(missing)} recorded cases have no replay beside this page yet ({names}); this "
        "makes one, and the page links it when it is written again:"
    )
    output = shell_quoted(str(view.replay_of(missing[0])))
    command = f"sampling-sim replay {view.shell_path} --case {missing[0]} -o {output}"
    return [note, Listing(caption="Command", text=command)]
