"""Each knob of the generator does what it says, and leaves what the others made in place."""

from dataclasses import replace

import numpy as np
import pytest

from sampling_sim.asteroid.fragment import fragment_mesh
from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.parameters import FragmentParameters

PLAIN = FragmentParameters(seed=4, angularity=0.0, roughness=0.0, craters=0, boulders=0)


@pytest.fixture
def unmapped(monkeypatch):
    """Vertices before the affine map at the end, over the mean radius."""
    monkeypatch.setattr(
        "sampling_sim.asteroid.fragment._in_principal_axes",
        lambda vertices, *_: vertices,
    )
    plain = fragment_mesh(PLAIN).vertices

    def heights(**features):
        """Height over the ellipsoid along the rays, over the mean radius, shape (nv,).

        It is d ln(r/d) with d the ellipsoid's distance and r the body's: r − d to first order.
        """
        vertices = fragment_mesh(replace(PLAIN, **features)).vertices
        d = np.linalg.norm(plain, axis=1)
        return d * np.log(np.linalg.norm(vertices, axis=1) / d)

    heights.plain = plain
    return heights


def share_of_flat_edges(mesh):
    """Share of the edges whose two faces lie in one plane."""
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces], 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    _, _, edge_of_side = edge_faces(mesh.faces)
    order = np.argsort(edge_of_side.ravel(), kind="stable")
    one, other = (order // 3).reshape(-1, 2).T
    return float((np.einsum("ij,ij->i", normals[one], normals[other]) > 1.0 - 1e-9).mean())


def test_angularity_makes_planes():
    shares = [
        share_of_flat_edges(fragment_mesh(replace(PLAIN, angularity=a))) for a in (0.0, 0.3, 1.0)
    ]
    assert shares[0] == 0.0
    assert 0.1 < shares[1] < shares[2]
    assert shares[2] > 0.4


def test_planes_only_cut_away_and_never_deeper_than_stated(unmapped):
    """A cut of 30 % of the tangent's distance is the deepest; at 0.5 the deepest is 15 %."""
    height = unmapped(angularity=0.5)
    assert height.max() == 0.0
    distance = np.linalg.norm(unmapped.plain, axis=1)
    assert np.log(0.85) <= (height / distance).min() < -0.05


def test_relief_has_the_stated_rms(unmapped):
    """Rms as stated, and in proportion."""
    height = unmapped(roughness=0.02)
    assert np.sqrt(np.mean(height**2)) == pytest.approx(0.02, rel=1e-9)
    assert unmapped(roughness=0.04) == pytest.approx(2.0 * height, rel=1e-9)


def test_relief_is_self_affine(unmapped):
    """Rms difference over a length L grows as L^0.8 between the two ends of its wave numbers.

    The growth bends over at lengths near 1/k_min: over 0.2 to 0.4 mean radii, averaged over 40
    seeds, an exponent of 0.6 to 0.9 remains; a white relief would give 0.
    """
    points = fragment_mesh(PLAIN).vertices
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    near, far = ((gaps > 0.9 * length) & (gaps < 1.1 * length) for length in (0.2, 0.4))
    squares = np.zeros(2)
    for seed in range(40):
        height = unmapped(seed=seed, roughness=0.02)
        difference = (height[:, None] - height[None]) ** 2
        squares += [difference[near].mean(), difference[far].mean()]
    exponent = 0.5 * np.log2(squares[1] / squares[0])
    assert 0.6 < exponent < 0.9
    rng = np.random.default_rng(0)
    white = rng.normal(size=len(points))
    difference = (white[:, None] - white[None]) ** 2
    assert abs(0.5 * np.log2(difference[far].mean() / difference[near].mean())) < 0.05


def test_craters_dig_and_boulders_rise(unmapped):
    """One crater 0.2 and one boulder 0.5 of its radius at the middle, nothing elsewhere."""
    crater, boulder = unmapped(craters=1), unmapped(boulders=1)
    assert crater.max() == 0.0
    assert -0.2 * 0.6 <= crater.min() <= -0.2 * 0.2
    assert boulder.min() == 0.0
    assert 0.5 * 0.15 <= boulder.max() <= 0.5 * 0.35
    assert (crater < 0.0).sum() > 5
    assert (crater == 0.0).mean() > 0.5
    assert (boulder == 0.0).mean() > 0.9


@pytest.mark.parametrize("kind", ["craters", "boulders"])
def test_more_of_them_keep_the_first_in_place(unmapped, kind):
    """Common random numbers: the third adds to the first two and moves neither."""
    two, three = unmapped(**{kind: 2}), unmapped(**{kind: 3})
    third = three - two
    assert (third >= 0.0).all() if kind == "boulders" else (third <= 0.0).all()
    assert (third != 0.0).mean() < 0.5
    assert np.abs(third).max() > 0.03


def test_features_do_not_move_one_another(unmapped):
    alone = unmapped(roughness=0.01) + unmapped(craters=4) + unmapped(boulders=6)
    together = unmapped(roughness=0.01, craters=4, boulders=6)
    assert np.abs(together - alone).max() <= 1e-12


def test_finer_meshes_show_the_same_body():
    """The coarse mesh's vertices stay within 10 cm, where another seed moves them by metres.

    A finer mesh lets caps begin at other points and moves the centre of mass a little.
    """
    coarse, fine = (fragment_mesh(FragmentParameters(seed=4, subdivisions=n)) for n in (3, 4))
    assert len(fine.faces) == 4 * len(coarse.faces) == 5120
    # a subdivision keeps the vertices and appends the middles of the edges
    same = fine.vertices[: len(coarse.vertices)]
    other = fragment_mesh(FragmentParameters(seed=5)).vertices
    assert np.median(np.linalg.norm(same - coarse.vertices, axis=1)) < 0.1
    assert np.median(np.linalg.norm(other - coarse.vertices, axis=1)) > 0.3
