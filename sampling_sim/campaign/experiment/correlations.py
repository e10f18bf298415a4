"""Correlated inputs: a Gaussian copula over the uniform numbers of any design.

The u of correlated keys are turned into standard normals, mixed by the Cholesky factor of their
correlation matrix, and turned back: every key keeps its distribution, pairs get the rank
correlation asked for.  A normal pair has the rank correlation ρ_s = (6/π) asin(ρ/2), so the matrix
holds ρ = 2 sin(π ρ_s / 6).  The first key of a group, by name, keeps its u.

References
----------
.. [KRU1958] Kruskal (1958), J. Am. Stat. Assoc. 53, 814-861: rank correlation of normals.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Lt

from sampling_sim.campaign.experiment.distributions import (
    LARGEST,
    SMALLEST,
    Choice,
    Distribution,
    Grid,
)
from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError

SMALLEST_EIGENVALUE = 1e-9
"""Below it a correlation matrix counts as not positive definite; chosen: far over round-off."""


@dataclass(frozen=True, kw_only=True)
class CorrelationParameters:
    """One `[[campaign.correlations]]` table."""

    between: tuple[str, str]
    """Two keys that have continuous distributions."""
    rank_correlation: Annotated[float, Gt(-1), Lt(1)]
    """[1] Spearman's."""


@dataclass(frozen=True)
class Copula:
    """Keys that go together, sorted, and the Cholesky factor of their normals' correlations."""

    keys: tuple[str, ...]
    factor: FloatArray
    """[1] lower triangular, shape (n, n)."""

    def correlated(self, uniforms: Mapping[str, float]) -> dict[str, float]:
        """Give the u of its keys their correlations; the first key keeps its own."""
        from scipy.special import ndtr, ndtri

        normals = [float(ndtri(uniforms[key])) for key in self.keys]
        found = {}
        for key, row in zip(self.keys[1:], self.factor[1:], strict=True):
            mixed = math.fsum(float(w) * z for w, z in zip(row, normals, strict=True))
            found[key] = min(max(float(ndtr(mixed)), SMALLEST), LARGEST)
        return {**uniforms, **found}


def copulas(
    correlations: Sequence[CorrelationParameters], varying: Mapping[str, Distribution]
) -> list[Copula]:
    """Copulas of all groups of correlated keys.

    Parameters
    ----------
    correlations
        What the file asks for.
    varying
        Key → distribution of everything that varies.

    Raises
    ------
    ConfigError
        If a key cannot be correlated, a pair is named twice, the two are of different natures, or
        no normals have these correlations together.
    """
    pairs: dict[frozenset[str], float] = {}
    for i, asked in enumerate(correlations):
        where = f"campaign.correlations.{i}.between"
        for key in asked.between:
            _check_key(where, key, varying)
        first, second = asked.between
        if first == second or frozenset(asked.between) in pairs:
            raise ConfigError(where, list(asked.between), "must be two keys, each pair once")
        if varying[first].is_epistemic != varying[second].is_epistemic:
            allowed = "one is epistemic, drawn once a surface, the other drawn for every case"
            raise ConfigError(where, list(asked.between), allowed)
        pairs[frozenset(asked.between)] = 2.0 * math.sin(math.pi * asked.rank_correlation / 6.0)
    return [_copula(group, pairs) for group in _groups(pairs)]


def _check_key(where: str, key: str, varying: Mapping[str, Distribution]) -> None:
    found = varying.get(key)
    if found is None:
        known = [k for k, item in varying.items() if not isinstance(item, Choice | Grid)]
        allowed = f"has no distribution; continuous ones: {', '.join(sorted(known)) or 'none'}"
        raise ConfigError(where, key, allowed)
    if isinstance(found, Choice | Grid):
        kind = type(found).__name__.lower()
        raise ConfigError(where, key, f"is a {kind}; only continuous distributions are correlated")


def _groups(pairs: Mapping[frozenset[str], float]) -> list[tuple[str, ...]]:
    """Sorted keys of each group that pairs connect."""
    groups: list[set[str]] = []
    for pair in pairs:
        touching = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair]
        groups.append(set(pair).union(*touching))
    return sorted(tuple(sorted(group)) for group in groups)


def _copula(keys: tuple[str, ...], pairs: Mapping[frozenset[str], float]) -> Copula:
    matrix = np.array(
        [[1.0 if a == b else pairs.get(frozenset((a, b)), 0.0) for b in keys] for a in keys]
    )
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < SMALLEST_EIGENVALUE:
        allowed = (
            "these rank correlations cannot hold together: the smallest eigenvalue of the "
            f"normals' correlation matrix is {least:.3g} and must be over {SMALLEST_EIGENVALUE:g} "
            "(pairs that are not named count as 0)"
        )
        raise ConfigError("campaign.correlations", ", ".join(keys), allowed)
    return Copula(keys, np.linalg.cholesky(matrix))
