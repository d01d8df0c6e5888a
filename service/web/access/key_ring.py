"""The API keys that this process accepts now.

The file is looked at before a key is held against it, at most once in `SECONDS_BETWEEN_LOOKS`, so a key that is
struck out is refused that long after. An empty file accepts no key; one that is broken or gone replaces nothing, the
log says so once, and readiness warns. The workers of a service share what they read last, so that none that is started
anew meanwhile goes back to older keys.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

from service.settings import SettingsError
from service.web.access.callers import Caller
from service.web.access.keys import InvalidKeysError, Key, caller_of, keys_of
from service.web.policies import SECONDS_BETWEEN_LOOKS
from service.web.shared_contents import SharedContents

MOST_BYTES = 256 * 1024

_log = logging.getLogger("service.keys")


def _today() -> date:
    return datetime.now(UTC).date()


class KeyRing:
    """Keys from a text (`API_KEYS`), from a file (`API_KEYS_FILE`), or both.

    Raises `SettingsError` at the start if there is no key in them, or something that is none.
    """

    def __init__(
        self,
        text: str = "",
        path: Path | None = None,
        clock: Callable[[], float] = monotonic,
        today: Callable[[], date] = _today,
    ) -> None:
        self._path, self._clock, self._today = path, clock, today
        self._shared = SharedContents(MOST_BYTES, most_kept=1)
        self._looked_at = clock()
        self._seen: tuple[int, ...] = ()
        self._of_file: tuple[Key, ...] = ()
        self.is_failing = False
        """Whether the file is not what is accepted."""
        try:
            self._of_text = keys_of(text.split(), "entry")
        except InvalidKeysError as error:
            raise SettingsError(f"API_KEYS: {error}") from None
        try:
            if path is not None:
                self._take(path)
        except (OSError, InvalidKeysError) as error:
            raise SettingsError(f"API_KEYS_FILE {path}: {error}") from None
        if not self._of_text + self._of_file:
            raise SettingsError("API_KEYS and API_KEYS_FILE hold no key; `python -m service keys new` makes one")

    def caller_of(self, text: str) -> Caller | str:
        """Whose key this is, or why it is nobody's."""
        if self._path is not None and self._clock() - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._look(self._path)
        return caller_of(self._of_text + self._of_file, text, self._today())

    def _look(self, path: Path) -> None:
        self._looked_at = self._clock()
        try:
            if self.is_failing or self._stamp(path) != self._seen:
                self._take(path)
                self.is_failing = False
        except (OSError, InvalidKeysError) as error:
            if not self.is_failing:
                _log.error("the file of keys is not used", extra={"fields": {"reason": str(error)}})
            self.is_failing = True
            for content in self._shared.read():
                self._of_file = _read(content)

    def _take(self, path: Path) -> None:
        stamp = self._stamp(path)
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise InvalidKeysError(f"is larger than {MOST_BYTES} bytes")
        self._of_file = _read(content)
        self._shared.add(content)
        if self._seen and stamp != self._seen:
            _log.warning("the keys have changed", extra={"fields": {"keys": len(self._of_file)}})
        self._seen = stamp

    def _stamp(self, path: Path) -> tuple[int, ...]:
        found = path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino


def _read(content: bytes) -> tuple[Key, ...]:
    try:
        return keys_of(content.decode().splitlines())
    except UnicodeDecodeError:
        raise InvalidKeysError("is no UTF-8") from None
