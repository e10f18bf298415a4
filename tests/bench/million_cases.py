"""A million cases through the store: size, reading, appending, merging.  Prints one JSON object.

    python tests/bench/million_cases.py [CASES] [FOLDER]

The columns are those of a real run (tests/unit/campaign/data/run_schema_1.h5).  The values are
made up, and made to be hard: every floating-point outcome is a random double in every case, and
six inputs vary.  Batches are made as arrays, not from a million `CaseRecord`, as the drawing and
the running of cases is not what is measured here.  The first and the last 32 batches are put away
as a sweep does it, and timed; what lies between them is put there in files of 8,000 cases, which is
what the merging of small files makes of 16 batches.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sampling_sim.campaign.batches import BatchFolder
from sampling_sim.campaign.statistics.stored import (
    read_results,
    stored_summary,
    summary_columns,
)
from sampling_sim.outcome import Status, outcome_columns
from sampling_sim.store import (
    Column,
    StoreContent,
    column_names,
    merge_stores,
    read_columns,
    read_store,
)

REAL = Path(__file__).parents[1] / "unit" / "campaign" / "data" / "run_schema_1.h5"
BATCH, TIMED = 500, 32
"""Cases in a batch: what arrives in 2 s where a case takes 8 ms on two workers; and how many
batches are timed at either end."""
VARYING = 6
"""Inputs that vary."""


def timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Seconds and processor seconds of some work, and what it gives."""
    start, used = time.perf_counter(), time.process_time()
    found = work()
    return (time.perf_counter() - start, time.process_time() - used), found


def batch(real: StoreContent, first: int, count: int, rng: np.random.Generator) -> StoreContent:
    """Content of `count` cases from `first` on."""
    cases = np.arange(first, first + count)
    outcomes = outcome_columns()
    floats = [n for n in real.names if real.runs[n].values.dtype.kind == "f" and n not in outcomes]
    varying = set(floats[:VARYING])
    runs = {}
    for name, column in real.runs.items():
        values = np.repeat(column.values, count)
        if name in {"case", "replicate"}:
            values = cases
        elif name == "case_id":
            values = np.array([f"{x:016x}" for x in rng.integers(0, 2**63, count)], dtype=object)
        elif name == "status":
            values = np.array([str(s) for s in rng.choice(list(Status)[3:], count)], dtype=object)
        elif name in varying or (name in outcomes and values.dtype.kind == "f"):
            values = rng.normal(size=count)
        elif name in outcomes and values.dtype.kind == "b":
            values = rng.random(count) < 0.1
        elif name == "collected_count":
            values = rng.integers(0, 1000, count)
        runs[name] = Column(values, column.attributes)
    return StoreContent(real.attributes, runs, {}, {})


def appended(folder: BatchFolder, cases: int) -> tuple[list[float], list[float]]:
    """Processor seconds of each of the first and the last batches put into a folder of `cases`."""
    real, rng = replace(read_store(REAL), offsets={}, series={}), np.random.default_rng(1)

    def timed_batches(start: int) -> list[float]:
        seconds = []
        for first in range(start, start + TIMED * BATCH, BATCH):
            content = batch(real, first, BATCH, rng)
            before = time.process_time()
            folder.put(content)
            folder.compact()
            seconds.append(time.process_time() - before)
        return seconds

    first = timed_batches(0)
    last = cases - TIMED * BATCH
    for start in range(TIMED * BATCH, last, 16 * BATCH):
        folder.put(batch(real, start, min(16 * BATCH, last - start), rng))
    return first, timed_batches(last)


def shown(path: Path) -> tuple[tuple[float, float], tuple[float, float]]:
    """Seconds to read what `show` needs, and to summarise it."""
    reading, results = timed(lambda: read_results(path, summary_columns))
    return reading, timed(lambda: stored_summary(*results))[0]


def show_command(path: Path) -> dict[str, float]:
    """Seconds that `sampling-sim show` takes from start to end, the middle one of three."""
    command = [sys.executable, "-m", "sampling_sim", "show", str(path)]
    walls, used = [], []
    for _ in range(3):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"show_command_s": sorted(walls)[1], "show_command_cpu_s": sorted(used)[1]}


def merged(folder: Path, output: Path) -> dict[str, float]:
    """Seconds and peak memory of the last merge, in a process of its own."""
    seconds, used = timed(lambda: merge_stores(BatchFolder(folder).paths(), output))[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {
        "merge_s": seconds, "merge_cpu_s": used, "merge_peak_MiB": peak,
    }  # fmt: skip


def measured(cases: int, folder: Path) -> dict[str, Any]:
    """All figures."""
    shards, output = BatchFolder(folder / "shards"), folder / "out.h5"
    first, last = (np.array(seconds) for seconds in appended(shards, cases))
    command = [sys.executable, __file__, "--merge", str(shards.path), str(output)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    columns = len(column_names(output))
    reading, summarising = shown(output)
    return {
        "cases": cases, "columns": columns, "files_before_merge": len(shards.paths()),
        "bytes_a_case": output.stat().st_size / cases, "budget_bytes_a_case": 8 * (columns + 4),
        "append_first_ms_a_case": 1e3 * first.mean() / BATCH,
        "append_last_ms_a_case": 1e3 * last.mean() / BATCH,
        "append_last_over_first": last.mean() / first.mean(),
        "append_batch_median_s": float(np.median(last)), "append_batch_max_s": last.max(),
        **json.loads(done.stdout),
        "claim_s": timed(lambda: {*read_columns(output, ["case"])["case"].tolist()})[0][0],
        "show_reading_s": reading[0], "show_reading_cpu_s": reading[1],
        "show_summarising_s": summarising[0], "show_summarising_cpu_s": summarising[1],
        **show_command(output),
    }  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["--merge"]:
        sys.stdout.write(json.dumps(merged(Path(sys.argv[2]), Path(sys.argv[3]))))
        return
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    parent = sys.argv[2] if len(sys.argv) > 2 else None
    if parent is not None and not Path(parent).is_dir():
        sys.exit(f"{parent}: no such folder")
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        sys.stdout.write(json.dumps(measured(cases, Path(folder)), indent=2) + "\n")


if __name__ == "__main__":
    main()
