"""Units at the border: text such as "5 cm/s" in, SI floats inside.

Parameters are stdlib frozen dataclasses whose fields carry their unit in the annotation
(`approach_speed: Speed = 0.05`), so that the experiment reader, the table headers and the HDF5
attributes all read the same one.  Inside the package a field is a plain float in SI.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

ANGLES = frozenset({"radian", "milliradian", "degree", "arcminute", "arcsecond", "turn", "rpm"})


@dataclass(frozen=True)
class Unit:
    """Unit of a field: what it is stored in (SI) and so which dimension its text must have."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.with_info_before_validator_function(
            lambda value, info: self._validated(value, info.context or {}), handler(source)
        )

    def _validated(self, value: Any, context: dict[str, Any]) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and context.get("si"):
            return value
        return magnitude(value, self.name)


def magnitude(value: Any, unit: str) -> float:
    """SI magnitude of a text with a unit; `unit` is the SI unit it must convert to.

    Raises
    ------
    ValueError
        If the text has no unit where one is needed, an unknown one, or another dimension.
    """
    import pint

    if unit == "1":
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        raise ValueError("needs a bare number")
    if not isinstance(value, str):
        raise ValueError(f'needs text with a unit, as "1 {unit}"')
    try:
        quantity = _registry().Quantity(value)
        found = float(quantity.to(unit).magnitude)
    except pint.DimensionalityError:
        raise ValueError(f"has the wrong dimension: needs a unit of {unit!r}") from None
    except Exception:  # pint raises its tokenizer's and parser's own errors on malformed text
        raise ValueError(f'is not a quantity: needs a number and a unit, as "1 {unit}"') from None
    # pint takes a bare number for an angle and hertz for rad/s, 2π off
    if "rad" in unit and not ANGLES & {name for name, _ in quantity.unit_items()}:
        raise ValueError(f'needs an angle in its unit, as "1 {unit}" or with deg')
    return found


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry()
    registry.define("rpm = 2 * pi * radian / minute")
    return registry


Length = Annotated[float, Unit("m")]
Mass = Annotated[float, Unit("kg")]
Time = Annotated[float, Unit("s")]
Speed = Annotated[float, Unit("m/s")]
Acceleration = Annotated[float, Unit("m/s^2")]
Angle = Annotated[float, Unit("rad")]
AngularRate = Annotated[float, Unit("rad/s")]
Rate = Annotated[float, Unit("1/s")]
Density = Annotated[float, Unit("kg/m^3")]
Pressure = Annotated[float, Unit("Pa")]
Force = Annotated[float, Unit("N")]
Torque = Annotated[float, Unit("N*m")]
Impulse = Annotated[float, Unit("N*s")]
Stiffness = Annotated[float, Unit("N/m")]
Damping = Annotated[float, Unit("N*s/m")]
AngularStiffness = Annotated[float, Unit("N*m/rad")]
AngularDamping = Annotated[float, Unit("N*m*s/rad")]
Number = Annotated[float, Unit("1")]
