"""The command `bed`: prepare the bed of an experiment, and examine it in the virtual laboratory."""

from typing import Annotated

import typer

from sampling_sim.commands.options import ExperimentFile, Json, Setting


def bed(
    experiment: ExperimentFile,
    set_: Setting = None,
    packings: Annotated[
        int, typer.Option(min=2, max=20, help="Independent packings that intervals come from.")
    ] = 3,
    json: Json = False,
) -> None:
    """Prepare the bed of an experiment, and measure what it really is: minutes, then cached."""
    from sampling_sim import terminal
    from sampling_sim.asteroid.site import load_site
    from sampling_sim.campaign.experiment.config import load_experiment
    from sampling_sim.errors import BadInput, ConfigError
    from sampling_sim.progress import busy_display
    from sampling_sim.regolith.lab.report import bed_report, require_one_material
    from sampling_sim.regolith.packing import prepare_bed

    case = load_experiment(experiment, set_ or ()).case(0)
    try:
        if case.regolith.surface == "rock":
            raise ConfigError("regolith.surface", "rock", "there is no bed on bare rock")
        require_one_material(case.regolith)
        with busy_display(f"the bed of {experiment}") as show:
            prepared = prepare_bed(case.regolith, load_site(case.asteroid, case.site).field)
            report = bed_report(prepared, packings=packings, progress=show)
    except BadInput as error:
        raise BadInput(f"{experiment}: {error}") from None
    if json:
        terminal.print_note(terminal.json_text(report))
        return
    terminal.print_bed(
        report, f"{experiment}: the bed of packing seed {case.regolith.packing_seed}"
    )
