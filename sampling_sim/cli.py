"""Command line: each command is a few lines around a function that a notebook can call.

Exit codes: 0 done; 2 bad input, one line on stderr; 1 what went wrong inside (a traceback with
SAMPLING_SIM_DEBUG=1); 130 after Ctrl-C.  Libraries are imported by the command that needs them, so
that `--help` is quick.
"""

import logging
import math
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from sampling_sim.cli_bed import bed
from sampling_sim.cli_mechanism import mechanism
from sampling_sim.cli_options import (
    ExperimentFile,
    Json,
    Mesh,
    MeshScale,
    MeshUnit,
    OptionalOutput,
    Output,
    ResultFile,
    Seed,
    Setting,
    listed,
    metres,
    parameters_of,
)
from sampling_sim.errors import BadInput, StoreError

if TYPE_CHECKING:
    from sampling_sim.asteroid.environment import SurveyParameters
    from sampling_sim.asteroid.parameters import AsteroidParameters
    from sampling_sim.asteroid.shape import Shape
    from sampling_sim.asteroid.spin import SpinParameters
    from sampling_sim.campaign.config import Experiment

INTERRUPTED = 130
"""128 + SIGINT, what shells expect of a program that Ctrl-C ended."""

app = typer.Typer(
    name="sampling-sim",
    help="Touch-and-go sampling of small bodies, made for (469219) Kamo'oalewa.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.command()(bed)
app.command()(mechanism)

UsageError = cast(type[Exception], typer.BadParameter.__base__)
"""click's own, which typer does not name, and of which newer releases carry a copy."""


def main() -> None:
    """Run the command line; the entry point of `sampling-sim`."""
    logging.getLogger("sampling_sim").addHandler(_WARNINGS)
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0
    except UsageError as error:
        # typer does not say which value it could not use
        _end(f"{cast(Any, error).format_message()} (in: {shlex.join(sys.argv[1:])})", 2)
    except (BadInput, StoreError) as error:
        _end(str(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("SAMPLING_SIM_DEBUG"):
            raise
        _end(
            f"internal error: {type(error).__name__}: {error} (SAMPLING_SIM_DEBUG=1 tells more)", 1
        )
    if code == INTERRUPTED:  # by Ctrl-C, of which typer makes an exit code
        _end("interrupted: nothing was written", INTERRUPTED)
    raise SystemExit(code)


@app.command()
def run(
    experiment: ExperimentFile,
    set_: Setting = None,
    seed: Seed = None,
    output: OptionalOutput = None,
    json: Json = False,
) -> None:
    """Run one case (replicate 0), and print its outcome."""
    from sampling_sim import terminal
    from sampling_sim.campaign.config import load_experiment
    from sampling_sim.campaign.single import run_single

    loaded = load_experiment(experiment, set_ or ())
    loaded = loaded if seed is None else loaded.reseeded(seed)
    with terminal.busy_display(f"one case of {experiment}"):
        record = run_single(loaded, case=0, output=output)
    if json:
        terminal.print_note(terminal.json_text(_case_report(record)))
        return
    terminal.print_outcome(record.outcome, f"{experiment}: case {record.case_id}")
    _print_resolution(loaded)


@app.command()
def sweep(
    experiment: ExperimentFile,
    output: Output,
    set_: Setting = None,
    cases: Annotated[
        int | None, typer.Option("--cases", "-n", min=1, help="Replicates of each design point.")
    ] = None,
    seed: Seed = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from FILE.h5.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.h5.")] = False,
    json: Json = False,
) -> None:
    """Run all cases of an experiment into one file; Ctrl-C keeps the finished ones."""
    from sampling_sim import terminal
    from sampling_sim.campaign.config import load_experiment
    from sampling_sim.campaign.execute import SweepInterrupted, run_campaign

    loaded = load_experiment(experiment, set_ or ())
    kept: int | None = None
    with terminal.progress_display("cases") as progress:
        try:
            run_campaign(
                loaded,
                output,
                cases=cases,
                seed=seed,
                workers=workers or len(os.sched_getaffinity(0)),
                resume=resume,
                overwrite=overwrite,
                progress=progress,
            )
        except SweepInterrupted as interrupt:
            kept = interrupt.cases
    if kept == 0:
        _end("interrupted: no case was finished, nothing was written", INTERRUPTED)
    if kept is not None:
        _end(f"interrupted: {output} keeps {kept} finished cases; --resume goes on", INTERRUPTED)
    _print_store(output, json, terminal.HEADLINE)
    if not json:
        _print_resolution(loaded)
        terminal.print_note(f"written to {output}")


@app.command()
def merge(
    shards: Annotated[list[Path], typer.Argument(metavar="SHARD.h5...")], output: Output
) -> None:
    """Merge result files of one campaign into a new one."""
    from sampling_sim import terminal
    from sampling_sim.store import check_new, merged_content, read_store, write_store

    check_new(output)
    content = merged_content([read_store(path) for path in shards], [str(s) for s in shards])
    write_store(output, content)
    terminal.print_note(f"{len(content.columns['case'])} cases written to {output}")


@app.command()
def rerun(
    file: ResultFile,
    case: Annotated[int, typer.Option("--case", min=0, help="Row name: the column `case`.")],
    record: Annotated[bool, typer.Option("--record", help="Keep the time series, in -o.")] = False,
    output: OptionalOutput = None,
    json: Json = False,
) -> None:
    """Run a stored case again, and say whether every bit is the same; exit 1 if not."""
    from sampling_sim import terminal
    from sampling_sim.campaign.single import other_setting, rerun_case

    if record and output is None:
        raise BadInput("--record needs -o FILE.h5 to keep the time series in")
    with terminal.busy_display(f"case {case} of {file} again"):
        again, differing = rerun_case(file, case, output=output, record=record)
    changed = other_setting(file)
    if json:
        report = _case_report(again) | {"differing": differing, "changed": changed}
        terminal.print_note(terminal.json_text(report))
    else:
        terminal.print_outcome(again.outcome, f"{file}: case {case} again")
    if differing:
        since = f" (changed since: {', '.join(changed)})" if changed else ""
        _end(f"{file}: case {case} came out different in {', '.join(differing)}{since}", 1)
    if not json:
        terminal.print_note("the same bits as stored, in every column but wall_time")


@app.command()
def show(file: ResultFile, json: Json = False) -> None:
    """Show what a result file holds: counts by status, outcomes, verdicts."""
    from sampling_sim.campaign.statistics import NUMERIC_OUTCOMES

    _print_store(file, json, NUMERIC_OUTCOMES)


@app.command()
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


@app.command()
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


class _ErrorLines(logging.Handler):
    """Warnings of the package as lines on stderr, in the form of an error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        from sampling_sim.terminal import print_error

        print_error(f"{record.levelname.lower()}: {record.getMessage()}")


_WARNINGS = _ErrorLines(logging.WARNING)


def _case_report(record: Any) -> dict[str, Any]:
    return {"seed": record.seed, "case_id": record.case_id} | asdict(record.outcome)


def _print_store(file: Path, json: bool, names: Sequence[str]) -> None:
    from sampling_sim import terminal
    from sampling_sim.campaign.stored import stored_experiment, stored_summary
    from sampling_sim.store import read_store

    content = read_store(file)
    report = stored_summary(content, stored_experiment(content, str(file)))
    if json:
        terminal.print_note(terminal.json_text(report))
    else:
        terminal.print_summary(report, str(file), names)


def _print_resolution(experiment: "Experiment") -> None:
    """Say so where the grains are too coarse for a conclusion."""
    from sampling_sim import terminal

    note = experiment.case(0).resolution_note()
    if note:
        terminal.print_note(note)


def _end(line: str, code: int) -> None:
    from sampling_sim.terminal import print_error

    print_error(line)
    raise SystemExit(code)
