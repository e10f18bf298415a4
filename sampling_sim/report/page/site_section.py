"""The site on the body: the body's shape with maps on it, where the cases touch, what it is there.

In: a `StoreView`; out: a `Section`.  What a site is comes from the store's own inputs by the same
functions as `sampling-sim site`; the grain of the maps is that command's default.  A mesh that is
no longer there, or has changed since, is a note in place of a map.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from math import degrees, pi
from shlex import quote
from typing import Any

import numpy as np

from sampling_sim.asteroid.body import body_shape, shape_file
from sampling_sim.asteroid.environment import Environment, SurveyParameters, surface_environment
from sampling_sim.asteroid.gravity import GravityPolyhedron
from sampling_sim.asteroid.parameters import FRAGMENT, AsteroidParameters
from sampling_sim.asteroid.shape import Shape
from sampling_sim.asteroid.site import Site, site_at, site_environment
from sampling_sim.asteroid.spin import UniformSpin
from sampling_sim.asteroid.surface import FINE_COST, Surface, surface_samples
from sampling_sim.asteroid.thinned_surface import thinned_surface
from sampling_sim.errors import BadInput
from sampling_sim.report.page.body_plot import Mark, body_figure
from sampling_sim.report.page.cells import number, plain
from sampling_sim.report.page.parts import Cell, Listing, Note, Part, Plot, Section, Table
from sampling_sim.report.page.touched_places import BodyPlaces, Place, touched
from sampling_sim.report.page.view import StoreView

LEAST_FACES, MOST_FACES = 2_600, 10_500
"""Triangles that a page shows of a body; chosen: 10,500 with five maps are 0.73 MB in it."""
FEWEST_THINNED = 1_000
"""Of a mesh whose gravity is dear; chosen: a form is still seen."""
MOST_BODIES = 2
"""Bodies that are drawn; chosen: a browser has room for few pictures in three dimensions."""
MOST_LISTED = 12
"""Sites with a row and a number; chosen: numbers on the body can still be told apart."""
MOST_MARKED = 300
"""Sites that are marked; chosen: beyond, the body is hidden."""

ROWS = (
    "latitude [deg]",
    "longitude [deg]",
    "cases",
    "effective acceleration outward, along the normal [µm/s²]",
    "the same along the ground [µm/s²]",
    "slope, over 90° a grain lifts off [deg]",
    "keeps loose grains",
    "cohesion that a grain needs to stay [Pa]",
    "escape speed along the normal [mm/s]",
    "Coriolis displacement in a touchdown [mm]",
    "spin about the normal [deg/s]",
)
"""Of the table of sites."""

Report = dict[str, Any]


def site_section(view: StoreView) -> Section | None:
    """Section of the sites; None where cases have none."""
    bodies = touched(view)
    if not bodies:
        return None
    drawn = bodies if len(bodies) <= MOST_BODIES else bodies[:1]
    parts: list[Part] = []
    if len(bodies) > len(drawn):
        varying = ", ".join(n for n in view.columns if n.startswith("asteroid."))
        parts.append(
            Note(
                text=f"These cases touch {len(bodies)} bodies ({varying} differ); shown is that of "
                f"case {drawn[0].places[0].case}, with the sites on it.",
                kind="caution",
            )
        )
    for index, body in enumerate(drawn):
        parts += _body_parts(view, body, index)
    return Section(anchor="site", title="The site on the body", parts=tuple(parts))


def _body_parts(view: StoreView, body: BodyPlaces, index: int) -> list[Part]:
    """Show one body, or say in a note why it cannot be."""
    try:
        _check_same_mesh(view, body.asteroid.shape)
        shape = body_shape(body.asteroid)
        listed = body.places[:MOST_LISTED]
        parameters = survey_parameters(view)
        spin = UniformSpin(body.asteroid.period)
        found = [(p, site_at(shape, p.lat, p.lon)) for p in _marked(body.places)]
        reports = [
            site_environment(
                shape, body.asteroid.density, spin, site_at(shape, p.lat, p.lon),
                parameters=parameters,
            )
            for p in listed
        ]  # fmt: skip
    except (BadInput, OSError) as error:
        text = f"The body of these cases cannot be shown, and what the site is not told: {error}."
        return [Note(text=text, kind="caution")]
    surface, is_thinned = shown_surface(shape)
    gravity = GravityPolyhedron(shape, body.asteroid.density)
    environment = surface_environment(surface, gravity, spin, parameters)
    return [
        _body_note(body.asteroid, shape, surface, parameters, is_thinned=is_thinned),
        Plot(
            figure=body_figure(surface, environment, _marks(found, len(body.places))),
            alternative=_alternative(surface, environment, listed, reports),
            name=f"body-{index}",
            height=520,
        ),
        *_site_parts(body, reports, parameters, index),
    ]


def shown_surface(shape: Shape) -> tuple[Surface, bool]:
    """Surface that a page shows of a body, and whether it is coarser than its mesh."""
    faces = len(shape.faces)
    affordable = max(FEWEST_THINNED, int(FINE_COST / faces))
    most = min(MOST_FACES, affordable)
    if faces > most:
        return thinned_surface(shape, most), True
    return surface_samples(shape, LEAST_FACES), False


def survey_parameters(view: StoreView) -> SurveyParameters:
    """Grain of `sampling-sim site`, and the touchdown of these cases: speed and dwell.

    Where they vary, of the median case, to three digits.
    """
    sequence = view.experiment.case_of(view.experiment.planned(int(view.columns["case"][0])))
    found = {}
    for name, key in (("approach_speed", "approach_speed"), ("touchdown_time", "dwell")):
        fixed = getattr(sequence.sequence, key, None)
        column = view.columns.get(f"sequence.{key}")
        value = fixed if column is None else float(np.median(column))
        if value:
            found[name] = float(f"{value:.3g}")
    return SurveyParameters(**found)


def site_command(place: Place, asteroid: AsteroidParameters, parameters: SurveyParameters) -> str:
    """Command that gives the numbers of a place again; of a fragment there is none."""
    if asteroid.shape == FRAGMENT:
        return ""
    unit = f" --unit {asteroid.unit}" if asteroid.unit else ""
    scale = f' --scale "{asteroid.scale!r} m"' if asteroid.scale else ""
    return (
        f"sampling-sim site {quote(asteroid.shape)}{unit}{scale} --lat {degrees(place.lat)!r} "
        f'--lon {degrees(place.lon)!r} --density "{asteroid.density!r} kg/m^3" '
        f'--period "{asteroid.period!r} s" --approach-speed "{parameters.approach_speed!r} m/s" '
        f'--touchdown-time "{parameters.touchdown_time!r} s" --json'
    )


def _check_same_mesh(view: StoreView, shape: str) -> None:
    """Refuse a mesh that is not the one that the cases were flown on."""
    now = sha256(shape_file(shape).read_bytes()).hexdigest()
    if now not in str(view.attributes["shape_sha256"]).split(", "):
        what = "the generator of fragments" if shape == FRAGMENT else f"the mesh {shape}"
        raise BadInput(f"{what} has changed since (its sha256 is not the file's)")


def _marked(places: Sequence[Place]) -> list[Place]:
    """Places that are marked: all, or evenly chosen ones, the listed among them."""
    if len(places) <= MOST_MARKED:
        return list(places)
    rest = np.linspace(MOST_LISTED, len(places) - 1, MOST_MARKED - MOST_LISTED).astype(int)
    return [*places[:MOST_LISTED], *(places[k] for k in rest)]


def _marks(found: Sequence[tuple[Place, Site]], count: int) -> list[Mark]:
    is_numbered = 1 < count <= MOST_LISTED
    return [
        Mark(
            site=site,
            text=str(k) if is_numbered else place.name if count == 1 else "",
            hover=f"{place.name}: lat {degrees(place.lat):.4g}°, lon {degrees(place.lon):.4g}°, "
            f"{_counted(place.cases, 'case')}",
        )
        for k, (place, site) in enumerate(found, start=1)
    ]


def _body_note(
    asteroid: AsteroidParameters,
    shape: Shape,
    surface: Surface,
    parameters: SurveyParameters,
    *,
    is_thinned: bool,
) -> Note:
    """Say what body it is, and what the maps take for granted."""
    extents = " × ".join(f"{extent:.4g}" for extent in shape.extents)
    spin = degrees(2.0 * pi / asteroid.period)
    samples = f"one value a triangle, {len(surface.faces)} of them"
    if is_thinned:
        samples = (
            f"thinned for this page from {len(shape.faces)} to {len(surface.faces)} triangles, "
            "each with the value of one true face in it"
        )
    return Note(
        text=f"{_shape_text(asteroid)}: {extents} m, {asteroid.density:g} kg/m³ throughout, turns "
        f"in {asteroid.period:g} s ({spin:.3g}°/s) about z. Maps: {samples}; a grain of "
        f"{1e3 * parameters.grain_size:g} mm and {parameters.grain_density:g} kg/m³ with a "
        f"friction angle of {degrees(parameters.friction_angle):g}°; a touchdown at "
        f"{1e2 * parameters.approach_speed:g} cm/s for {parameters.touchdown_time:g} s. "
        "Body frame B: centre of mass, principal axes."
    )


def _shape_text(asteroid: AsteroidParameters) -> str:
    if asteroid.shape != FRAGMENT:
        return f"Mesh {asteroid.shape}"
    made = ", ".join(f"{key} {value:g}" for key, value in asdict(asteroid.fragment).items())
    return f"Made-up fragment ({made})"


def _alternative(
    surface: Surface, environment: Environment, listed: Sequence[Place], reports: Sequence[Report]
) -> str:
    """Say in words what the maps show."""
    outward = surface.area[environment.normal_acceleration > 0.0].sum() / surface.area.sum()

    def ends(values: Any, factor: float = 1.0) -> str:
        return f"{factor * values.min():.3g} to {factor * values.max():.3g}"

    sites = "; ".join(
        f"{place.name} at lat {degrees(place.lat):.4g}°, lon {degrees(place.lon):.4g}°: slope "
        f"{degrees(report['slope']):.3g}°, normal acceleration "
        f"{1e6 * report['effective_acceleration'][2]:.3g} µm/s²"
        for place, report in zip(listed, reports, strict=True)
    )
    return (
        "The body in three dimensions with the sites and their normals; a menu chooses the map. "
        f"Normal component of the effective acceleration "
        f"{ends(environment.normal_acceleration, 1e6)} µm/s² (> 0 outward, on {outward:.0%} of the "
        f"surface), slope {ends(environment.slope, degrees(1.0))}°, cohesion needed "
        f"{ends(environment.needed_cohesion)} Pa, escape speed "
        f"{ends(environment.escape_speed, 1e3)} mm/s, Coriolis displacement "
        f"{ends(environment.coriolis_displacement, 1e3)} mm. Sites: {sites}."
    )


def _site_parts(
    body: BodyPlaces, reports: Sequence[Report], parameters: SurveyParameters, index: int
) -> list[Part]:
    """Table of the sites, a column each, and how to have its numbers again."""
    listed = body.places[: len(reports)]
    columns = [
        _column(place, report, f"site.{index}.{k}")
        for k, (place, report) in enumerate(zip(listed, reports, strict=True))
    ]
    names = [p.name if len(listed) == 1 else f"{k} {p.name}" for k, p in enumerate(listed, start=1)]
    parts: list[Part] = [
        Table(
            caption="What the sites are" if len(names) > 1 else "What the site is",
            head=("", *names),
            rows=tuple((plain(row), *cells) for row, *cells in zip(ROWS, *columns, strict=True)),
        )
    ]
    if len(body.places) > len(listed):
        marked = len(_marked(body.places))
        text = f"The first {len(listed)} of {len(body.places)} sites; {marked} are on the body."
        parts.append(Note(text=text))
    if command := site_command(body.places[0], body.asteroid, parameters):
        caption = "Command that gives the numbers of the first site"
        parts.append(Listing(caption=caption, text=command))
    return parts


def _column(place: Place, report: Report, source: str) -> tuple[Cell, ...]:
    """One site: the numbers of `sampling-sim site --json`, in the units of `ROWS`."""
    felt = report["effective_acceleration"]

    def scaled(value: float, factor: float, key: str) -> Cell:
        found = number(value, key if key.startswith("/") else f"{source}.{key}")
        return replace(found, text=number(factor * value, "").text)

    degree = degrees(1.0)
    return (
        scaled(place.lat, degree, f"/runs/site.lat#{place.case}"),
        scaled(place.lon, degree, f"/runs/site.lon#{place.case}"),
        plain(place.cases),
        scaled(felt[2], 1e6, "effective_acceleration.2"),
        scaled(float(np.hypot(felt[0], felt[1])), 1e6, "effective_acceleration.tangential"),
        scaled(report["slope"], degree, "slope"),
        plain("yes" if report["retains_loose_grains"] else "no"),
        scaled(report["needed_cohesion"], 1.0, "needed_cohesion"),
        scaled(report["escape_speed"], 1e3, "escape_speed"),
        scaled(report["coriolis_displacement"], 1e3, "coriolis_displacement"),
        scaled(report["spin"][2], degree, "spin.2"),
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
