"""The bodies and the sites that the cases of a result file touch, found from its inputs.

In: a `StoreView`; out: `BodyPlaces`, each an `[asteroid]` with every distinct latitude and
longitude on it.  Nothing is loaded here: the mesh may be gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sampling_sim.asteroid.parameters import AsteroidParameters
from sampling_sim.report.page.view import StoreView


@dataclass(frozen=True, kw_only=True)
class Place:
    """A latitude and longitude, and the cases that touch there."""

    lat: float
    """[rad]"""
    lon: float
    """[rad]"""
    case: int
    """Row name of the first case."""
    cases: int
    name: str
    """What tells it apart: scenario, design point, or the case."""


@dataclass(frozen=True, kw_only=True)
class BodyPlaces:
    """One body, and the places on it, in the order in which cases first touch them."""

    asteroid: AsteroidParameters
    places: tuple[Place, ...]


def touched(view: StoreView) -> list[BodyPlaces]:
    """Every distinct body of the cases; none if the cases have no site."""
    first = _case(view, 0)
    if not hasattr(first, "site"):
        return []
    bodies = [name for name in view.columns if name.startswith("asteroid.")]
    if not bodies and not {"site.lat", "site.lon"}.intersection(view.columns):
        place = _place(view, range(view.cases), first.site.lat, first.site.lon)
        return [BodyPlaces(asteroid=first.asteroid, places=(place,))]
    sites = [_column(view, f"site.{name}", getattr(first.site, name)) for name in ("lat", "lon")]
    rows_of: dict[tuple[Any, ...], dict[tuple[float, float], list[int]]] = {}
    keys = zip(*(view.columns[name].tolist() for name in bodies), strict=True)
    listed = list(keys) if bodies else [()] * view.cases
    for row, (body, lat, lon) in enumerate(zip(listed, *sites, strict=True)):
        rows_of.setdefault(body, {}).setdefault((lat, lon), []).append(row)
    return [
        BodyPlaces(
            asteroid=_case(view, next(iter(places.values()))[0]).asteroid,
            places=tuple(_place(view, rows, *where) for where, rows in places.items()),
        )
        for places in rows_of.values()
    ]


def _case(view: StoreView, row: int) -> Any:
    """Parameters of the case in a row, as they were drawn."""
    return view.experiment.case_of(view.experiment.planned(int(view.columns["case"][row])))


def _column(view: StoreView, name: str, fixed: float) -> list[float]:
    """Values of every case of an input that may vary."""
    if name in view.columns:
        return view.columns[name].tolist()
    return [fixed] * view.cases


def _place(view: StoreView, rows: Sequence[int], lat: float, lon: float) -> Place:
    case = int(view.columns["case"][rows[0]])
    return Place(lat=lat, lon=lon, case=case, cases=len(rows), name=_name(view, rows))


def _name(view: StoreView, rows: Sequence[int]) -> str:
    """Say what cases have in common that others do not, in the words of the experiment."""
    if len(rows) == view.cases:
        return "site"
    for column, text in (("scenario", "{}"), ("design_point", "design point {}")):
        if column not in view.columns:
            continue
        values, first = view.columns[column], view.columns[column][rows[0]]
        if (values[rows] == first).all() and (values != first).any():
            return text.format(first)
    return f"case {view.columns['case'][rows[0]]}"
