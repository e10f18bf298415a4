"""Errors a user can meet.  Each also derives from the builtin that fits it.

Every message says what is wrong, shows the value and tells what is allowed or what to do.  The
command line prints `BadInput` in one line and exits with 2; all the rest exits with 1.
"""


class SamplingSimError(Exception):
    """Base of everything the package raises on purpose."""


class BadInput(SamplingSimError, ValueError):  # noqa: N818 - reads as the exit code it stands for
    """The user's input cannot be used: exit code 2, one line."""


class ConfigError(BadInput):
    """A key of an experiment is missing, unknown, of the wrong unit or out of range."""

    def __init__(self, key: str, value: object, allowed: str, file: str = "") -> None:
        self.key, self.value, self.allowed, self.file = key, value, allowed, file
        super().__init__(f"{file + ': ' if file else ''}{key} = {value!r}: {allowed}")

    def __reduce__(self) -> tuple[type, tuple[str, object, str, str]]:
        return type(self), (self.key, self.value, self.allowed, self.file)


class ShapeError(BadInput):
    """A mesh that cannot stand for a body; `code` names the damage."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{message} [{code}]")

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.code, self.message)


class PackingError(BadInput):
    """A bed that cannot be packed, does not come to rest, or cannot stay at the site."""


class StoreError(SamplingSimError, OSError):
    """A result file that cannot be read or written."""


class SchemaVersionError(StoreError):
    """A result file written by a version this one does not know."""


class DivergenceError(SamplingSimError, RuntimeError):
    """The simulation left the range in which its models hold; the message says what to change."""
