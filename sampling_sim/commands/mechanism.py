"""The command `mechanism`: what an experiment flies, as a table, a URDF file and a picture."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sampling_sim.commands.options import ExperimentFile, Json, Setting


def mechanism(
    experiment: ExperimentFile,
    set_: Setting = None,
    urdf: Annotated[
        Path | None, typer.Option(help="Write the craft as URDF here, for other tools.")
    ] = None,
    png: Annotated[Path | None, typer.Option(help="Draw the craft here.")] = None,
    json: Json = False,
) -> None:
    """Show the craft of an experiment: links, joints, masses; checked as a run checks it."""
    from sampling_sim import terminal
    from sampling_sim.asteroid.site import load_site
    from sampling_sim.campaign.experiment.config import load_experiment
    from sampling_sim.errors import BadInput
    from sampling_sim.mechanism.designs import design_of
    from sampling_sim.mechanism.urdf import urdf as urdf_text
    from sampling_sim.refusals import refuse_case

    case = load_experiment(experiment, set_ or ()).case(0)
    try:
        design = design_of(case.craft, case.mechanism)
        field = load_site(case.asteroid, case.site).field
        refuse_case(case, design, -float(field.effective_acceleration[2]))
    except BadInput as error:
        raise BadInput(f"{experiment}: {error}") from None
    if urdf is not None:
        try:
            urdf.write_text(urdf_text(design, visual=True))
        except OSError as error:
            raise BadInput(f"{urdf}: cannot be written: {error.strerror}") from None
    if png is not None:
        from sampling_sim.report.design_picture import draw_design

        draw_design(png, design, f"{case.mechanism.kind}, {design.mass.sum():.6g} kg")
    report: dict[str, Any] = {
        "kind": case.mechanism.kind,
        "mass": float(design.mass.sum()),
        "links": [{"name": link.name, "mass": link.mass} for link in design.links],
        "joints": [
            {"name": joint.name, "type": joint.kind.name.lower(), "child": joint.child}
            for joint in design.joints
        ],
        "actions": [str(action) for action in design.commands],
        "effects": [type(data).__name__ for data in design.effects],
        "surfaces": len(design.primitives),
    }
    if json:
        terminal.print_note(terminal.json_text(report))
        return
    terminal.print_mechanism(report, str(experiment))
