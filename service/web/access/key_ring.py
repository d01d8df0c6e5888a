"""The API keys that this process accepts now: those of a text, and those of a file that is read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

from service.settings import SettingsError
from service.web.access.callers import Caller
from service.web.access.keys import InvalidKeysError, Key, caller_of, keys_of
from service.web.watched_file import WatchedFile

MOST_BYTES = 256 * 1024


def _today() -> date:
    return datetime.now(UTC).date()


class KeyRing:
    """Keys from a text (`API_KEYS`), from a file (`API_KEYS_FILE`), or both.

    Raises `SettingsError` at the start if there is no key in them, or something that is none. Later on an empty file
    accepts no key.
    """

    def __init__(
        self,
        text: str = "",
        path: Path | None = None,
        clock: Callable[[], float] = monotonic,
        today: Callable[[], date] = _today,
    ) -> None:
        self._today = today
        try:
            self._of_text = keys_of(text.split(), "entry")
        except InvalidKeysError as error:
            raise SettingsError(f"API_KEYS: {error}") from None
        try:
            self._file = WatchedFile(path, _read, MOST_BYTES, clock) if path is not None else None
        except (OSError, ValueError) as error:
            raise SettingsError(f"API_KEYS_FILE {path}: {error}") from None
        if not self._keys():
            raise SettingsError("API_KEYS and API_KEYS_FILE hold no key; `python -m service keys new` makes one")

    @property
    def is_failing(self) -> bool:
        """Whether the file is not what is accepted."""
        return self._file is not None and self._file.is_failing

    def caller_of(self, text: str) -> Caller | str:
        """Whose key this is, or why it is nobody's."""
        return caller_of(self._keys(), text, self._today())

    def _keys(self) -> tuple[Key, ...]:
        return self._of_text + (self._file.current() if self._file is not None else ())


def _read(content: bytes) -> tuple[Key, ...]:
    try:
        return keys_of(content.decode().splitlines())
    except UnicodeDecodeError:
        raise InvalidKeysError("is no UTF-8") from None
