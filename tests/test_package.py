"""What is built of the package holds everything that the service reads."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.test_layers import imports

ROOT = Path(__file__).parents[1]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What a build needs of the project, in a folder of its own: a source archive is put together beside it."""
    folder = tmp_path / "source"
    shutil.copytree(ROOT / "service", folder / "service")
    for name in ("setup.cfg", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    return folder


def setuptools(source: Path, command: str, *arguments: str) -> None:
    """Runs what a build of the package runs inside, with the setuptools of this environment and no network."""
    finished = subprocess.run(
        [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", command, *arguments],
        cwd=source,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def read_by_the_service() -> set[str]:
    """Every file of the package, code or not, but for what the interpreter leaves."""
    every = (path for path in (ROOT / "service").rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in every if "__pycache__" not in path.parts}


def test_a_wheel_holds_every_file_of_the_package_and_nothing_else(tmp_path: Path, source: Path) -> None:
    """`build_py` lays out the folder that a wheel is made of."""
    setuptools(source, "egg_info", "--egg-base", str(tmp_path), "build_py", "--build-lib", str(tmp_path / "built"))

    built = {str(path.relative_to(tmp_path / "built")) for path in (tmp_path / "built").rglob("*") if path.is_file()}
    assert built == read_by_the_service()


def test_every_package_that_the_code_imports_is_asked_for_by_name() -> None:
    """What comes along with another package today may be gone with its next version."""
    asked = ConfigParser()
    asked.read(ROOT / "setup.cfg")
    names = f"{asked['options']['install_requires']}\n{asked['options.extras_require']['aws']}".split()
    wanted = {re.sub(r"\[.*", "", name).lower().replace("_", "-") for name in names}
    distributions = packages_distributions()
    imported = {name.partition(".")[0] for path in (ROOT / "service").rglob("*.py") for name in imports(path)}

    foreign = imported - set(sys.stdlib_module_names) - {"service", "_typeshed"}
    assert {name for name in foreign if wanted.isdisjoint(by_name(distributions[name]))} == set()


def by_name(distributions: list[str]) -> set[str]:
    """The names of distributions as `setup.cfg` writes them."""
    return {name.lower().replace("_", "-") for name in distributions}


def test_a_source_archive_holds_every_file_of_the_package(tmp_path: Path, source: Path) -> None:
    setuptools(
        source, "egg_info", "--egg-base", str(tmp_path), "sdist", "--dist-dir", str(tmp_path), "--formats", "gztar"
    )

    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        held = {name.partition("/")[2] for name in members.getnames()}
    assert held >= read_by_the_service()
    assert not any(name.endswith(".pyc") for name in held)
