"""Where the results come from: all that is needed to make them again, and to see they are these."""

import json

from sampling_sim.report.page.cells import plain
from sampling_sim.report.page.parts import Listing, Section, Table
from sampling_sim.report.page.view import StoreView

MEANINGS = {
    "seed": "seed of the campaign, from which every random number follows",
    "campaign_id": "hash of the cases that are asked for",
    "experiment_sha256": "of the experiment file and what replaced keys of it",
    "shape_sha256": "of the mesh",
    "git_commit": "of the source tree that ran the cases",
    "versions": "of what can change a bit",
    "cpu_model": "same seed, processor and versions: same bits",
    "schema_version": "of the result file",
}


def provenance_section(view: StoreView) -> Section:
    """Root attributes of the file, the experiment as it was written, and what replaced keys."""
    rows = tuple(
        (plain(name), plain(_shown(view.attributes.get(name, ""))), plain(meaning))
        for name, meaning in MEANINGS.items()
    )
    overrides = json.loads(str(view.attributes["overrides"]))
    settings = "\n".join(map(str, overrides)) or "none"
    again = "\n".join(
        [
            f"sampling-sim show {view.shell_path} --json       # the numbers of this page",
            f"sampling-sim rerun {view.shell_path} --case N    # one case again, bit by bit",
        ]
    )
    return Section(
        anchor="provenance",
        title="Where this comes from",
        parts=(
            Table(
                caption="What the result file says of itself.",
                head=("attribute", "value", "what it is"),
                rows=rows,
            ),
            Listing(caption="Commands that give these numbers again", text=again),
            Listing(caption="Replaced keys (--set, --seed, -n)", text=settings),
            Listing(caption="Experiment file", text=str(view.attributes["experiment"])),
        ),
    )


def _shown(value: object) -> str:
    """Attribute as a text that a line may break after its commas."""
    return str(value) if value != "" else "not known"
