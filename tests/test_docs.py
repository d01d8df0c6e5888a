"""What is written about the code is true of it: tables, numbers, codes and versions."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from service import __version__
from service.catalogue import CAUSES, CONTROLS, FACTS, FACTS_EDITION
from service.catalogue.pages import PAGES
from service.domain.trace import SUCCESSES, Disposition
from tests.scenarios.story import stories

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "openapi.yaml")
FOLDERS = ("service", "docs", "tests/scenarios")
CITATION = re.compile(r"(?<![\w.-])(F-\d+\.\d+|[CM]-[1-9]\d*|G\d+)(?![\w-])")
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def texts() -> Iterator[tuple[str, str]]:
    """Every file that cites facts, by its name from the root."""
    files = [ROOT / name for name in WRITTEN]
    files += [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.*"))]
    for path in files:
        if path.is_file() and path.suffix in (".py", ".yaml", ".json", ".md", ".html"):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def table(page: str, heading: str) -> dict[str, list[str]]:
    """A table of a page by its first column, without the code marks."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    begins = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = {}
    for line in lines[begins + 2 :]:
        if not line.startswith("|"):
            break
        first, *rest = (cell.strip().strip("`") for cell in line.strip("|").split("|"))
        rows[first] = rest
    return rows


def test_every_fact_that_is_cited_anywhere_exists() -> None:
    unknown = {
        name: missing
        for name, text in texts()
        if (missing := sorted({cited for cited in CITATION.findall(text) if cited not in FACTS}))
    }

    assert unknown == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_repeats_the_catalogue(name: str) -> None:
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert page == PAGES[name](), "run `python -m service.catalogue.pages`"


def test_the_table_of_dispositions_is_the_one_in_the_code() -> None:
    written = table("dispositions.md", "Disposition")

    assert {name: row[0] for name, row in written.items()} == {
        disposition.value: "yes" if disposition in SUCCESSES else "no" for disposition in Disposition
    }


def test_every_code_that_the_engine_blames_is_in_the_catalogue() -> None:
    engine = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "service" / "engine").glob("*.py")}

    unknown = {name: missing for name, source in engine.items() if (missing := blamed_codes(ast.parse(source)) - CODES)}

    assert unknown == {}


CODES = set(CAUSES) | set(CONTROLS)
AWS_NAMES = {"use1-az3", "usw1-az2", "cac1-az3", "oidc-eks", "sts-global", "webhook-port"}
"""Words of the same look that the engine reads or composes and never blames."""


def blamed_codes(module: ast.Module) -> set[str]:
    """The words with hyphens of a module, less the codes of assumptions and warnings."""
    return words(module) - AWS_NAMES - {word for node in ast.walk(module) for word in unblamed(node)}


def unblamed(node: ast.AST) -> set[str]:
    """The codes that a part of a module gives to assumptions and warnings, which blame nobody."""
    if isinstance(node, ast.Call) and "assum" in ast.unparse(node.func).lower():
        return words(node)
    if isinstance(node, ast.keyword) and node.arg == "code":
        return words(node)
    if isinstance(node, ast.keyword) and node.arg == "assumed":
        return words(node)
    if isinstance(node, ast.AnnAssign | ast.Assign) and re.match("WARNINGS|TAKEN_FOR_GRANTED", ast.unparse(node)):
        return words(node)
    return set()


def words(part: ast.AST) -> set[str]:
    """Every text in a part of a module that looks like a code."""
    texts = {node.value for node in ast.walk(part) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if KEBAB.fullmatch(text)}


def test_every_ending_that_a_story_tells_is_one_that_the_catalogue_gives_its_cause() -> None:
    unsure = Disposition.INSUFFICIENT_INFO.value  # any cause may be what a missing fact leaves open

    strange = [
        (story.name, flow["cause"], flow["disposition"])
        for story in stories()
        for flow in told_flows(story.expect)
        if flow["disposition"] not in (*CAUSES[flow["cause"]].dispositions, unsure)
    ]

    assert strange == []


def told_flows(part: Any) -> Iterator[Mapping[str, str]]:
    """Every flow in what a story expects that is stopped, with why."""
    if isinstance(part, Mapping):
        if {"cause", "disposition"} <= set(part):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from told_flows(inner)


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        (name, target)
        for name, text in texts()
        if name.endswith(".md")
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
        if not (ROOT / name).parent.joinpath(target).exists()
    ]

    assert broken == []


def test_the_changelog_begins_with_what_is_to_come_or_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## \[([^\]]+)\]", changelog, flags=re.MULTILINE)[0] in ("Unreleased", __version__)


def test_the_changelog_tells_which_edition_of_the_facts_is_in_force() -> None:
    """A change of facts can change a recommendation, so its readers must be told."""
    assert f"Facts edition {FACTS_EDITION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
