"""How cases ended: counts and shares of each status, place by place where there are several."""

import numpy as np

from sampling_sim.report.page.cells import number, plain, share
from sampling_sim.report.page.figures import figure, label_height, status_marker, wrapped
from sampling_sim.report.page.parts import Note, Plot, Section, Table
from sampling_sim.report.page.places import Place, places
from sampling_sim.report.page.view import StoreView

SHOWN_PLACES = 40
"""Bars in the plot; chosen: more cannot be labelled."""


def status_section(view: StoreView) -> Section:
    """Table and plot of how cases ended."""
    counts, cases = view.summary["status"], view.cases
    rows = tuple(
        (
            plain(name),
            number(count, f"status.{name}"),
            share(count / cases, f"status.{name} / cases"),
        )
        for name, count in counts.items()
    )
    table = Table(
        caption=f"How the {cases} cases ended; of what applies, the first in the order of "
        "docs/outcomes.md.",
        head=("status", "cases", "share"),
        rows=rows,
    )
    here = places(view)
    notes = []
    if len(here) > SHOWN_PLACES:
        notes.append(Note(text=f"The plot shows the first {SHOWN_PLACES} of {len(here)} places."))
    return Section(
        anchor="status",
        title="How cases ended",
        parts=(table, *notes, _plot(view, here[:SHOWN_PLACES])),
    )


def _plot(view: StoreView, here: list[Place]) -> Plot:
    """Bar a place, cut by status."""
    import plotly.graph_objects as go

    drawn = figure("share of cases [%]")
    words = []
    labels = [wrapped(place.label) for place in here]
    for name in view.summary["status"]:
        count = np.array([place.report["status"].get(name, 0) for place in here])
        total = np.array([place.report["cases"] for place in here])
        drawn.add_trace(
            go.Bar(
                x=100.0 * count / total,
                y=labels,
                orientation="h",
                name=name.replace("_", " "),
                marker=status_marker(name),
                customdata=np.stack([count, total], axis=-1),
                hovertemplate="%{y}: %{customdata[0]} of %{customdata[1]}",
            )
        )
    for place in here[:12]:
        said = ", ".join(f"{n} {s.replace('_', ' ')}" for s, n in place.report["status"].items())
        words.append(f"{place.label}: {said}")
    drawn.update_layout(barmode="stack", bargap=0.35, showlegend=True, legend_traceorder="normal")
    drawn.update_yaxes(autorange="reversed", type="category")
    more = "" if len(here) <= 12 else f"; and {len(here) - 12} more"
    return Plot(
        figure=drawn,
        alternative=f"Bars of how cases ended. {'; '.join(words)}{more}.",
        name="status-bars",
        height=150 + sum(label_height(label) for label in labels),
    )
