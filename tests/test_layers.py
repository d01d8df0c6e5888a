"""Who may import whom: the contracts in setup.cfg, kept."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
OF_THE_DOMAIN = {f"service.domain.{path.stem}" for path in (ROOT / "service" / "domain").glob("*.py")}


def test_no_arrow_between_the_rooms_turns_round() -> None:
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    finished = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "0 broken" in finished.stdout


def test_only_settings_read_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "service").rglob("*.py")
        if re.search(r"os\.(environ|getenv)|from os import", path.read_text("utf-8"))
    }

    assert readers == {"service/settings.py"}


def test_the_domain_needs_nothing_but_the_standard_library() -> None:
    """A contract can forbid what it names only, and the next package has no name yet."""
    needed = {name for path in (ROOT / "service" / "domain").glob("*.py") for name in imports(path)}

    assert {name for name in needed if name.partition(".")[0] not in sys.stdlib_module_names} <= OF_THE_DOMAIN


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_only_the_edge_knows_the_web_framework() -> None:
    knowing = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "service").rglob("*.py")
        if any(name.partition(".")[0] in ("flask", "marshmallow", "werkzeug") for name in imports(path))
    }

    assert all(name == "service/app.py" or name.startswith("service/web/") for name in knowing)
