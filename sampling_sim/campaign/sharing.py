"""Parts of a campaign that separate sweeps run, one a job of an array; `merge` joins their files.

Whole replicates are dealt in turn, so that a part holds every design point of its replicates, the
cases that share random numbers: a part that is lost takes no half of a pair with it, each part is a
small campaign of its own, and more cases are dealt on without moving earlier ones.  Where there are
fewer replicates than parts, as in a full grid run once, single cases are dealt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sampling_sim.campaign.experiment.config import PlannedCase
from sampling_sim.errors import BadInput


@dataclass(frozen=True)
class Share:
    """Part `number`, counted from 1, of `parts`."""

    number: int
    parts: int

    def of(self, plans: Sequence[PlannedCase]) -> list[PlannedCase]:
        """Cases of this part, in their order.

        Raises
        ------
        BadInput
            If there are none.
        """
        replicates = 1 + max(plan.replicate for plan in plans)
        by_replicate = replicates >= self.parts
        mine = [
            plan
            for plan in plans
            if (plan.replicate if by_replicate else plan.index) % self.parts == self.number - 1
        ]
        if not mine:
            allowed = f"at most {len(plans)} parts, there are no more cases"
            raise BadInput(f"--shard {self.number}/{self.parts}: holds no case: {allowed}")
        return mine


def read_share(text: str) -> Share:
    """Read "k/K", k counted from 1.

    Raises
    ------
    BadInput
        If it is anything else.
    """
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    number, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= parts:
        raise BadInput(f"--shard {text[:40]!r}: must be k/K with k from 1 to K, as 3/8")
    return Share(number, parts)
