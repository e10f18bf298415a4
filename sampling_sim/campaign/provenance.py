"""Where results come from: the root attributes of a result file."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sampling_sim
from sampling_sim.campaign.experiment.config import Experiment

_PACKAGES = ("h5py", "numba", "numpy", "pybullet", "scipy", "trimesh")
"""Libraries whose version can change the bits of a result."""


def root_attributes(experiment: Experiment, meshes: Mapping[str, str]) -> dict[str, str | int]:
    """Return what a file says about its campaign, the schema version aside.

    Parameters
    ----------
    experiment
        What is run; its text and overrides are kept whole, so that the file can be run again.
    meshes
        Name or path → sha256 of every mesh that its cases can have.
    """
    overrides = json.dumps(experiment.overrides)
    text = experiment.text + overrides
    return {
        "experiment": experiment.text,
        "overrides": overrides,
        "experiment_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "campaign_id": experiment.campaign_id,
        "seed": experiment.campaign.seed,
        "shape_sha256": ", ".join(meshes.values()),
        **setting(),
    }


def setting() -> dict[str, str]:
    """Where this process runs: the same seed and the same setting give the same bits."""
    versions = ", ".join(sorted(f"{name} {found}" for name, found in _versions().items()))
    return {"versions": versions, "git_commit": _git_commit(), "cpu_model": cpu_model()}


def software() -> dict[str, str]:
    """Versions by name, and `source`, a hash of this package's own files.

    Two processes of which any differs may give other bits on equal machines; a commit says less,
    since a source tree may have changes.
    """
    return {**_versions(), "source": _source_hash()}


def cpu_model() -> str:
    """Processor of this machine, as it names itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "sampling-sim": sampling_sim.__version__}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):  # an engine that this installation does without
            found[package] = version(package)
    return found


@cache
def _source_hash() -> str:
    """First 12 hex digits of a sha256 over the package's modules, their places among them."""
    package = Path(sampling_sim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package)}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _git_commit() -> str:
    """Commit of the source tree, "+changes" if it has any; empty outside a clone of this one."""
    package = Path(sampling_sim.__file__).parent
    # A package installed inside somebody else's repository is not a file of that repository
    if _git(package, "ls-files", "--", "__init__.py") != "__init__.py":
        return ""
    changes = _git(package, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return (_git(package, "rev-parse", "HEAD") or "") + ("+changes" if changes else "")


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
