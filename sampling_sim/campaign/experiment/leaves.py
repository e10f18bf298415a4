"""Leaves of an experiment: one annotated field of a parameter dataclass, checked and named.

A leaf turns what a file says (`"5 cm/s"`, `true`, `["20 m", "14 m"]`) into SI values by pydantic,
and turns pydantic's complaint into one line that names the key.  `flat_inputs` is the way back: the
values of a built case as columns of scalars for the store.
"""

import json
import math
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from sampling_sim.errors import ConfigError
from sampling_sim.quantities import Unit, magnitude

Scalar = float | int | bool | str


@dataclass(frozen=True)
class Leaf:
    """One field that a user can set: its dotted key and its annotation (type, unit, range)."""

    key: str
    annotation: Any

    @property
    def unit(self) -> str:
        """SI unit of the field, "1" where it has none."""
        return next((m.name for m in _metadata(self.annotation) if isinstance(m, Unit)), "1")

    @property
    def is_continuous(self) -> bool:
        """Whether the field is one floating-point number (or may be left out)."""
        return _plain_types(self.annotation) - {type(None)} == {float}

    def from_file(self, value: Any) -> Any:
        """Value in SI of what stands in the file; strict, so nothing is cast silently."""
        # JSON mode: the only strict mode in which an array may fill a tuple, or text an enum
        text = json.dumps(value, default=str)
        try:
            found = _adapter(self.annotation).validate_json(text, strict=True)
        except ValidationError as error:
            raise ConfigError(self.key, value, self._complaint(error)) from None
        if not all(math.isfinite(x) for x in _floats(found)):
            raise ConfigError(self.key, value, "must be finite")
        return found

    def from_si(self, value: Any, shown: Any = None) -> Any:
        """Check a value that is in SI already, as one that was drawn; `shown` is what to blame."""
        try:
            return _adapter(self.annotation).validate_python(value, context={"si": True})
        except ValidationError as error:
            blamed = value if shown is None else shown
            raise ConfigError(self.key, blamed, self._complaint(error)) from None

    def number(self, value: Any) -> float:
        """SI magnitude of one parameter of a distribution of this field."""
        try:
            found = magnitude(value, self.unit)
        except ValueError as error:
            raise ConfigError(self.key, value, str(error)) from None
        if not math.isfinite(found):
            raise ConfigError(self.key, value, "must be finite")
        return found

    def _complaint(self, error: ValidationError) -> str:
        first = error.errors()[0]
        text = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        places = "".join(f"[{step}]" for step in first["loc"] if isinstance(step, int))
        unit = f" {self.unit}" if "than" in text and self.unit != "1" else ""
        if unit.startswith(" rad"):  # which users write in degrees
            (bound,) = first["ctx"].values()
            unit += f" ({math.degrees(bound):.6g}{unit.replace('rad', 'deg')})"
        return f"{'entry ' + places + ' ' if places else ''}{text}{unit}"


@cache
def field_types(kind: type) -> Mapping[str, Any]:
    """Field name → annotation of a dataclass, units and ranges kept."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


def flat_inputs(parameters: Any) -> tuple[dict[str, Scalar], dict[str, str]]:
    """Scalars of every leaf of a case and their units, both under dotted keys.

    A float that was left out is NaN, a text that was is empty.
    """
    values: dict[str, Scalar] = {}
    units: dict[str, str] = {}
    for leaf, value in _walk(parameters, ""):
        values[leaf.key] = _scalar(leaf, value)
        units[leaf.key] = leaf.unit
    return values, units


def belongs_to(column: str, keys: Iterable[str]) -> bool:
    """Whether a column holds one of the keys, or an entry of a tuple that one of them names."""
    return any(column == key or column.startswith(f"{key}.") for key in keys)


def _walk(parameters: Any, prefix: str) -> Iterator[tuple[Leaf, Any]]:
    """Leaves of a dataclass and their values; tuples are taken apart as `key.0`, `key.1`."""
    kind: type = type(parameters)
    for name, annotation in field_types(kind).items():
        yield from _walk_value(getattr(parameters, name), annotation, f"{prefix}{name}")


def _walk_value(value: Any, annotation: Any, key: str) -> Iterator[tuple[Leaf, Any]]:
    if is_dataclass(value):
        yield from _walk(value, f"{key}.")
    elif isinstance(value, tuple):
        arguments = _entries(annotation)
        for index, entry in enumerate(value):
            yield from _walk_value(
                entry, arguments[min(index, len(arguments) - 1)], f"{key}.{index}"
            )
    elif value is None and (entries := _entries(annotation)):
        for index, entry in enumerate(entries):
            yield Leaf(f"{key}.{index}", entry), None
    else:
        yield Leaf(key, annotation), value


def _scalar(leaf: Leaf, value: Any) -> Scalar:
    """Scalar of the type the annotation asks for, so that a column has one type in every case."""
    plain = _plain_types(leaf.annotation)
    is_number = plain <= {float, int, bool, type(None)}
    if value is None:
        return math.nan if is_number else ""
    if plain == {bool}:
        return bool(value)
    if plain == {int}:
        return int(value)
    return float(value) if is_number else str(value)


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _bare(annotation: Any) -> Any:
    """Annotation without its unit and range."""
    return annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation


def _members(annotation: Any) -> tuple[Any, ...]:
    """Alternatives of a union; the annotation itself where it is none."""
    bare = _bare(annotation)
    is_union = get_origin(bare) in {Union, types.UnionType}
    return get_args(bare) if is_union else (annotation,)


def _entries(annotation: Any) -> list[Any]:
    """Annotations of the entries of a tuple that may be left out; none for another type."""
    tuples = (get_args(_bare(m)) for m in _members(annotation) if get_origin(_bare(m)) is tuple)
    return [entry for entry in next(tuples, ()) if entry is not Ellipsis]


def _plain_types(annotation: Any) -> set[Any]:
    return {type(a) if a is None else _bare(a) for a in _members(annotation)}


def _metadata(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(_bare(annotation)):
        yield from _metadata(inner)


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, tuple):
        for entry in value:
            yield from _floats(entry)
