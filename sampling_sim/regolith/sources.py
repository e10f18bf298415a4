"""Hash of this folder's source text: names what compiled code and cached beds follow from."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def source_hash() -> str:
    """Hash of every source file of the regolith room."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
