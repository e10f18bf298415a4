"""Trades between design points: which ones nothing beats, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sampling_sim.campaign.statistics.clusters import FEW
from sampling_sim.campaign.statistics.pareto import Objective
from sampling_sim.campaign.statistics.stored import stored_pareto
from sampling_sim.report.page.cells import ends, figure_text, number, plain, share
from sampling_sim.report.page.figures import figure, safe, titled
from sampling_sim.report.page.parts import COLOURS, Cell, Note, Plot, Section, Table
from sampling_sim.report.page.places import label
from sampling_sim.report.page.view import StoreView

MOST_OBJECTIVES = 3
"""Chosen: with more, hardly a design point is beaten."""
LABELLED = 12
"""Points with their numbers written beside them; chosen: more cover each other."""
SHOWN_DIFFERENCES = 100

Report = Mapping[str, Any]


def trade_section(view: StoreView) -> Section | None:
    """Trade of a campaign that has design points to choose from."""
    if not view.summary["design_points"]:
        return None
    objectives = _objectives(view)
    title = "Trades between design points"
    if not objectives:
        text = "No outcome that decides has a value that differs, so there is nothing to trade."
        return Section(anchor="trades", title=title, parts=(Note(text=text),))
    text = ", ".join(objective.text for objective in objectives)
    found = stored_pareto(view.columns, view.experiment, text)
    few = f"; from fewer than {FEW} packings the share is surer than it should be"
    said = (
        f"Traded: {text}; each on the surface where it is worst. Chosen: collected mass, what is "
        "required, and the load on the head; others with "
        f'`sampling-sim show {view.shell_path} --pareto "..."`. A design point is marked where no '
        "other is as good in all objectives and better in one; the share of resamples says how "
        f"sure that is ({found['replicates']} replicates, {found['packings']} packings of the bed"
        f"{few if 1 < found['packings'] < FEW else ''})."
    )
    parts: list[Note | Plot | Table] = [Note(text=said), _plot(view, found, objectives)]
    parts += [_table(found, view, text), *_differences(found, text)]
    return Section(anchor="trades", title=title, parts=tuple(parts))


def _objectives(view: StoreView) -> list[Objective]:
    """Trade collected mass, what is required, and the load, of those that differ."""
    wanted = [Objective("collected_mass", "mean", True)]
    for requirement in view.experiment.requirements:
        if requirement.comparison[0] in "<>":
            is_maximised = requirement.comparison[0] == ">"
            wanted.append(Objective(requirement.column, "mean", is_maximised))
    wanted.append(Objective("peak_force", "q95", False))
    found: dict[str, Objective] = {}
    for objective in wanted:
        values = np.asarray(view.columns[objective.outcome], float)[view.finished]
        values = values[np.isfinite(values)]
        if len(values) and np.ptp(values) > 0.0:
            found.setdefault(objective.outcome, objective)
    return [*found.values()][:MOST_OBJECTIVES]


def _plot(view: StoreView, found: Report, objectives: Sequence[Objective]) -> Plot:
    """Two objectives against each other, or the only one by design point."""
    import plotly.graph_objects as go

    points = found["points"]
    upright = objectives[0]
    across = objectives[1] if len(objectives) > 1 else None
    drawn = figure(_axis(across, view) if across else "design point", _axis(upright, view))
    for is_best, name, symbol, colour in (
        (True, "nothing beats it", "diamond", COLOURS[0]),
        (False, "beaten", "circle-open", "#777777"),
    ):
        chosen = [p for p in points if p["is_non_dominated"] is is_best]
        y = np.array([p["values"][upright.text] for p in chosen])
        x = np.array([p["values"][across.text] if across else p["design_point"] for p in chosen])
        bars = {"error_y": _bars(chosen, upright.text, y, colour)}
        if across:
            bars["error_x"] = _bars(chosen, across.text, x, colour)
        drawn.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers+text" if len(points) <= LABELLED else "markers",
                text=[str(p["design_point"]) for p in chosen],
                textposition="top right",
                marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2}},
                customdata=[
                    [safe(label("point", p["design_point"], p["inputs"], view)), p["share"]]
                    for p in chosen
                ],
                hovertemplate="%{customdata[0]}<br>%{x:.4g}, %{y:.4g}<br>"
                "nothing beats it in %{customdata[1]:.0%} of resamples<extra></extra>",
                name=name,
                **bars,
            )
        )
    if not across:
        drawn.update_xaxes(tickformat="d", dtick=max(1, len(points) // 12))
    return Plot(
        figure=drawn,
        alternative=_words(view, found, [o.text for o in objectives[:2]]),
        name="trade",
        height=480,
    )


def _axis(objective: Objective, view: StoreView) -> str:
    return f"{objective.statistic} {titled(objective.outcome, view.unit(objective.outcome))}"


def _bars(points: Sequence[Report], text: str, values: Any, colour: str) -> dict[str, Any]:
    """Error bars; none where there is no interval."""
    ends_ = np.array([p["intervals"][text] for p in points], float).reshape(-1, 2)
    return {
        "type": "data",
        "array": np.nan_to_num(ends_[:, 1] - values),
        "arrayminus": np.nan_to_num(values - ends_[:, 0]),
        "color": colour,
        "thickness": 1,
    }


def _words(view: StoreView, found: Report, texts: Sequence[str]) -> str:
    best = [p for p in found["points"] if p["is_non_dominated"]]
    told = "; ".join(
        f"{label('point', p['design_point'], p['inputs'], view)} (point {p['design_point']}): "
        + ", ".join(f"{t} {figure_text(p['values'][t])}" for t in texts)
        + f", in {p['share']:.0%} of resamples"
        for p in best[:10]
    )
    more = f"; and {len(best) - 10} more" if len(best) > 10 else ""
    return (
        f"{len(found['points'])} design points by {' and '.join(texts)}, with intervals at 95 "
        "% (an end that the cases are too few for is not drawn). "
        f"Nothing beats {len(best)} of them: {told}{more}."
    )


def _table(found: Report, view: StoreView, text: str) -> Table:
    points = found["points"]
    keys, texts = list(points[0]["inputs"]), list(points[0]["values"])
    head = ["design point", *(_headed(view, key) for key in keys)]
    for name in texts:
        head += [name, "from", "to"]
    head += ["nothing beats it", "in resamples"]
    source = f"--pareto {text}: pareto.points"
    rows = []
    for i, point in enumerate(points):
        row = [number(point["design_point"], f"{source}.{i}.design_point")]
        row += [_input(view, point, key) for key in keys]
        for name in texts:
            row.append(number(point["values"][name], f"{source}.{i}.values.{name}"))
            row += ends(point["intervals"][name], f"{source}.{i}.intervals.{name}")
        row.append(plain("yes" if point["is_non_dominated"] else "no"))
        row.append(share(point["share"], f"{source}.{i}.share"))
        rows.append(tuple(row))
    return Table(
        caption="Design points, their objectives on the worst surface with intervals at 95 %, and "
        "which of them nothing beats.",
        head=tuple(head),
        rows=tuple(rows),
        is_tall=len(rows) > 30,
    )


def _headed(view: StoreView, key: str) -> str:
    return f"{key} [{view.unit(key)}]" if view.unit(key) else key


def _input(view: StoreView, point: Report, key: str) -> Cell:
    """Value of an input that makes a design point; its source is the first case there."""
    value = point["inputs"][key]
    if isinstance(value, str):
        return plain(value)
    row = int(np.flatnonzero(view.columns["design_point"] == point["design_point"])[0])
    return number(value, f"/runs/{key}#{view.columns['case'][row]}")


def _differences(found: Report, text: str) -> list[Table]:
    """Differences to the first design point, replicate by replicate."""
    entries = found["differences"]
    if not entries:
        return []
    shown = entries[:SHOWN_DIFFERENCES]
    source = f"--pareto {text}: pareto.differences"
    rows = tuple(
        (
            plain(entry["outcome"]),
            *(number(entry[key], f"{source}.{i}.{key}") for key in ("design_point", "surface")),
            number(entry["mean"], f"{source}.{i}.mean"),
            *ends(entry["interval"], f"{source}.{i}.interval"),
            number(entry["pairs"], f"{source}.{i}.pairs"),
        )
        for i, entry in enumerate(shown)
    )
    left_out = len(entries) - len(shown)
    more = (
        f" The first {len(shown)}; {left_out} more in `show --pareto --json`." if left_out else ""
    )
    caption = (
        f"Mean differences from design point {entries[0]['against']} on common random numbers, "
        f"with intervals at 95 %.{more}"
    )
    head = ("outcome", "design point", "surface", "differs by", "from", "to", "pairs")
    return [Table(caption=caption, head=head, rows=rows, is_tall=len(rows) > 24)]
