"""Every knob of PyBullet that the code turns stands in the table of docs/world.md, and no other.

Left out is the class that only shows: nothing moves in its client.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from sampling_sim.world.settings import EngineParameters

ROOT = Path(__file__).parents[3]
SOURCES = [ROOT / "sampling_sim" / "world" / name for name in ("_bullet.py", "bodies.py")]
HANDLES = {"physicsClientId", "forces"}
"""Keywords that name a client or hand over what is asked for: no knobs."""


def _nodes(path: Path) -> Iterator[ast.AST]:
    """All of a source but the class that only shows."""
    for part in ast.parse(path.read_text()).body:
        if not (isinstance(part, ast.ClassDef) and part.name == "Stage"):
            yield from ast.walk(part)


def turned() -> set[str]:
    """Names of what the sources set: keywords of engine calls, `set…` calls, engine constants."""
    found = set()
    for path in SOURCES:
        for node in _nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner == "engine" or (owner == "bullet" and node.func.attr == "change"):
                    found |= {word.arg for word in node.keywords if word.arg} - HANDLES
                if owner == "engine" and node.func.attr.startswith("set"):
                    found.add(node.func.attr)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "engine":
                found |= {node.attr} if node.attr.isupper() else set()
    return found


def tabled() -> set[str]:
    """Names in the first column of the table of engine knobs."""
    text = (ROOT / "docs" / "world.md").read_text()
    table = text.split("## Engine knobs")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    return {name for row in rows[1:] for name in re.findall(r"`([^`]+)`", row)}


def test_every_knob_that_is_turned_stands_in_the_table():
    assert len(turned()) > 10
    assert turned() - tabled() == set()


def test_the_table_names_no_knob_that_nobody_turns():
    ours = {f"engine.{field.name}" for field in fields(EngineParameters)}
    assert tabled() - turned() - ours == set()


def test_every_key_of_the_contact_stands_in_the_documentation():
    text = (ROOT / "docs" / "world.md").read_text()
    for field in fields(EngineParameters):
        if field.name.startswith(("bedrock", "joint")):
            assert f"`engine.{field.name}`" in text
