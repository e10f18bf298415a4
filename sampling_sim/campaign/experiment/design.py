"""Designs of experiments: where the uniform numbers come from that distributions are drawn by.

A design gives, for a number (a replicate, or a draw of the surface), one u in (0, 1) for every key
that is drawn.  Monte Carlo takes each from its own address.  Latin hypercube, Sobol sequence and
Saltelli's arrangement are made by scipy.stats.qmc with one column a key, the keys sorted; so the
numbers of a key depend on which keys are drawn, and, in a Latin hypercube, on how many cases there
are.  The others are extended: more cases only append.

References
----------
.. [SAT2010] Saltelli et al. (2010), Comput. Phys. Commun. 181, 259-270: A, B and AB_i.
.. [OWE1998] Owen (1998), ACM Trans. Model. Comput. Simul. 8, 71-102: scrambled nets.
"""

from collections.abc import Sequence, Set
from typing import Literal, Protocol

import numpy as np

from sampling_sim.campaign.experiment.distributions import LARGEST, SMALLEST
from sampling_sim.constants import FloatArray
from sampling_sim.rng import Stream, generator

DesignName = Literal["monte_carlo", "latin_hypercube", "sobol", "saltelli"]

NOT_EXTENDED = frozenset({"latin_hypercube"})
"""Designs whose first cases depend on how many there are."""
BLOCK = 1024
"""Points of a Sobol sequence that are made at once; chosen: a power of two, some milliseconds."""


class SamplingDesign(Protocol):
    """Where uniform numbers come from."""

    def uniforms(self, number: int, keys: Set[str] | None = None, /) -> dict[str, float]:
        """Key → u in (0, 1), of one replicate or one draw of the surface; of `keys` at least."""


class MonteCarlo:
    """Every number from its own address: independent of every other key and number."""

    def __init__(self, keys: Sequence[str], seed: int, *, of_surface: bool = False) -> None:
        streams = {key: Stream[key.split(".")[0].upper()] for key in keys}
        self._streams = dict.fromkeys(keys, Stream.SURFACE) if of_surface else streams
        self._seed = seed

    def uniforms(self, number: int, keys: Set[str] | None = None) -> dict[str, float]:
        """See `SamplingDesign`."""
        return {
            key: max(float(generator(self._seed, number, stream, key).random()), SMALLEST)
            for key, stream in self._streams.items()
            if keys is None or key in keys
        }


class LatinHypercube:
    """In every column each of `size` equal shares of (0, 1) holds one of the `size` numbers."""

    def __init__(self, keys: Sequence[str], rng: np.random.Generator, size: int) -> None:
        from scipy.stats import qmc

        self._keys = keys
        self._rows = _inside(qmc.LatinHypercube(len(keys), rng=rng).random(size))

    def uniforms(self, number: int, _: Set[str] | None = None) -> dict[str, float]:
        """See `SamplingDesign`."""
        return _named(self._keys, self._rows[number])


class Sobol:
    """Sobol sequence, scrambled once; balanced where as many as a power of two are taken."""

    def __init__(self, keys: Sequence[str], seed: int, name: str, columns: int = 0) -> None:
        self._keys, self._columns = keys, columns or len(keys)
        self._seed, self._name = seed, name
        self._kept = -1, np.zeros((0, 0))

    def uniforms(self, number: int, _: Set[str] | None = None) -> dict[str, float]:
        """See `SamplingDesign`."""
        return _named(self._keys, self.point(number))

    def point(self, number: int) -> FloatArray:
        """One point of the sequence, shape (columns,)."""
        block, row = divmod(number, BLOCK)
        if self._kept[0] != block:
            from scipy.stats import qmc

            rng = _design_generator(self._seed, self._name)  # the same scramble for every block
            sequence = qmc.Sobol(self._columns, rng=rng)
            if block:
                sequence.fast_forward(block * BLOCK)
            self._kept = block, _inside(sequence.random(BLOCK))
        return self._kept[1][row]


class Saltelli:
    """A, AB_1 ... AB_d and B of every base point, one after the other [SAT2010]_.

    A and B are the halves of a Sobol point of 2 d columns; AB_i is A with key i from B.
    """

    def __init__(self, keys: Sequence[str], seed: int, name: str) -> None:
        self._keys = keys
        self._base = Sobol((), seed, name, columns=2 * len(keys))

    def uniforms(self, number: int, _: Set[str] | None = None) -> dict[str, float]:
        """See `SamplingDesign`."""
        base, part = saltelli_part(number, self._keys)
        point = self._base.point(base)
        a, b = (_named(self._keys, half) for half in np.split(point, 2))
        return b if part == "B" else a if part == "A" else a | {part: b[part]}


def replicate_design(
    design: DesignName, keys: Sequence[str], seed: int, cases: int
) -> SamplingDesign:
    """Design of the replicates, for sorted keys; `cases` is read by a Latin hypercube alone."""
    if design == "monte_carlo" or not keys:
        return MonteCarlo(keys, seed)
    if design == "latin_hypercube":
        return LatinHypercube(keys, _design_generator(seed, "replicates"), cases)
    return (Sobol if design == "sobol" else Saltelli)(keys, seed, "replicates")


def surface_design(
    design: DesignName, keys: Sequence[str], seed: int, draws: int
) -> SamplingDesign:
    """Design of what is unknown about the surface, at addresses that no replicate has."""
    if design == "monte_carlo" or not keys:
        return MonteCarlo(keys, seed, of_surface=True)
    if design == "latin_hypercube":
        return LatinHypercube(keys, _design_generator(seed, "surfaces"), draws)
    return Sobol(keys, seed, "surfaces")


def saltelli_part(replicate: int, keys: Sequence[str]) -> tuple[int, str]:
    """Return the base point of a replicate, and what it is: "A", "B", or the key taken from B.

    In the order of the replicates a whole design is what SALib's `sobol.analyze` takes as `Y`, with
    `calc_second_order=False` and the keys as `names`.
    """
    base, place = divmod(replicate, len(keys) + 2)
    return base, ("A", *keys, "B")[place]


def _design_generator(seed: int, name: str) -> np.random.Generator:
    return generator(seed, 0, Stream.DESIGN, name)


def _named(keys: Sequence[str], row: FloatArray) -> dict[str, float]:
    return dict(zip(keys, row.tolist(), strict=True))


def _inside(points: FloatArray) -> FloatArray:
    """Points with no coordinate at the ends of (0, 1)."""
    return np.clip(points, SMALLEST, LARGEST)
