"""Page and figures of the study at Bennu, from the kept flights and from nothing else."""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from flight_figures import draw
from flight_keep import ROOT, flights_of, levels
from flight_parts import (
    depth_part,
    drag_part,
    drag_speeds,
    drivers_part,
    gas_part,
    given_part,
    level_part,
    pour_part,
    quick_part,
    region_part,
)
from flight_predicted import predicted_part, predicted_rows
from flight_rows import (
    DENSE,
    ensemble_rows,
    given_rows,
    good,
    law_rows,
    sample_rows,
    values,
)
from flight_tables import Kept, cases_at, pictures_of, table
from flight_width import endless, width_part
from rows import Row, table_line

PAGE = ROOT / "docs" / "validation-bennu.md"
PICTURES = ROOT / "docs" / "pictures"
NEAR_FLOOR = 0.1
"""[m] within which the floor counts as met; chosen: two grains."""
SHIFTED = ("depth", "speed_at_6s", "mean_force")
"""Measures of the ensemble that the extrapolation in width moves."""


def validation_rows(kept: Kept) -> list[Row]:
    """Rows for the table of `make validate`, of what was flown; none where nothing was."""
    widths = cases_at(kept, "width, loose")
    moved = {name: endless(widths, name) for name in SHIFTED}
    change = {
        name: (found.change, found.half_width)
        for name, found in moved.items()
        if np.isfinite(found.value)
    }
    ensemble = kept.get("unknowns", {"cases": []})["cases"]
    dense = {
        f"friction {words}": cases_at(kept, group).get(at, [])
        for (group, at), words in DENSE.items()
    }
    return (
        (ensemble_rows(ensemble, change) if good(ensemble) else [])
        + predicted_rows(kept)
        + given_rows(cases_at(kept, "ground"), change)
        + sample_rows(cases_at(kept, "sample").get(30.0, []))
        + law_rows(drag_speeds(kept), dense)
    )


def write_page(kept: Kept, page: Path = PAGE, pictures: Path = PICTURES) -> None:
    """Write docs/validation-bennu.md and its figures."""
    drawn = draw(kept, cases_at, drag_speeds(kept), pictures)
    page.write_text(text_of(kept, drawn))


def text_of(kept: Kept, drawn: Mapping[str, str]) -> str:
    """Text of the page."""
    rows = validation_rows(kept)
    verdicts = [r.verdict for r in rows]
    counts = ", ".join(f"{verdicts.count(v)} {v}" for v in ("agrees", "disagrees", "cannot tell"))
    parts = [
        (Path(__file__).parent / "assumptions.md").read_text().rstrip(),
        "## Against the flight",
        *(
            [f"{len(rows)} quantities: {counts}.", table(map(table_line, rows))]
            if rows
            else ["No row yet: neither the ensemble nor the drag flights are in."]
        ),
        near_floor(kept),
        pictures_of(drawn, "flights"),
        *drivers_part(kept, "unknowns", "## What the unknowns do"),
        *given_part(kept, drawn),
        *predicted_part(kept, drawn),
        *width_part(kept, drawn),
        *pour_part(kept),
        *depth_part(kept),
        *gas_part(kept),
        *region_part(kept, drawn),
        *drag_part(kept, drawn),
        *level_part(kept, "numerics", "## Step, stiffness, arm"),
        *quick_part(kept),
        *flown_part(kept),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def near_floor(kept: Kept) -> str:
    """Say how many flights came so near the floor that their depth is too small."""
    gaps = [v for entry in kept.values() for v in values(entry["cases"], "floor_gap")]
    near = sum(gap < NEAR_FLOOR for gap in gaps)
    return (
        f"{near} of {len(gaps)} flights came within {100 * NEAR_FLOOR:.0f} cm of the floor; their "
        "depth is too small."
        if near
        else ""
    )


def flown_part(kept: Kept) -> list[str]:
    """Say what was flown, what it cost, and what was not."""
    plan = [level for quick in (False, True) for level in levels(quick=quick)]
    spent, missing = [], []
    for level in plan:
        entry = kept.get(level["name"])
        wanted = flights_of(level)
        flown = len(entry["cases"]) if entry else 0
        if entry and entry.get("refused"):
            missing.append(f"- {level['name']}: refused: {entry['refused']}")
        elif flown < wanted:
            missing.append(f"- {level['name']}: {flown} of {wanted} flights")
        cases = entry["cases"] if entry else []
        spent += list(values(cases, "wall_time"))
        lost = sorted({str(case["message"]) for case in cases if case not in good(cases)})
        missing += [f"- {level['name']}, lost: {message}" for message in lost]
    low, high = (min(spent), max(spent)) if spent else (0.0, 0.0)
    cost = (
        f"{len(spent)} flights, {sum(spent) / 3600.0:.2g} hours of wall time in all (bed included, "
        f"on shared cores), {low:.0f} to {high:.0f} s each."
        if spent
        else "Nothing was flown yet."
    )
    todo = ["Not flown:", "\n".join(missing)] if missing else ["Everything of the plan was flown."]
    return ["## Flown and not flown", cost, *todo]
