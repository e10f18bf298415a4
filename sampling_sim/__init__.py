"""Touch-and-go and anchoring sampling simulator for small bodies.

Importing the package loads nothing heavy: names are resolved on first use (PEP 562), so that
`sampling-sim --help` stays quick and a notebook pays only for what it calls.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "load_experiment": "sampling_sim.campaign.experiment.config",
    "run_case": "sampling_sim.run",
    "run_campaign": "sampling_sim.campaign.execute",
    "campaign_plan": "sampling_sim.campaign.cost",
    "open_store": "sampling_sim.store",
    "open_series": "sampling_sim.store",
    "read_snapshots": "sampling_sim.store",
    "compare": "sampling_sim.campaign.comparison.compare",
    "write_report": "sampling_sim.report.page.page",
    "load_shape": "sampling_sim.asteroid.shape",
    "site_environment": "sampling_sim.asteroid.site",
}

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604 - the keys are strings


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'sampling_sim' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
