"""Cost of a run by mechanism and surface, and where it goes: writes docs/mechanism-cost.md.

    python tests/bench/mechanism_cost.py

Core seconds (processor time of this process, kernels compiled before) per simulated second over
whole cases of `tests/contract/every_case.py`, preparation of the bed left out.  Parts: grains (the
solver), engine (PyBullet and our contact), field, effects; the rest is the loop and its measures.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "contract"))
from every_case import MECHANISMS, SURFACES, case_of  # noqa: E402

from sampling_sim.simulation import Simulation  # noqa: E402

PAGE = ROOT / "docs" / "mechanism-cost.md"
PARTS = ("grains", "engine", "field", "effects")
LONGEST = 12.0
"""[s] simulated at most; chosen: past the contact of every case."""
HEAD = """# What a run costs, by mechanism and surface

Written by `python tests/bench/mechanism_cost.py`; do not edit. Core seconds per simulated second
over a whole coarse case (its first {longest:g} s), one run each on a shared machine: read the
shares, not the last digit. Grains are those of `tests/contract/every_case.py`, some hundreds, far
from a fine bed.

| mechanism | surface | grains | core s per s | grains | engine | field | effects | rest |
|---|---|---|---|---|---|---|---|---|
"""


def timed(owner: Any, name: str, spent: dict[str, float], part: str) -> None:
    """Let a method count its processor time under a part."""
    method: Callable[..., Any] = getattr(owner, name)

    def counted(*words: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return method(*words, **named)
        finally:
            spent[part] += time.process_time() - start

    setattr(owner, name, counted)


def row(mechanism: str, surface: str) -> str:
    """One line of the table."""
    spent = dict.fromkeys(PARTS, 0.0)
    with Simulation(case_of(mechanism, surface)) as simulation:
        for _ in range(20):  # compile, load
            simulation.advance()
        timed(simulation.grains, "advance", spent, "grains")
        timed(simulation.world, "step", spent, "engine")
        timed(simulation.coupling._field, "loads", spent, "field")
        timed(simulation.coupling._field, "refresh", spent, "field")
        for effect in simulation.effects:
            timed(effect, "act", spent, "effects")
        begun, start = simulation.time, time.process_time()
        while not simulation.is_over and simulation.time < LONGEST:
            simulation.advance()
        whole = time.process_time() - start
        length, count = simulation.time - begun, len(simulation.grains.bodies.mass)
    spent["rest"] = whole - sum(spent.values())
    shares = " | ".join(f"{100.0 * part / whole:.0f} %" for part in spent.values())
    return f"| {mechanism} | {surface} | {count} | {whole / length:.2f} | {shares} |"


def main() -> None:
    """Run all and write the page."""
    lines = []
    for mechanism in MECHANISMS:
        for surface in SURFACES:
            lines.append(row(mechanism, surface))
            sys.stdout.write(lines[-1] + "\n")
            sys.stdout.flush()
            PAGE.write_text(HEAD.format(longest=LONGEST) + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
