"""Fly the brush-wheel touches of validation case 10; results/samplers.json keeps what came out.

    python tests/validation/samplers/brush_study.py             # everything that is missing
    python tests/validation/samplers/brush_study.py --levels about "50 rpm"

Result files lie in results/samplers/ (not in the repository) and are read where they are.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from brush_flights import LEVELS, PACKINGS, ROOT, fly, keep


def main() -> None:
    """Fly what is asked for, packing by packing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--levels", nargs="*", choices=list(LEVELS), default=list(LEVELS))
    parser.add_argument("--packings", nargs="*", type=int, default=list(PACKINGS))
    parser.add_argument("--folder", type=Path, default=ROOT / "results" / "samplers")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for packing in asked.packings:
        for level in asked.levels:
            row = fly(level, packing, asked.folder)
            keep(row)
            what = f"{row['status']}, {row['collected_mass']:.3g} kg, {row['wall_time']:.0f} s"
            sys.stdout.write(f"{level}, packing {packing}: {what}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
