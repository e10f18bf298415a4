"""The report of many cases: seconds and bytes.  Prints one JSON object.

    python tests/bench/report_page.py [CASES] [FOLDER]

The columns are those of a real run, the experiment is experiments/touch_and_go.toml with its nine
inputs that vary; the values are made up (`million_cases.py`), some of them with an influence, and
one case in two hundred fails.  What is timed is the command from start to end, in a process of its
own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from million_cases import REAL, batch

from sampling_sim.campaign.experiment.config import load_experiment
from sampling_sim.campaign.experiment.leaves import belongs_to
from sampling_sim.store import Column, StoreContent, read_store, write_store

EXPERIMENT = Path(__file__).parents[2] / "experiments" / "touch_and_go.toml"


def campaign(cases: int) -> StoreContent:
    """Content of a campaign of so many cases."""
    rng = np.random.default_rng(2)
    real = replace(read_store(REAL), offsets={}, series={})
    made = batch(real, 0, cases, rng)
    overrides = [f"campaign.cases={cases}"]
    experiment = load_experiment(EXPERIMENT, overrides)
    varying = [name for name in made.names if belongs_to(name, experiment.varying_keys)]
    values = {
        name: rng.integers(0, 2, cases) if name.endswith("packing_seed") else rng.normal(size=cases)
        for name in varying
    }
    values["packing_seed"] = values["regolith.packing_seed"]
    values["replicate"] = np.arange(cases)
    speed = values["sequence.approach_speed"]
    values["collected_mass"] = np.maximum(0.0, 1.0 + 0.3 * speed + 0.3 * rng.normal(size=cases))
    values["peak_force"] = np.exp(2.5 + 0.4 * values["sequence.tilt_x"] + 0.2 * speed)
    values["status"] = np.where(values["collected_mass"] > 0.0, "collected", "empty").astype(object)
    values["status"][::200] = "failed"
    runs = {n: Column(values.get(n, c.values), c.attributes) for n, c in made.runs.items()}
    asked = {
        "experiment": experiment.text,
        "overrides": json.dumps(overrides),
        "campaign_id": experiment.campaign_id,
    }
    return StoreContent({**made.attributes, **asked}, runs, {}, {})


def measured(cases: int, folder: Path) -> dict[str, Any]:
    """All figures."""
    store, page = folder / "campaign.h5", folder / "page.html"
    write_store(store, campaign(cases))
    command = [sys.executable, "-m", "sampling_sim", "report", str(store), "-o", str(page)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cases": cases,
        "report_s": seconds,
        "report_cpu_s": used.ru_utime + used.ru_stime,
        "report_peak_MiB": used.ru_maxrss / 1024.0,
        "page_MB": page.stat().st_size / 1e6,
    }


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        sys.stdout.write(json.dumps(measured(cases, folder), indent=2) + "\n")


if __name__ == "__main__":
    main()
