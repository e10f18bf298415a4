"""The experiment file as a tree of tables: overrides, comparison, canonical text.

Nothing here knows what the keys mean.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from typing import Any

from sampling_sim.errors import ConfigError


def override(tree: dict[str, Any], text: str) -> None:
    """Set one key of the tree by `KEY=VALUE`, KEY dotted, VALUE as in TOML or else bare text."""
    key, equals, value = (part.strip() for part in text.partition("="))
    steps = key.split(".")
    if not equals or len(steps) < 2 or not all(steps):
        raise ConfigError("--set", text, "must be SECTION.KEY=VALUE")
    table: Any = tree
    for step in steps[:-1]:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise ConfigError(key, text, f"{step!r} is not a table")
    table[steps[-1]] = _toml_value(value)


def merged(tree: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tree with the leaves of another in place of its own."""
    both = dict(tree)
    for key, value in changes.items():
        old = both.get(key)
        tables = isinstance(old, dict) and isinstance(value, dict)
        both[key] = merged(both[key], value) if tables else value
    return both


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Leaves of the tree under dotted keys."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            leaves |= flat(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def content_hash(tree: Mapping[str, Any]) -> str:
    """Name of a tree by its content, whatever the order of its keys: 16 hex digits."""
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _toml_value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if table.keys() == {"value"} else text
