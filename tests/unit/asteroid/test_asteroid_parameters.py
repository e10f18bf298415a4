"""`[asteroid]` and `[site]` are read from text with units and refused out of range."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from sampling_sim.asteroid.parameters import AsteroidParameters, SiteParameters


def test_text_with_units_becomes_si():
    text = {"extents": ["0.02 km", "14.3 m", "1200 cm"], "density": "1.9 g/cm^3", "period": "1 h"}
    read = TypeAdapter(AsteroidParameters).validate_python(text)
    assert read.extents == pytest.approx((20.0, 14.3, 12.0), rel=1e-12)
    assert (read.density, read.period) == pytest.approx((1900.0, 3600.0), rel=1e-12)
    site = TypeAdapter(SiteParameters).validate_python({"lat": "-45 deg", "lon": "1 rad"})
    assert (site.lat, site.lon) == pytest.approx((-np.pi / 4, 1.0), rel=1e-12)


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
        (SiteParameters, {"lat": "91 deg"}),
        (SiteParameters, {"lon": "361 deg"}),
    ],
)
def test_bad_values_are_refused(parameters, text):
    with pytest.raises(ValidationError):
        TypeAdapter(parameters).validate_python(text)
