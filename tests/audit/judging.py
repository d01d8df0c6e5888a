"""What is said of the parts that the service is made of, and what of it is a fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

# Licences that let a program be used, changed and passed on beside ours without binding ours.
ALLOWED = frozenset(
    {
        *("0BSD", "BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "3-Clause BSD License", "ZPL-2.1"),
        *("MIT", "MIT License", "MIT-0", "ISC", "ISC License (ISCL)", "CNRI-Python"),
        *("Apache-2.0", "Apache Software License", "Apache", "PSF-2.0", "Python Software Foundation License"),
        *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
    }
)
# Each with its reason, by the name of the package.
EXCEPTIONS = {
    "psycopg": ("LGPL-3.0-only", "used as it is and replaceable, which is what the licence asks for"),
    "psycopg-binary": ("LGPL-3.0-only", "used as it is and replaceable, which is what the licence asks for"),
    "axe-playwright-python": ("UNKNOWN", "MIT by the LICENSE of its repository; tests alone use it"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence on what was looked at, the faults, and whether everything could be looked at."""

    sentence: str
    faults: list[str]
    is_whole: bool = True


def pinned(requirements: str) -> set[str]:
    """The packages that a file of requirements pins."""
    return {_plain(line.partition("==")[0]) for line in requirements.splitlines() if "==" in line}


def judge_advisories(told: Mapping[str, Any]) -> Judged:
    """What pip-audit says, which counts a package that it could not look up as one without vulnerabilities."""
    packages = told["dependencies"]
    looked_at = [one for one in packages if "skip_reason" not in one]
    faults = [
        f"{one['name']} {one['version']} has {found['id']}, mended by {', '.join(found['fix_versions']) or 'nothing'}"
        for one in looked_at
        for found in one["vulns"]
    ]
    if not looked_at:
        sentence = "NOTHING WAS CHECKED: no source of advisories can be reached from here"
        return Judged(sentence, faults, is_whole=False)
    missed = len(packages) - len(looked_at)
    more = f"; {missed} COULD NOT BE CHECKED" if missed else ""
    return Judged(f"{len(looked_at)} packages checked, {len(faults)} known vulnerabilities{more}", faults, not missed)


def judge_licences(found: Mapping[str, str], needed: Set[str], tested: Set[str]) -> Judged:
    """The licences of the packages that are pinned; what the service needs, and what its tests need beside that."""
    licences = {_plain(name): licence for name, licence in found.items()}
    faults = []
    for name in sorted(needed | tested):
        whose = "the service needs" if name in needed else "the tests need"
        licence = licences.get(name)
        if licence is None:
            faults.append(f"{name}, which {whose}, is not installed, so its licence is not known")
        elif not _is_allowed(name, licence):
            faults.append(f"{name}, which {whose}, is under `{licence}`, which is not on the list")
    count = len(needed | tested)
    return Judged(f"{count} packages, {count - len(faults)} under licences on the list", faults)


def _is_allowed(name: str, licence: str) -> bool:
    if name in EXCEPTIONS and EXCEPTIONS[name][0] == licence:
        return True
    return all(part.strip(" ()") in ALLOWED for part in re.split(r" AND | OR |;", _whole(licence)))


def _whole(licence: str) -> str:
    """Names that end in brackets are names, and not parts of an expression."""
    return (
        licence.replace("(ISCL)", "")
        .replace("ISC License ", "ISC")
        .replace("(MPL 2.0)", "")
        .replace("Mozilla Public License 2.0 ", "MPL-2.0")
    )


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).strip().lower()
