"""Sweeps of the fake chain killed outright, then resumed; one JSON object out.

    python kill_trials.py FOLDER REPLICATES KILLS STEP SEED

KILLS sweeps are killed at moments drawn uniformly over the time that one takes; and one at every
STEP-th of the calls that change the disk, so with STEP = 1 between any two of them.

Each sweep is a process of its own, forked from this one, which has everything imported: a sweep
then takes a second, all of it at the store.  Batches and files to merge are made small, so that
writing, merging of small files, the last merge and the removal of the folder each take their share
of it.  A kill leaves what was written to the operating system, so this says nothing of a power cut.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import fake_chain
import h5py  # noqa: F401 - or every sweep would spend its first moments on it
import numpy as np
from conftest import TEXT

from sampling_sim.campaign import batches, execute, shards
from sampling_sim.campaign.executors import attempts
from sampling_sim.campaign.executors.places import Inline
from sampling_sim.campaign.experiment.config import Experiment, parse_experiment
from sampling_sim.campaign.recorded import RecordedReplicates
from sampling_sim.outcome import NOT_COMPARED
from sampling_sim.recording.recorder import Recording
from sampling_sim.store import StoreContent, read_columns, read_store, same_bits

GRID = 'sequence.behaviour={ grid = ["collect", "diverge", "raise"] }'
STEPS = ((os, "open"), (os, "fsync"), (os, "close"), (Path, "mkdir"), (Path, "replace"),
         (Path, "unlink"), (Path, "rmdir"))  # fmt: skip
"""Calls that change what is on the disk, but for those that fill a file not yet in place."""
RECORDED = RecordedReplicates(2)
"""So that snapshots are under way, too."""
shards.BATCH, batches.FAN_IN, batches.LARGE, attempts.TRIES = 4, 4, 64, 1


def sweep(experiment: Experiment, folder: Path, last_step: int = 0) -> None:
    """Run or resume a sweep; note each case as it is run, and each batch once it is put away.

    The process kills itself before its `last_step`-th step, counted from 1; 0 for never.
    """
    put = batches.BatchFolder.put

    def noted_put(self: batches.BatchFolder, content: StoreContent) -> None:
        put(self, content)
        note(folder / "put", *content.columns["case_id"])

    def run(case: fake_chain.FakeCase, record: object = None) -> fake_chain.FakeResult:
        note(folder / "run", case.case_id)
        if isinstance(record, Recording):
            return fake_chain.fake_run(case, record=record)
        return fake_chain.fake_run_recorded(case)

    batches.BatchFolder.put = noted_put  # type: ignore[method-assign]
    steps = counted_steps(last_step)
    execute.run_campaign(
        experiment, folder / "out.h5", executor=Inline(), resume=True, runner=run, record=RECORDED
    )
    note(folder / "steps", str(next(steps) - 1))


def counted_steps(last: int) -> Iterator[int]:
    """Count every step from here on, and die before the last."""
    steps = count(1)

    def stepping(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **options: Any) -> Any:
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return stepped

    for owner, name in STEPS:
        setattr(owner, name, stepping(getattr(owner, name)))
    return steps


def note(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in lines))


def noted(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def forked(work: Callable[[], None]) -> int:
    """Do some work in a process of its own; return its id."""
    process = os.fork()
    if process:
        return process
    try:
        work()
        os._exit(0)
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(1)


def ended(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def on_disk(folder: Path) -> set[str]:
    """Cases that a resume would find finished."""
    found = [folder / "out.h5", *batches.BatchFolder(folder / "out.h5.shards").paths()]
    columns = (read_columns(path, ["case_id"])["case_id"] for path in found if path.exists())
    return {str(name) for column in columns for name in column}


def differing(a: StoreContent, b: StoreContent) -> list[str]:
    """Columns and series that differ by any bit, wall time aside."""
    if a.runs.keys() != b.runs.keys() or a.series.keys() != b.series.keys():
        return ["names"]
    pairs = {n: (a.columns[n], b.columns[n]) for n in a.runs.keys() - NOT_COMPARED}
    pairs |= {f"series/{n}": (a.series[n].values, b.series[n].values) for n in a.series}
    if not a.snapshots or a.snapshots.keys() != b.snapshots.keys():
        return ["snapshots"]
    for case, found in a.snapshots.items():
        other = vars(b.snapshots[case])
        pairs |= {f"{case}/{n}": (np.array(v), np.array(other[n])) for n, v in vars(found).items()}
    pairs |= {f"offsets/{t}": (a.offsets[t], b.offsets[t]) for t in a.offsets}
    return [n for n, (x, y) in pairs.items() if x.shape != y.shape or not same_bits(x, y).all()]


def trial(
    experiment: Experiment, folder: Path, kills: Sequence[float | int], whole: StoreContent
) -> dict[str, Any]:
    """Kill one sweep again and again, each time resumed, and say what came of it.

    A kill is a moment in seconds, or a step as an `int`.
    """
    folder.mkdir()
    facts: dict[str, Any] = {"kills": [], "lost": 0, "run_again": 0}
    for kill in [*kills, 0]:
        before = on_disk(folder)
        (folder / "run").unlink(missing_ok=True)
        step = kill if isinstance(kill, int) else 0
        process = forked(lambda: sweep(experiment, folder, step))  # noqa: B023
        if isinstance(kill, float):
            time.sleep(kill)
            os.kill(process, signal.SIGKILL)
        code = ended(process)
        if code == -signal.SIGKILL:
            facts["kills"].append([kill, where(folder)])
        facts["lost"] += len((before | {*noted(folder / "put")}) - on_disk(folder))
        facts["run_again"] += len(before & {*noted(folder / "run")})
    ran = sorted(noted(folder / "run"))
    facts["exit"] = code
    facts["resume_ran_just_the_rest"] = ran == sorted(everything(whole) - before)
    facts["differing"] = differing(read_store(folder / "out.h5"), whole)
    notes = {"out.h5", "put", "run", "steps"}
    facts["left"] = sorted({path.name for path in folder.iterdir()} - notes)
    shutil.rmtree(folder)
    return facts


def everything(whole: StoreContent) -> set[str]:
    return {str(name) for name in whole.columns["case_id"]}


def where(folder: Path) -> str:
    """Say what a kill had left, in words, so that a test knows whether kills came everywhere."""
    shards_left, output = folder / "out.h5.shards", folder / "out.h5"
    if not shards_left.exists():
        return "finished" if output.exists() else "before the folder"
    if output.exists():
        return "while the folder was removed"
    if any(folder.glob(".out.h5.*.tmp")):
        return "in the last merge"
    names = [path.name for path in batches.BatchFolder(shards_left).paths()]
    if any(shards_left.glob(".*.tmp")):
        return "while a batch or a merge of small files was written"
    return "between two batches" if names else "before the first batch"


def main() -> None:
    """Run all trials."""
    folder = Path(sys.argv[1])
    replicates, kills, step, seed = (int(text) for text in sys.argv[2:6])
    experiment = parse_experiment(
        TEXT, (GRID, f"campaign.cases={replicates}"), "fake.toml", fake_chain.FakeCase
    )
    whole_folder = folder / "whole"
    whole_folder.mkdir()
    start = time.monotonic()
    if ended(forked(lambda: sweep(experiment, whole_folder))):
        raise SystemExit("the sweep that nothing kills has failed")
    seconds = time.monotonic() - start
    whole, steps = read_store(whole_folder / "out.h5"), int(noted(whole_folder / "steps")[0])
    rng, facts = np.random.default_rng(seed), list[dict[str, Any]]()
    killed = 0
    while killed < kills:  # a sweep that was quicker than its moment is no trial
        # Every third sweep is killed once more while it is resumed
        moments = [float(m) for m in rng.uniform(0.0, seconds, 2 if len(facts) % 3 == 2 else 1)]
        facts.append(trial(experiment, folder / "trial", moments, whole))
        killed += bool(facts[-1]["kills"])
    if step:
        # from the end, so that the last merge and the removal of the folder are among them
        for at in range(steps, 0, -step):
            facts.append(trial(experiment, folder / "trial", [at], whole))
    said = {"seconds": seconds, "steps": steps, "cases": len(everything(whole)), "trials": facts}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
