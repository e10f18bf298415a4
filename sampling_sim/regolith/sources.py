"""Hash of this folder's source text: names what compiled code and cached beds follow from."""

import hashlib
from functools import cache
from pathlib import Path

LABORATORY = "lab"
"""Folder that only looks at beds: nothing compiled and no bed follows from it."""


@cache
def source_hash(*, with_laboratory: bool = False) -> str:
    """Hash of every source file of the regolith room, with or without its laboratory."""
    digest, here = hashlib.sha256(), Path(__file__).parent
    for path in sorted(here.rglob("*.py")):
        if with_laboratory or path.relative_to(here).parts[0] != LABORATORY:
            digest.update(path.read_bytes())
    return digest.hexdigest()
