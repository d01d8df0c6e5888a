"""``python -m tests.audit``: ends with 1 if a vulnerability is known, a licence is not allowed, or a tool fails.

Where no source of advisories can be reached, it says that nothing was checked and goes on; with `AUDIT=required` in the
environment that is a failure too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.audit.judging import judge_advisories, judge_licences, pinned

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
BILL = ROOT / "build/sbom.json"
_SECONDS = 240


def main() -> int:
    """All three, each with a line or more on standard output."""
    needed = pinned((ROOT / "requirements.txt").read_text("utf-8"))
    tested = pinned((ROOT / "requirements-test.txt").read_text("utf-8"))
    faults = [*_advisories(), *_licences(needed, tested), *_bill()]
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


def _advisories() -> list[str]:
    command = [BIN / "pip-audit", "-r", "requirements.txt", "--no-deps", "--disable-pip", "-f", "json"]
    try:
        finished = _run([*command, "--progress-spinner", "off", "--timeout", "10"])
        told: Any = json.loads(finished.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        told = {"dependencies": []}
    judged = judge_advisories(told)
    print(f"advisories: {judged.sentence}")
    if not judged.is_whole and os.environ.get("AUDIT") == "required":
        return [*judged.faults, "AUDIT is `required`, and not every package could be checked"]
    return judged.faults


def _licences(needed: set[str], tested: set[str]) -> list[str]:
    finished = _run([BIN / "pip-licenses", "--from=mixed", "--format=json", "--with-system"])
    found = {one["Name"]: one["License"] for one in json.loads(finished.stdout)}
    judged = judge_licences(found, needed, tested)
    print(f"licences: {judged.sentence}")
    return judged.faults


def _bill() -> list[str]:
    BILL.parent.mkdir(exist_ok=True)
    command = [BIN / "cyclonedx-py", "requirements", "requirements.txt", "--output-reproducible", "--of", "JSON"]
    finished = _run([*command, "-o", BILL])
    if finished.returncode:
        return [f"cyclonedx-py: {finished.stderr.strip()}"]
    print(f"bill of materials: {len(json.loads(BILL.read_text('utf-8'))['components'])} parts in build/sbom.json")
    return []


def _run(command: list[Path | str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
