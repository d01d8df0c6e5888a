"""What README.md and its neighbours promise is so."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table

from service.app import create_app
from service.intake import archives, documents, recognising, yaml_documents
from service.intake.registry import FORMATS
from service.settings import Records, Settings
from tests import pictures
from tests.bench.readme import BEGIN, with_tables

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def code_blocks(language: str) -> list[str]:
    """The fenced blocks of README.md in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def is_part_of(excerpt: Any, whole: Any) -> bool:
    """Whether all that an excerpt says stands in the whole: members by name, items of lists in their order."""
    if isinstance(excerpt, dict):
        return isinstance(whole, dict) and all(
            name in whole and is_part_of(value, whole[name]) for name, value in excerpt.items()
        )
    if isinstance(excerpt, list):
        rest = iter(whole)
        return all(any(is_part_of(item, other) for other in rest) for item in excerpt)
    return bool(excerpt == whole)


def test_the_first_request_gets_the_answer_that_stands_below_it() -> None:
    command = next(block for block in code_blocks("sh") if block.startswith("curl "))
    question = json.loads(command.partition(" -d '")[2].rpartition("'")[0])
    excerpt = json.loads(code_blocks("json")[0])

    response = create_app(Settings(records=Records.OFF)).test_client().post("/v1/decisions", json=question)

    assert response.status_code == 200
    assert is_part_of(excerpt, response.get_json())


def test_the_pictures_show_the_example_as_it_is_drawn_now() -> None:
    """`make pictures` draws them anew."""
    kept = {name: (pictures.FOLDER / name).read_bytes() for name in pictures.PICTURES}

    assert kept == pictures.drawn()


def test_the_address_in_the_readme_is_the_one_that_make_run_listens_on() -> None:
    usual = Settings()

    assert set(re.findall(r"http://([\d.:]+)/", README)) == {f"{usual.host}:{usual.port}"}


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    named = {name for page in PAGES for name in re.findall(r"\bmake ([a-z]+)\b`", page.read_text("utf-8"))}

    assert named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_between_pages_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))

    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert missing == []


def test_the_page_on_formats_has_every_format_in_its_order_and_every_limit() -> None:
    page = (ROOT / "docs/formats.md").read_text("utf-8")

    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == [one.name for one in FORMATS]
    for limit in (
        f"{documents.MOST_BYTES >> 20} MiB",
        f"{documents.MOST_YAML_BYTES >> 20} MiB, {yaml_documents.MOST_NODES} values",
        f"{yaml_documents.DEPTH_LIMIT} levels",
        f"{archives.MOST_FILES} files, {archives.MOST_EXPANDED_BYTES >> 20} MiB unpacked",
        f"{recognising.MOST_DESCRIPTIONS} |",
        f"{Settings().max_body_bytes >> 10} KiB",
    ):
        assert limit in page


def test_every_setting_and_limit_is_in_the_operations_page() -> None:
    operations = (ROOT / "docs/operations.md").read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (ROOT / "service").glob("*settings.py"))

    variables = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source)) - {"INFO"}

    assert variables == set(re.findall(r"^\| `([A-Z_]+)` \|", operations, re.MULTILINE))
    assert f"`{Settings().max_body_bytes}`" in operations


def test_the_benchmark_table_is_written_between_its_marks() -> None:
    table = Table("", "ratio", title="one thing")
    table.add_row("  a decision", "0.5")

    written = with_tables(README, [table])

    assert "**one thing**\n\n|  | ratio |\n| --- | ---: |\n| a decision | 0.5 |\n\n<!-- benchmark ends -->" in written
    assert written.split(BEGIN)[0] == README.split(BEGIN)[0]
    assert with_tables(written, [table]) == written
