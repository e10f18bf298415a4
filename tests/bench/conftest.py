"""Figures of speed, kept as results/bench.json; a peer is null where none was run beside us."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).parents[2] / "results" / "bench.json"


UNITS = {"_s": "s", "_MiB": "MiB", "_MB": "MB", "ms_a_case": "ms", "bytes_a_case": "B"}
"""End of the name of a figure → its unit."""


@pytest.fixture(scope="session")
def figures() -> Iterator[list[dict[str, object]]]:
    """Collect the figures of the session, written at its end; peer is null where none was run."""
    found: list[dict[str, object]] = []
    yield found
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(f"\nwritten to results/{RESULTS.name}\n")


@pytest.fixture
def measured(figures: list[dict[str, object]]) -> Callable[..., dict[str, Any]]:
    """Run a script that prints one JSON object, and keep its figures under a title."""

    def run(title: str, script: str, *arguments: object) -> dict[str, Any]:
        command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, arguments)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found: dict[str, Any] = json.loads(done.stdout)
        for name, value in found.items():
            unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), "1")
            figures.append(
                {
                    "name": f"{title}: {name}", "unit": unit, "ours": value,
                    "peer": None, "peer_version": None, "ratio": None,
                    "command": f"python tests/bench/{script}",
                }
            )  # fmt: skip
        return found

    return run
