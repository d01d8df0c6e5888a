"""The audit fails on what it should, and never passes in silence what it could not look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.judging import EXCEPTIONS, judge_advisories, judge_licences, pinned

ROOT = Path(__file__).resolve().parents[1]


def test_a_known_vulnerability_is_a_fault_with_its_remedy() -> None:
    found = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
    told = {
        "dependencies": [{"name": "a", "version": "1.0", "vulns": [found]}, {"name": "b", "version": "1", "vulns": []}]
    }

    judged = judge_advisories(told)

    assert judged.faults == ["a 1.0 has PYSEC-1, mended by 2.0"]
    assert judged.sentence == "2 packages checked, 1 known vulnerabilities"
    assert judged.is_whole


def test_a_package_that_could_not_be_looked_up_is_not_one_without_vulnerabilities() -> None:
    skipped = {"name": "a", "skip_reason": "Dependency not found on PyPI and could not be audited"}

    assert judge_advisories({"dependencies": [skipped]}).sentence.startswith("NOTHING WAS CHECKED")
    assert not judge_advisories({"dependencies": [skipped]}).is_whole
    some = judge_advisories({"dependencies": [skipped, {"name": "b", "version": "1", "vulns": []}]})
    assert "1 COULD NOT BE CHECKED" in some.sentence
    assert not some.is_whole
    assert not judge_advisories({"dependencies": []}).is_whole


@pytest.mark.parametrize(
    ("licence", "is_fine"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("Apache Software License; BSD License", True),
        ("ISC License (ISCL)", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("UNKNOWN", False),
        ("", False),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("LGPL-3.0-only", False),
    ],
)
def test_a_licence_that_is_not_on_the_list_is_a_fault(licence: str, is_fine: bool) -> None:
    assert (judge_licences({"A_b": licence}, {"a-b"}, set()).faults == []) is is_fine


def test_an_exception_is_for_one_package_and_one_licence_and_has_a_reason() -> None:
    name = "psycopg"

    assert judge_licences({name: EXCEPTIONS[name][0]}, {name}, set()).faults == []
    assert judge_licences({name: "GPL-3.0-only"}, {name}, set()).faults != []
    assert all(reason for _, reason in EXCEPTIONS.values())
    assert set(EXCEPTIONS) <= pinned((ROOT / "requirements-test.txt").read_text("utf-8"))


def test_a_package_that_is_not_installed_has_no_known_licence() -> None:
    (fault,) = judge_licences({}, set(), {"ghost"}).faults

    assert fault == "ghost, which the tests need, is not installed, so its licence is not known"


def test_ci_runs_the_audit() -> None:
    assert "make audit" in (ROOT / ".ci/run").read_text("utf-8")
    assert "-m tests.audit" in (ROOT / "Makefile").read_text("utf-8")
