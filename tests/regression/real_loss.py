"""Fly a base and a physical loss of about 30 %, and keep the columns that a comparison reads.

    python tests/regression/real_loss.py CASES FOLDER

sweeps `baselines/real_loss.toml` twice, the second time with a shorter dwell, goes on from what is
in FOLDER, and writes `baselines/real_loss.npz`.  About 3 s of one quiet core a case, twice.
"""

import sys
from pathlib import Path

import numpy as np

from sampling_sim import load_experiment, run_campaign
from sampling_sim.store import read_store

FOLDER = Path(__file__).parent / "baselines"
EXPERIMENT, COLUMNS = FOLDER / "real_loss.toml", FOLDER / "real_loss.npz"
SIDES = {"base": (), "loss": ("sequence.dwell=0.55 s",)}
KEPT = ("collected_mass", "collected_count", "seed", "replicate", "design_point", "packing_seed")


def fly(cases: int, folder: Path) -> None:
    """Sweep both sides, or go on with what there is."""
    for side, overrides in SIDES.items():
        output = folder / f"{side}.h5"
        is_begun = output.exists() or output.with_name(f"{output.name}.shards").exists()
        loaded = load_experiment(EXPERIMENT, overrides)
        run_campaign(loaded, output, cases=cases, workers=1, resume=is_begun)


def keep(folder: Path) -> None:
    """Write the columns of both sides, of the replicates that both have."""
    runs = {side: read_store(folder / f"{side}.h5").columns for side in SIDES}
    cases = min(len(run["status"]) for run in runs.values())
    columns = {f"{side}/{n}": run[n][:cases] for side, run in runs.items() for n in KEPT}
    statuses = {f"{side}/status": run["status"][:cases].astype(str) for side, run in runs.items()}
    np.savez_compressed(COLUMNS, **columns, **statuses)


if __name__ == "__main__":
    fly(int(sys.argv[1]), Path(sys.argv[2]))
    keep(Path(sys.argv[2]))
