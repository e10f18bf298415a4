"""A campaign in stages, between which a stopping rule is looked at.

A stage ends after a fixed number of replicates, when all of their cases are finished, and the rule
sees these replicates alone: where a campaign ends does not depend on its workers, nor on how often
it was resumed, nor on what an earlier run has finished beyond.
"""

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby

from sampling_sim.campaign.experiment.config import Experiment, PlannedCase
from sampling_sim.campaign.shards import ShardFolder
from sampling_sim.campaign.sharing import Share
from sampling_sim.campaign.statistics.rows import Columns, rows_of
from sampling_sim.campaign.statistics.stopping import Look, StoppingRule, look_points
from sampling_sim.errors import BadInput, ConfigError
from sampling_sim.outcome import outcome_columns

log = logging.getLogger(__name__)

Looked = Callable[[int, Look], None]
"""Called after each look of a rule with the replicates it saw, and what it saw."""


def refuse_dependent(experiment: Experiment, share: Share | None) -> None:
    """Refuse a stopping rule where replicates are no independent sample, or not all are here."""
    if share is not None:
        raise BadInput("--until and --shard exclude each other: a part sees only its own cases")
    if experiment.campaign.design != "monte_carlo":
        allowed = "--until takes replicates as independent: it needs 'monte_carlo'"
        raise ConfigError("campaign.design", experiment.campaign.design, allowed, experiment.file)


def stages(
    todo: Iterable[PlannedCase],
    replicates: int,
    until: StoppingRule | None,
    folder: ShardFolder,
    looked: Looked | None,
) -> Iterator[Iterable[PlannedCase]]:
    """Give the unfinished cases in order, stage by stage, until the rule is reached.

    Each stage must be run before the next one is asked for.

    Parameters
    ----------
    todo
        Unfinished cases, replicate by replicate.
    replicates
        Of the whole campaign.
    until, looked
        The rule, None to give all cases in one stage; and what is told of each look.
    folder
        Where the finished cases are.
    """
    if until is None:
        yield todo
        return
    points, seen = look_points(replicates), 0
    staged = groupby(todo, lambda plan: bisect_right(points, plan.replicate))
    for stage, cases in chain(staged, [(len(points), iter(()))]):  # all are run: the last look
        for point in points[seen:stage]:
            look = until.look(_first_replicates(folder, point))
            if looked is not None:
                looked(point, look)
            if look.is_reached:
                return
        seen = stage
        yield cases
    log.warning("the rule of --until is not reached in %d replicates", replicates)


def _first_replicates(folder: ShardFolder, count: int) -> Columns:
    """Columns that rules look at, of the first replicates."""
    columns = folder.columns(["replicate", "surface", "design_point", *outcome_columns()])
    return rows_of(columns, columns["replicate"] < count)
