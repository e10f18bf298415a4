"""A cluster of jobs of Slurm, through dask-jobqueue, and what Slurm has against them.

dask-jobqueue tells nobody that a job was refused, and does not submit it again; here it is noted.
"""

import logging
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sampling_sim.errors import BadInput

REST_OF_JOB = 0.5e9
"""[B] chosen: what a job asks for beyond its case: two processes of Python and their libraries."""
ANSWER_TIME = 10.0
"""[s] chosen: a controller that is there answers within one, also across a busy network."""
OPTIONS = ("queue", "account", "walltime", "interface", "log_directory", "local_directory",
           "python")  # fmt: skip
"""Keywords of dask_jobqueue.SLURMCluster that can be given; its own file has all the others."""


@dataclass
class Submissions:
    """What came of the jobs that were submitted so far."""

    submitted: int = 0
    refusals: list[str] = field(default_factory=list)
    """What `sbatch` said, in one line each."""

    @property
    def are_all_refused(self) -> bool:
        """Whether no job can become a worker."""
        return bool(self.refusals) and len(self.refusals) == self.submitted


def slurm_cluster(
    memory: float | None,
    options: Mapping[str, str],
    environment: Mapping[str, str],
    submissions: Submissions,
) -> Any:
    """Cluster without jobs yet.

    Parameters
    ----------
    memory
        [B] of data a worker may have; None to let dask-jobqueue's own file say.
    options
        Of `OPTIONS`, and `directive` for one more line of #SBATCH.
    environment
        Variables that jobs set.
    submissions
        Where it is noted what Slurm makes of the jobs.

    Raises
    ------
    BadInput
        If an option is unknown, or anything that is needed is not here.
    """
    given: dict[str, Any] = dict(options)
    for name in given.keys() - {*OPTIONS, "directive"}:
        allowed = ", ".join(("directive", *OPTIONS))
        raise BadInput(f"--slurm-option {name}: unknown; there are {allowed}")
    try:
        from dask_jobqueue import SLURMCluster
    except ImportError:
        raise BadInput(
            "--executor slurm needs dask-jobqueue: pip install 'sampling-sim[cluster]'"
        ) from None
    if shutil.which("sbatch") is None:
        raise BadInput("--executor slurm: no program sbatch here; is this a login node of Slurm?")
    _refuse_silent_slurm()
    if "directive" in given:
        given["job_extra_directives"] = given.pop("directive").split()
    if memory is not None:
        given["memory"] = f"{round(memory + REST_OF_JOB)} B"
    try:
        return SLURMCluster(
            cores=1,
            processes=1,
            job_cls=_noting(SLURMCluster.job_cls, submissions),
            job_script_prologue=[f"export {name}={value}" for name, value in environment.items()],
            worker_extra_args=["--memory-limit", "0"],  # as on this machine
            silence_logs=logging.CRITICAL,
            scheduler_options={"dashboard_address": ":0"},
            **given,
        )
    except (OSError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())
        if "how much cores and memory" in said:
            said = 'give --memory, as "2 GB": what a case may take'
        raise BadInput(f"--executor slurm: {said}") from None


def _noting(job: Any, submissions: Submissions) -> Any:
    """Class of a job that notes what comes of its submission."""
    from distributed import Status

    async def start(self: Any) -> None:
        submissions.submitted += 1
        try:
            await job.start(self)
        except Exception as error:
            submissions.refusals.append(_reason(str(error)))
            self.status = Status.failed  # or the cluster cannot be closed
            raise

    return type(job.__name__, (job,), {"start": start})


def _reason(error: str) -> str:
    """Find what the command said in what dask-jobqueue raises, in one line."""
    _, _, said = error.rpartition("stderr:\n")
    lines = (re.sub(r"^sbatch: (error: )?", "", line.strip()) for line in said.splitlines())
    return "; ".join(line for line in lines if line) or "without a reason"


def _refuse_silent_slurm() -> None:
    """Refuse a Slurm whose controller is down: dask-jobqueue would wait, and say nothing."""
    try:
        command = ["scontrol", "ping"]
        asked = subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWER_TIME, check=False
        )
        said = "" if asked.returncode == 0 else asked.stderr or asked.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if said:
        reason = said.strip().splitlines()[-1]
        raise BadInput(f"--executor slurm: its controller does not answer ({reason})")
