"""The body of an experiment: a registered shape, a mesh file, or a fragment made for the case."""

from pathlib import Path

from sampling_sim.asteroid import fragment
from sampling_sim.asteroid.parameters import FRAGMENT, AsteroidParameters
from sampling_sim.asteroid.registry import find_shape
from sampling_sim.asteroid.shape import Shape, load_shape


def body_shape(asteroid: AsteroidParameters) -> Shape:
    """Shape that `[asteroid]` asks for.

    Raises
    ------
    ShapeError
        If there is no such mesh, or it cannot stand for a body.
    """
    if asteroid.shape == FRAGMENT:
        return fragment.fragment_shape(asteroid.fragment)
    return load_shape(asteroid.shape, asteroid.unit, asteroid.extents, scale=asteroid.scale)


def shape_file(name: str) -> Path:
    """File that a shape comes from: its mesh; of a made fragment, the generator's source.

    The numbers of each fragment are inputs of its case, so the generator is all that is left to
    know about it.
    """
    return Path(fragment.__file__) if name == FRAGMENT else find_shape(name)[0]
