"""`[asteroid]` and `[site]` are read from text with units and refused out of range."""

import numpy as np
import pytest
import trimesh
from pydantic import TypeAdapter, ValidationError

from sampling_sim.asteroid.body import body_shape
from sampling_sim.asteroid.parameters import AsteroidParameters, SiteParameters
from sampling_sim.errors import ShapeError


def test_text_with_units_becomes_si():
    text = {"extents": ["0.02 km", "14.3 m", "1200 cm"], "density": "1.9 g/cm^3", "period": "1 h"}
    read = TypeAdapter(AsteroidParameters).validate_python(text)
    assert read.extents == pytest.approx((20.0, 14.3, 12.0), rel=1e-12)
    assert (read.density, read.period) == pytest.approx((1900.0, 3600.0), rel=1e-12)
    site = TypeAdapter(SiteParameters).validate_python({"lat": "-45 deg", "lon": "1 rad"})
    assert (site.lat, site.lon) == pytest.approx((-np.pi / 4, 1.0), rel=1e-12)


def test_scale_is_the_length_of_one_in_the_file(tmp_path):
    """A unit sphere read at 7 m is 14 m across; without unit or scale it is refused."""
    path = tmp_path / "ball.obj"
    trimesh.creation.icosphere(subdivisions=2).export(path)
    read = TypeAdapter(AsteroidParameters).validate_python({"shape": str(path), "scale": "7 m"})
    assert body_shape(read).extents == pytest.approx([14.0] * 3, rel=1e-6)
    with pytest.raises(ShapeError) as error:
        body_shape(AsteroidParameters(shape=str(path)))
    assert error.value.code == "unit-not-stated"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (AsteroidParameters, {"density": "0 kg/m^3"}),
        (AsteroidParameters, {"density": 2700.0}),
        (AsteroidParameters, {"density": "2700 kg"}),
        (AsteroidParameters, {"period": "-1 s"}),
        (AsteroidParameters, {"extents": ["20 m", "14 m"]}),
        (AsteroidParameters, {"extents": ["20 m", "14 m", "0 m"]}),
        (AsteroidParameters, {"unit": "mile"}),
        (AsteroidParameters, {"scale": 5.0}),
        (AsteroidParameters, {"scale": "0 m"}),
        (SiteParameters, {"lat": "91 deg"}),
        (SiteParameters, {"lon": "361 deg"}),
    ],
)
def test_bad_values_are_refused(parameters, text):
    with pytest.raises(ValidationError):
        TypeAdapter(parameters).validate_python(text)
