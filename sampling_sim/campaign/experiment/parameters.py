"""Tables of a file against parameter dataclasses: checked once, built as often as there are cases.

`read_table` checks a table and keeps SI values and distributions; `build` makes the frozen
dataclass from it, with one value in place of each distribution.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args, get_origin

from sampling_sim.campaign.experiment.distributions import Distribution, read_distribution
from sampling_sim.campaign.experiment.leaves import Leaf, field_types
from sampling_sim.errors import ConfigError


class MissingKeyError(ConfigError):
    """A key that has no default is not there, so there is no value to show."""

    def __init__(self, key: str, allowed: str, file: str = "") -> None:
        super().__init__(key, None, allowed, file)
        self.args = (f"{file + ': ' if file else ''}{key} {allowed}",)

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:  # type: ignore[override]
        return type(self), (self.key, self.allowed, self.file)


def read_table(kind: type, table: Any, key: str) -> dict[str, Any]:
    """Check a table of the file against a dataclass.

    Parameters
    ----------
    kind
        The dataclass, or a union of them that differ in the default of `kind`; nested
        dataclasses are nested tables, tuples of dataclasses arrays of them.
    table
        What `tomllib` made of the section.
    key
        Dotted key of the table, for messages.

    Returns
    -------
    Field name → SI value, `Distribution`, or the same again for a nested table; fields that are
    left to their default are absent.

    Raises
    ------
    ConfigError
        If a key is unknown or missing, or a value has the wrong unit, type or range.
    """
    if not isinstance(table, dict):
        raise ConfigError(key, table, "must be a table of keys")
    kind = alternative(kind, table, key)
    types = field_types(kind)
    for name in table:
        if name not in types:
            raise ConfigError(f"{key}.{name}", table[name], unknown_key(name, types))
    for field in fields(kind):
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        if field.init and not has_default and field.name not in table:
            leaf = Leaf(f"{key}.{field.name}", types[field.name])
            unit = f" (text with a unit of {leaf.unit})" if leaf.unit != "1" else ""
            raise MissingKeyError(leaf.key, f"is missing and has no default{unit}")
    return {name: _read(types[name], value, f"{key}.{name}") for name, value in table.items()}


def build(kind: type, read: Mapping[str, Any], key: str, value_of: Callable[[str], Any]) -> Any:
    """Make the dataclass of a table read before; `value_of` gives the value of a distributed key.

    Raises
    ------
    ConfigError
        If the values do not go together (the dataclass's own rules).
    """
    kind = alternative(kind, read, key)
    values = {
        name: _built(field_types(kind)[name], value, f"{key}.{name}", value_of)
        for name, value in read.items()
    }
    try:
        return kind(**values)
    except ConfigError as error:
        is_full = error.key == key or error.key.startswith(f"{key}.")
        name = error.key if is_full else f"{key}.{error.key}"
        raise ConfigError(name, error.value, error.allowed) from None


def alternative(kind: Any, table: Mapping[str, Any], key: str) -> type:
    """Dataclass of a table: the annotation itself, or of a union the one that `kind` names.

    The first of a union is the one that counts where the table has no `kind`.

    Raises
    ------
    ConfigError
        If `kind` names none of them.
    """
    choices: tuple[Any, ...] = get_args(kind) or (kind,)
    if len(choices) == 1:
        return choices[0]
    named = {next(f.default for f in fields(c) if f.name == "kind"): c for c in choices}
    wanted = table.get("kind", next(iter(named)))
    if not isinstance(wanted, str) or wanted not in named:
        allowed = "must be one of " + ", ".join(repr(name) for name in named)
        raise ConfigError(f"{key}.kind", wanted, allowed)
    return named[wanted]


def build_fixed(kind: type, table: Any, key: str) -> Any:
    """Check a table and make its dataclass at once, where nothing in it may be a distribution."""
    read = read_table(kind, table, key)
    for leaf, _ in distributions(kind, read, key):
        raise ConfigError(leaf.key, "a distribution", "must be one value")
    return build(kind, read, key, read.__getitem__)


def distributions(
    kind: type, read: Mapping[str, Any], key: str
) -> Iterator[tuple[Leaf, Distribution]]:
    """Leaves of a table that vary, with their distributions, in the order of the file."""
    kind = alternative(kind, read, key)
    for name, value in read.items():
        annotation, inner = field_types(kind)[name], f"{key}.{name}"
        if isinstance(value, Distribution):
            yield Leaf(inner, annotation), value
        elif isinstance(annotation, type) and is_dataclass(annotation):
            yield from distributions(annotation, value, inner)
        elif (inner_kind := entry_kind(annotation)) is not None:
            for index, entry in enumerate(value):
                yield from distributions(inner_kind, entry, f"{inner}.{index}")


def entry_kind(annotation: Any) -> type | None:
    """Dataclass D of an annotation `tuple[D, ...]`, else None."""
    arguments = get_args(annotation)
    is_tuple = get_origin(annotation) is tuple and len(arguments) == 2
    if is_tuple and arguments[1] is Ellipsis and is_dataclass(arguments[0]):
        return arguments[0] if isinstance(arguments[0], type) else None
    return None


def unknown_key(name: str, known: Iterable[str]) -> str:
    """Say that a key is unknown, with the nearest one that is known."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
    return f"is not a known key; {hint}"


def _read(annotation: Any, value: Any, key: str) -> Any:
    if isinstance(annotation, type) and is_dataclass(annotation):
        return read_table(annotation, value, key)
    inner_kind = entry_kind(annotation)
    if inner_kind is not None:
        if not isinstance(value, list):
            raise ConfigError(key, value, "must be an array of tables")
        return [read_table(inner_kind, entry, f"{key}.{i}") for i, entry in enumerate(value)]
    leaf = Leaf(key, annotation)
    return read_distribution(leaf, value) if isinstance(value, dict) else leaf.from_file(value)


def _built(annotation: Any, value: Any, key: str, value_of: Callable[[str], Any]) -> Any:
    if isinstance(value, Distribution):
        return value_of(key)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return build(annotation, value, key, value_of)
    inner_kind = entry_kind(annotation)
    if inner_kind is not None:
        return tuple(
            build(inner_kind, entry, f"{key}.{i}", value_of) for i, entry in enumerate(value)
        )
    return value
