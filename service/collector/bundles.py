"""Bundles on disk: a folder for each cluster, ``account/region/cluster``, in a folder or in one zip.

1. A bundle holds the answers, each in a file, and `collection.json`: what was called, when, and how it ended.
2. It is written beside its place and moved there when it is whole, so that a run that was stopped leaves no half.
3. Its owner alone may read it: it describes a network.
4. A zip is packed at the end, from a folder beside it that the next run goes on with if this one is stopped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from service import __version__
from service.collector.asking import Asking, Outcome

MANIFEST = "collection.json"
MEMBER = re.compile(
    r"([0-9]{12})/([a-z0-9-]{1,40})/([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([A-Za-z0-9][A-Za-z0-9_.%-]{0,250})"
)


class OutputError(Exception):
    """The output cannot be what it is said to be; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A cluster's bundle on disk; ``denied`` and ``failed`` are the calls in it without an answer."""

    account: str
    region: str
    cluster: str
    folder: Path
    denied: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    is_kept: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every call was answered or denied: a further run would learn nothing new with the same rights."""
        return not self.failed

    @property
    def name(self) -> str:
        """How it is called: its folder within the output."""
        return f"{self.account}/{self.region}/{self.cluster}"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with bundles."""

    root: Path

    def kept(self, account: str, region: str, cluster: str) -> Bundle | None:
        """The bundle of an earlier run; None if there is none, or if what lies there is none."""
        folder = self.root / account / region / cluster
        try:
            manifest = json.loads((folder / MANIFEST).read_bytes())["collection"]
            calls = [(one["call"], one["outcome"]) for one in manifest["calls"]]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Bundle(
            account=account,
            region=region,
            cluster=cluster,
            folder=folder,
            denied=tuple(dict.fromkeys(call for call, outcome in calls if outcome == Outcome.DENIED.value)),
            failed=tuple(dict.fromkeys(call for call, outcome in calls if outcome == Outcome.FAILED.value)),
            is_kept=True,
        )

    def write(self, account: str, region: str, cluster: str, asking: Asking) -> Bundle:
        """Puts a bundle in its place, where it takes the place of an earlier one."""
        files = {name: _text(answer) for name, answer in asking.files.items()}
        files[MANIFEST] = _text(_manifest(account, region, cluster, asking))
        self.put(f"{account}/{region}/{cluster}", files)
        gone = {outcome: [one.call.action for one in asking.log if one.outcome is outcome] for outcome in Outcome}
        return Bundle(
            account=account,
            region=region,
            cluster=cluster,
            folder=self.root / account / region / cluster,
            denied=tuple(dict.fromkeys(gone[Outcome.DENIED])),
            failed=tuple(dict.fromkeys(gone[Outcome.FAILED])),
        )

    def put(self, name: str, files: dict[str, bytes]) -> None:
        """Files as the folder of that name, all of them or none."""
        folder = self.root / name
        half, old = folder.with_name(f".{folder.name}.half"), folder.with_name(f".{folder.name}.old")
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in (half, old):
            shutil.rmtree(left, ignore_errors=True)
        half.mkdir(mode=0o700)
        for file, content in files.items():
            (half / file).write_bytes(content)
        if folder.exists():
            folder.rename(old)
        half.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Zip(Folder):
    """A zip with bundles; ``root`` is the folder beside it in which they are gathered."""

    file: Path

    def close(self) -> None:
        """Packs what was gathered, and takes the folder away."""
        new = self.file.with_name(f"{self.file.name}.new")
        new.unlink(missing_ok=True)
        with _private(new) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in _files(self.root):
                archive.write(path, name)
        os.replace(new, self.file)
        shutil.rmtree(self.root)


def _private(file: Path) -> IO[bytes]:
    """A new file that its owner alone may read, as the folders are."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def open_output(path: Path) -> Folder:
    """The folder or the zip that is meant, with what earlier runs left there; raises `OutputError`."""
    if path.suffix.lower() != ".zip":
        if path.exists() and not path.is_dir():
            raise OutputError("is a file: name a folder, or a file that ends in .zip")
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Folder(path)
    gathered = Zip(path.with_name(f"{path.name}.parts"), path)
    gathered.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        _unpack(gathered)
    return gathered


def _unpack(gathered: Zip) -> None:
    """The bundles of an earlier zip that were not gathered again since."""
    bundles: dict[str, dict[str, bytes]] = {}
    try:
        with zipfile.ZipFile(gathered.file) as archive:
            for name in archive.namelist():
                if not MEMBER.fullmatch(name):
                    raise OutputError("holds other files than those of a collection: name another file")
                bundle, _, file = name.rpartition("/")
                bundles.setdefault(bundle, {})[file] = archive.read(name)
    except (zipfile.BadZipFile, OSError):
        raise OutputError("is no zip that can be read: name another file") from None
    for bundle, files in bundles.items():
        if not (gathered.root / bundle).exists():
            gathered.put(bundle, files)


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """The files of bundles, without what a stopped run left half."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and MEMBER.fullmatch(name):
            yield name, path


def _manifest(account: str, region: str, cluster: str, asking: Asking) -> dict[str, Any]:
    calls = [
        {"call": one.call.action, "about": one.about, "at": one.at, "outcome": one.outcome.value}
        | ({"region": one.region} if one.region != region else {})
        | ({"code": one.code} if one.code else {})
        for one in asking.log
    ]
    head = {"collected_by": f"eks-endpoint-decision {__version__}", "account": account, "region": region}
    moments = {"started_at": min(one.at for one in asking.log), "finished_at": datetime.now(UTC)}
    return {"collection": head | {"cluster": cluster} | moments | {"calls": calls}}


def _text(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1, default=_written).encode() + b"\n"


def _written(value: Any) -> str:
    """A time as the AWS CLI writes it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
