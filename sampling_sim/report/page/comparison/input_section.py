"""In what the files were made differently: keys of their experiments, versions, meshes."""

from collections.abc import Sequence
from typing import Any

from sampling_sim.campaign.comparison.compared import SETTINGS, asked_keys
from sampling_sim.report.page.cells import plain
from sampling_sim.report.page.comparison.sides import Side
from sampling_sim.report.page.parts import Note, Section, Table

DEFAULT = "default"
"""What stands for a key that a file leaves out."""
LONGEST = 300
"""Letters of a value; chosen: a list of scenarios is longer, and is in the experiment file."""


def input_section(sides: Sequence[Side]) -> Section:
    """Table of every key and setting that is not the same in all files."""
    asked = [asked_keys(side.view.attributes) for side in sides]
    made = [{name: side.view.attributes.get(name, "") for name in SETTINGS} for side in sides]
    rows = tuple(
        (plain(key), *(plain(_shown(tree.get(key, DEFAULT))) for tree in trees))
        for trees in (asked, made)
        for key in dict.fromkeys(key for tree in trees for key in tree)
        if len({repr(tree.get(key, DEFAULT)) for tree in trees}) > 1
    )
    if not rows:
        text = "Nothing: the same experiment, mesh, versions and processor (requirements aside)."
        return Section(anchor="inputs", title="What differs", parts=(Note(text=text),))
    table = Table(
        caption="Keys of the experiment files, and settings, that are not the same in all files.",
        head=("key", *(side.name for side in sides)),
        rows=rows,
    )
    return Section(anchor="inputs", title="What differs", parts=(table,))


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
