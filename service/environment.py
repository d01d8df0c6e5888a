"""The variables that were given to this process, read so that every mistake in them is named at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path


class Environment:
    """Variables by name; what is wrong with one stands in `mistakes`, and its default is taken meanwhile.

    One that is set to nothing counts as not set.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.mistakes: list[str] = []

    @property
    def names(self) -> frozenset[str]:
        """The names of those that are set."""
        return frozenset(name for name, value in self._variables.items() if value)

    def text(self, name: str, default: str = "") -> str:
        """A variable as it stands, without spaces around it."""
        return self._variables.get(name, "").strip() or default

    def listed(self, name: str) -> tuple[str, ...]:
        """What stands between commas."""
        return tuple(one.strip() for one in self.text(name).split(",") if one.strip())

    def path(self, name: str) -> Path | None:
        """Where a file or a folder is."""
        given = self.text(name)
        return Path(given) if given else None

    def whole_number(self, name: str, default: int, least: int, most: int) -> int:
        """A number between two others, themselves included."""
        given = self.text(name)
        if not given:
            return default
        if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
            self.mistakes.append(f"{name} is `{given}`, expected a whole number from {least} to {most}")
            return default
        return int(given)

    def word(self, name: str, default: str, known: Collection[str], expected: str) -> str:
        """One of these words, which are of the case that the default has; ``expected`` tells a person which."""
        given = self.text(name, default)
        given = given.upper() if default.isupper() else given.lower()
        if given not in known:
            self.mistakes.append(f"{name} is `{given}`, expected {expected}")
            return default
        return given
