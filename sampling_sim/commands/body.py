"""The commands `shape` and `site`: a mesh, and what a grain feels on its surface."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sampling_sim.commands.options import (
    Json,
    Mesh,
    MeshScale,
    MeshUnit,
    listed,
    metres,
    parameters_of,
)

if TYPE_CHECKING:
    from sampling_sim.asteroid.environment import SurveyParameters
    from sampling_sim.asteroid.parameters import AsteroidParameters
    from sampling_sim.asteroid.shape import Shape
    from sampling_sim.asteroid.spin import SpinParameters


def shape(
    mesh: Mesh,
    unit: MeshUnit = None,
    scale: MeshScale = None,
    repair: Annotated[bool, typer.Option("--repair", help="Mend the mesh first.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.obj",
            help="Write it, as OBJ, STL, PLY or GLB by its name: metres, body frame.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check a mesh and report its size, mass properties and axes, or all that is wrong with it."""
    from sampling_sim import terminal
    from sampling_sim.asteroid.mesh_writing import format_of, write_mesh
    from sampling_sim.asteroid.shape import examine_shape
    from sampling_sim.asteroid.site import shape_report

    if output is not None:
        format_of(output)  # refused before anything is examined
    examined = examine_shape(mesh, unit, scale=metres(scale), repair=repair)
    body = examined.shape
    if body is None:
        if json:
            terminal.print_note(terminal.json_text(examined.report()))
        raise examined.error()
    if output is not None:
        write_mesh(body.vertices, body.faces, output, f"{body.name}: metres, body frame")
    report = shape_report(body)
    if json:
        terminal.print_note(terminal.json_text(report))
    else:
        terminal.print_mapping(report, f"{mesh} (SI; inertia of unit density)")


def site(
    mesh: Mesh,
    unit: MeshUnit = None,
    scale: MeshScale = None,
    lat: Annotated[float, typer.Option(help="Latitude [deg].", min=-90, max=90)] = 0.0,
    lon: Annotated[float, typer.Option(help="Longitude [deg].", min=-360, max=360)] = 0.0,
    friction_angle: Annotated[float, typer.Option(help="[deg]", min=0, max=90)] = 35.0,
    density: Annotated[str | None, typer.Option(help='As "2.7 g/cm^3".')] = None,
    period: Annotated[str | None, typer.Option(help='Rotation period, as "27.9 min".')] = None,
    axis: Annotated[str | None, typer.Option(help='Spin axis in B, as "0.1, 0, 1".')] = None,
    angular_velocity: Annotated[
        str | None, typer.Option(help='Of a tumbling body, "0.1 deg/s, 0 deg/s, 0.2 deg/s" in B.')
    ] = None,
    time: Annotated[str | None, typer.Option(help='Of a tumbling body, as "10 min".')] = None,
    grain_size: Annotated[str | None, typer.Option(help='Diameter, as "1 cm".')] = None,
    cohesion: Annotated[str | None, typer.Option(help='Of the ground, as "1 mPa".')] = None,
    approach_speed: Annotated[str | None, typer.Option(help='As "5 cm/s".')] = None,
    touchdown_time: Annotated[str | None, typer.Option(help='As "4 s".')] = None,
    max_slope: Annotated[float, typer.Option(help="With --best [deg].", min=0, max=180)] = 180.0,
    min_area: Annotated[str | None, typer.Option(help='With --best, as "1 m^2".')] = None,
    map_: Annotated[
        Path | None, typer.Option("--map", metavar="FILE.png", help="Draw the whole surface.")
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Rank places where grains stay.")] = False,
    json: Json = False,
) -> None:
    """Report what a grain feels at a place, draw the whole surface, or rank the best sites."""
    from sampling_sim import terminal
    from sampling_sim.asteroid.environment import SurveyParameters
    from sampling_sim.asteroid.parameters import AsteroidParameters
    from sampling_sim.asteroid.shape import load_shape
    from sampling_sim.asteroid.spin import SpinParameters

    asteroid = parameters_of(AsteroidParameters, "asteroid", density=density, period=period)
    turn = parameters_of(
        SpinParameters, "site", axis=listed(axis, float), time=time,
        angular_velocity=listed(angular_velocity, str),
    )  # fmt: skip
    wanted = parameters_of(
        SurveyParameters, "site", friction_angle=f"{friction_angle} deg", grain_size=grain_size,
        cohesion=cohesion, approach_speed=approach_speed, touchdown_time=touchdown_time,
        max_slope=f"{max_slope} deg", min_area=min_area,
    )  # fmt: skip
    body, place = (
        load_shape(mesh, unit, scale=metres(scale)),
        (math.radians(lat), math.radians(lon)),
    )
    report = _site_report(body, asteroid, turn, wanted, place, best=best, map_=map_)
    if json:
        terminal.print_note(terminal.json_text(report))
    elif best:
        terminal.print_survey(report, f"{mesh}: where grains stay")
    else:
        terminal.print_site(report, f"{mesh} at lat {lat:g} deg, lon {lon:g} deg (SI, radians)")


def _site_report(
    body: "Shape",
    asteroid: "AsteroidParameters",
    turn: "SpinParameters",
    wanted: "SurveyParameters",
    place: tuple[float, float],
    *,
    best: bool,
    map_: Path | None,
) -> dict[str, Any]:
    """Report of the best sites, or of a place (latitude, longitude [rad]); the map is drawn."""
    from sampling_sim.asteroid.site import report_at
    from sampling_sim.asteroid.spin import spin_of
    from sampling_sim.asteroid.survey import survey

    spin = spin_of(body, asteroid.period, turn)
    whole = survey(body, asteroid.density, spin, wanted, turn.time) if best or map_ else None
    marks = [place]
    if whole is not None and best:
        report = whole.report()
        marks = [(found["lat"], found["lon"]) for found in report["sites"]]
    else:
        report = report_at(body, asteroid.density, spin, *place, wanted, turn.time)
    if whole is not None and map_:
        from sampling_sim.report.maps import draw_maps

        draw_maps(map_, whole, marks)
    return report
