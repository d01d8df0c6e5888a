"""A local file for records that the store did not take, and the way back from it.

1. Each process appends to a file of its own, a line a record, and holds a lock on it for as long as it lives.
2. Files whose process is gone are adopted by whoever finds them unlocked, so that a killed worker's records are
   caught up by the others.
3. A line that is torn (the process died while it wrote) is passed over, and the log says so.
4. A file is deleted once the store has all of its records; the store keeps a record that comes twice once.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

from service.records.lines import BadLineError, line_of, record_of
from service.records.record import Record

_BATCH = 200

_log = logging.getLogger("service.records")


class SpillError(Exception):
    """The file could not be written, or is as large as it may get."""


class Spill:
    """Spilled records in a folder; ``most_bytes`` bounds what may lie there."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._file: IO[bytes] | None = None
        self._written = self._before = 0
        self._writing = threading.Lock()

    @property
    def waiting_bytes(self) -> int:
        """How much lies in the folder, of all processes."""
        sizes = 0
        for path in self._files():
            with suppress(OSError):
                sizes += path.stat().st_size
        return sizes

    def append(self, records: Sequence[Record]) -> None:
        """Hands the records to the operating system; raises `SpillError` and then keeps none of them.

        They outlive the process from here on. Waiting until the disk has them too could take seconds, and those who
        must not lose a record to a power cut require records and spill none.
        """
        lines = b"".join(line_of(record) for record in records)
        with self._writing:
            try:
                self._append(lines)
            except OSError as error:
                raise SpillError(f"{type(error).__name__}: {error.strerror}") from error

    def _append(self, lines: bytes) -> None:
        file = self._file or self._open()
        if self._before + self._written + len(lines) > self._most_bytes:
            raise SpillError(f"more than {self._most_bytes} bytes would wait in files")
        try:
            if file.write(lines) < len(lines):
                raise OSError(errno.ENOSPC, "the disk took a part only")
        except OSError:
            file.truncate(self._written)  # half a batch would come back as records that were counted as lost
            file.seek(self._written)
            raise
        self._written += len(lines)

    def _open(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._before = self.waiting_bytes
        file = (self._folder / f"spilled-{os.getpid()}-{uuid4().hex[:8]}.jsonl").open("xb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file, self._written = file, 0
        return file

    def close(self) -> None:
        """Lets go of this process's own file, for others to adopt; one without records is deleted."""
        with self._writing:
            own, self._file = self._file, None
        if own is not None:
            if not self._written:
                Path(own.name).unlink(missing_ok=True)
            own.close()

    def batches(self) -> Iterator[list[Record]]:
        """What was spilled, batch by batch; a file goes once its last batch was taken without an error.

        Takes this process's own file first, then those that nobody holds any more.
        """
        with self._writing:
            own, self._file = self._file, None
        if own is not None:
            with own:
                yield from self._emptied(Path(own.name))
        for path in self._files():
            with _held(path) as is_free:
                if is_free:
                    yield from self._emptied(path)

    def _emptied(self, path: Path) -> Iterator[list[Record]]:
        batch: list[Record] = []
        with path.open("rb") as lines:
            for line in lines:
                try:
                    batch.append(record_of(line))
                except BadLineError:
                    _log.warning("a spilled record is torn, and lost", extra={"fields": {"file": path.name}})
                    continue
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch
        path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("spilled-*.jsonl"))


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Holds a file's lock meanwhile; says whether it was free."""
    try:
        file = path.open("rb")
    except OSError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
