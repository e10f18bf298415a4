"""Figures of speed, kept as results/bench.json; a peer is null where none was run beside us."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / "results" / "bench.json"


@pytest.fixture(scope="session")
def figures() -> Iterator[list[dict[str, object]]]:
    """Collect the figures of the session, written at its end; peer is null where none was run."""
    found: list[dict[str, object]] = []
    yield found
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(f"\nwritten to results/{RESULTS.name}\n")
