"""Reads zip and tar archives in memory, within limits, and refuses what an archive can do beyond holding files.

1. At most `MOST_FILES` files, and at most `MOST_EXPANDED_BYTES` in all of them; what a header says of a size is
   not believed, each read stops at what is left (decompression bombs).
2. No absolute names, no ``..``, no backslashes, no name twice (CWE-22, CWE-409; PEP 706 lists the same for tar).
3. No links, devices, sparse files or encrypted members, and no archive inside the archive.
Nothing is written to a disk.
"""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum

from service.intake.understanding import NotUnderstoodError

MOST_FILES = 500
MOST_EXPANDED_BYTES = 16 * 1024 * 1024
_LONGEST_NAME = 500
_NESTED = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".zst", ".jar", ".rar")
_LEFT_BY_TOOLS = ("__MACOSX/", ".DS_Store", "._")


class ArchiveKind(Enum):
    """The archives that are read."""

    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"


def archive_kind(raw: bytes) -> ArchiveKind | None:
    """Which archive the bytes are, told from their first ones; None if they are none."""
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ArchiveKind.ZIP
    if raw.startswith(b"\x1f\x8b"):
        return ArchiveKind.GZIP
    return ArchiveKind.TAR if raw[257:262] == b"ustar" else None


def read_members(raw: bytes, kind: ArchiveKind) -> Iterator[tuple[str, bytes]]:
    """The files of the archive, each with its name; raises `NotUnderstoodError` before it reads too much."""
    try:
        if kind is ArchiveKind.ZIP:
            yield from _once(_zip_members(raw))
        elif kind is ArchiveKind.TAR:
            yield from _once(_tar_members(raw))
        else:
            unpacked = _unpacked(raw)
            if archive_kind(unpacked) is ArchiveKind.TAR:
                yield from _once(_tar_members(unpacked))
            else:
                raise NotUnderstoodError("the gzip data holds no tar archive")
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise NotUnderstoodError(f"the {kind.value} archive is damaged ({type(error).__name__})") from None
    except (ValueError, OverflowError, RuntimeError) as error:
        raise NotUnderstoodError(f"the {kind.value} archive cannot be read ({type(error).__name__})") from None


def _once(members: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The members, held to what is said of their names and number; empty files and tools' leavings are skipped."""
    seen: set[str] = set()
    for number, (name, content) in enumerate(members, start=1):
        if number > MOST_FILES:
            raise NotUnderstoodError(f"the archive holds more than {MOST_FILES} files")
        _refuse_bad_names(name)
        if name in seen:
            raise NotUnderstoodError(f"the archive holds `{name}` more than once")
        seen.add(name)
        if name.startswith(_LEFT_BY_TOOLS[0]) or name.rsplit("/", 1)[-1].startswith(_LEFT_BY_TOOLS[1:]):
            continue
        if name.lower().endswith(_NESTED) or archive_kind(content):
            raise NotUnderstoodError(f"the archive holds another archive, `{name}`: send its files themselves")
        if content.strip():
            yield name.removeprefix("./"), content


def _refuse_bad_names(name: str) -> None:
    shown = f"`{name[:80]}`" if name.isprintable() else "a name with characters that do not print"
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise NotUnderstoodError(f"the archive holds {shown}, which is no file name")
    if name.startswith("/") or "\\" in name or name[1:2] == ":" or ".." in name.split("/"):
        raise NotUnderstoodError(f"the archive holds {shown}, which leads out of its folder")


def _zip_members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    left = MOST_EXPANDED_BYTES
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.infolist()
        if len(members) > 2 * MOST_FILES:
            raise NotUnderstoodError(f"the archive holds more than {MOST_FILES} files")
        for member in members:
            if member.is_dir():
                _refuse_bad_names(member.filename)
                continue
            _refuse_special(member)
            with archive.open(member) as stream:
                content = stream.read(left + 1)
            left -= len(content)
            if left < 0:
                raise NotUnderstoodError(f"the archive expands to more than {MOST_EXPANDED_BYTES} bytes")
            yield member.filename, content


def _refuse_special(member: zipfile.ZipInfo) -> None:
    shown = f"`{member.filename[:80]}`"
    if member.flag_bits & 0x1:
        raise NotUnderstoodError(f"{shown} in the archive is encrypted")
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode and mode != stat.S_IFREG:
        raise NotUnderstoodError(f"{shown} in the archive is a link or a device, expected a file")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotUnderstoodError(f"{shown} in the archive is compressed with a method other than deflate")


def _tar_members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:") as archive:
        for number, member in enumerate(archive):
            if number > 2 * MOST_FILES:
                raise NotUnderstoodError(f"the archive holds more than {MOST_FILES} files")
            if member.isdir():
                if member.name.strip("./"):
                    _refuse_bad_names(member.name)
                continue
            if not member.isreg() or member.issparse() or member.size > len(raw):
                raise NotUnderstoodError(f"`{member.name[:80]}` in the archive is a link or a device, expected a file")
            stream = archive.extractfile(member)
            yield member.name, stream.read() if stream else b""


def _unpacked(raw: bytes) -> bytes:
    """The content of gzip data, read no further than the limit."""
    unpacker = zlib.decompressobj(wbits=31)
    content = unpacker.decompress(raw, MOST_EXPANDED_BYTES + 1)
    if len(content) > MOST_EXPANDED_BYTES:
        raise NotUnderstoodError(f"the archive expands to more than {MOST_EXPANDED_BYTES} bytes")
    if not unpacker.eof:
        raise NotUnderstoodError("the gzip data ends too early")
    return content
