"""Randomness by address, not by order.

A generator is named by (campaign seed, replicate, stream, key): adding a distribution, a case or a
worker never shifts the numbers of another.  See NumPy's notes on SeedSequence and spawn keys.
"""

import zlib
from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What the numbers are for: one stream a section of the experiment, and what is none."""

    ASTEROID = 0
    SITE = 1
    REGOLITH = 2
    MECHANISM = 3
    CRAFT = 4
    SEQUENCE = 5
    ENGINE = 6
    PACKING = 7
    DESIGN = 8
    """Of a design that is made as a whole, at replicate 0: a Latin hypercube, a Sobol sequence."""
    SURFACE = 9
    """Of what is unknown about the surface; the draw of the surface stands for the replicate."""


def generator(seed: int, replicate: int, stream: Stream, key: str = "") -> np.random.Generator:
    """Return the generator at one address; the same address always gives the same numbers."""
    spawn_key = (replicate, int(stream)) + ((zlib.crc32(key.encode()),) if key else ())
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))
