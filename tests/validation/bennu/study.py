"""OSIRIS-REx's touch-and-go at Bennu, flown as experiments/bennu.toml says.

    python tests/validation/bennu/study.py fly            # everything that is missing
    python tests/validation/bennu/study.py fly --quick    # six coarse flights, 10 minutes
    python tests/validation/bennu/study.py page           # only write the page and the figures

`fly` runs every level of plan.toml as a campaign of its own in results/bennu/ (or `--folder`); an
interrupted one is kept as far as it got, and goes on where it was.  After each level
results/bennu.json, docs/validation-bennu.md and docs/pictures are written from what is kept;
`make validate` makes its rows from the same file.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from flight_keep import ROOT, fly, is_being_flown, keep, keep_refusal, kept_levels, levels, store_of
from flight_page import write_page

from sampling_sim.campaign.execute import SweepInterrupted
from sampling_sim.errors import BadInput


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("action", choices=["fly", "page"])
    parser.add_argument("--quick", action="store_true", help="six coarse flights only")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--levels", nargs="*", help="names; all unless given")
    parser.add_argument("--folder", type=Path, default=ROOT / "results" / "bennu")
    return parser.parse_args()


def main() -> None:
    """Fly what is asked for and write the page."""
    asked = arguments()
    if asked.action == "fly":
        asked.folder.mkdir(parents=True, exist_ok=True)
        for level in levels(quick=asked.quick):
            if asked.levels and level["name"] not in asked.levels:
                continue
            sys.stdout.write(f"{level['name']}\n")
            sys.stdout.flush()
            try:
                fly(level, asked.folder, asked.workers)
            except BadInput as error:
                sys.stdout.write(f"  not flown: {error}\n")
                if not is_being_flown(level, asked.folder):
                    keep_refusal(level, str(error))
                continue
            except SweepInterrupted:
                if store_of(level, asked.folder).exists():
                    keep(level, asked.folder)
                sys.stdout.write("  stopped: what was flown of it is kept\n")
                break
            keep(level, asked.folder)
    write_page(kept_levels())


if __name__ == "__main__":
    main()
